// Cards, labels and the dates on the rim, drawn above the graph on a surface of their own, so that the graph's backend
// needs no text.

import type { Words } from './compose.ts'
import { drawGlyph } from './glyphs.ts'
import type { Card, ClusterLabel, Label } from './labels.ts'
import type { GraphState } from './states.ts'
import type { Theme } from './theme.ts'

export type RimMark = {
  x: number
  y: number
  text: string
  align: CanvasTextAlign
  state?: GraphState
}

export const FONTS = {
  name: '500 12px',
  'name-strong': '600 12px',
  label: '400 11px',
  'label-lit': '500 11px',
  sub: '400 11px',
} as const
export type FontKey = keyof typeof FONTS

/** Text widths, remembered: measuring is the dearest thing a label does. */
export class Ruler {
  readonly #context: CanvasRenderingContext2D
  readonly #known = new Map<string, number>()
  family = 'sans-serif'
  #font = ''
  constructor(context: CanvasRenderingContext2D) {
    this.#context = context
  }
  width(text: string, font: FontKey): number {
    const key = `${font}\n${text}`
    let width = this.#known.get(key)
    if (width === undefined) {
      const wanted = `${FONTS[font]} ${this.family}`
      // Setting a font, even the same one, costs more than measuring.
      if (this.#font !== wanted) this.#context.font = this.#font = wanted
      width = this.#context.measureText(text).width
      if (this.#known.size > 20_000) this.#known.clear()
      this.#known.set(key, width)
    }
    return width
  }
  /** Others draw with the same context: what font it has is not known any more. */
  lost(): void {
    this.#font = ''
  }
  forget(): void {
    this.#known.clear()
  }
  /** The longest beginning of a text that fits, with an ellipsis when something was cut. */
  fit(text: string, font: FontKey, room: number): string {
    if (this.width(text, font) <= room) return text
    let low = 0
    let high = text.length
    while (low < high) {
      const mid = (low + high + 1) >> 1
      if (this.width(`${text.slice(0, mid)}…`, font) <= room) low = mid
      else high = mid - 1
    }
    return `${text.slice(0, low)}…`
  }
}

export function drawOverlay(
  context: CanvasRenderingContext2D,
  ruler: Ruler,
  { placed, marks, numbers }: Words,
  theme: Theme,
  at: { x(i: number): number; y(i: number): number },
): void {
  const { token } = theme
  context.textBaseline = 'alphabetic'
  for (const mark of marks) drawMark(context, mark, theme)
  for (const label of placed.labels) drawLabel(context, ruler, label, theme)
  for (const label of placed.clusters) drawCluster(context, ruler, label, theme)
  for (const card of placed.cards)
    if (card.side === 'stem') {
      context.strokeStyle = card.selected ? token.accent : theme.solid[card.state]
      context.lineWidth = 1.5
      context.beginPath()
      context.moveTo(at.x(card.node), at.y(card.node))
      context.lineTo(
        clamp(card.x + 8, at.x(card.node), card.x + card.w - 8),
        clamp(card.y + 4, at.y(card.node), card.y + card.h - 4),
      )
      context.stroke()
    }
  for (const card of [...placed.cards].reverse()) drawCard(context, ruler, card, theme, at)
  context.font = `400 11px ${theme.font}`
  context.textAlign = 'center'
  context.fillStyle = token['text-3']
  for (const { ring, x, y } of numbers) context.fillText(String(ring), x, y)
}

const clamp = (low: number, v: number, high: number): number => Math.max(low, Math.min(high, v))

function drawMark(context: CanvasRenderingContext2D, mark: RimMark, theme: Theme): void {
  if (mark.state) {
    context.fillStyle = theme.token.canvas
    context.beginPath()
    context.arc(mark.x, mark.y, 8, 0, 2 * Math.PI)
    context.fill()
    drawGlyph(context, mark.state, mark.x, mark.y, 0.78, theme.solid[mark.state], theme.token.canvas)
  }
  context.font = `${mark.state ? 500 : 400} 11px ${theme.font}`
  context.textAlign = mark.align
  context.fillStyle = mark.state ? theme.solid[mark.state] : theme.token['text-3']
  context.fillText(mark.text, mark.x + (mark.state ? (mark.align === 'right' ? -13 : 13) : 0), mark.y + 4)
}

function drawLabel(context: CanvasRenderingContext2D, ruler: Ruler, label: Label, theme: Theme): void {
  const font = label.lit ? 'label-lit' : 'label'
  context.font = `${FONTS[font]} ${theme.font}`
  context.textAlign = 'left'
  const text = ruler.fit(label.text, font, label.w)
  context.lineJoin = 'round'
  context.lineWidth = 3
  context.strokeStyle = theme.token.canvas
  context.strokeText(text, label.x + 1, label.y + 11)
  context.fillStyle = label.lit ? theme.token.text : theme.token['text-2']
  context.fillText(text, label.x + 1, label.y + 11)
}

function drawCluster(
  context: CanvasRenderingContext2D,
  ruler: Ruler,
  label: ClusterLabel,
  theme: Theme,
): void {
  context.beginPath()
  context.roundRect(label.x + 0.5, label.y + 0.5, label.w - 1, label.h - 1, 5)
  context.fillStyle = theme.token.raised
  context.fill()
  context.lineWidth = 1
  context.strokeStyle = theme.token['line-strong']
  context.stroke()
  context.font = `${FONTS['label-lit']} ${theme.font}`
  context.textAlign = 'left'
  context.fillStyle = theme.token.text
  context.fillText(ruler.fit(label.text, 'label-lit', label.w - 16), label.x + 8, label.y + 14)
}

function drawCard(
  context: CanvasRenderingContext2D,
  ruler: Ruler,
  card: Card,
  theme: Theme,
  at: { x(i: number): number; y(i: number): number },
): void {
  const { token } = theme
  const bad = card.state === 'failed' || card.state === 'timedout' || card.state === 'crashed'
  context.beginPath()
  context.roundRect(card.x + 0.5, card.y + 0.5, card.w - 1, card.h - 1, 5)
  context.fillStyle = token.raised
  context.fill()
  context.setLineDash(card.ahead ? [3, 3] : [])
  context.lineWidth = card.selected ? 2 : 1
  context.strokeStyle = card.selected ? token.accent : bad ? theme.solid[card.state] : token['line-strong']
  context.stroke()
  context.setLineDash([])
  const right = card.side === 'right'
  const gx = right ? card.x + card.w - 13 : card.x + 13
  const gy = card.side === 'stem' ? card.y + Math.min(14, card.h / 2) : at.y(card.node)
  drawGlyph(context, card.state, gx, gy, 0.82, theme.fill[card.state], token.raised)
  const tx = right ? card.x + 9 : card.x + 25
  const big = card.sub !== ''
  const font = big ? 'name-strong' : 'name'
  context.font = `${card.ahead ? '400 12px' : FONTS[font]} ${theme.font}`
  context.textAlign = 'left'
  context.fillStyle = card.ahead ? token['text-2'] : token.text
  context.fillText(ruler.fit(card.title, font, 260), tx, card.y + (big ? 18 : card.h / 2 + 4))
  if (big) {
    context.font = `${FONTS.sub} ${theme.font}`
    context.fillStyle = token['text-2']
    context.fillText(card.sub, tx, card.y + 33)
  }
}
