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
  const fine = timeTicks(from, to, 90)
  const coarse = timeTicks(from, to, 4)
  const long = timeTicks(from, to, 18)
  const share = (t: number): number => (t - from) / total
  // Within a few seconds the time of the day says less than the time since the start.
  const words = (t: number): string =>
    total < 10_000 ? duration((t - from) / 1000) : axisLabel(t, coarse.step, zone)
  const shift = total < 10_000 ? from - coarse.step * Math.floor(from / coarse.step) : 0
  const marks: Clock['marks'] = coarse.ticks
    .map((t) => t + shift)
    .filter((t) => t <= to)
    .map((t) => ({
      at: share(t),
      text: words(t),
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
  const longs = new Set(long.ticks)
  return {
    elapsed: share(at),
    ticks: fine.ticks.map((t) => ({ at: share(t + shift), long: longs.has(t) })).filter((t) => t.at <= 1),
    marks,
  }
}
