// Edges of the Radar: they leave and arrive radially, turn between the rings and lean on their bundle.
import { A0, A1, CHANNEL, pointX, pointY } from './polar.ts'
import type { RadarLayout } from './radar-layout.ts'
import type { LayoutInput } from './ring-order.ts'

export type EdgeSet = {
  /** One entry per edge: its ends and the bundle it belongs to. */
  from: Uint32Array
  to: Uint32Array
  bundle: Uint32Array
  bundles: Bundle[]
}
/** Edges between the same two rings in the same sector; drawn as one stroke when seen from afar. */
export type Bundle = {
  count: number
  from: number
  to: number
  fromRadius: number
  toRadius: number
  mid: number
  /** The ring it ends on, and the centre of its rings. */
  ring: number
  x: number
  y: number
}

const SECTORS = 7

export function bundleEdges(
  { size, up, nest }: Pick<LayoutInput, 'size' | 'up' | 'nest'>,
  layout: RadarLayout,
): EdgeSet {
  const total = up.items.length
  const from = new Uint32Array(total)
  const to = new Uint32Array(total)
  const bundle = new Uint32Array(total)
  const bundles: Bundle[] = []
  const keys = new Map<number, number>()
  const sectors = size > 600 ? 48 : SECTORS
  let at = 0
  for (let t = 0; t < size; t++)
    for (let k = up.offsets[t]!; k < up.offsets[t + 1]!; k++) {
      const s = up.items[k]!
      // From a sub-flow to what stands inside it there is nothing to draw.
      if (nest && nest[s] !== nest[t]) continue
      const start = layout.radius[s] ? layout.angle[s]! : layout.angle[t]!
      const sector = Math.floor((start / (2 * Math.PI)) * sectors)
      const key = (layout.ring[s]! * 4096 + layout.ring[t]!) * 64 + sector
      let id = keys.get(key)
      if (id === undefined) {
        id = bundles.length
        keys.set(key, id)
        const ring = layout.ring[t]!
        const [x, y] = [layout.ringX[ring]!, layout.ringY[ring]!]
        bundles.push({ count: 0, from: 0, to: 0, fromRadius: 0, toRadius: 0, mid: 0, ring, x, y })
      }
      const group = bundles[id]!
      group.count++
      group.from += start
      group.to += layout.angle[t]!
      group.fromRadius += layout.radius[s]!
      group.toRadius += layout.radius[t]!
      from[at] = s
      to[at] = t
      bundle[at++] = id
    }
  for (const group of bundles) {
    group.from /= group.count
    group.to /= group.count
    group.fromRadius /= group.count
    group.toRadius /= group.count
    group.mid = (group.from + group.to) / 2
  }
  return { from: from.slice(0, at), to: to.slice(0, at), bundle: bundle.slice(0, at), bundles }
}

/** Appends the polyline x, y, x, y … of one edge. */
export function edgePoints(out: number[], layout: RadarLayout, edges: EdgeSet, edge: number): void {
  const s = edges.from[edge]!
  const t = edges.to[edge]!
  const group = edges.bundles[edges.bundle[edge]!]!
  const ring = layout.ring[t]!
  const nested = ring >= layout.rings
  // From the hub to a far ring there is no straight way that does not cross every ring between:
  // down the south channel, round the outside, in.
  if (layout.radius[s] === 0 && layout.depth[t]! > 1 && !nested) {
    channel(out, layout, t)
    return
  }
  const start = layout.radius[s] === 0 ? layout.angle[t]! : layout.angle[s]!
  curve(
    out,
    start,
    layout.angle[t]!,
    layout.radius[s]!,
    layout.radius[t]!,
    group.count > 1 ? group.mid : Number.NaN,
    layout.size > 600 ? 10 : 20,
    layout.ringX[ring]!,
    layout.ringY[ring]!,
  )
}

/** Appends the polyline of a whole bundle. */
export function bundlePoints(out: number[], group: Bundle): void {
  curve(out, group.from, group.to, group.fromRadius, group.toRadius, group.mid, 10, group.x, group.y)
}

function curve(
  out: number[],
  a: number,
  b: number,
  ra: number,
  rb: number,
  mid: number,
  parts: number,
  cx: number,
  cy: number,
): void {
  for (let i = 0; i <= parts; i++) {
    const k = i / parts
    const ease = k * k * (3 - 2 * k)
    const straight = a + (b - a) * ease
    const lean = Number.isNaN(mid) ? 0 : (mid - straight) * 0.36 * 4 * k * (1 - k)
    const radius = ra + (rb - ra) * k
    out.push(cx + pointX(straight + lean, radius), cy + pointY(straight + lean, radius))
  }
}

function channel(out: number[], layout: RadarLayout, t: number): void {
  const rim = layout.extent - 16
  const angle = layout.angle[t]!
  const from = angle > Math.PI ? A1 + CHANNEL / 2 : A0 - CHANNEL / 2
  out.push(4, 10, 4, rim - 18)
  for (let i = 0; i <= 24; i++) {
    const at = from + (angle - from) * Math.min(1, 0.02 + i / 24)
    out.push(pointX(at, rim), pointY(at, rim))
  }
  out.push(layout.x[t]!, layout.y[t]!)
}
