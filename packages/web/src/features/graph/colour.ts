// What colours mean: states, unless the reader asks how long tasks took, which task they ran, or which worker ran them.
// Failures keep the look of failure in every scheme, so that bad news is never lost.
import { duration } from '../../lib/format.ts'
import { type GraphModel, secondsOf, taskOf } from './model.ts'
import { BAD_STATES, GRAPH_STATES } from './states.ts'

export const COLOURS = {
  state: 'Colour by state',
  duration: 'Colour by duration',
  task: 'Colour by task',
  worker: 'Colour by worker',
} as const
export type ColourBy = keyof typeof COLOURS

/** Steps of the ramp from short to long, and how many kinds have a hue of their own. */
export const RAMP = 5
export const HUES = 8

export type Colouring = {
  by: Exclude<ColourBy, 'state'>
  /** 0 where the state's colour stands, else 1 + the index of a paint. */
  of: Uint8Array
  /** `paint` is an index: of the ramp for durations, of the hues for kinds; HUES means every other kind. */
  legend: { paint: number; label: string; n: number }[]
}

export function colouring(
  model: GraphModel,
  by: ColourBy,
  now: number,
  workerOf: (i: number) => string | null,
): Colouring | null {
  if (by === 'state') return null
  if (by === 'duration') return byDuration(model, now)
  return byKind(model, by, by === 'task' ? (i) => taskOf(model.labels[i]!) : workerOf)
}

const NICE = [
  0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14_400,
  28_800, 86_400, 604_800,
]

function byDuration(model: GraphModel, now: number): Colouring {
  const seconds = Array.from({ length: model.size }, (_, i) => secondsOf(model, i, now))
  const known = seconds.filter((s) => s !== null).sort((a, b) => a - b)
  // Edges are round numbers near the quintiles: a legend of "12.37 s" would help nobody.
  const edges: number[] = []
  for (let k = 1; k < RAMP; k++) {
    const at = known[Math.floor((k / RAMP) * known.length)] ?? 0
    const edge = NICE.reduce((best, n) =>
      Math.abs(Math.log(n / at)) < Math.abs(Math.log(best / at)) ? n : best,
    )
    if (at > 0 && edge > (edges.at(-1) ?? known[0] ?? 0) && edge <= (known.at(-1) ?? 0)) edges.push(edge)
  }
  const of = new Uint8Array(model.size)
  const counts = new Uint32Array(RAMP)
  const spread = edges.length ? (RAMP - 1) / edges.length : 0
  for (let i = 0; i < model.size; i++) {
    const s = seconds[i]
    if (s === null || s === undefined || isBad(model, i)) continue
    let step = 0
    while (step < edges.length && s >= edges[step]!) step++
    const paint = Math.round(step * spread)
    of[i] = paint + 1
    counts[paint]!++
  }
  const legend = [...edges, Number.POSITIVE_INFINITY].map((edge, step) => {
    const low = edges[step - 1]
    const label =
      low === undefined
        ? edges.length
          ? `under ${duration(edge)}`
          : 'any time'
        : edge === Number.POSITIVE_INFINITY
          ? `${duration(low)} and more`
          : `${duration(low)} to ${duration(edge)}`
    const paint = Math.round(step * spread)
    return { paint, label, n: counts[paint]! }
  })
  return { by: 'duration', of, legend }
}

function byKind(model: GraphModel, by: 'task' | 'worker', kindOf: (i: number) => string | null): Colouring {
  const counts = new Map<string, number>()
  const kinds = Array.from({ length: model.size }, (_, i) => kindOf(i) ?? 'not known')
  for (const kind of kinds) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  const names = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
  const paintOf = new Map(names.map(([name], i) => [name, Math.min(i, HUES)]))
  const of = Uint8Array.from(kinds, (kind, i) => (isBad(model, i) ? 0 : (paintOf.get(kind) ?? HUES) + 1))
  const legend = names.slice(0, HUES).map(([label, n], paint) => ({ paint, label, n }))
  const others = names.slice(HUES)
  if (others.length)
    legend.push({
      paint: HUES,
      label: `${others.length} other${others.length > 1 ? 's' : ''}`,
      n: others.reduce((sum, [, n]) => sum + n, 0),
    })
  return { by, of, legend }
}

const isBad = (model: GraphModel, i: number): boolean => BAD_STATES.has(GRAPH_STATES[model.states[i]!]!)
