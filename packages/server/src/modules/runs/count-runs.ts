/** Counts that a page can afford whatever is stored: capped ones, and how many runs ran at once. */
import { type AtOnce, type Micros, type RunFilters, toIso } from '@orrery/schemas'
import { type SelectQueryBuilder, sql } from 'kysely'
import type { Db } from '../../db/index.ts'
import type { Tables } from '../../db/tables.ts'
import { Invalid } from '../../errors.ts'
import type { WorkspaceScope } from '../../scope.ts'
import { filtered } from './flow-runs.queries.ts'
import { filteredTaskRuns } from './task-runs.queries.ts'

/** A count stops here: beyond ten thousand people filter, and nobody reads the number. */
const MOST_COUNTED = 10_001

/** How many runs the filters let through, 10,001 at most. */
export async function cappedCount(
  db: Db,
  scope: WorkspaceScope,
  kind: 'flow_runs' | 'task_runs',
  filters: RunFilters,
): Promise<number> {
  // The two queries are of one shape, which Kysely cannot know.
  const some = (
    kind === 'flow_runs'
      ? filtered(db, scope, filters, db.scan.selectFrom('flow_runs').select('flow_runs.id'))
      : filteredTaskRuns(db, scope, filters, db.scan.selectFrom('task_runs').select('task_runs.id'))
  ) as SelectQueryBuilder<Tables, 'flow_runs', { id: string }>
  const { count } = await db.scan
    .selectFrom(some.limit(MOST_COUNTED).as('some'))
    .select(sql<number>`count(*)`.as('count'))
    .executeTakeFirstOrThrow()
  return count
}

/**
 * How far before the span a run may have started and still be looked for once it has ended. Runs that have not
 * ended are found however long they run; without the bound the question would read all history.
 */
const LOOK_BACK: Micros = 7 * 86_400 * 1_000_000

/** The most runs at once in each of equal intervals. A running run runs until now. */
export async function runsAtOnce(
  db: Db,
  scope: WorkspaceScope,
  filters: RunFilters,
  { start, end, buckets }: { start: Micros; end: Micros; buckets: number },
  now: Micros,
): Promise<AtOnce[]> {
  if (!(end > start)) throw new Invalid('until must be later than since', 'interval_empty')
  const width = Math.max(1, Math.ceil((end - start) / buckets))
  const last = Math.min(end, now)
  const runs = filtered(
    db,
    scope,
    filters,
    db.scan
      .selectFrom('flow_runs')
      .select(['flow_runs.start_time as began', 'flow_runs.end_time as ended'])
      .where('flow_runs.start_time', 'is not', null)
      .where('flow_runs.start_time', '<', last)
      .where((where) =>
        where.or([
          where.and([
            where('flow_runs.end_time', '>', start),
            // In the words of the index on the start.
            where(
              sql<number>`coalesce(flow_runs.start_time, flow_runs.expected_start_time)`,
              '>=',
              start - LOOK_BACK,
            ),
          ]),
          where.and([
            where('flow_runs.end_time', 'is', null),
            where('flow_runs.state_type', 'in', ['RUNNING', 'CANCELLING']),
          ]),
        ]),
      ),
  )
  // Each run is a step up and a step down; steps within one instant go down first, so that runs in a row are one.
  const steps = sql`
    select case when began < ${sql.lit(start)} then ${sql.lit(start)} else began end as at, 1 as step from runs
    union all select ended as at, -1 as step from runs where ended is not null and ended < ${sql.lit(last)}`
  const { rows } = await sql<Interval>`
    with runs as ${runs}, steps as (${steps}),
    heights as (select at, step, sum(step) over (order by at, step rows unbounded preceding) as height from steps)
    select (at - ${sql.lit(start)}) / ${sql.lit(width)} as bucket, max(height) as most, sum(step) as change
    from heights group by bucket order by bucket`.execute(db.scan)
  return spread(rows, { start, width, buckets })
}

interface Interval {
  bucket: number
  /** The greatest height that a step within it led to. */
  most: number
  /** By how much the height at its end differs from that at its beginning. */
  change: number
}

/** What an interval inherits from the one before it is a height too. */
function spread(
  rows: readonly Interval[],
  { start, width, buckets }: { start: Micros; width: Micros; buckets: number },
): AtOnce[] {
  const found = new Map(rows.map((row) => [Number(row.bucket), row]))
  let height = 0
  return Array.from({ length: buckets }, (_, index) => {
    const row = found.get(index)
    const most = Math.max(height, Number(row?.most ?? 0))
    height += Number(row?.change ?? 0)
    return {
      interval_start: toIso(start + index * width),
      interval_end: toIso(start + (index + 1) * width),
      most,
    }
  })
}
