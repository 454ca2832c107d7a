// The order of nodes on their rings and the room between them: what keeps edges short and chains straight.
import type { Adjacency } from './model.ts'
import { A0, A1, ARC } from './polar.ts'

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
  /** The opened sub-flow that a node stands inside, or -1. */
  nest?: Int32Array
  /** Angles of the layout that is on screen, NaN for new nodes: a ring keeps its order when nodes arrive. */
  previous?: Float32Array
}

/** Up to this many nodes order and spacing are settled with all passes; above MEDIUM with the fewest. */
export const SMALL = 150
export const MEDIUM = 1000

export function collect(size: number, depth: Uint16Array, rings: number, input: LayoutInput) {
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
export function arrange(
  input: LayoutInput,
  depth: Uint16Array,
  order: Uint32Array,
  ringStart: Uint32Array,
  rings: number,
  angle: Float64Array,
): void {
  const { size, up, down } = input
  // Of a graph that is new on the screen nothing has to be kept.
  const previous = input.previous?.some((angle) => !Number.isNaN(angle)) ? input.previous : undefined
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
export function relax(
  input: LayoutInput,
  rings: Rings,
  angle: Float64Array,
  { slot, step, sizes }: { slot: number; step: number; sizes: Float32Array | null },
): void {
  const { size, up, down, bad } = input
  const { depth, order, ringStart, inner, outer } = rings
  const passes = size <= SMALL ? 40 : size <= MEDIUM ? 16 : 6
  const room = size <= SMALL ? step * 0.95 : slot * 1.2
  const hub = ringStart[1] === 1
  const evenly = size <= SMALL ? 0.15 : 0.04
  for (let pass = 0; pass < passes; pass++)
    for (let r = 0; r < inner.length; r++) {
      const radius = inner[r]!
      if (radius === 0 || radius !== outer[r]) continue
      const ring = order.subarray(ringStart[r]!, ringStart[r + 1]!)
      const wide = Math.min(ARC / ring.length, room / radius)
      // What each node takes of the circle: an opened sub-flow its whole width.
      const width = (node: number): number => Math.max(wide, (1.1 * (sizes?.[node] ?? 0)) / radius)
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
        angle[node]! += (even - angle[node]!) * evenly
      }
      for (let k = 0; k < 8; k++)
        for (let i = 1; i < ring.length; i++) {
          const a = ring[i - 1]!
          const b = ring[i]!
          // A failure gets room for its card, while the whole ring still fits.
          const more = size <= SMALL && (bad[a] || bad[b]) && ring.length * wide * 1.2 < ARC ? 1.5 : 1
          const push = ((width(a) + width(b)) / 2) * more - (angle[b]! - angle[a]!)
          if (push > 0) {
            angle[b]! += push / 2
            angle[a]! -= push / 2
          }
        }
      const pad = Math.min(wide / 3, room / 3 / radius)
      // Nobody is pushed out of the circle: the room of those before and after is kept free.
      let after = 0
      for (let i = 1; i < ring.length; i++) after += (width(ring[i - 1]!) + width(ring[i]!)) * 0.45
      let before = 0
      for (let i = 0; i < ring.length; i++) {
        if (i > 0) {
          const taken = (width(ring[i - 1]!) + width(ring[i]!)) * 0.45
          before += taken
          after -= taken
        }
        const half = Math.max(0, width(ring[i]!) - wide) / 2
        const low = A0 + pad + half + before
        const high = A1 - pad - half - after
        angle[ring[i]!] = Math.max(low, Math.min(angle[ring[i]!]!, Math.max(low, high)))
      }
    }
}

/** Rings as they are being laid out: who stands on which, in which order, between which radii. */
export type Rings = {
  depth: Uint16Array
  order: Uint32Array
  ringStart: Uint32Array
  inner: Float32Array
  outer: Float32Array
}
