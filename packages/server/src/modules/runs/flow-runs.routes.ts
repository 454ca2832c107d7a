import {
  FlowRun,
  FlowRunCreate,
  FlowRunSort,
  FlowRunUpdate,
  JsonObject,
  maybe,
  OrchestrationResult,
  RunFilters,
  SetState,
} from '@orrery/schemas'
import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import { workspaceAccess } from '../../http/access.ts'
import type { Context } from '../../http/context.ts'
import { optionalBody, PaginateFields, paginate } from '../../http/paginate.ts'
import { PageFields, readPage } from '../../http/pagination.ts'
import { countFlowRuns } from './flow-runs.queries.ts'
import {
  createFlowRun,
  mergeFlowRunLabels,
  readFlowRun,
  readFlowRuns,
  setFlowRunState,
  updateFlowRun,
} from './flow-runs.service.ts'
import { clientVersions, creatorOf } from './request-facts.ts'

const FilterBody = optionalBody({ ...RunFilters, ...PageFields, sort: maybe(FlowRunSort) })
const PaginateBody = optionalBody({ ...RunFilters, ...PaginateFields, sort: maybe(FlowRunSort) })
const CountBody = optionalBody(RunFilters)
type Id = { Params: { id: string } }

/** `/flow_runs`: creating, reading, changing, and proposing states. */
export function flowRunRoutes(app: FastifyInstance, context: Context): void {
  const { db, clock } = context
  const see = workspaceAccess('see_flows')
  const run = workspaceAccess('run_flows')

  app.post<{ Body: FlowRunCreate }>(
    '/flow_runs/',
    { config: run, schema: { body: FlowRunCreate, response: { 200: FlowRun, 201: FlowRun } } },
    async (request, reply) => {
      const { flowRun, created } = await createFlowRun(
        context,
        request.scope,
        request.body,
        creatorOf(request),
      )
      return reply.code(created ? 201 : 200).send(flowRun)
    },
  )

  app.get<Id>('/flow_runs/:id', { config: see, schema: { response: { 200: FlowRun } } }, async (request) =>
    readFlowRun(db.read, request.scope, request.params.id, clock.now()),
  )

  app.patch<Id & { Body: FlowRunUpdate }>(
    '/flow_runs/:id',
    { config: run, schema: { body: FlowRunUpdate } },
    async (request, reply) => {
      await updateFlowRun(db, request.scope, { ...request.body, id: request.params.id }, clock.now())
      return reply.code(204).send()
    },
  )

  app.patch<Id & { Body: Static<typeof JsonObject> }>(
    '/flow_runs/:id/labels',
    { config: run, schema: { body: JsonObject } },
    async (request, reply) => {
      const input = { id: request.params.id, labels: request.body }
      await mergeFlowRunLabels(db, request.scope, input, clock.now())
      return reply.code(204).send()
    },
  )

  app.post<Id & { Body: SetState }>(
    '/flow_runs/:id/set_state',
    {
      config: run,
      schema: { body: SetState, response: { 200: OrchestrationResult, 201: OrchestrationResult } },
    },
    async (request, reply) => {
      const input = { ...request.body, ...clientVersions(request), id: request.params.id }
      const { stored, result } = await setFlowRunState(context, request.scope, input)
      return reply.code(stored ? 201 : 200).send(result)
    },
  )

  app.post<{ Body: Static<typeof FilterBody> }>(
    '/flow_runs/filter',
    { config: see, schema: { body: FilterBody, response: { 200: Type.Array(FlowRun) } } },
    async (request) => {
      const { sort, ...filters } = request.body ?? {}
      const page = { filters, sort: sort ?? 'ID_DESC', ...readPage(filters) } as const
      return readFlowRuns(db, request.scope, page, clock.now())
    },
  )

  app.post<{ Body: Static<typeof CountBody> }>(
    '/flow_runs/count',
    { config: see, schema: { body: CountBody } },
    async (request) => countFlowRuns(db, request.scope, request.body ?? {}),
  )

  app.post<{ Body: Static<typeof PaginateBody> }>(
    '/flow_runs/paginate',
    { config: see, schema: { body: PaginateBody } },
    async (request) => {
      const { sort, ...filters } = request.body ?? {}
      return paginate(
        filters,
        (page) => readFlowRuns(db, request.scope, { filters, sort: sort ?? 'ID_DESC', ...page }, clock.now()),
        () => countFlowRuns(db, request.scope, filters),
      )
    },
  )
}
