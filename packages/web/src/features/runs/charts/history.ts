import type { HistoryBucket } from '@orrery/schemas'
// Buckets of the history endpoint, sorted into what the chart draws: good work upwards, bad news downwards.
import { lookOf, type StateLook } from '../../../lib/states.ts'

export interface Column {
  from: number
  to: number
  completed: number
  running: number
  /** Paused, pending, cancelling: neither good nor bad yet. */
  waiting: number
  scheduled: number
  failed: number
  crashed: number
  late: number
  cancelled: number
  total: number
}

const FIELD: Record<StateLook, keyof Omit<Column, 'from' | 'to' | 'total'>> = {
  completed: 'completed',
  cached: 'completed',
  running: 'running',
  retrying: 'running',
  failed: 'failed',
  timedout: 'failed',
  crashed: 'crashed',
  scheduled: 'scheduled',
  awaiting: 'scheduled',
  late: 'late',
  pending: 'waiting',
  blocked: 'waiting',
  paused: 'waiting',
  suspended: 'waiting',
  cancelling: 'waiting',
  cancelled: 'cancelled',
}

export function columnsOf(buckets: readonly HistoryBucket[]): Column[] {
  return buckets.map((bucket) => {
    const column: Column = {
      from: Date.parse(bucket.interval_start),
      to: Date.parse(bucket.interval_end),
      completed: 0,
      running: 0,
      waiting: 0,
      scheduled: 0,
      failed: 0,
      crashed: 0,
      late: 0,
      cancelled: 0,
      total: 0,
    }
    for (const state of bucket.states) {
      column[FIELD[lookOf({ type: state.state_type, name: state.state_name })]] += state.count_runs
      column.total += state.count_runs
    }
    return column
  })
}

/** What each look counts over all buckets, and everything together. */
export function lookCounts(buckets: readonly HistoryBucket[]): { all: number; of: Map<StateLook, number> } {
  const of = new Map<StateLook, number>()
  let all = 0
  for (const bucket of buckets)
    for (const state of bucket.states) {
      const look = lookOf({ type: state.state_type, name: state.state_name })
      of.set(look, (of.get(look) ?? 0) + state.count_runs)
      all += state.count_runs
    }
  return { all, of }
}

/** A round number not below the largest value, for the scale of a chart. */
export function niceMax(value: number): number {
  if (value <= 5) return 5
  const power = 10 ** Math.floor(Math.log10(value))
  for (const step of [1, 2, 2.5, 5, 10]) if (step * power >= value) return step * power
  return 10 * power
}
