// Places of the Radar: a ring per depth, an order on each ring that keeps edges short, a channel kept open at the south.
// A sub-flow that is opened becomes a large node with a small Radar of its own inside.
// Typed arrays in, typed arrays out, so that it can run in a worker and be handed over without copying.
import { depths } from './depth.ts'
import type { Adjacency } from './model.ts'
import { A0, ARC, pointX, pointY } from './polar.ts'
import { arrange, collect, type LayoutInput, MEDIUM, type Rings, relax, SMALL } from './ring-order.ts'

export type RadarLayout = {
  size: number
  /** Longest path from a root, counted inside a sub-flow from its own roots. */
  depth: Uint16Array
  /** Index into the arrays of rings. */
  ring: Uint16Array
  x: Float32Array
  y: Float32Array
  /** Place of a node on its ring, seen from that ring's centre. */
  angle: Float32Array
  radius: Float32Array
  /** Node indices ring by ring, in angular order; ring r is `order[ringStart[r] .. ringStart[r + 1]]`. */
  order: Uint32Array
  ringStart: Uint32Array
  /** Inner and outer radius of each ring's band of nodes (equal when nodes stand in one row). */
  inner: Float32Array
  outer: Float32Array
  /** Centre of each ring: the origin, or the middle of the opened sub-flow. */
  ringX: Float32Array
  ringY: Float32Array
  /** How many of the rings are the run's own; those after them are inside opened sub-flows. */
  rings: number
  /** Opened sub-flows, outer ones first. */
  nests: Nest[]
  /** World distance between neighbours on the densest ring, and the half width of a band around one row. */
  slot: number
  band: number
  step: number
  /** Radius of everything, rim included. */
  extent: number
  cyclic: number
}
export type Nest = { node: number; x: number; y: number; radius: number }

/** Rings with more nodes than this fold into clusters (clusters.ts), so runs of one task must stand together. */
export const MOST_UNFOLDED = 600

export function radarLayout(input: LayoutInput): RadarLayout {
  const inside = membersOf(input)
  const nestOf = new Map<number, Disc>()
  const sizes = inside ? new Float32Array(input.size) : null
  // Innermost first: a sub-flow is as large as what it holds.
  if (inside && sizes)
    for (const [node, members] of [...inside].reverse()) {
      if (node < 0) continue
      const disc = discOf(within(input, members), members, sizes, true)
      nestOf.set(node, disc)
      sizes[node] = 2 * (disc.edge + NEST_STEP * 0.62)
    }
  const own = inside?.get(-1) ?? null
  const disc = discOf(own ? within(input, own) : input, own, sizes, false)
  return assemble(input, disc, own, inside, nestOf, sizes)
}

const NEST_STEP = 46

type Disc = Rings & {
  angle: Float64Array
  radius: Float32Array
  slot: number
  band: number
  step: number
  edge: number
  cyclic: number
}

/** Nodes by the opened sub-flow they stand in, outer ones first; null when none is open. */
function membersOf({ size, nest }: LayoutInput): Map<number, number[]> | null {
  if (!nest?.some((n) => n >= 0)) return null
  const out = new Map<number, number[]>([[-1, []]])
  const level = (node: number): number => {
    let n = 0
    for (let at = node; at >= 0; at = nest[at]!) n++
    return n
  }
  const nodes = [...new Set(nest)].filter((n) => n >= 0).sort((a, b) => level(a) - level(b) || a - b)
  for (const node of nodes) out.set(node, [])
  for (let i = 0; i < size; i++) out.get(nest[i]!)?.push(i)
  return out
}

/** The part of the input that the members are, with indices of its own. */
function within(input: LayoutInput, members: readonly number[]): LayoutInput {
  const local = new Int32Array(input.size).fill(-1)
  members.forEach((node, i) => {
    local[node] = i
  })
  const part = ({ offsets, items }: Adjacency): Adjacency => {
    const to: number[] = []
    const starts = new Uint32Array(members.length + 1)
    members.forEach((node, i) => {
      for (let k = offsets[node]!; k < offsets[node + 1]!; k++)
        if (local[items[k]!]! >= 0) to.push(local[items[k]!]!)
      starts[i + 1] = to.length
    })
    return { offsets: starts, items: Uint32Array.from(to) }
  }
  const { previous } = input
  return {
    size: members.length,
    up: part(input.up),
    down: part(input.down),
    start: Float64Array.from(members, (i) => input.start[i]!),
    bad: Uint8Array.from(members, (i) => input.bad[i]!),
    task: Uint32Array.from(members, (i) => input.task[i]!),
    states: Uint8Array.from(members, (i) => input.states[i]!),
    ...(previous && { previous: Float32Array.from(members, (i) => previous[i]!) }),
  }
}

/** One set of rings around one centre. `all` holds sizes of opened sub-flows by the model's indices. */
function discOf(
  input: LayoutInput,
  members: readonly number[] | null,
  all: Float32Array | null,
  nested: boolean,
): Disc {
  const { size } = input
  const { depth, rings, cyclic } = depths(size, input.up, input.down)
  const { order, ringStart } = collect(size, depth, rings, input)
  const angle = new Float64Array(size)
  arrange(input, depth, order, ringStart, rings, angle)
  const sizes = all && members ? Float32Array.from(members, (i) => all[i]!) : null

  const step = nested ? NEST_STEP : size <= SMALL ? 96 : size <= MEDIUM ? 80 : 64
  const band = nested ? 12 : size <= 3 ? 15 : size <= SMALL ? 24 : size <= MEDIUM ? 14 : 9
  const widest = widestRing(ringStart, rings)
  const slot = nested ? 26 : Math.max(12, Math.min(40, (0.5 * step * rings * ARC) / Math.max(1, widest)))
  const inner = new Float32Array(rings)
  const outer = new Float32Array(rings)
  const radius = new Float32Array(size)
  let edge = 0
  for (let r = 0; r < rings; r++) {
    const from = ringStart[r]!
    const count = ringStart[r + 1]! - from
    let big = 0
    let needed = (count * slot) / ARC
    if (sizes)
      for (let i = from; i < from + count; i++) {
        const own = sizes[order[i]!]!
        big = Math.max(big, own)
        if (own) needed += Math.max(0, own * 1.15 - slot) / ARC
      }
    if (r === 0 && count === 1) {
      edge = big / 2
      continue
    }
    // The first crowded ring begins where it is about as wide as its hole, so that the middle is no solid pie.
    const hole = edge === 0 ? slot * Math.sqrt(count / (1.5 * ARC)) : 0
    const first = nested ? 0.8 : r === 0 ? 0.8 : r === 1 && edge === 0 ? 1.15 : 1
    const base = Math.max(hole, edge + step * first + big / 2)
    const crowded = count > SMALL && big === 0
    const rows = crowded ? Math.ceil(count / ((ARC * base) / (0.75 * slot))) : 1
    // A ring that is a little too full moves out; one that is far too full becomes a wide band of several rows,
    // because a single row of 10,000 would leave the middle of the picture empty.
    if (count > MOST_UNFOLDED || rows > 1) sectors(input, order.subarray(from, from + count), angle)
    if (rows <= 1) {
      inner[r] = outer[r] = crowded ? base : Math.max(base, needed)
      edge = inner[r]! + big / 2
      continue
    }
    const columns = Math.ceil(count / rows)
    inner[r] = base
    edge = outer[r] = base + (rows - 1) * slot
    for (let i = 0; i < count; i++) {
      const node = order[from + i]!
      angle[node] = A0 + ((Math.floor(i / rows) + 0.5) / columns) * ARC
      radius[node] = base + (i % rows) * slot
    }
  }
  for (let r = 0; r < rings; r++)
    if (inner[r] === outer[r])
      for (let i = ringStart[r]!; i < ringStart[r + 1]!; i++) radius[order[i]!] = inner[r]!
  const disc = { depth, order, ringStart, inner, outer }
  relax(input, disc, angle, { slot, step, sizes })
  return { ...disc, angle, radius, slot, band, step, edge, cyclic: cyclic.length }
}

/** Puts the discs of opened sub-flows where their nodes stand. */
function assemble(
  input: LayoutInput,
  disc: Disc,
  own: readonly number[] | null,
  inside: Map<number, number[]> | null,
  nestOf: Map<number, Disc>,
  sizes: Float32Array | null,
): RadarLayout {
  const { size } = input
  let count = disc.inner.length
  for (const nest of nestOf.values()) count += nest.inner.length
  const layout: RadarLayout = {
    size,
    depth: new Uint16Array(size),
    ring: new Uint16Array(size),
    x: new Float32Array(size),
    y: new Float32Array(size),
    angle: new Float32Array(size),
    radius: new Float32Array(size),
    order: new Uint32Array(size),
    ringStart: new Uint32Array(count + 1),
    inner: new Float32Array(count),
    outer: new Float32Array(count),
    ringX: new Float32Array(count),
    ringY: new Float32Array(count),
    rings: disc.inner.length,
    nests: [],
    slot: disc.slot,
    band: disc.band,
    step: disc.step,
    extent: Math.max(disc.edge, disc.step * 0.9) + disc.band + 22,
    cyclic: disc.cyclic,
  }
  let ring = 0
  let at = 0
  const put = (part: Disc, members: readonly number[] | null, cx: number, cy: number): void => {
    for (let r = 0; r < part.inner.length; r++) {
      layout.inner[ring] = part.inner[r]!
      layout.outer[ring] = part.outer[r]!
      layout.ringX[ring] = cx
      layout.ringY[ring] = cy
      layout.ringStart[ring] = at
      for (let i = part.ringStart[r]!; i < part.ringStart[r + 1]!; i++) {
        const local = part.order[i]!
        const node = members ? members[local]! : local
        layout.order[at++] = node
        layout.ring[node] = ring
        layout.depth[node] = r
        layout.angle[node] = part.angle[local]!
        layout.radius[node] = part.radius[local]!
        layout.x[node] = cx + pointX(part.angle[local]!, part.radius[local]!)
        layout.y[node] = cy + pointY(part.angle[local]!, part.radius[local]!)
      }
      ring++
    }
  }
  put(disc, own, 0, 0)
  for (const [node, members] of inside ?? []) {
    const part = nestOf.get(node)
    if (!part) continue
    const nest = { node, x: layout.x[node]!, y: layout.y[node]!, radius: sizes![node]! / 2 - 4 }
    layout.nests.push(nest)
    put(part, members, nest.x, nest.y)
    // Its own mark makes room for what it holds and stands on its edge.
    layout.y[node] = nest.y - nest.radius
  }
  layout.ringStart[ring] = at
  return layout
}

/** Runs of one task stand side by side on a wide ring, its states together, tasks in the order of their mean angle. */
function sectors(input: LayoutInput, ring: Uint32Array, angle: Float64Array): void {
  const { task, states, previous } = input
  const sum = new Map<number, [number, number]>()
  // Nodes that are on screen decide where their task stands, so that newcomers move nobody.
  const known = (node: number): boolean => previous !== undefined && !Number.isNaN(previous[node]!)
  const some = ring.some(known)
  for (const node of ring) {
    const entry = sum.get(task[node]!) ?? [0, 0]
    if (!some || known(node)) {
      entry[0] += some ? previous![node]! : angle[node]!
      entry[1]++
    }
    sum.set(task[node]!, entry)
  }
  const mean = (node: number): number => {
    const [total, n] = sum.get(task[node]!)!
    return n ? total / n : angle[node]!
  }
  const means = new Map<number, number>()
  for (const node of ring) if (!means.has(task[node]!)) means.set(task[node]!, mean(node))
  const at = new Map<number, number>()
  for (let i = 0; i < ring.length; i++) at.set(ring[i]!, i)
  if (some) {
    const own = (node: number): number => (known(node) ? previous![node]! : means.get(task[node]!)!)
    ring.sort((a, b) => own(a) - own(b) || at.get(a)! - at.get(b)!)
    return
  }
  ring.sort(
    (a, b) =>
      means.get(task[a]!)! - means.get(task[b]!)! ||
      task[a]! - task[b]! ||
      states[a]! - states[b]! ||
      at.get(a)! - at.get(b)!,
  )
}

function widestRing(ringStart: Uint32Array, rings: number): number {
  let widest = 0
  for (let r = 0; r < rings; r++) widest = Math.max(widest, ringStart[r + 1]! - ringStart[r]!)
  return widest
}
