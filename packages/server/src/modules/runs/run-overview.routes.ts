import {
  FlowRunFilter,
  Instant,
  maybe,
  nullable,
  OrchestrationResult,
  RunFilters,
  StateCreate,
} from '@orrery/schemas'
import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import { instant } from '../../db/filters/index.ts'
import { workspaceAccess } from '../../http/access.ts'
import type { Context } from '../../http/context.ts'
import { optionalBody } from '../../http/paginate.ts'
import { readPage } from '../../http/pagination.ts'
import { bulkSetFlowRunState } from './bulk-set-state.ts'
import {
  bulkDeleteFlowRuns,
  bulkDeleteFlows,
  deleteFlow,
  deleteFlowRun,
  deleteTaskRun,
} from './delete-runs.ts'
import { clientVersions } from './request-facts.ts'
import { resumeFlowRun } from './resume-flow-run.ts'
import { readDependencies, readGraph } from './run-graph.ts'
import { checkedWindow, flowRunHistory, meanLateness, taskRunHistory } from './run-history.ts'

const MAX_BULK = 50

const HistoryBody = Type.Object({
  ...RunFilters,
  history_start: Instant,
  history_end: Instant,
  history_interval_seconds: Type.Number(),
})
const LatenessBody = optionalBody(RunFilters)
const BulkDelete = optionalBody({
  flow_runs: RunFilters.flow_runs,
  limit: maybe(Type.Integer({ minimum: 1 })),
})
const BulkDeleteFlows = optionalBody({ flows: RunFilters.flows, limit: maybe(Type.Integer({ minimum: 1 })) })
const BulkSetState = Type.Object({
  flow_runs: maybe(FlowRunFilter),
  state: StateCreate,
  force: maybe(Type.Boolean()),
  limit: maybe(Type.Integer({ minimum: 1 })),
})
const ResumeBody = optionalBody({ run_input: maybe(Type.Record(Type.String(), Type.Unknown())) })
const Since = Type.Object({ since: Type.Optional(nullable(Type.String())) })
type Id = { Params: { id: string } }

/** What is done to many runs, what is told of many runs, and what ends a run's stay. */
export function runOverviewRoutes(app: FastifyInstance, context: Context): void {
  const { db, clock } = context
  const see = workspaceAccess('see_flows')
  const run = workspaceAccess('run_flows')
  const manage = workspaceAccess('manage_flows')

  app.post<{ Body: Static<typeof HistoryBody> }>(
    '/flow_runs/history',
    { config: see, schema: { body: HistoryBody } },
    async (request) => flowRunHistory(db, request.scope, request.body, windowOf(request.body), clock.now()),
  )
  app.post<{ Body: Static<typeof HistoryBody> }>(
    '/task_runs/history',
    { config: see, schema: { body: HistoryBody } },
    async (request) => taskRunHistory(db, request.scope, request.body, windowOf(request.body), clock.now()),
  )
  app.post<{ Body: Static<typeof LatenessBody> }>(
    '/flow_runs/lateness',
    { config: see, schema: { body: LatenessBody } },
    async (request, reply) => {
      const mean = await meanLateness(db, request.scope, request.body ?? {}, clock.now())
      return reply.type('application/json; charset=utf-8').send(JSON.stringify(mean))
    },
  )

  app.get<Id & { Querystring: Static<typeof Since> }>(
    '/flow_runs/:id/graph-v2',
    { config: see, schema: { querystring: Since } },
    async (request) => {
      const { since } = request.query
      return readGraph(db, request.scope, request.params.id, since ? instant(since, 'since') : 0)
    },
  )
  app.get<Id>('/flow_runs/:id/graph', { config: see }, async (request) =>
    readDependencies(db, request.scope, request.params.id, clock.now()),
  )

  app.post<Id & { Body: Static<typeof ResumeBody> }>(
    '/flow_runs/:id/resume',
    {
      config: run,
      schema: { body: ResumeBody, response: { 200: OrchestrationResult, 201: OrchestrationResult } },
    },
    async (request, reply) => {
      const runInput = request.body?.run_input ?? null
      const { stored, result } = await resumeFlowRun(context, request.scope, {
        id: request.params.id,
        runInput,
        ...clientVersions(request),
      })
      return reply.code(stored ? 201 : 200).send(result)
    },
  )

  app.post<{ Body: Static<typeof BulkSetState> }>(
    '/flow_runs/bulk_set_state',
    { config: run, schema: { body: BulkSetState } },
    async (request) => {
      const { flow_runs, limit, state, force } = request.body
      const results = await bulkSetFlowRunState(context, request.scope, {
        filters: { flow_runs: flow_runs ?? null },
        ...readPage({ limit: limit ?? null }, MAX_BULK),
        state,
        force: force ?? false,
        ...clientVersions(request),
      })
      return { results }
    },
  )

  app.post<{ Body: Static<typeof BulkDelete> }>(
    '/flow_runs/bulk_delete',
    { config: manage, schema: { body: BulkDelete } },
    async (request) => {
      const { limit } = readPage({ limit: request.body?.limit ?? null }, MAX_BULK)
      const filters = { flow_runs: request.body?.flow_runs ?? null }
      return { deleted: await bulkDeleteFlowRuns(db, request.scope, filters, limit) }
    },
  )
  app.post<{ Body: Static<typeof BulkDeleteFlows> }>(
    '/flows/bulk_delete',
    { config: manage, schema: { body: BulkDeleteFlows } },
    async (request) => {
      const { limit } = readPage({ limit: request.body?.limit ?? null }, MAX_BULK)
      return {
        deleted: await bulkDeleteFlows(db, request.scope, { flows: request.body?.flows ?? null }, limit),
      }
    },
  )
  app.delete<Id>('/flow_runs/:id', { config: manage }, async (request, reply) => {
    await deleteFlowRun(db, request.scope, request.params.id)
    return reply.code(204).send()
  })
  app.delete<Id>('/task_runs/:id', { config: manage }, async (request, reply) => {
    await deleteTaskRun(db, request.scope, request.params.id)
    return reply.code(204).send()
  })
  app.delete<Id>('/flows/:id', { config: manage }, async (request, reply) => {
    await deleteFlow(db, request.scope, request.params.id)
    return reply.code(204).send()
  })
}

const windowOf = (body: Static<typeof HistoryBody>) =>
  checkedWindow(
    instant(body.history_start, 'history_start'),
    instant(body.history_end, 'history_end'),
    body.history_interval_seconds,
  )
