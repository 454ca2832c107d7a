// What to draw, as a short list of batches in world coordinates. Each batch is one draw call of a backend, so the list
// stays short however many nodes there are: one batch per kind of thing and colour, never one per node.
import { type Cluster, clusterParts } from './clusters.ts'
import { type Detail, detailFor, MOST_SINGLE_EDGES, markRadius } from './detail.ts'
import { bundlePoints, type EdgeSet, edgePoints } from './edges.ts'
import type { GraphModel } from './model.ts'
import { DOWN, SELF, UP } from './paths.ts'
import { A0, A1, ARC, pointX, pointY } from './polar.ts'
import type { RadarLayout } from './radar-layout.ts'
import { BAD_STATES, GRAPH_STATES, type GraphState } from './states.ts'
import type { Token } from './theme.ts'

export type Paint =
  | { token: Token }
  | { state: GraphState; tone: 'solid' | 'fill' | 'tint' }
  /** A colour of a scheme (colour.ts): a step of the ramp, or the hue of a kind. */
  | { scheme: 'ramp' | 'hue'; index: number; tone: 'fill' | 'tint' }
export type Batch =
  /** Bands: centre x, y, radius, width (world units), from, to; six numbers each. */
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
  /** Marks of one state: x, y pairs; `radius` in CSS pixels; `glyph` draws the state's sign, else discs of `paint`. */
  | {
      kind: 'marks'
      state: GraphState
      paint: Paint
      radius: number
      alpha: number
      glyph: boolean
      points: Float32Array
    }
  /** Rings around marks (selection, lit path); `radius` and `width` in CSS pixels. */
  | { kind: 'halos'; paint: Paint; radius: number; width: number; filled: boolean; points: Float32Array }

export type Scene = {
  model: GraphModel
  layout: RadarLayout
  edges: EdgeSet
  /** What the selection lights (selection.ts), or null when nothing is selected. */
  lit: Uint8Array | null
  /** Nodes that a search or a preset left out are drawn faintly: 1 = faint. */
  faint: Uint8Array | null
  /** Run clock on the rim: the elapsed part as a share of the dial; null hides it. */
  clock: { elapsed: number; ticks: { at: number; long: boolean }[] } | null
  /** Colours other than those of states: per node 0, or 1 + an index into the scheme. */
  colours?: { scheme: 'ramp' | 'hue'; of: Uint8Array } | null
  /** Clusters that are folded, and 1 for each node inside one. */
  clusters?: { list: readonly Cluster[]; mask: Uint8Array } | null
}

export type View = { scale: number; left: number; top: number; right: number; bottom: number }
export type DrawList = {
  detail: Detail
  batches: Batch[]
  nodes: number
  edges: number
  visible: Uint32Array
  /** Clusters that are drawn as one arc. */
  folded: readonly Cluster[]
}

/** `visible` are the nodes inside the view, from the spatial index. */
export function drawList(scene: Scene, view: View, visible: Uint32Array): DrawList {
  const steps = drawListSteps(scene, view, visible)
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
  }
}

/** The same in small steps, so that a frame may end between two of them. */
export function* drawListSteps(
  scene: Scene,
  view: View,
  visible: Uint32Array,
): Generator<undefined, DrawList> {
  const { model, layout } = scene
  const slot = layout.slot * view.scale
  const detail = detailFor(model.size <= 3 ? 60 : slot)
  const batches: Batch[] = []
  const far = detail === 'rings' || detail === 'dots'
  const folded = far && scene.clusters ? scene.clusters.list : []
  const shown = folded.length ? { ...scene, hidden: scene.clusters!.mask } : { ...scene, hidden: null }
  bands(batches, layout, 0, layout.rings)
  yield* segments(batches, shown, view, detail, 0, layout.rings)
  ticks(batches, scene, view)
  yield
  let edges = 0
  if (detail !== 'rings') edges = yield* edgeBatches(batches, scene, view, detail, false)
  // Edges end at the border of a folded cluster.
  sectors(batches, shown, view, folded)
  yield* litEdges(batches, scene, false)
  if (layout.nests.length) {
    // An opened sub-flow lies above the rings that it stands on, and holds rings of its own.
    nests(batches, layout, view)
    bands(batches, layout, layout.rings, layout.inner.length)
    yield* segments(batches, shown, view, detail, layout.rings, layout.inner.length)
    if (detail !== 'rings') edges += yield* edgeBatches(batches, scene, view, detail, true)
    yield* litEdges(batches, scene, true)
  }
  let nodes = 0
  if (detail !== 'rings') {
    nodes = visible.length
    yield* marks(batches, shown, visible, model.size <= 3 ? 7 : markRadius(slot), detail)
  }
  return { detail, batches, nodes, edges, visible, folded }
}

type Shown = Scene & { hidden: Uint8Array | null }

function bands(batches: Batch[], layout: RadarLayout, first: number, last: number): void {
  const arcs: number[] = []
  const band = first === 0 ? layout.band : 12
  for (let r = first; r < last; r++) {
    if (layout.outer[r] === 0) continue
    const width = layout.outer[r]! - layout.inner[r]! + band
    arcs.push(layout.ringX[r]!, layout.ringY[r]!, (layout.inner[r]! + layout.outer[r]!) / 2, width, A0, A1)
  }
  // A lone node still stands in the middle of something.
  if (arcs.length === 0 && first === 0) arcs.push(0, 0, layout.step * 0.8, layout.band, A0, A1)
  if (arcs.length)
    batches.push({ kind: 'arcs', paint: { token: 'band' }, alpha: 1, arcs: Float32Array.from(arcs) })
}

function nests(batches: Batch[], layout: RadarLayout, view: View): void {
  const ground: number[] = []
  const edge: number[] = []
  for (const { x, y, radius } of layout.nests) {
    ground.push(x, y, radius / 2, radius, 0, 2 * Math.PI)
    edge.push(x, y, radius, 1 / view.scale, 0, 2 * Math.PI)
  }
  batches.push({ kind: 'arcs', paint: { token: 'canvas' }, alpha: 1, arcs: Float32Array.from(ground) })
  batches.push({ kind: 'arcs', paint: { token: 'line-control' }, alpha: 1, arcs: Float32Array.from(edge) })
}

/** Whether a node's surroundings may reach into the view. */
const isNear = (layout: RadarLayout, i: number, view: View): boolean =>
  layout.x[i]! > view.left - 60 &&
  layout.x[i]! < view.right + 60 &&
  layout.y[i]! > view.top - 60 &&
  layout.y[i]! < view.bottom + 60

/** Colours by number: below 64 the states, from 64 on a scheme's. Bad news has the highest place among the states. */
const SCHEME = 64
const colourOf = (scene: Scene, node: number): number => {
  const own = scene.colours?.of[node] ?? 0
  return own ? SCHEME + own - 1 : scene.model.states[node]!
}
function paintFor(scene: Scene, colour: number, tone: 'fill' | 'tint', mass: boolean): Paint {
  if (colour >= SCHEME) return { scheme: scene.colours?.scheme ?? 'ramp', index: colour - SCHEME, tone }
  const state = GRAPH_STATES[colour]!
  // What has not begun is an outline; a mass of outlines is the colour of a line.
  if (mass && (state === 'pending' || state === 'blocked'))
    return { token: tone === 'tint' ? 'line' : 'line-strong' }
  return { state, tone }
}
/** Bad news comes last, so that it is never painted over. */
const inOrder = (colours: Iterable<number>): number[] =>
  [...colours].sort((a, b) => Number(isBad(a)) - Number(isBad(b)) || a - b)
const isBad = (colour: number): boolean => colour < SCHEME && BAD_STATES.has(GRAPH_STATES[colour]!)

/** How large masses are painted: softly, with a line in the full colour at their outer edge; bad news is all colour. */
class Masses {
  readonly #soft = new Map<number, number[]>()
  readonly #line = new Map<number, number[]>()
  add(
    colour: number,
    x: number,
    y: number,
    inner: number,
    outer: number,
    low: number,
    high: number,
    core: number,
  ): void {
    const put = (into: Map<number, number[]>, radius: number, width: number): void => {
      const arcs = into.get(colour) ?? []
      arcs.push(x, y, radius, width, low, high)
      into.set(colour, arcs)
    }
    if (isBad(colour)) put(this.#line, (inner + outer) / 2, outer - inner)
    else {
      put(this.#soft, (inner + outer) / 2, outer - inner)
      if (core > 0) put(this.#line, outer - core / 2, core)
    }
  }
  batches(out: Batch[], scene: Scene): void {
    for (const [arcs, tone] of [
      [this.#soft, 'tint'],
      [this.#line, 'fill'],
    ] as const)
      for (const colour of inOrder(arcs.keys()))
        out.push({
          kind: 'arcs',
          paint: paintFor(scene, colour, tone, true),
          alpha: 1,
          arcs: Float32Array.from(arcs.get(colour)!),
        })
  }
}

/** A folded cluster is one arc as wide as its ring, split by state. */
function sectors(batches: Batch[], scene: Shown, view: View, folded: readonly Cluster[]): void {
  const masses = new Masses()
  for (const cluster of folded) {
    if (scene.hidden && !scene.hidden[cluster.nodes[0]!]) continue
    const core = Math.min(3 / view.scale, (cluster.outer - cluster.inner) / 2)
    for (const { state, low, high } of clusterParts(cluster))
      masses.add(state, 0, 0, cluster.inner, cluster.outer, low, high, core)
  }
  masses.batches(batches, scene)
}

/** The tint behind each node; from afar, where nodes vanish, the same with a line in the full colour. */
function* segments(
  batches: Batch[],
  scene: Shown,
  view: View,
  detail: Detail,
  first: number,
  last: number,
): Generator<undefined, void> {
  const { layout, hidden } = scene
  const far = detail === 'rings'
  const band = first === 0 ? layout.band : 12
  const masses = new Masses()
  const near = new Map<number, number[]>()
  for (let r = first; r < last; r++) {
    if (layout.outer[r] === 0) continue
    const from = layout.ringStart[r]!
    const count = layout.ringStart[r + 1]! - from
    const wide = layout.inner[r] !== layout.outer[r]
    if (wide && !far) continue
    if (count > 500) yield
    const most = (far ? layout.slot : first === 0 ? 38 : 16) / layout.inner[r]!
    const gap = far ? 0 : 1.5 / layout.inner[r]!
    const rows = wide ? Math.round((layout.outer[r]! - layout.inner[r]!) / layout.slot) + 1 : 1
    const half = (ARC / Math.ceil(count / rows)) * 0.5
    // A single row fills nearly half of the way to the next ring; rows of a wide ring touch each other.
    const width = !far ? band : wide ? layout.slot * 1.04 : Math.max(layout.slot * 1.04, layout.step * 0.45)
    const core = Math.max(layout.slot * 0.32, 1.5 / view.scale)
    const open = { colour: -1, radius: 0, from: 0, to: 0 }
    const close = (): void => {
      const { colour, radius, from: low, to: high } = open
      if (colour < 0) return
      open.colour = -1
      const [x, y] = [layout.ringX[r]!, layout.ringY[r]!]
      if (!far) {
        const arcs = near.get(colour) ?? []
        arcs.push(x, y, radius, width, low, high)
        near.set(colour, arcs)
        return
      }
      // Bad news is never thinner than two pixels, nor narrower.
      const least = isBad(colour) ? Math.max(0, 2.5 / view.scale - (high - low) * radius) / radius / 2 : 0
      const edge = !wide || radius > layout.outer[r]! - layout.slot / 2 ? core : 0
      masses.add(colour, x, y, radius - width / 2, radius + width / 2, low - least, high + least, edge)
    }
    for (let row = 0; row < rows; row++) {
      for (let i = row; i < count; i += rows) {
        const node = layout.order[from + i]!
        if (hidden?.[node]) {
          close()
          continue
        }
        if (!far && !isNear(layout, node, view)) continue
        const angle = layout.angle[node]!
        const colour = colourOf(scene, node)
        let low = angle - half
        let high = angle + half
        if (!wide) {
          const before = i ? layout.angle[layout.order[from + i - 1]!]! : A0 - (angle - A0)
          const after = i + 1 < count ? layout.angle[layout.order[from + i + 1]!]! : A1 + (A1 - angle)
          low = Math.max(A0, angle - Math.min((angle - before) / 2 - gap, most))
          high = Math.min(A1, angle + Math.min((after - angle) / 2 - gap, most))
        }
        if (far && open.colour === colour && low - open.to < 1e-3) open.to = high
        else {
          close()
          open.colour = colour
          open.radius = layout.radius[node]!
          open.from = low
          open.to = high
        }
      }
      close()
    }
  }
  masses.batches(batches, scene)
  // A node alone lights the ring around it.
  const { model } = scene
  if (first === 0 && model.size === 1 && layout.outer[0] === 0)
    near.set(colourOf(scene, 0), [0, 0, layout.step * 0.8, layout.band, A0, A1])
  for (const colour of inOrder(near.keys()))
    batches.push({
      kind: 'arcs',
      paint: paintFor(scene, colour, 'tint', false),
      alpha: 1,
      arcs: Float32Array.from(near.get(colour)!),
    })
}

/** Ticks of the clock: their length is of the screen, not of the world, so that they can be read at every distance. */
function ticks(batches: Batch[], scene: Scene, view: View): void {
  const { clock, layout } = scene
  if (!clock) return
  const rim = layout.extent - 8
  for (const past of [true, false]) {
    const points: number[] = []
    for (const tick of clock.ticks) {
      if (tick.at <= clock.elapsed !== past) continue
      const angle = A0 + tick.at * ARC
      const far = rim + (tick.long ? 7 : 4) / view.scale
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

const STRIDE = 4_000

function* edgeBatches(
  batches: Batch[],
  scene: Scene,
  view: View,
  detail: Detail,
  nested: boolean,
): Generator<undefined, number> {
  const { model, layout, edges, lit, faint } = scene
  const lines = new Lines()
  const mine = (ring: number): boolean => ring >= layout.rings === nested
  if (detail !== 'dots' || model.edges <= 600) {
    const inside = (i: number): boolean =>
      layout.x[i]! >= view.left &&
      layout.x[i]! <= view.right &&
      layout.y[i]! >= view.top &&
      layout.y[i]! <= view.bottom
    const single: number[] = []
    for (let e = 0; e < edges.from.length && single.length <= MOST_SINGLE_EDGES; e++) {
      if (e % STRIDE === STRIDE - 1) yield
      const s = edges.from[e]!
      const t = edges.to[e]!
      if (!mine(layout.ring[t]!)) continue
      if (model.size > 600 && !inside(s) && !inside(t)) continue
      if (faint?.[s] || faint?.[t]) continue
      if (lit && isLit(lit, s, t)) continue
      single.push(e)
    }
    if (single.length <= MOST_SINGLE_EDGES) {
      for (const [i, e] of single.entries()) {
        if (i % 300 === 299) yield
        lines.begin()
        edgePoints(lines.points, layout, edges, e)
      }
      // Faint enough that a hundred of them are a texture, not a net.
      const alpha = model.edges > 200 ? 0.18 : model.edges > 90 ? 0.24 : 0.34
      if (single.length) batches.push(lines.batch({ token: 'text-3' }, 1.2, alpha))
      return single.length
    }
  }
  for (const bundle of edges.bundles) {
    if (!mine(bundle.ring)) continue
    if (bundle.fromRadius === 0 && bundle.toRadius > layout.step * 2) continue
    lines.begin()
    bundlePoints(lines.points, bundle)
  }
  if (lines.starts.length) batches.push(lines.batch({ token: 'text-3' }, 1, 0.2))
  return lines.starts.length
}

/** Solid towards the causes, dotted towards what waits. */
const isUp = (lit: Uint8Array, s: number, t: number): boolean =>
  ((lit[s]! & UP) !== 0 && (lit[t]! & (UP | SELF)) !== 0) || (lit[s]! & lit[t]! & SELF) !== 0
const isDown = (lit: Uint8Array, s: number, t: number): boolean =>
  (lit[s]! & (DOWN | SELF)) !== 0 && (lit[t]! & DOWN) !== 0
const isLit = (lit: Uint8Array, s: number, t: number): boolean => isUp(lit, s, t) || isDown(lit, s, t)

function* litEdges(batches: Batch[], scene: Scene, nested: boolean): Generator<undefined, void> {
  const { layout, edges, lit } = scene
  if (!lit) return
  const up = new Lines()
  const down = new Lines()
  for (let e = 0; e < edges.from.length; e++) {
    if (e % STRIDE === STRIDE - 1) yield
    const s = edges.from[e]!
    const t = edges.to[e]!
    if (layout.ring[t]! >= layout.rings !== nested) continue
    const lines = isUp(lit, s, t) ? up : isDown(lit, s, t) ? down : null
    if (!lines || lines.starts.length >= MOST_SINGLE_EDGES) continue
    if (lines.starts.length % 300 === 299) yield
    lines.begin()
    edgePoints(lines.points, layout, edges, e)
  }
  if (up.starts.length) batches.push(up.batch({ token: 'accent' }, 1.75, 1))
  if (down.starts.length) batches.push(down.batch({ token: 'accent' }, 1.75, 0.9, true))
}

function* marks(
  batches: Batch[],
  scene: Shown,
  visible: Uint32Array,
  radius: number,
  detail: Detail,
): Generator<undefined, void> {
  const { model, layout, lit, faint, hidden } = scene
  const clear = new Map<number, number[]>()
  const dim = new Map<number, number[]>()
  const halo: number[] = []
  const nest: number[] = []
  const opened = new Set(layout.nests.map((each) => each.node))
  for (const i of visible) {
    if (hidden?.[i]) continue
    const into = faint?.[i] ? dim : clear
    const colour = colourOf(scene, i)
    const points = into.get(colour) ?? []
    points.push(layout.x[i]!, layout.y[i]!)
    into.set(colour, points)
    if (lit?.[i]) halo.push(layout.x[i]!, layout.y[i]!)
    if (model.subflow[i] && detail !== 'dots' && !opened.has(i)) nest.push(layout.x[i]!, layout.y[i]!)
  }
  yield
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
    for (const colour of inOrder(group.keys()))
      batches.push({
        kind: 'marks',
        state: GRAPH_STATES[colour] ?? 'completed',
        paint: paintFor(scene, colour, 'fill', false),
        radius,
        alpha,
        glyph: detail !== 'dots' && colour < SCHEME,
        points: Float32Array.from(group.get(colour)!),
      })
}
