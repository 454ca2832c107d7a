import { EventFilter, toIsoOrNull } from '@orrery/schemas'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { workspaceAccess } from '../../http/access.ts'
import type { Context } from '../../http/context.ts'
import { readPage } from '../../http/pagination.ts'
import { COUNTABLES, type Countable, countEventsBy, TIME_UNITS, type TimeUnit } from './count-events.ts'
import { findFirstEventTime } from './events.queries.ts'
import type { EventIngest } from './events.service.ts'
import { parseEvent } from './parse-event.ts'
import { DEFAULT_PAGE, readFirstPage, readNextPage } from './read-events.ts'
import { deleteWarning, readWarnings } from './workspace-warnings.ts'

const FilterBody = Type.Union([
  Type.Object({
    filter: Type.Optional(Type.Union([EventFilter, Type.Null()])),
    limit: Type.Optional(Type.Union([Type.Integer(), Type.Null()])),
  }),
  Type.Null(),
])

const CountBody = Type.Object({
  filter: Type.Optional(Type.Union([EventFilter, Type.Null()])),
  time_unit: Type.Optional(Type.Union([Type.Enum(TIME_UNITS), Type.Null()])),
  time_interval: Type.Optional(Type.Union([Type.Number(), Type.Null()])),
})

export function eventRoutes(app: FastifyInstance, context: Context, ingest: EventIngest): void {
  const { db, clock } = context

  app.post<{ Body: unknown[] }>(
    '/events',
    { config: workspaceAccess('manage_events'), schema: { body: Type.Array(Type.Unknown()) } },
    async (request, reply) => {
      await ingest(request.scope, request.body.map(parseEvent))
      return reply.code(204).send()
    },
  )

  app.post<{ Body: { filter?: EventFilter | null; limit?: number | null } | null }>(
    '/events/filter',
    { config: workspaceAccess('see_events'), schema: { body: FilterBody } },
    async (request, reply) => {
      const { limit } = readPage({ limit: request.body?.limit ?? DEFAULT_PAGE })
      const filter = request.body?.filter ?? {}
      const url = nextUrl(context, request)
      return json(reply, await readFirstPage(db, request.scope, { filter, limit, now: clock.now(), url }))
    },
  )

  app.get<{ Querystring: { 'page-token': string } }>(
    '/events/filter/next',
    {
      config: workspaceAccess('see_events'),
      schema: { querystring: Type.Object({ 'page-token': Type.String() }) },
    },
    async (request, reply) => {
      const token = request.query['page-token']
      const url = nextUrl(context, request)
      return json(reply, await readNextPage(db, request.scope, { token, now: clock.now(), url }))
    },
  )

  app.post<{
    Params: { countable: Countable }
    Body: { filter?: EventFilter | null; time_unit?: TimeUnit | null; time_interval?: number | null }
  }>(
    '/events/count-by/:countable',
    {
      config: workspaceAccess('see_events'),
      schema: { params: Type.Object({ countable: Type.Enum([...COUNTABLES]) }), body: CountBody },
    },
    async (request) =>
      countEventsBy(db, request.scope, {
        filter: request.body.filter ?? {},
        countable: request.params.countable,
        unit: request.body.time_unit ?? 'day',
        interval: request.body.time_interval ?? 1,
        now: clock.now(),
      }),
  )

  app.get('/ui/warnings', { config: workspaceAccess('see_flows') }, async (request) =>
    readWarnings(db, request.scope),
  )
  app.delete<{ Params: { id: string } }>(
    '/ui/warnings/:id',
    { config: workspaceAccess('see_flows') },
    async (request, reply) => {
      await deleteWarning(db, request.scope, request.params.id)
      return reply.code(204).send()
    },
  )
  app.get('/ui/onboarding', { config: workspaceAccess('see_flows') }, async (request) => ({
    first_event_at: toIsoOrNull(await findFirstEventTime(db, request.scope)),
    first_flow_run_at: toIsoOrNull(await findFirstFlowRunTime(context, request)),
  }))
}

async function findFirstFlowRunTime({ db }: Context, request: FastifyRequest): Promise<number | null> {
  const row = await db.read
    .selectFrom('flow_runs')
    .select('created')
    .where('workspace_id', '=', request.scope.workspaceId)
    .orderBy('id')
    .limit(1)
    .executeTakeFirst()
  return row?.created ?? null
}

const json = (reply: FastifyReply, text: string) => reply.type('application/json; charset=utf-8').send(text)

// The client joins nothing here: it follows the address as it stands.
function nextUrl({ config }: Context, request: FastifyRequest): string {
  const { account_id, workspace_id } = request.params as { account_id?: string; workspace_id?: string }
  const prefix = workspace_id ? `/api/accounts/${account_id}/workspaces/${workspace_id}` : '/api'
  return `${config.publicUrl}${prefix}/events/filter/next`
}
