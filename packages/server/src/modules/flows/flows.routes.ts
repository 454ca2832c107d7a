import { Flow, FlowCreate, FlowSort, FlowUpdate, maybe, RunFilters } from '@orrery/schemas'
import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import { workspaceAccess } from '../../http/access.ts'
import type { Context } from '../../http/context.ts'
import { optionalBody, PaginateFields, paginate } from '../../http/paginate.ts'
import { PageFields, readPage } from '../../http/pagination.ts'
import { countFlows, ensureFlow, readFlow, readFlowByName, readFlows, updateFlow } from './flows.service.ts'

const FilterBody = optionalBody({ ...RunFilters, ...PageFields, sort: maybe(FlowSort) })
const CountBody = optionalBody(RunFilters)
const PaginateBody = optionalBody({ ...RunFilters, ...PaginateFields, sort: maybe(FlowSort) })
type Id = { Params: { id: string } }

/** `/flows`. Deleting flows stands with the runs, which go with them. */
export function flowRoutes(app: FastifyInstance, { db, clock }: Context): void {
  const see = workspaceAccess('see_flows')
  const run = workspaceAccess('run_flows')

  app.post<{ Body: FlowCreate }>(
    '/flows/',
    { config: run, schema: { body: FlowCreate, response: { 200: Flow, 201: Flow } } },
    async (request, reply) => {
      const { flow, created } = await ensureFlow(db, request.scope, request.body, clock.now())
      return reply.code(created ? 201 : 200).send(flow)
    },
  )

  app.get<Id>('/flows/:id', { config: see, schema: { response: { 200: Flow } } }, async (request) =>
    readFlow(db.read, request.scope, request.params.id),
  )

  app.get<{ Params: { name: string } }>(
    '/flows/name/:name',
    { config: see, schema: { response: { 200: Flow } } },
    async (request) => readFlowByName(db.read, request.scope, request.params.name),
  )

  app.patch<Id & { Body: FlowUpdate }>(
    '/flows/:id',
    { config: run, schema: { body: FlowUpdate } },
    async (request, reply) => {
      const input = { ...request.body, id: request.params.id }
      await db.write((trx) => updateFlow(trx, request.scope, input, clock.now()))
      return reply.code(204).send()
    },
  )

  app.post<{ Body: Static<typeof FilterBody> }>(
    '/flows/filter',
    { config: see, schema: { body: FilterBody, response: { 200: Type.Array(Flow) } } },
    async (request) => {
      const { sort, ...filters } = request.body ?? {}
      return readFlows(db, request.scope, { filters, sort: sort ?? 'NAME_ASC', ...readPage(filters) })
    },
  )

  app.post<{ Body: Static<typeof CountBody> }>(
    '/flows/count',
    { config: see, schema: { body: CountBody } },
    async (request) => countFlows(db, request.scope, request.body ?? {}),
  )

  app.post<{ Body: Static<typeof PaginateBody> }>(
    '/flows/paginate',
    { config: see, schema: { body: PaginateBody } },
    async (request) => {
      const { sort, ...filters } = request.body ?? {}
      return paginate(
        filters,
        (page) => readFlows(db, request.scope, { filters, sort: sort ?? 'NAME_ASC', ...page }),
        () => countFlows(db, request.scope, filters),
      )
    },
  )
}
