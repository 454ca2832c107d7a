// Cards and labels, most important first. Nothing covers a node, a card or a word that matters more: a card without
// room becomes a label, a label without room is left to the pointer.
import { type Cluster, clusterLabel } from './clusters.ts'
import { MOST_LABELS } from './detail.ts'
import type { GraphModel } from './model.ts'
import { DOWN, SELF, UP } from './paths.ts'
import { pointX, pointY } from './polar.ts'
import type { RadarLayout } from './radar-layout.ts'
import { BAD_STATES, GRAPH_STATES, type GraphState } from './states.ts'

export type Box = { x: number; y: number; w: number; h: number }
export type Card = Box & {
  node: number
  state: GraphState
  title: string
  sub: string
  /** Where the glyph sits: on the node (left or right end of the card), or at the end of a stem. */
  side: 'left' | 'right' | 'stem'
  ahead: boolean
  selected: boolean
}
export type Label = Box & { node: number; text: string; lit: boolean }
/** The name of a folded cluster, standing on its arc. */
export type ClusterLabel = Box & { cluster: Cluster; text: string }
export type Placed = { cards: Card[]; labels: Label[]; clusters: ClusterLabel[] }
export const NOTHING: Placed = { cards: [], labels: [], clusters: [] }

export type LabelInput = {
  model: GraphModel
  layout: RadarLayout
  visible: Uint32Array
  lit: Uint8Array | null
  faint: Uint8Array | null
  /** The node whose card is large, or -1. */
  main: number
  hovered: number
  /** Screen position of a node and the surface's bounds, in CSS pixels. */
  toX(i: number): number
  toY(i: number): number
  bounds: Box
  markRadius: number
  /** Text widths in CSS pixels. */
  measure(text: string, font: 'name' | 'name-strong' | 'label' | 'label-lit' | 'sub'): number
  subtitle(i: number): string
  /** False on a small surface: only the main node is named there. */
  roomy: boolean
  /** Boxes that something else already occupies (dates on the rim). */
  taken: Box[]
  /** Clusters that are drawn as one arc, and the camera that they are seen by. */
  folded?: { clusters: readonly Cluster[]; mask: Uint8Array; k: number; x: number; y: number } | null
}

/** Up to this many nodes in view everything is named; beyond it a name needs more and more air around it. */
const NAMED = 56
/** What a long name is cut to, in CSS pixels, where all of it has no room. */
const CUT = 96

/** Boxes by grid cell, so that a test for room looks only at its neighbourhood. */
export class Occupied {
  readonly #cells = new Map<number, { box: Box; of: number }[]>()
  readonly #size = 64
  #each(box: Box, visit: (key: number) => boolean): boolean {
    const x1 = Math.floor((box.x + box.w) / this.#size)
    const y1 = Math.floor((box.y + box.h) / this.#size)
    for (let cx = Math.floor(box.x / this.#size); cx <= x1; cx++)
      for (let cy = Math.floor(box.y / this.#size); cy <= y1; cy++) if (visit(cx * 65536 + cy)) return true
    return false
  }
  add(box: Box, of: number): void {
    this.#each(box, (key) => {
      const cell = this.#cells.get(key)
      if (cell) cell.push({ box, of })
      else this.#cells.set(key, [{ box, of }])
      return false
    })
  }
  /** Whether anything but the node's own mark is in the way. */
  hits(box: Box, self: number): boolean {
    return this.#each(box, (key) =>
      (this.#cells.get(key) ?? []).some(
        (t) =>
          t.of !== self &&
          box.x < t.box.x + t.box.w &&
          box.x + box.w > t.box.x &&
          box.y < t.box.y + t.box.h &&
          box.y + box.h > t.box.y,
      ),
    )
  }
}

export function rankOf(input: Pick<LabelInput, 'model' | 'lit' | 'main' | 'faint'>, i: number): number {
  if (i === input.main) return 0
  const mask = input.lit?.[i] ?? 0
  if (mask & SELF) return 1
  if (input.faint?.[i]) return 6
  if (BAD_STATES.has(GRAPH_STATES[input.model.states[i]!]!)) return 1
  if (mask & UP) return 2
  if (mask & DOWN) return 3
  return 4
}

/** Finds places in small steps, so that a frame may end between two of them. */
export function* placeLabelsSteps(input: LabelInput): Generator<undefined, Placed> {
  const { model, layout, bounds, markRadius } = input
  const mask = input.folded?.mask
  const visible = mask ? input.visible.filter((i) => !mask[i]) : input.visible
  const occupied = new Occupied()
  const cards: Card[] = []
  const labels: Label[] = []
  const clusters: ClusterLabel[] = []
  for (const box of input.taken) occupied.add(box, -1)
  const ranks = new Map<number, number>()
  for (const i of visible) {
    const rank = rankOf(input, i)
    ranks.set(i, rank)
    const g = rank < 4 ? markRadius + 3 : markRadius + 1
    occupied.add({ x: input.toX(i) - g, y: input.toY(i) - g, w: 2 * g, h: 2 * g }, i)
  }
  const free = (box: Box, self: number): boolean =>
    box.x > bounds.x &&
    box.x + box.w < bounds.x + bounds.w &&
    box.y > bounds.y &&
    box.y + box.h < bounds.y + bounds.h &&
    !occupied.hits(box, self)
  const take = (
    i: number,
    w: number,
    h: number,
    pad: number,
    spots: Spot[],
    padX = pad,
  ): Spot | undefined => {
    const spot = spots.find((s) => free({ x: s.x - padX, y: s.y - pad, w: w + 2 * padX, h: h + 2 * pad }, i))
    if (spot) occupied.add({ x: spot.x, y: spot.y, w, h }, i)
    return spot
  }
  const asCard = (i: number, rank: number): boolean => {
    const big = rank === 0 || model.size === 1
    const title = model.labels[i]!
    const sub = big ? input.subtitle(i) : ''
    const text = Math.max(
      input.measure(title, big ? 'name-strong' : 'name'),
      big ? input.measure(sub, 'sub') : 0,
    )
    const w = Math.ceil(Math.min(text, 260) + (big ? 38 : 32))
    const h = big ? 42 : 22
    const x = input.toX(i)
    const y = input.toY(i)
    // A node alone stands in the middle with its whole card.
    const spots: Spot[] =
      model.size === 1
        ? [{ x: x - w / 2, y: y - h / 2, side: 'stem' }]
        : cardSpots(x, y, w, h, big, rank <= 1, layout.x[i]! < -4)
    const spot = take(i, w, h, 2, spots)
    if (!spot) return false
    const mask = input.lit?.[i] ?? 0
    const state = GRAPH_STATES[model.states[i]!]!
    const ahead = rank === 3 && (mask & DOWN) !== 0
    cards.push({
      x: spot.x,
      y: spot.y,
      w,
      h,
      node: i,
      state,
      title,
      sub,
      side: spot.side,
      ahead,
      selected: rank === 0 || (mask & SELF) !== 0,
    })
    return true
  }
  // A carpet of names is read by nobody: where many nodes are in view only those with air around them are named.
  const air = Math.max(1, Math.min(9, (visible.length - NAMED) / 6))
  const asLabel = (i: number, lit: boolean): void => {
    const text = model.labels[i]!
    const w = Math.ceil(Math.min(input.measure(text, lit ? 'label-lit' : 'label'), 220)) + 2
    const pad = lit ? 1 : air
    const place = (width: number): Spot | undefined =>
      take(i, width, 14, pad, labelSpots(input, i, width, lit), pad === 1 ? 1 : pad * 1.6)
    // A long name that finds no room is better cut than left out.
    let room = w
    let spot = place(w)
    if (!spot && w > CUT + 20 && pad === 1) {
      room = CUT
      spot = place(CUT)
    }
    if (spot) labels.push({ x: spot.x, y: spot.y, w: room, h: 14, node: i, text, lit })
  }
  const nameClusters = (): void => {
    if (!input.folded) return
    const { k, x, y, mask } = input.folded
    const all = input.folded.clusters
      .filter((cluster) => mask[cluster.nodes[0]!])
      .sort((a, b) => b.nodes.length - a.nodes.length)
    for (const cluster of all.slice(0, 60)) {
      const radius = (cluster.inner + cluster.outer) / 2
      // A short arc has no room for a name; the pointer still has it.
      if ((cluster.high - cluster.low) * radius * k < 26) continue
      const text = clusterLabel(cluster)
      const w = Math.ceil(Math.min(input.measure(text, 'label-lit'), 240)) + 16
      const spots = [0.5, 0.36, 0.64, 0.22, 0.78].map((part): Spot => {
        const angle = cluster.low + (cluster.high - cluster.low) * part
        return {
          x: pointX(angle, radius * k) + x - w / 2,
          y: pointY(angle, radius * k) + y - 10,
          side: 'left',
        }
      })
      const spot = take(-2 - clusters.length, w, 20, 3, spots)
      if (spot) clusters.push({ x: spot.x, y: spot.y, w, h: 20, cluster, text })
    }
  }
  yield
  const order = [...visible].sort(
    (a, b) =>
      ranks.get(a)! - ranks.get(b)! ||
      layout.depth[b]! - layout.depth[a]! ||
      downCount(model, b) - downCount(model, a) ||
      a - b,
  )
  let named = false
  for (const [n, i] of order.entries()) {
    if (n % 60 === 59) yield
    if (!named && ranks.get(i)! > 0) {
      named = true
      nameClusters()
    }
    if (cards.length + labels.length >= MOST_LABELS) break
    const rank = ranks.get(i)!
    if (rank > 4) break
    if (!input.roomy) {
      if (rank === 0) asLabel(i, true)
      continue
    }
    // A handful of nodes has room for everything.
    if ((rank < 4 || model.size <= 6) && cards.length < 80 && asCard(i, rank)) continue
    asLabel(i, rank < 4 || i === input.hovered)
  }
  if (!named) nameClusters()
  return { cards, labels, clusters }
}

const downCount = (model: GraphModel, i: number): number =>
  model.down.offsets[i + 1]! - model.down.offsets[i]!

type Spot = { x: number; y: number; side: Card['side'] }

/** First choice: the card's own glyph sits on the node. Else, where it matters most, a stem leads to it. */
function cardSpots(
  x: number,
  y: number,
  w: number,
  h: number,
  big: boolean,
  stems: boolean,
  west: boolean,
): Spot[] {
  const spots: Spot[] = []
  for (const top of big ? [y - 14, y - h + 14, y - h / 2] : [y - h / 2]) {
    const right: Spot = { x: x - 13, y: top, side: 'left' }
    const left: Spot = { x: x - w + 13, y: top, side: 'right' }
    if (west) spots.push(left, right)
    else spots.push(right, left)
  }
  if (stems)
    for (const distance of big ? [22, 32, 44, 58, 74, 92, 112] : [18, 28, 40])
      for (let k = 0; k < 24; k++) {
        const turn = (k / 24) * 2 * Math.PI
        const c = Math.cos(turn)
        const s = Math.sin(turn)
        spots.push({
          x: x + c * distance + (c > 0.3 ? 0 : c < -0.3 ? -w : -w / 2),
          y: y + s * distance + (s > 0.3 ? 0 : s < -0.3 ? -h : -h / 2),
          side: 'stem',
        })
      }
  return spots
}

function labelSpots(input: LabelInput, i: number, w: number, lit: boolean): Spot[] {
  const { layout, markRadius } = input
  const gap = markRadius + (lit ? 6 : 4.5)
  const r = layout.radius[i]!
  const ox = r ? pointX(layout.angle[i]!, 1) : 1
  const oy = r ? pointY(layout.angle[i]!, 1) : 0
  const x = input.toX(i)
  const y = input.toY(i)
  const put = (dx: number, dy: number): Spot => ({
    x: x + dx * gap + (dx > 0.3 ? 0 : dx < -0.3 ? -w : -w / 2),
    y: y + dy * gap + (dy > 0.8 ? 0 : dy < -0.8 ? -14 : -7),
    side: 'left',
  })
  const side = Math.sign(ox) || 1
  return [
    put(ox, oy),
    put(-ox, -oy),
    put(side, 0),
    put(-side, 0),
    put(0, 1),
    put(0, -1),
    put(0.8, 0.8),
    put(-0.8, 0.8),
    put(0.8, -0.8),
    put(-0.8, -0.8),
  ]
}
