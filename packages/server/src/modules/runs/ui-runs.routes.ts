import { FlowRunSort, maybe, RunFilters, TaskRunFilter, Uuid } from '@orrery/schemas'
import type { FastifyInstance } from 'fastify'
import { type Static, Type } from 'typebox'
import { instant } from '../../db/filters/index.ts'
import { Invalid } from '../../errors.ts'
import { workspaceAccess } from '../../http/access.ts'
import type { Context } from '../../http/context.ts'
import { optionalBody } from '../../http/paginate.ts'
import { PageFields, readPage } from '../../http/pagination.ts'
import { readDashboard } from './dashboard.ts'
import { MOST_LAST_RUNS, readFlowHealth } from './flow-health.ts'
import { MAX_BUCKETS } from './run-history.ts'
import {
  countDeploymentsOf,
  countTaskRunsByState,
  countTaskRunsOf,
  flowRunPoints,
  nextRunsOf,
  readNamedTaskRun,
  taskRunBars,
} from './ui-runs.queries.ts'

const MAX_POINTS = 1000
const MINUTE = 60_000_000

const PointsBody = optionalBody({ ...RunFilters, ...PageFields, sort: maybe(FlowRunSort) })
const FlowIds = Type.Object({ flow_ids: Type.Array(Uuid, { maxItems: 200 }) })
const HealthBody = Type.Object({
  flow_ids: Type.Array(Uuid, { maxItems: 200 }),
  limit: maybe(Type.Integer({ minimum: 1, maximum: MOST_LAST_RUNS })),
})
const FlowRunIds = Type.Object({ flow_run_ids: Type.Array(Uuid, { maxItems: 200 }) })
const CountBody = optionalBody(RunFilters)
const BarsBody = Type.Object({ ...RunFilters, task_runs: TaskRunFilter })
const DashboardBody = Type.Object({
  since: Type.String(),
  until: Type.String(),
  buckets: Type.Integer({ minimum: 1, maximum: MAX_BUCKETS }),
  flow_ids: maybe(Type.Array(Uuid)),
  tags: maybe(Type.Array(Type.String())),
})

/** `/ui/…`: what pages ask. */
export function uiRunRoutes(app: FastifyInstance, { db, clock }: Context): void {
  const see = workspaceAccess('see_flows')

  app.post<{ Body: Static<typeof PointsBody> }>(
    '/ui/flow_runs/history',
    { config: see, schema: { body: PointsBody } },
    async (request) => {
      const { sort, ...filters } = request.body ?? {}
      const page = {
        filters,
        sort: sort ?? 'EXPECTED_START_TIME_DESC',
        ...readPage(filters, MAX_POINTS),
      } as const
      return flowRunPoints(db, request.scope, page, clock.now())
    },
  )
  app.post<{ Body: Static<typeof FlowRunIds> }>(
    '/ui/flow_runs/count-task-runs',
    { config: see, schema: { body: FlowRunIds } },
    async (request) => countTaskRunsOf(db, request.scope, request.body.flow_run_ids),
  )
  app.post<{ Body: Static<typeof FlowIds> }>(
    '/ui/flows/count-deployments',
    { config: see, schema: { body: FlowIds } },
    async (request) => countDeploymentsOf(db, request.scope, request.body.flow_ids),
  )
  app.post<{ Body: Static<typeof FlowIds> }>(
    '/ui/flows/next-runs',
    { config: see, schema: { body: FlowIds } },
    async (request) => nextRunsOf(db, request.scope, request.body.flow_ids),
  )
  app.post<{ Body: Static<typeof HealthBody> }>(
    '/ui/flows/health',
    { config: see, schema: { body: HealthBody } },
    async (request) => {
      const { flow_ids: flowIds, limit } = request.body
      return readFlowHealth(db, request.scope, { flowIds, limit: limit ?? 30 }, clock.now())
    },
  )
  app.post<{ Body: Static<typeof CountBody> }>(
    '/ui/task_runs/count',
    { config: see, schema: { body: CountBody } },
    async (request) => countTaskRunsByState(db, request.scope, request.body ?? {}),
  )
  app.post<{ Body: Static<typeof BarsBody> }>(
    '/ui/task_runs/dashboard/counts',
    { config: see, schema: { body: BarsBody } },
    async (request) => {
      const { after_: after, before_: before } = request.body.task_runs.start_time ?? {}
      if (!after) throw new Invalid('task_runs.start_time.after_ is required', 'start_time_missing')
      const last = before ? instant(before, 'task_runs.start_time.before_') : clock.now()
      const start = floorMinute(instant(after, 'task_runs.start_time.after_'))
      return taskRunBars(db, request.scope, request.body, { start, end: floorMinute(last) + MINUTE })
    },
  )
  app.get<{ Params: { id: string } }>('/ui/task_runs/:id', { config: see }, async (request) =>
    readNamedTaskRun(db, request.scope, request.params.id, clock.now()),
  )
  app.post<{ Body: Static<typeof DashboardBody> }>(
    '/ui/dashboard',
    { config: see, schema: { body: DashboardBody } },
    async (request) => {
      const { since, until, buckets, flow_ids: flowIds = null, tags = null } = request.body
      const input = { since: instant(since, 'since'), until: instant(until, 'until'), buckets, flowIds, tags }
      return readDashboard(db, request.scope, input, clock.now())
    },
  )
}

const floorMinute = (at: number): number => Math.floor(at / MINUTE) * MINUTE
