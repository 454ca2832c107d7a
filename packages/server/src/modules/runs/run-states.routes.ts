import { maybe, State } from '@orrery/schemas'
import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import { Invalid } from '../../errors.ts'
import { workspaceAccess } from '../../http/access.ts'
import type { Context } from '../../http/context.ts'
import { readPage } from '../../http/pagination.ts'
import {
  listFlowRunStates,
  listObservedStates,
  listTaskRunStates,
  readFlowRunState,
  readTaskRunState,
} from './run-states.ts'

const OfFlowRun = Type.Object({ flow_run_id: Type.String({ format: 'uuid' }) })
const OfTaskRun = Type.Object({ task_run_id: Type.String({ format: 'uuid' }) })
const Observed = Type.Object({
  query: maybe(Type.String()),
  order_by: maybe(Type.Enum(['LAST_SEEN_DESC', 'NAME_ASC'])),
  limit: maybe(Type.Integer()),
})
type Id = { Params: { id: string } }

/** `/flow_run_states`, `/task_run_states`, `/observed-states`. */
export function runStateRoutes(app: FastifyInstance, { db }: Context): void {
  const see = workspaceAccess('see_flows')
  const one = { config: see, schema: { response: { 200: State } } }

  app.get<Id>('/flow_run_states/:id', one, async (request) =>
    readFlowRunState(db.read, request.scope, request.params.id),
  )
  app.get<Id>('/task_run_states/:id', one, async (request) =>
    readTaskRunState(db.read, request.scope, request.params.id),
  )

  app.get<{ Querystring: Static<typeof OfFlowRun> }>(
    '/flow_run_states/',
    { config: see, schema: { querystring: OfFlowRun, response: { 200: Type.Array(State) } } },
    async (request) => listFlowRunStates(db.read, request.scope, request.query.flow_run_id.toLowerCase()),
  )
  app.get<{ Querystring: Static<typeof OfTaskRun> }>(
    '/task_run_states/',
    { config: see, schema: { querystring: OfTaskRun, response: { 200: Type.Array(State) } } },
    async (request) => listTaskRunStates(db.read, request.scope, request.query.task_run_id.toLowerCase()),
  )

  app.get<{ Querystring: Static<typeof Observed> }>(
    '/observed-states',
    { config: see, schema: { querystring: Observed } },
    async (request) => {
      const { query, order_by: order, limit } = request.query
      if ((query ?? '').length > 100)
        throw new Invalid('Invalid query: at most 100 characters.', 'query_too_long')
      if (limit != null && limit < 1) throw new Invalid('Invalid limit: must be 1 or more.', 'limit_negative')
      const page = readPage({ limit: limit ?? null })
      return listObservedStates(db, request.scope, {
        query: query ?? '',
        order: order ?? 'LAST_SEEN_DESC',
        limit: page.limit,
      })
    },
  )
}
