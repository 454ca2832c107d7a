/** The dashboard in one answer: a handful of queries, each bounded by the window or by an index. */
import {
  type FlowRun,
  type HistoryBucket,
  type Micros,
  type RunFilters,
  toIso,
  toIsoOrNull,
} from '@orrery/schemas'
import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../../db/index.ts'
import type { WorkspaceScope } from '../../scope.ts'
import { filtered } from './flow-runs.queries.ts'
import { flowRunHistory } from './run-history.ts'
import { type FlowRunRow, flowRunFromRow } from './run-rows.ts'
import { countTaskRunsByState } from './ui-runs.queries.ts'

export interface DashboardInput {
  since: Micros
  until: Micros
  /** At most 500. */
  buckets: number
  flowIds: readonly string[] | null
  tags: readonly string[] | null
}

interface FailureGroup {
  flow_id: string
  flow_name: string | null
  state_type: string
  state_name: string
  message: string | null
  count: number
  latest: { id: string; name: string; end_time: string | null }
}

export interface Dashboard {
  /** By state type, and `late`: scheduled runs that should have begun. */
  counts: Record<string, number>
  history: HistoryBucket[]
  failures: FailureGroup[]
  running: FlowRun[]
  late: FlowRun[]
  upcoming: FlowRun[]
  tasks: { completed: number; failed: number; running: number; total: number }
}

export async function readDashboard(
  db: Db,
  scope: WorkspaceScope,
  input: DashboardInput,
  now: Micros,
): Promise<Dashboard> {
  const chosen: RunFilters = {
    flow_runs: {
      ...(input.tags?.length ? { tags: { all_: [...input.tags] } } : {}),
    },
    ...(input.flowIds?.length ? { flows: { id: { any_: [...input.flowIds] } } } : {}),
  }
  const interval = Math.max(1_000_000, Math.ceil((input.until - input.since) / Math.max(1, input.buckets)))
  const window = { start: input.since, end: input.until, interval }
  const [history, failures, running, late, upcoming, tasks] = await Promise.all([
    flowRunHistory(db, scope, chosen, window, now),
    listFailures(db, scope, chosen, input),
    list(db, scope, chosen, sql`state_type = 'RUNNING'`, sql`state_timestamp desc`, 20),
    list(
      db,
      scope,
      chosen,
      sql`state_type = 'SCHEDULED' and state_name = 'Late'`,
      sql`state_timestamp desc`,
      20,
    ),
    list(
      db,
      scope,
      chosen,
      sql`next_scheduled_start_time is not null and next_scheduled_start_time >= ${sql.lit(now)}`,
      sql`next_scheduled_start_time asc`,
      50,
    ),
    countTasks(db, scope, chosen, input),
  ])
  const answer = (rows: FlowRunRow[]) => rows.map((row) => flowRunFromRow(row, now))
  return {
    counts: countsOf(history),
    history,
    failures,
    running: answer(running),
    late: answer(late),
    upcoming: answer(upcoming),
    tasks,
  }
}

function countsOf(history: HistoryBucket[]): Record<string, number> {
  const counts: Record<string, number> = { late: 0 }
  for (const bucket of history)
    for (const { state_type: type, state_name: name, count_runs: count } of bucket.states) {
      counts[type] = (counts[type] ?? 0) + count
      if (type === 'SCHEDULED' && name === 'Late') counts.late = (counts.late ?? 0) + count
    }
  return counts
}

const list = (
  db: Db,
  scope: WorkspaceScope,
  filters: RunFilters,
  condition: RawBuilder<boolean>,
  order: RawBuilder<unknown>,
  limit: number,
): Promise<FlowRunRow[]> =>
  filtered(db, scope, filters, db.scan.selectFrom('flow_runs').selectAll('flow_runs'))
    .where(condition)
    .orderBy(order)
    .limit(limit)
    .execute()

/** Runs that failed in the window, grouped by what they failed of: the biggest groups, each with its latest run. */
async function listFailures(
  db: Db,
  scope: WorkspaceScope,
  filters: RunFilters,
  { since, until }: DashboardInput,
): Promise<FailureGroup[]> {
  const group = sql`partition by flow_runs.flow_id, flow_runs.state_type, flow_runs.state_name, flow_runs.state_message`
  const failed = filtered(db, scope, filters, db.scan.selectFrom('flow_runs'))
    .where('flow_runs.state_type', 'in', ['FAILED', 'CRASHED'])
    .where('flow_runs.state_timestamp', '>=', since)
    .where('flow_runs.state_timestamp', '<', until)
    .select(['id', 'name', 'flow_id', 'state_type', 'state_name', 'state_message', 'end_time'])
    .select([
      sql<number>`count(*) over (${group})`.as('count'),
      sql<number>`row_number() over (${group} order by flow_runs.state_timestamp desc)`.as('rank'),
    ])
  const rows = await db.scan
    .selectFrom(failed.as('failed'))
    .leftJoin('flows', 'flows.id', 'failed.flow_id')
    .selectAll('failed')
    .select('flows.name as flow_name')
    .where('rank', '=', 1)
    .orderBy('count', 'desc')
    .orderBy('end_time', 'desc')
    .limit(20)
    .execute()
  return rows.map((row) => ({
    flow_id: row.flow_id,
    flow_name: row.flow_name,
    state_type: row.state_type ?? '',
    state_name: row.state_name ?? '',
    message: row.state_message,
    count: row.count,
    latest: { id: row.id, name: row.name, end_time: toIsoOrNull(row.end_time) },
  }))
}

async function countTasks(
  db: Db,
  scope: WorkspaceScope,
  { flow_runs: flowRuns, flows }: RunFilters,
  { since, until }: DashboardInput,
): Promise<Dashboard['tasks']> {
  const byState = await countTaskRunsByState(db, scope, {
    task_runs: { expected_start_time: { after_: toIso(since), before_: toIso(until) } },
    ...(flowRuns?.tags ? { flow_runs: flowRuns } : {}),
    ...(flows ? { flows } : {}),
  })
  return {
    completed: byState.COMPLETED,
    failed: byState.FAILED + byState.CRASHED,
    running: byState.RUNNING,
    total: Object.values(byState).reduce((sum, count) => sum + count, 0),
  }
}
