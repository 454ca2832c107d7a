// The rim of the Radar is the clock of the run: which ticks and dates it bears, and where it failed.
import { clock, duration } from '../../lib/format.ts'
import type { Clock } from './compose.ts'
import { type GraphModel, stateAt } from './model.ts'
import { axisLabel, timeTicks } from './timeline-layout.ts'

/** What the dial spans: a run that has ended spans itself, one that runs at least its usual length. */
export function rimSpan(
  model: GraphModel,
  { ended, now, usualSeconds }: { ended: boolean; now: number; usualSeconds: number | null },
): { from: number; to: number; now: number } | null {
  const from = model.runStart
  let last = model.runEnd
  // Tasks may outlive their run by a moment, and old servers do not say when a run ended.
  for (let i = 0; i < model.size; i++) {
    const at = Number.isNaN(model.end[i]!) ? model.start[i]! : model.end[i]!
    if (!(at <= last) && !Number.isNaN(at) && (Number.isNaN(last) || ended)) last = at
  }
  const end = ended ? last : now
  if (Number.isNaN(from) || Number.isNaN(end)) return null
  const usual = ended ? 0 : (usualSeconds ?? 0) * 1000
  return { from, to: Math.max(end, from + usual, from + 1), now: Math.max(from, end) }
}

export function rimClock(
  model: GraphModel,
  span: { from: number; to: number },
  at: number,
  zone: 'local' | 'utc',
): Clock {
  const { from, to } = span
  const total = to - from
  // Within a few seconds the time of the day says less than the time since the start.
  const short = total < 10_000
  const [first, last] = short ? [0, total] : [from, to]
  const fine = timeTicks(first, last, 90)
  const coarse = timeTicks(first, last, 4)
  const long = new Set(timeTicks(first, last, 18).ticks)
  const share = (t: number): number => (t - from) / total
  const place = (tick: number): number => (tick - first) / total
  const marks: Clock['marks'] = coarse.ticks.map((tick) => ({
    at: place(tick),
    text: short ? duration(tick / 1000) : axisLabel(tick, coarse.step, zone),
  }))
  let failed = Number.NaN
  for (let i = 0; i < model.size; i++) {
    const state = stateAt(model, i)
    if ((state === 'failed' || state === 'timedout') && !(model.end[i]! <= failed)) failed = model.end[i]!
  }
  if (!Number.isNaN(failed)) {
    const place = Math.min(1, share(failed))
    for (let i = marks.length - 1; i >= 0; i--) if (Math.abs(marks[i]!.at - place) < 0.05) marks.splice(i, 1)
    marks.push({ at: place, text: clock(failed, zone), state: 'failed' })
  }
  return {
    elapsed: share(at),
    ticks: fine.ticks.map((tick) => ({ at: place(tick), long: long.has(tick) })),
    marks,
  }
}
