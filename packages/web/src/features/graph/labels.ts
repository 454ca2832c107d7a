// Cards and labels, most important first. Nothing covers a node, a card or a word that matters more: a card without
// room becomes a label, a label without room is left to the pointer.
import { MOST_LABELS } from './detail.ts'
import type { GraphModel } from './model.ts'
import { DOWN, SELF, UP } from './paths.ts'
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
export type Placed = { cards: Card[]; labels: Label[] }

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
}

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

export function placeLabels(input: LabelInput): Placed {
  const { model, layout, visible, bounds, markRadius } = input
  const occupied = new Occupied()
  const cards: Card[] = []
  const labels: Label[] = []
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
  const take = (i: number, w: number, h: number, pad: number, spots: Spot[]): Spot | undefined => {
    const spot = spots.find((s) => free({ x: s.x - pad, y: s.y - pad, w: w + 2 * pad, h: h + 2 * pad }, i))
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
    const spot = take(i, w, h, 2, cardSpots(x, y, w, h, big, rank <= 1, layout.x[i]! < -4))
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
  const asLabel = (i: number, lit: boolean): void => {
    const text = model.labels[i]!
    const w = Math.ceil(Math.min(input.measure(text, lit ? 'label-lit' : 'label'), 220)) + 2
    const spot = take(i, w, 14, 1, labelSpots(input, i, w, lit))
    if (spot) labels.push({ x: spot.x, y: spot.y, w, h: 14, node: i, text, lit })
  }
  const order = [...visible].sort(
    (a, b) =>
      ranks.get(a)! - ranks.get(b)! ||
      layout.depth[b]! - layout.depth[a]! ||
      downCount(model, b) - downCount(model, a) ||
      a - b,
  )
  for (const i of order) {
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
  return { cards, labels }
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
  const ox = r ? layout.x[i]! / r : 1
  const oy = r ? layout.y[i]! / r : 0
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
