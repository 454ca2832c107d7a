/** What pages of the UI ask in one go. */
import {
  type FlowRunSort,
  type Micros,
  type RunFilters,
  STATE_TYPES,
  type StateType,
  toIso,
  toSeconds,
} from '@orrery/schemas'
import { sql } from 'kysely'
import { isAnyOf } from '../../db/dialect/json.ts'
import type { Db } from '../../db/index.ts'
import type { WorkspaceScope } from '../../scope.ts'
import { filtered, inOrder } from './flow-runs.queries.ts'
import { estimatedRunTime, lateness, taskRunFromRow } from './run-rows.ts'
import { TaskRunNotFound } from './runs.errors.ts'
import { filteredTaskRuns } from './task-runs.queries.ts'

/** Runs as points of a scatter plot. */
export async function flowRunPoints(
  db: Db,
  scope: WorkspaceScope,
  page: { filters: RunFilters; sort: FlowRunSort; limit: number; offset: number },
  now: Micros,
) {
  const points = db.scan
    .selectFrom('flow_runs')
    .select([
      'id',
      'state_type',
      'state_timestamp',
      'start_time',
      'end_time',
      'expected_start_time',
      'total_run_time',
    ])
  const rows = await inOrder(filtered(db, scope, page.filters, points), db, page).execute()
  return rows.flatMap((row) => {
    const at = row.start_time ?? row.expected_start_time
    if (at === null) return []
    return {
      id: row.id,
      state_type: row.state_type,
      timestamp: toIso(at),
      duration: toSeconds(estimatedRunTime(row, now)),
      lateness: toSeconds(lateness(row, now)),
    }
  })
}

const zeros = (ids: readonly string[]): Record<string, number> =>
  Object.fromEntries(ids.map((id) => [id.toLowerCase(), 0]))

/** Task runs of each flow run, without those that stand for sub-flows. */
export async function countTaskRunsOf(db: Db, scope: WorkspaceScope, flowRunIds: readonly string[]) {
  const rows = await db.scan
    .selectFrom('task_runs')
    .select(['flow_run_id', sql<number>`count(*)`.as('count')])
    .where('workspace_id', '=', scope.workspaceId)
    .where(isAnyOf(db.dialect, 'task_runs.flow_run_id', flowRunIds, 'id'))
    .where(sql<boolean>`not exists (select 1 from flow_runs sub where sub.parent_task_run_id = task_runs.id)`)
    .groupBy('flow_run_id')
    .execute()
  const counts = zeros(flowRunIds)
  for (const row of rows) if (row.flow_run_id !== null) counts[row.flow_run_id] = row.count
  return counts
}

export async function countDeploymentsOf(db: Db, scope: WorkspaceScope, flowIds: readonly string[]) {
  const rows = await db.scan
    .selectFrom('deployments')
    .select(['flow_id', sql<number>`count(*)`.as('count')])
    .where('workspace_id', '=', scope.workspaceId)
    .where(isAnyOf(db.dialect, 'deployments.flow_id', flowIds, 'id'))
    .groupBy('flow_id')
    .execute()
  const counts = zeros(flowIds)
  for (const row of rows) counts[row.flow_id] = row.count
  return counts
}

/** The scheduled run of each flow that is due next. */
export async function nextRunsOf(db: Db, scope: WorkspaceScope, flowIds: readonly string[]) {
  const ranked = db.scan
    .selectFrom('flow_runs')
    .select(['id', 'flow_id', 'name', 'state_name', 'state_type', 'next_scheduled_start_time'])
    .select(
      sql<number>`row_number() over (partition by flow_id order by next_scheduled_start_time, id)`.as('rank'),
    )
    .where('workspace_id', '=', scope.workspaceId)
    .where(isAnyOf(db.dialect, 'flow_runs.flow_id', flowIds, 'id'))
    .where('state_type', '=', 'SCHEDULED')
    .where('next_scheduled_start_time', 'is not', null)
  const rows = await db.scan.selectFrom(ranked.as('ranked')).selectAll().where('rank', '=', 1).execute()
  const next: Record<string, unknown> = Object.fromEntries(flowIds.map((id) => [id.toLowerCase(), null]))
  for (const { rank: _, ...row } of rows)
    next[row.flow_id] = { ...row, next_scheduled_start_time: toIso(row.next_scheduled_start_time ?? 0) }
  return next
}

export async function countTaskRunsByState(
  db: Db,
  scope: WorkspaceScope,
  filters: RunFilters,
): Promise<Record<StateType, number>> {
  const query = db.scan
    .selectFrom('task_runs')
    .select(['state_type', sql<number>`count(*)`.as('count')])
    .groupBy('state_type')
  const rows = await filteredTaskRuns(db, scope, filters, query).execute()
  const counts = Object.fromEntries(STATE_TYPES.map((type) => [type, 0])) as Record<StateType, number>
  for (const row of rows) if (row.state_type !== null) counts[row.state_type as StateType] = row.count
  return counts
}

const BARS = 20

/** Ended task runs by when they started, in 20 equal spans. */
export async function taskRunBars(
  db: Db,
  scope: WorkspaceScope,
  filters: RunFilters,
  { start, end }: { start: Micros; end: Micros },
): Promise<{ completed: number; failed: number }[]> {
  const bars = Array.from({ length: BARS }, () => ({ completed: 0, failed: 0 }))
  const width = Math.max(1, Math.ceil((end - start) / BARS))
  const query = db.scan
    .selectFrom('task_runs')
    .where('task_runs.state_type', 'in', ['COMPLETED', 'FAILED', 'CANCELLED', 'CRASHED'])
    .where('task_runs.start_time', '>=', start)
    .select([
      sql<number>`(task_runs.start_time - ${sql.lit(start)}) / ${sql.lit(width)}`.as('bar'),
      sql<number>`count(*)`.as('count'),
      sql<number>`sum(case when task_runs.state_type in ('FAILED', 'CRASHED') then 1 else 0 end)`.as(
        'failed',
      ),
    ])
    .groupBy('bar')
  for (const row of await filteredTaskRuns(db, scope, filters, query).execute()) {
    const bar = bars[row.bar]
    if (!bar) continue
    bar.failed += row.failed
    bar.completed += row.count - row.failed
  }
  return bars
}

/** A task run with the name of its flow run. */
export async function readNamedTaskRun(db: Db, scope: WorkspaceScope, id: string, now: Micros) {
  const row = await db.read
    .selectFrom('task_runs')
    .leftJoin('flow_runs', 'flow_runs.id', 'task_runs.flow_run_id')
    .selectAll('task_runs')
    .select('flow_runs.name as flow_run_name')
    .where('task_runs.workspace_id', '=', scope.workspaceId)
    .where('task_runs.id', '=', id)
    .executeTakeFirst()
  if (!row) throw new TaskRunNotFound(id)
  return { ...taskRunFromRow(row, now), flow_run_name: row.flow_run_name }
}
