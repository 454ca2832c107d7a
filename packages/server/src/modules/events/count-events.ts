import { type EventFilter, type Micros, toIso } from '@orrery/schemas'
import type { Db } from '../../db/db.ts'
import { Invalid } from '../../errors.ts'
import type { WorkspaceScope } from '../../scope.ts'
import { occurredRange } from './event-filter-sql.ts'
import { countEventsByTime, countEventsByValue } from './events.queries.ts'

export const COUNTABLES = ['day', 'time', 'event', 'resource'] as const
export type Countable = (typeof COUNTABLES)[number]

const UNITS = {
  week: 7 * 86_400_000_000,
  day: 86_400_000_000,
  hour: 3_600_000_000,
  minute: 60_000_000,
  second: 1_000_000,
} as const

export const TIME_UNITS = Object.keys(UNITS) as TimeUnit[]
export type TimeUnit = keyof typeof UNITS

export interface EventCount {
  value: string
  label: string
  count: number
  start_time: string
  end_time: string
}

const MAX_BUCKETS = 1000
/** Buckets are counted from this Monday, so that the same instants share a bucket in every query. */
const PIVOT: Micros = Date.UTC(2024, 3, 1) * 1000

/** Counts by name, by resource, or by evenly wide spans of time, in which empty spans are zero. */
export async function countEventsBy(
  db: Db,
  scope: WorkspaceScope,
  input: { filter: EventFilter; countable: Countable; unit: TimeUnit; interval: number; now: Micros },
): Promise<EventCount[]> {
  const { filter, countable, now } = input
  const range = occurredRange(filter, now)
  const unit = countable === 'day' ? 'day' : input.unit
  const width = Math.round(UNITS[unit] * (countable === 'day' ? 1 : input.interval))
  checkBuckets(range, width, input.interval)
  if (countable === 'event' || countable === 'resource') {
    const rows = await countEventsByValue(db, scope, { filter, range, by: countable })
    return rows.map((row) => ({
      value: row.value,
      label: row.label,
      count: Number(row.count),
      start_time: toIso(Number(row.start_time)),
      end_time: toIso(Number(row.end_time)),
    }))
  }
  const origin = PIVOT + Math.floor((range.since - PIVOT) / width) * width
  // A query that looks ahead has no spans past the current one.
  const end = range.until > now ? Math.floor(now / UNITS[unit]) * UNITS[unit] + UNITS[unit] - 1 : range.until
  const rows = await countEventsByTime(db, scope, { filter, range, origin, width })
  const counts = new Map(rows.map((row) => [Number(row.bucket), Number(row.count)]))
  const spans: EventCount[] = []
  for (let start = origin; start < end; start += width) {
    const count = counts.get(spans.length) ?? 0
    spans.push({
      value: String(spans.length),
      label: toIso(start).replace('.000000Z', 'Z').replace('Z', '+00:00'),
      count,
      start_time: toIso(start),
      end_time: toIso(start + width - 1),
    })
  }
  return spans
}

function checkBuckets(range: { since: Micros; until: Micros }, width: number, interval: number): void {
  if (interval < 0.01) throw new Invalid('The minimum interval is 0.01', 'interval_too_small')
  const buckets = Math.ceil((range.until - range.since) / width)
  if (buckets > MAX_BUCKETS)
    throw new Invalid(
      `The given interval would create ${buckets} buckets, which is too many. Please increase the interval or reduce the time range to produce ${MAX_BUCKETS} buckets or fewer.`,
      'too_many_buckets',
    )
}
