// What to draw, as a short list of batches in world coordinates. Each batch is one draw call of a backend, so the list
// stays short however many nodes there are: one batch per kind of thing and colour, never one per node.
import { type Detail, detailFor, MOST_SINGLE_EDGES, markRadius } from './detail.ts'
import { bundlePoints, type EdgeSet, edgePoints } from './edges.ts'
import type { GraphModel } from './model.ts'
import { DOWN, SELF, UP } from './paths.ts'
import { A0, A1, ARC, pointX, pointY, type RadarLayout } from './radar-layout.ts'
import { BAD_STATES, GRAPH_STATES, type GraphState } from './states.ts'
import type { Token } from './theme.ts'

export type Paint = { token: Token } | { state: GraphState; tone: 'solid' | 'fill' | 'tint' }
export type Batch =
  /** Bands round the origin: radius, width (world units), from, to; four numbers each. */
  | { kind: 'arcs'; paint: Paint; alpha: number; arcs: Float32Array }
  /** Polylines: x, y pairs; line i is `points[2 × starts[i] .. 2 × starts[i + 1]]`; `width` in CSS pixels. */
  | {
      kind: 'lines'
      paint: Paint
      width: number
      alpha: number
      dotted: boolean
      points: Float32Array
      starts: Uint32Array
    }
  /** Marks of one state: x, y pairs; `radius` in CSS pixels; `glyph` draws the state's sign as well. */
  | { kind: 'marks'; state: GraphState; radius: number; alpha: number; glyph: boolean; points: Float32Array }
  /** Rings around marks (selection, lit path); `radius` and `width` in CSS pixels. */
  | { kind: 'halos'; paint: Paint; radius: number; width: number; filled: boolean; points: Float32Array }

export type Scene = {
  model: GraphModel
  layout: RadarLayout
  edges: EdgeSet
  /** Lineage mask of the selection (paths.ts), or null when nothing is selected. */
  lit: Uint8Array | null
  /** Nodes that a search or a preset left out are drawn faintly: 1 = faint. */
  faint: Uint8Array | null
  /** Run clock on the rim: elapsed part and where the failure fell, both as a share of the dial; null hides it. */
  clock: { elapsed: number; ticks: { at: number; long: boolean }[] } | null
}

export type View = { scale: number; left: number; top: number; right: number; bottom: number }
export type DrawList = {
  detail: Detail
  batches: Batch[]
  nodes: number
  edges: number
  visible: Uint32Array
}

/** `visible` are the nodes inside the view, from the spatial index. */
export function drawList(scene: Scene, view: View, visible: Uint32Array): DrawList {
  const { model, layout } = scene
  const slot = layout.slot * view.scale
  const detail = detailFor(model.size <= 3 ? 60 : slot)
  const batches: Batch[] = []
  bands(batches, layout)
  segments(batches, scene, view, detail)
  ticks(batches, scene, view)
  const edges = detail === 'rings' ? 0 : edgeBatches(batches, scene, view, detail)
  litEdges(batches, scene)
  if (detail !== 'rings') marks(batches, scene, visible, model.size <= 3 ? 7 : markRadius(slot), detail)
  return { detail, batches, nodes: detail === 'rings' ? 0 : visible.length, edges, visible }
}

function bands(batches: Batch[], layout: RadarLayout): void {
  const arcs: number[] = []
  for (let r = 0; r < layout.inner.length; r++) {
    if (layout.outer[r] === 0) continue
    const width = layout.outer[r]! - layout.inner[r]! + layout.band
    arcs.push((layout.inner[r]! + layout.outer[r]!) / 2, width, A0, A1)
  }
  // A lone node still stands in the middle of something.
  if (arcs.length === 0) arcs.push(layout.step * 0.8, layout.band, A0, A1)
  batches.push({ kind: 'arcs', paint: { token: 'band' }, alpha: 1, arcs: Float32Array.from(arcs) })
}

/** Whether a node's surroundings may reach into the view. */
const near = (layout: RadarLayout, i: number, view: View): boolean =>
  layout.x[i]! > view.left - 60 &&
  layout.x[i]! < view.right + 60 &&
  layout.y[i]! > view.top - 60 &&
  layout.y[i]! < view.bottom + 60

/** The tint behind each node; seen from afar, where nodes vanish, the full colour: the mini-radar is the same picture. */
function segments(batches: Batch[], scene: Scene, view: View, detail: Detail): void {
  const { model, layout } = scene
  const bySize = new Map<number, number[]>()
  const far = detail === 'rings'
  const widthOf = (state: number): number => {
    if (!far) return layout.band
    // Bad news is never thinner than two pixels.
    const width = Math.max(layout.slot, layout.band) * 1.04
    return BAD_STATES.has(GRAPH_STATES[state]!) ? Math.max(width, 2 / view.scale) : width
  }
  for (let r = 0; r < layout.inner.length; r++) {
    if (layout.outer[r] === 0) continue
    const from = layout.ringStart[r]!
    const count = layout.ringStart[r + 1]! - from
    const wide = layout.inner[r] !== layout.outer[r]
    if (wide && !far) continue
    const most = (far ? layout.slot : 38) / layout.inner[r]!
    const gap = far ? 0 : 1.5 / layout.inner[r]!
    const rows = wide ? Math.round((layout.outer[r]! - layout.inner[r]!) / layout.slot) + 1 : 1
    const half = (ARC / Math.ceil(count / rows)) * 0.5
    const open = { state: -1, radius: 0, from: 0, to: 0 }
    const close = (): void => {
      if (open.state < 0) return
      const arcs = bySize.get(open.state) ?? []
      arcs.push(open.radius, widthOf(open.state), open.from, open.to)
      bySize.set(open.state, arcs)
      open.state = -1
    }
    for (let row = 0; row < rows; row++) {
      for (let i = row; i < count; i += rows) {
        const node = layout.order[from + i]!
        if (!far && !near(layout, node, view)) continue
        const angle = layout.angle[node]!
        const state = model.states[node]!
        let low = angle - half
        let high = angle + half
        if (!wide) {
          const before = i ? layout.angle[layout.order[from + i - 1]!]! : A0 - (angle - A0)
          const after = i + 1 < count ? layout.angle[layout.order[from + i + 1]!]! : A1 + (A1 - angle)
          low = Math.max(A0, angle - Math.min((angle - before) / 2 - gap, most))
          high = Math.min(A1, angle + Math.min((after - angle) / 2 - gap, most))
        }
        if (far && open.state === state && low - open.to < 1e-3) open.to = high
        else {
          close()
          open.state = state
          open.radius = layout.radius[node]!
          open.from = low
          open.to = high
        }
      }
      close()
    }
  }
  // Bad news comes last, so that it is never painted over.
  for (const state of [...bySize.keys()].sort((x, y) => x - y))
    batches.push({
      kind: 'arcs',
      paint: { state: GRAPH_STATES[state]!, tone: far ? 'fill' : 'tint' },
      alpha: 1,
      arcs: Float32Array.from(bySize.get(state)!),
    })
}

function ticks(batches: Batch[], scene: Scene, view: View): void {
  const { clock, layout } = scene
  if (!clock) return
  const rim = layout.extent - 8
  for (const past of [true, false]) {
    const points: number[] = []
    for (const tick of clock.ticks) {
      if (tick.at <= clock.elapsed !== past) continue
      const angle = A0 + tick.at * ARC
      const far = rim + (tick.long ? 6 : 3)
      const x = pointX(angle, rim)
      const y = pointY(angle, rim)
      if (x < view.left || x > view.right || y < view.top || y > view.bottom) continue
      points.push(x, y, pointX(angle, far), pointY(angle, far))
    }
    if (points.length === 0) continue
    const starts = Uint32Array.from({ length: points.length / 4 + 1 }, (_, i) => i * 2)
    const paint: Paint = { token: past ? 'text-3' : 'line-strong' }
    batches.push({
      kind: 'lines',
      paint,
      width: 1,
      alpha: 1,
      dotted: false,
      points: Float32Array.from(points),
      starts,
    })
  }
}

class Lines {
  readonly points: number[] = []
  readonly starts: number[] = []
  begin(): void {
    this.starts.push(this.points.length / 2)
  }
  batch(paint: Paint, width: number, alpha: number, dotted = false): Batch {
    const starts = Uint32Array.from([...this.starts, this.points.length / 2])
    return { kind: 'lines', paint, width, alpha, dotted, points: Float32Array.from(this.points), starts }
  }
}

function edgeBatches(batches: Batch[], scene: Scene, view: View, detail: Detail): number {
  const { model, layout, edges, lit, faint } = scene
  const lines = new Lines()
  if (detail !== 'dots' || model.edges <= 600) {
    const inside = (i: number): boolean =>
      layout.x[i]! >= view.left &&
      layout.x[i]! <= view.right &&
      layout.y[i]! >= view.top &&
      layout.y[i]! <= view.bottom
    const single: number[] = []
    for (let e = 0; e < edges.from.length && single.length <= MOST_SINGLE_EDGES; e++) {
      const s = edges.from[e]!
      const t = edges.to[e]!
      if (model.size > 600 && !inside(s) && !inside(t)) continue
      if (faint?.[s] || faint?.[t]) continue
      if (lit && isLit(lit, s, t)) continue
      single.push(e)
    }
    if (single.length <= MOST_SINGLE_EDGES) {
      for (const e of single) {
        lines.begin()
        edgePoints(lines.points, layout, edges, e)
      }
      if (single.length) batches.push(lines.batch({ token: 'text-3' }, 1.2, model.size > 600 ? 0.24 : 0.32))
      return single.length
    }
  }
  for (const bundle of edges.bundles) {
    if (bundle.fromRadius === 0 && bundle.toRadius > layout.step * 2) continue
    lines.begin()
    bundlePoints(lines.points, bundle)
  }
  if (lines.starts.length) batches.push(lines.batch({ token: 'text-3' }, 1, 0.2))
  return lines.starts.length
}

/** Solid towards the causes, dotted towards what waits. */
const isUp = (lit: Uint8Array, s: number, t: number): boolean =>
  (lit[s]! & UP) !== 0 && (lit[t]! & (UP | SELF)) !== 0
const isDown = (lit: Uint8Array, s: number, t: number): boolean =>
  (lit[s]! & (DOWN | SELF)) !== 0 && (lit[t]! & DOWN) !== 0
const isLit = (lit: Uint8Array, s: number, t: number): boolean => isUp(lit, s, t) || isDown(lit, s, t)

function litEdges(batches: Batch[], scene: Scene): void {
  const { layout, edges, lit } = scene
  if (!lit) return
  const up = new Lines()
  const down = new Lines()
  for (let e = 0; e < edges.from.length; e++) {
    const s = edges.from[e]!
    const t = edges.to[e]!
    const lines = isUp(lit, s, t) ? up : isDown(lit, s, t) ? down : null
    if (!lines || lines.starts.length >= MOST_SINGLE_EDGES) continue
    lines.begin()
    edgePoints(lines.points, layout, edges, e)
  }
  if (up.starts.length) batches.push(up.batch({ token: 'accent' }, 1.75, 1))
  if (down.starts.length) batches.push(down.batch({ token: 'accent' }, 1.75, 0.9, true))
}

function marks(batches: Batch[], scene: Scene, visible: Uint32Array, radius: number, detail: Detail): void {
  const { model, layout, lit, faint } = scene
  const clear = new Map<number, number[]>()
  const dim = new Map<number, number[]>()
  const halo: number[] = []
  const nest: number[] = []
  for (const i of visible) {
    const into = faint?.[i] ? dim : clear
    const points = into.get(model.states[i]!) ?? []
    points.push(layout.x[i]!, layout.y[i]!)
    into.set(model.states[i]!, points)
    if (lit?.[i]) halo.push(layout.x[i]!, layout.y[i]!)
    if (model.subflow[i] && detail !== 'dots') nest.push(layout.x[i]!, layout.y[i]!)
  }
  if (nest.length) {
    const points = Float32Array.from(nest)
    const paint: Paint = { token: 'line-control' }
    batches.push({ kind: 'halos', paint, radius: radius + 4.5, width: 1, filled: false, points })
    batches.push({ kind: 'halos', paint, radius: radius + 8, width: 1, filled: false, points })
  }
  if (halo.length)
    batches.push({
      kind: 'halos',
      paint: { token: 'accent' },
      radius: radius + 2.6,
      width: 1.5,
      filled: true,
      points: Float32Array.from(halo),
    })
  for (const [group, alpha] of [
    [dim, 0.22],
    [clear, 1],
  ] as const)
    for (const state of [...group.keys()].sort((a, b) => a - b))
      batches.push({
        kind: 'marks',
        state: GRAPH_STATES[state]!,
        radius,
        alpha,
        glyph: detail !== 'dots',
        points: Float32Array.from(group.get(state)!),
      })
}
