/** How long runs took and how late they began: the median and the 95th percentile, of a window and of its steps. */
import { type MeasuredTimes, type Micros, type Quantiles, type RunFilters, toSeconds } from '@orrery/schemas'
import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../../db/index.ts'
import type { WorkspaceScope } from '../../scope.ts'
import { filtered } from './flow-runs.queries.ts'
import type { HistoryWindow } from './run-history.ts'
import { late } from './run-times.ts'

/**
 * Cells of the histogram in one factor of e: values of a cell differ by at most 3 %. Sorting 100,000 runs takes
 * SQLite twice the time of counting them into cells, and the cells of the steps add up to those of the window.
 */
const CELLS = 32

interface Cell {
  bucket: number
  cell: number
  count: number
  least: number
  most: number
}

/** Of the runs that ended: how long they ran. */
export const flowRunDurations = (
  db: Db,
  scope: WorkspaceScope,
  filters: RunFilters,
  window: HistoryWindow,
): Promise<MeasuredTimes> =>
  measure(db, scope, filters, window, {
    value: sql`flow_runs.total_run_time`,
    of: sql`flow_runs.start_time is not null and flow_runs.state_type in ('COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED')`,
  })

/** Of the runs that have begun or should have: how late. */
export const flowRunLateness = (
  db: Db,
  scope: WorkspaceScope,
  filters: RunFilters,
  window: HistoryWindow,
  now: Micros,
): Promise<MeasuredTimes> =>
  measure(db, scope, filters, window, {
    value: late('flow_runs', now),
    of: sql`(flow_runs.start_time is not null or (flow_runs.expected_start_time < ${sql.lit(now)} and flow_runs.state_type not in ('COMPLETED', 'FAILED', 'CRASHED', 'CANCELLED')))`,
  })

async function measure(
  db: Db,
  scope: WorkspaceScope,
  filters: RunFilters,
  { start, end, interval }: HistoryWindow,
  { value, of }: { value: RawBuilder<number>; of: RawBuilder<boolean> },
): Promise<MeasuredTimes> {
  const values = filtered(db, scope, filters, db.scan.selectFrom('flow_runs'))
    .where('flow_runs.expected_start_time', '>=', start)
    .where('flow_runs.expected_start_time', '<', end)
    .where(of)
    .select([
      sql<number>`(flow_runs.expected_start_time - ${sql.lit(start)}) / ${sql.lit(interval)}`.as('bucket'),
      value.as('value'),
    ])
  const cells: Cell[] = await db.scan
    .selectFrom(values.as('measured'))
    .select([
      'bucket',
      sql<number>`floor(ln(value + 1) * ${sql.lit(CELLS)})`.as('cell'),
      sql<number>`count(*)`.as('count'),
      sql<number>`min(value)`.as('least'),
      sql<number>`max(value)`.as('most'),
    ])
    .groupBy(['bucket', 'cell'])
    .execute()
  const byBucket = new Map<number, Cell[]>()
  for (const cell of cells) {
    const list = byBucket.get(cell.bucket)
    if (list) list.push(cell)
    else byBucket.set(cell.bucket, [cell])
  }
  const count = Math.ceil(Math.max(0, end - start) / interval)
  return {
    whole: quantilesOf(cells),
    buckets: Array.from({ length: count }, (_, index) => quantilesOf(byBucket.get(index) ?? [])),
  }
}

/** The quantiles of what was counted into cells: each is a value that was measured. */
export function quantilesOf(cells: readonly Omit<Cell, 'bucket'>[]): Quantiles | null {
  if (cells.length === 0) return null
  const sorted = cells.toSorted((a, b) => a.cell - b.cell || a.least - b.least)
  const count = sorted.reduce((sum, cell) => sum + cell.count, 0)
  const at = (part: number): number => {
    // The value not above which the part lies: of 20 values the 19th is the 95th percentile.
    let rank = Math.max(1, Math.ceil(part * count))
    for (const cell of sorted) {
      if (rank <= cell.count) return toSeconds(rank === 1 ? cell.least : cell.most)
      rank -= cell.count
    }
    return toSeconds(sorted.at(-1)?.most ?? 0)
  }
  return { p50: at(0.5), p95: at(0.95), count }
}
