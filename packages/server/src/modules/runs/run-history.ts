/** Runs counted by when they were expected to start. */
import {
  type HistoryBucket,
  type Micros,
  type RunFilters,
  type StateType,
  toIso,
  toSeconds,
} from '@orrery/schemas'
import { type SelectQueryBuilder, sql } from 'kysely'
import type { Db } from '../../db/index.ts'
import type { Tables } from '../../db/tables.ts'
import { Invalid } from '../../errors.ts'
import type { WorkspaceScope } from '../../scope.ts'
import { filtered } from './flow-runs.queries.ts'
import { late, type RunTable, runTime } from './run-times.ts'
import { filteredTaskRuns } from './task-runs.queries.ts'

export const MAX_BUCKETS = 500

export interface HistoryWindow {
  start: Micros
  end: Micros
  /** At least a second. */
  interval: Micros
}

/** Refuses intervals under a second; keeps the first 500 buckets. */
export function checkedWindow(start: Micros, end: Micros, intervalSeconds: number): HistoryWindow {
  if (!(intervalSeconds >= 1))
    throw new Invalid('Invalid history interval: must be at least 1 second.', 'interval_too_short')
  return { start, end, interval: Math.round(intervalSeconds * 1_000_000) }
}

interface Grouped {
  bucket: number
  state_type: string | null
  state_name: string | null
  count: number
  run_time: number
  lateness: number
}

export async function flowRunHistory(
  db: Db,
  scope: WorkspaceScope,
  filters: RunFilters,
  window: HistoryWindow,
  now: Micros,
): Promise<HistoryBucket[]> {
  const query = filtered(db, scope, filters, db.scan.selectFrom('flow_runs'))
  return history(query, 'flow_runs', window, now)
}

export async function taskRunHistory(
  db: Db,
  scope: WorkspaceScope,
  filters: RunFilters,
  window: HistoryWindow,
  now: Micros,
): Promise<HistoryBucket[]> {
  const query = filteredTaskRuns(db, scope, filters, db.scan.selectFrom('task_runs'))
  return history(query, 'task_runs', window, now)
}

// The two tables share the columns that are used here; Kysely cannot know.
async function history<T extends RunTable>(
  query: SelectQueryBuilder<Tables, T, object>,
  table: RunTable,
  { start, end, interval }: HistoryWindow,
  now: Micros,
): Promise<HistoryBucket[]> {
  const count = Math.min(Math.ceil(Math.max(0, end - start) / interval), MAX_BUCKETS)
  if (count === 0) return []
  const last = Math.min(end, start + count * interval)
  const runs = query as unknown as SelectQueryBuilder<Tables, 'flow_runs', object>
  const expected = sql.ref<number>(`${table}.expected_start_time`)
  const rows: Grouped[] = await runs
    .where(sql<boolean>`${expected} >= ${sql.lit(start)} and ${expected} < ${sql.lit(last)}`)
    .select([
      sql<number>`(${expected} - ${sql.lit(start)}) / ${sql.lit(interval)}`.as('bucket'),
      'state_type',
      'state_name',
      sql<number>`count(*)`.as('count'),
      sql<number>`sum(${runTime(table, now)})`.as('run_time'),
      sql<number>`sum(${late(table, now)})`.as('lateness'),
    ])
    .groupBy(['bucket', 'state_type', 'state_name'])
    .orderBy('state_type')
    .orderBy('state_name')
    .execute()
  const buckets = Array.from(
    { length: count },
    (_, index): HistoryBucket => ({
      interval_start: toIso(start + index * interval),
      interval_end: toIso(start + (index + 1) * interval),
      states: [],
    }),
  )
  for (const row of rows) {
    if (row.state_type === null) continue
    buckets[row.bucket]?.states.push({
      state_type: row.state_type as StateType,
      state_name: row.state_name ?? '',
      count_runs: row.count,
      sum_estimated_run_time: toSeconds(row.run_time),
      sum_estimated_lateness: toSeconds(row.lateness),
    })
  }
  return buckets
}

/** Mean lateness in seconds of the flow runs that the filters let through; null without any. */
export async function meanLateness(
  db: Db,
  scope: WorkspaceScope,
  filters: RunFilters,
  now: Micros,
): Promise<number | null> {
  const query = db.scan
    .selectFrom('flow_runs')
    .select(sql<number | null>`avg(${late('flow_runs', now)})`.as('mean'))
  const { mean } = await filtered(db, scope, filters, query).executeTakeFirstOrThrow()
  return mean === null ? null : toSeconds(mean)
}
