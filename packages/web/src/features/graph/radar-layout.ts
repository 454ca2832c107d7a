// Places of the Radar: a ring per depth, an order on each ring that keeps edges short, a channel kept open at the south.
// Typed arrays in, typed arrays out, so that it can run in a worker and be handed over without copying.
import { depths } from './depth.ts'
import type { Adjacency } from './model.ts'

/** Angles run clockwise from the south, in radians. No node ever stands in the channel. */
export const CHANNEL = (20 * Math.PI) / 180
export const A0 = CHANNEL / 2
export const A1 = 2 * Math.PI - CHANNEL / 2
export const ARC = A1 - A0
export const pointX = (angle: number, radius: number): number => -Math.sin(angle) * radius
export const pointY = (angle: number, radius: number): number => Math.cos(angle) * radius

export type LayoutInput = {
  size: number
  up: Adjacency
  down: Adjacency
  /** Start of each node; ties in the order are broken by it, then by the node's place in the model. */
  start: Float64Array
  /** 1 where the node failed or crashed: the first such node is turned towards the north, where cards have room. */
  bad: Uint8Array
  /** Which task a node is a run of; wide rings keep runs of one task side by side, by state. */
  task: Uint32Array
  states: Uint8Array
  /** Angles of the layout that is on screen, NaN for new nodes: a ring keeps its order when nodes arrive. */
  previous?: Float32Array
}

export type RadarLayout = {
  size: number
  depth: Uint16Array
  x: Float32Array
  y: Float32Array
  angle: Float32Array
  radius: Float32Array
  /** Node indices ring by ring, in angular order; ring r is `order[ringStart[r] .. ringStart[r + 1]]`. */
  order: Uint32Array
  ringStart: Uint32Array
  /** Inner and outer radius of each ring's band of nodes (equal when nodes stand in one row). */
  inner: Float32Array
  outer: Float32Array
  /** World distance between neighbours on the densest ring, and the half width of a band around one row. */
  slot: number
  band: number
  step: number
  /** Radius of everything, rim included. */
  extent: number
  cyclic: number
}

/** Above this many nodes order and spacing are settled with fewer passes. */
const SMALL = 150
const MEDIUM = 1000

export function radarLayout(input: LayoutInput): RadarLayout {
  const { size } = input
  const { depth, rings, cyclic } = depths(size, input.up, input.down)
  const { order, ringStart } = collect(size, depth, rings, input)
  const angle = new Float64Array(size)
  arrange(input, depth, order, ringStart, rings, angle)

  const step = size <= SMALL ? 96 : size <= MEDIUM ? 80 : 64
  const band = size <= 3 ? 15 : size <= SMALL ? 24 : size <= MEDIUM ? 14 : 9
  const widest = widestRing(ringStart, rings)
  const slot = Math.max(12, Math.min(40, (0.5 * step * rings * ARC) / Math.max(1, widest)))
  const inner = new Float32Array(rings)
  const outer = new Float32Array(rings)
  const radius = new Float32Array(size)
  let edge = 0
  for (let r = 0; r < rings; r++) {
    const from = ringStart[r]!
    const count = ringStart[r + 1]! - from
    if (r === 0 && count === 1) {
      edge = 0
      continue
    }
    // The first crowded ring begins where it is about as wide as its hole, so that the middle is no solid pie.
    const hole = edge === 0 ? slot * Math.sqrt(count / (1.5 * ARC)) : 0
    const base = Math.max(hole, r === 0 ? step * 0.8 : edge + (r === 1 && edge === 0 ? step * 1.15 : step))
    const needed = (count * slot) / ARC
    // A ring that is a little too full moves out; one that is far too full becomes a wide band of several rows,
    // because a single row of 10,000 would leave the middle of the picture empty.
    if (count <= SMALL || needed <= base * 1.15) {
      inner[r] = outer[r] = edge = Math.max(base, needed)
      continue
    }
    const rows = rowsFor(count, base, slot)
    sectors(input, order.subarray(from, from + count), angle)
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
  relax(input, depth, order, ringStart, rings, inner, outer, angle, slot, step)

  const x = new Float32Array(size)
  const y = new Float32Array(size)
  for (let i = 0; i < size; i++) {
    x[i] = pointX(angle[i]!, radius[i]!)
    y[i] = pointY(angle[i]!, radius[i]!)
  }
  return {
    size,
    depth,
    x,
    y,
    angle: Float32Array.from(angle),
    radius,
    order,
    ringStart,
    inner,
    outer,
    slot,
    band,
    step,
    extent: Math.max(edge, step * 0.9) + band + 22,
    cyclic: cyclic.length,
  }
}

/** Runs of one task stand side by side on a wide ring, its states together, tasks in the order of their mean angle. */
function sectors(input: LayoutInput, ring: Uint32Array, angle: Float64Array): void {
  const sum = new Map<number, [number, number]>()
  for (const node of ring) {
    const entry = sum.get(input.task[node]!) ?? [0, 0]
    entry[0] += angle[node]!
    entry[1]++
    sum.set(input.task[node]!, entry)
  }
  const mean = (node: number): number => {
    const entry = sum.get(input.task[node]!)!
    return entry[0] / entry[1]
  }
  const at = new Map<number, number>()
  for (let i = 0; i < ring.length; i++) at.set(ring[i]!, i)
  ring.sort(
    (a, b) =>
      mean(a) - mean(b) ||
      input.task[a]! - input.task[b]! ||
      input.states[a]! - input.states[b]! ||
      at.get(a)! - at.get(b)!,
  )
}

/** Rows of a wide band whose innermost row keeps three quarters of a slot between neighbours. */
function rowsFor(count: number, base: number, slot: number): number {
  const perRow = (ARC * base) / (0.75 * slot)
  return Math.max(2, Math.ceil(count / perRow))
}

function widestRing(ringStart: Uint32Array, rings: number): number {
  let widest = 0
  for (let r = 0; r < rings; r++) widest = Math.max(widest, ringStart[r + 1]! - ringStart[r]!)
  return widest
}

function collect(size: number, depth: Uint16Array, rings: number, input: LayoutInput) {
  const ringStart = new Uint32Array(rings + 1)
  for (let i = 0; i < size; i++) ringStart[depth[i]! + 1]!++
  for (let r = 0; r < rings; r++) ringStart[r + 1]! += ringStart[r]!
  const order = new Uint32Array(size)
  const next = ringStart.slice(0, rings)
  const byStart = Uint32Array.from({ length: size }, (_, i) => i)
  const at = (i: number): number =>
    Number.isNaN(input.start[i]!) ? Number.POSITIVE_INFINITY : input.start[i]!
  byStart.sort((a, b) => (at(a) === at(b) ? a - b : at(a) - at(b)))
  for (const i of byStart) order[next[depth[i]!]!++] = i
  return { order, ringStart }
}

/**
 * Order on the rings: sweeps that move each node to the mean angle of its neighbours on the ring before (outwards)
 * or after it (inwards). Small graphs are swept from many starts and the shortest edges win; the choice depends on
 * the run alone, so nothing moves when something is selected.
 */
function arrange(
  input: LayoutInput,
  depth: Uint16Array,
  order: Uint32Array,
  ringStart: Uint32Array,
  rings: number,
  angle: Float64Array,
): void {
  const { size, up, down, previous } = input
  const key = new Float64Array(size)
  const rank = new Uint32Array(size)
  const spread = (r: number): void => {
    const from = ringStart[r]!
    const count = ringStart[r + 1]! - from
    for (let i = 0; i < count; i++) angle[order[from + i]!] = A0 + ((i + 0.5) / count) * ARC
  }
  const mean = (adjacency: Adjacency, i: number, skipRoot: boolean): number => {
    let sum = 0
    let n = 0
    for (let k = adjacency.offsets[i]!; k < adjacency.offsets[i + 1]!; k++) {
      const other = adjacency.items[k]!
      if (skipRoot && depth[other] === 0 && ringStart[1]! === 1) continue
      sum += angle[other]!
      n++
    }
    return n ? sum / n : angle[i]!
  }
  const sweep = (outwards: boolean): void => {
    for (let s = 0; s < rings; s++) {
      const r = outwards ? s : rings - 1 - s
      const from = ringStart[r]!
      const to = ringStart[r + 1]!
      if (to - from < 2) continue
      for (let i = from; i < to; i++) {
        const node = order[i]!
        key[node] = outwards ? mean(up, node, true) : mean(down, node, false)
      }
      order.subarray(from, to).sort((a, b) => key[a]! - key[b]! || rank[a]! - rank[b]!)
      spread(r)
    }
  }
  const begin = (): void => {
    for (let i = 0; i < size; i++) rank[order[i]!] = i
    for (let r = 0; r < rings; r++) spread(r)
  }

  if (previous) {
    // Nodes that were on screen keep their order; new ones come in beside what they depend on.
    begin()
    for (let r = 0; r < rings; r++) {
      const ring = order.subarray(ringStart[r]!, ringStart[r + 1]!)
      for (const node of ring) {
        const old = previous[node]
        key[node] = old === undefined || Number.isNaN(old) ? mean(up, node, true) : old
        angle[node] = key[node]!
      }
      ring.sort((a, b) => key[a]! - key[b]! || rank[a]! - rank[b]!)
    }
    for (let r = 0; r < rings; r++) spread(r)
    return
  }

  const starts = size <= SMALL ? 120 : size <= MEDIUM ? 8 : 1
  const sweeps = size <= SMALL ? 8 : size <= MEDIUM ? 6 : 4
  const failed = input.bad.indexOf(1)
  let seed = 1
  const random = (): number => {
    seed = (seed * 16807) % 2147483647
    return seed / 2147483647
  }
  const first = order.slice()
  let best = order.slice()
  let least = Number.POSITIVE_INFINITY
  for (let start = 0; start < starts; start++) {
    order.set(first)
    if (start)
      for (let r = 0; r < rings; r++) shuffle(order.subarray(ringStart[r]!, ringStart[r + 1]!), random)
    begin()
    for (let s = 0; s < sweeps; s++) sweep(s % 2 === 0)
    if (starts === 1) return
    let cost = failed >= 0 ? 8 * Math.abs(angle[failed]! - Math.PI) : 0
    for (let i = 0; i < size; i++)
      for (let k = up.offsets[i]!; k < up.offsets[i + 1]!; k++) {
        const from = up.items[k]!
        if (depth[from] !== 0 || ringStart[1]! > 1) cost += (angle[i]! - angle[from]!) ** 2
      }
    if (cost < least - 1e-6) {
      least = cost
      best = order.slice()
    }
  }
  order.set(best)
  for (let r = 0; r < rings; r++) spread(r)
}

function shuffle(list: Uint32Array, random: () => number): void {
  for (let i = list.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    const held = list[i]!
    list[i] = list[j]!
    list[j] = held
  }
}

/** Lets nodes drift towards their neighbours as far as the slots allow, so that chains run straight outwards. */
function relax(
  input: LayoutInput,
  depth: Uint16Array,
  order: Uint32Array,
  ringStart: Uint32Array,
  rings: number,
  inner: Float32Array,
  outer: Float32Array,
  angle: Float64Array,
  slot: number,
  step: number,
): void {
  const { size, up, down, bad } = input
  const passes = size <= SMALL ? 40 : size <= MEDIUM ? 16 : 6
  const room = size <= SMALL ? step * 0.95 : slot * 1.2
  const hub = ringStart[1] === 1
  for (let pass = 0; pass < passes; pass++)
    for (let r = 0; r < rings; r++) {
      const radius = inner[r]!
      if (radius === 0 || radius !== outer[r]) continue
      const ring = order.subarray(ringStart[r]!, ringStart[r + 1]!)
      const wide = Math.min(ARC / ring.length, room / radius)
      let at = 0
      for (const node of ring) {
        let sum = 0
        let n = 0
        for (let k = up.offsets[node]!; k < up.offsets[node + 1]!; k++) {
          const other = up.items[k]!
          if (hub && depth[other] === 0) continue
          sum += angle[other]!
          n++
        }
        for (let k = down.offsets[node]!; k < down.offsets[node + 1]!; k++) {
          const other = down.items[k]!
          if (depth[other] !== r + 1) continue
          sum += angle[other]!
          n++
        }
        // Towards the neighbours, and back towards an even spread: chains run outwards, and the whole circle is used.
        const even = A0 + ((at++ + 0.5) / ring.length) * ARC
        if (n) angle[node]! += (sum / n - angle[node]!) * 0.06
        angle[node]! += (even - angle[node]!) * 0.04
      }
      for (let k = 0; k < 8; k++)
        for (let i = 1; i < ring.length; i++) {
          const a = ring[i - 1]!
          const b = ring[i]!
          // A failure gets room for its card, while the whole ring still fits.
          const more = size <= SMALL && (bad[a] || bad[b]) && ring.length * wide * 1.2 < ARC ? 1.5 : 1
          const push = wide * more - (angle[b]! - angle[a]!)
          if (push > 0) {
            angle[b]! += push / 2
            angle[a]! -= push / 2
          }
        }
      const pad = Math.min(wide / 3, room / 3 / radius)
      for (let i = 0; i < ring.length; i++) {
        const low = A0 + pad + i * wide * 0.9
        const high = A1 - pad - (ring.length - 1 - i) * wide * 0.9
        angle[ring[i]!] = Math.max(low, Math.min(angle[ring[i]!]!, Math.max(low, high)))
      }
    }
}
