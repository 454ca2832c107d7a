// Rows of the Timeline: who stands where, how far indented, since when it waited and where its bar lies.
import { type GraphModel, neighbours, secondsOf } from './model.ts'

export type TimelineRow = {
  node: number
  /** How many sub-flows it is opened under. */
  level: number
  /** Longest path from a root, for the indent of the name. */
  depth: number
  /** When everything upstream had ended (milliseconds since the epoch); NaN for roots and for nodes that never started. */
  ready: number
}
export type Timeline = {
  rows: TimelineRow[]
  /** Nodes that never started, in model order. */
  never: number[]
  from: number
  to: number
}

export function timelineLayout(model: GraphModel, depth: Uint16Array, now: number): Timeline {
  const started: number[] = []
  const never: number[] = []
  let from = Number.isNaN(model.runStart) ? Number.POSITIVE_INFINITY : model.runStart
  let to = Number.isNaN(model.runEnd) ? now : model.runEnd
  for (let i = 0; i < model.size; i++) {
    const start = model.start[i]!
    if (Number.isNaN(start)) never.push(i)
    else {
      started.push(i)
      from = Math.min(from, start)
      const end = model.end[i]!
      if (!Number.isNaN(end)) to = Math.max(to, end)
    }
  }
  if (from === Number.POSITIVE_INFINITY) from = to
  started.sort((a, b) => model.start[a]! - model.start[b]! || depth[a]! - depth[b]! || a - b)

  const under = new Map<number, number[]>()
  for (const i of started) {
    const group = model.group[i]!
    const list = under.get(group)
    if (list) list.push(i)
    else under.set(group, [i])
  }
  const rows: TimelineRow[] = []
  const place = (group: number, level: number): void => {
    for (const node of under.get(group) ?? []) {
      rows.push({ node, level, depth: depth[node]!, ready: readyAt(model, node) })
      place(node, level + 1)
    }
  }
  place(-1, 0)
  // An enclosing node without a start of its own would hide what runs inside it.
  if (rows.length < started.length) {
    const seen = new Set(rows.map((row) => row.node))
    for (const node of started)
      if (!seen.has(node)) rows.push({ node, level: 0, depth: depth[node]!, ready: readyAt(model, node) })
  }
  return { rows, never, from, to: Math.max(to, from + 1) }
}

export type TimelineOrder = 'start' | 'took'

/** The rows, those that took longest first; out of their order they stand under nothing. */
export function slowestFirst(rows: readonly TimelineRow[], model: GraphModel, now: number): TimelineRow[] {
  const seconds = (row: TimelineRow): number => secondsOf(model, row.node, now) ?? 0
  return [...rows]
    .sort((a, b) => seconds(b) - seconds(a) || a.node - b.node)
    .map((row) => ({ ...row, level: 0, depth: 0 }))
}

function readyAt(model: GraphModel, node: number): number {
  let ready = Number.NaN
  for (const from of neighbours(model.up, node)) {
    if (from === model.group[node]) continue
    const end = model.end[from]!
    if (!Number.isNaN(end) && !(end <= ready)) ready = end
  }
  return ready
}

/** Round steps of a time axis so that at most `most` ticks fall between `from` and `to` (milliseconds). */
export function timeTicks(from: number, to: number, most: number): { step: number; ticks: number[] } {
  const STEPS = [
    1,
    2,
    5,
    10,
    20,
    50,
    100,
    200,
    500,
    1e3,
    2e3,
    5e3,
    10e3,
    15e3,
    30e3,
    60e3,
    120e3,
    300e3,
    600e3,
    900e3,
    1800e3,
    3600e3,
    7200e3,
    10800e3,
    21600e3,
    43200e3,
    86400e3,
    2 * 86400e3,
    7 * 86400e3,
    14 * 86400e3,
    28 * 86400e3,
  ]
  const step = STEPS.find((s) => (to - from) / s <= most) ?? Math.ceil((to - from) / most / 86400e3) * 86400e3
  const ticks: number[] = []
  // Local midnight, not UTC's, is where a day begins for the reader.
  const zone = new Date(from).getTimezoneOffset() * 60_000
  for (let t = Math.ceil((from - zone) / step) * step + zone; t <= to; t += step) ticks.push(t)
  return { step, ticks }
}

const two = (n: number): string => String(n).padStart(2, '0')

/** A tick's words, as fine as its step: "02:04", "02:04:30", "30.5", "Tue 24 Nov". */
export function axisLabel(t: number, step: number, zone: 'local' | 'utc'): string {
  const d = new Date(zone === 'utc' ? t : t - new Date(t).getTimezoneOffset() * 60_000)
  const day = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'][d.getUTCDay()]
  const month = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'][
    d.getUTCMonth()
  ]
  if (step >= 86_400e3 || (step >= 3600e3 && d.getUTCHours() === 0))
    return `${day} ${d.getUTCDate()} ${month}`
  const minutes = `${two(d.getUTCHours())}:${two(d.getUTCMinutes())}`
  if (step >= 60_000) return minutes
  if (step >= 1000) return `${minutes}:${two(d.getUTCSeconds())}`
  return `${two(d.getUTCSeconds())}.${String(d.getUTCMilliseconds())
    .padStart(3, '0')
    .slice(0, step >= 100 ? 1 : step >= 10 ? 2 : 3)}`
}
