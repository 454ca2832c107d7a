// A picture of the Radar as SVG text.
import type { Camera } from './canvas-backend.ts'
import type { Words } from './compose.ts'
import type { Batch, DrawList, Paint } from './draw-list.ts'
import { GLYPHS } from './glyphs.ts'
import type { Card } from './labels.ts'
import type { FontKey } from './overlay.ts'
import type { GraphState } from './states.ts'
import type { Theme, Token } from './theme.ts'

/** A whole graph as it is to be drawn: a square of `side` CSS pixels. */
export type Whole = {
  list: DrawList
  words: Words
  camera: Camera
  side: number
  theme: Theme
  at: { x(i: number): number; y(i: number): number }
}

export type SvgStyle = {
  name: string
  paint(paint: Paint): string
  token(token: Token): string
  solid(state: GraphState): string
  fill(state: GraphState): string
  /** Cuts a text to the room it has. */
  fit(text: string, font: FontKey, room: number): string
}

const n = (v: number): string => String(Math.round(v * 10) / 10)
const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c] ?? c)

export function svgOf(whole: Whole, style: SvgStyle): string {
  const { side, camera, list } = whole
  const states = new Set<GraphState>()
  const body: string[] = []
  const toX = (x: number): number => x * camera.k + camera.x
  const toY = (y: number): number => y * camera.k + camera.y
  for (const batch of list.batches) {
    if (batch.kind === 'marks' && batch.glyph) states.add(batch.state)
    body.push(batchOf(batch, style, camera.k, toX, toY))
  }
  for (const card of whole.words.placed.cards) states.add(card.state)
  for (const mark of whole.words.marks) if (mark.state) states.add(mark.state)
  body.push(wordsOf(whole, style))
  const defs = [...states].map((state) => glyphOf(state, style)).join('')
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${side}" height="${side}" viewBox="0 0 ${side} ${side}" font-family="'IBM Plex Sans', 'Plex Sans', system-ui, sans-serif"><title>${escaped(style.name)}</title><defs>${defs}</defs><rect width="100%" height="100%" fill="${style.token('canvas')}"/>${body.join('\n')}</svg>\n`
}

function glyphOf(state: GraphState, style: SvgStyle): string {
  const ground = style.token('surface')
  const parts = GLYPHS[state].map((part) => {
    if (part.as === 'fill') return `<path d="${part.d}" fill="${style.fill(state)}"/>`
    const stroke = part.as === 'cut' ? ground : style.solid(state)
    const fill = part.as === 'cut' || part.as === 'line' ? 'none' : ground
    const width = part.as === 'thick' ? 2.4 : part.as === 'dotted' ? 2 : 1.7
    const dash = part.as === 'dotted' ? ' stroke-dasharray="0.1 3.14"' : ''
    return `<path d="${part.d}" fill="${fill}" stroke="${stroke}" stroke-width="${width}"${dash}/>`
  })
  return `<g id="g-${state}" stroke-linecap="round" stroke-linejoin="round">${parts.join('')}</g>`
}

function batchOf(
  batch: Batch,
  style: SvgStyle,
  k: number,
  toX: (x: number) => number,
  toY: (y: number) => number,
): string {
  if (batch.kind === 'arcs') {
    let d = ''
    for (let i = 0; i < batch.arcs.length; i += 6) {
      const [cx, cy, radius, width, from, to] = batch.arcs.subarray(i, i + 6)
      d += bandOf(toX(cx!), toY(cy!), radius! * k, width! * k, from!, to!)
    }
    return `<path d="${d}" fill="${style.paint(batch.paint)}" fill-rule="evenodd"/>`
  }
  if (batch.kind === 'lines') {
    let d = ''
    for (let line = 0; line + 1 < batch.starts.length; line++)
      for (let i = batch.starts[line]!; i < batch.starts[line + 1]!; i++)
        d += `${i === batch.starts[line] ? 'M' : 'L'}${n(toX(batch.points[2 * i]!))} ${n(toY(batch.points[2 * i + 1]!))}`
    const dots = batch.dotted ? ' stroke-dasharray="0.1 4.5" stroke-linecap="round"' : ''
    return `<path d="${d}" fill="none" stroke="${style.paint(batch.paint)}" stroke-width="${batch.width}" stroke-opacity="${batch.alpha}"${dots}/>`
  }
  const each = (draw: (x: string, y: string) => string): string => {
    let out = ''
    for (let i = 0; i < batch.points.length; i += 2)
      out += draw(n(toX(batch.points[i]!)), n(toY(batch.points[i + 1]!)))
    return out
  }
  if (batch.kind === 'halos')
    return `<g fill="${batch.filled ? style.token('raised') : 'none'}" stroke="${style.paint(batch.paint)}" stroke-width="${batch.width}">${each((x, y) => `<circle cx="${x}" cy="${y}" r="${batch.radius}"/>`)}</g>`
  if (batch.glyph) {
    const scale = Math.round((batch.radius / 7.2) * 1000) / 1000
    return `<g opacity="${batch.alpha}">${each((x, y) => `<use href="#g-${batch.state}" transform="translate(${x} ${y}) scale(${scale})"/>`)}</g>`
  }
  const r = n(Math.max(0.5, batch.radius))
  return `<g fill="${style.paint(batch.paint)}" opacity="${batch.alpha}">${each((x, y) => `<circle cx="${x}" cy="${y}" r="${r}"/>`)}</g>`
}

/** A part of a ring as a closed shape; a whole ring as two halves, which SVG's arcs need. */
function bandOf(cx: number, cy: number, radius: number, width: number, from: number, to: number): string {
  if (to - from > 2 * Math.PI - 1e-3) {
    const half = (from + to) / 2
    return bandOf(cx, cy, radius, width, from, half) + bandOf(cx, cy, radius, width, half, to - 1e-4)
  }
  const [low, high] = [Math.max(0, radius - width / 2), radius + width / 2]
  const p = (angle: number, r: number): string =>
    `${n(cx - Math.sin(angle) * r)} ${n(cy + Math.cos(angle) * r)}`
  const large = to - from > Math.PI ? 1 : 0
  return `M${p(from, low)}L${p(from, high)}A${n(high)} ${n(high)} 0 ${large} 1 ${p(to, high)}L${p(to, low)}A${n(low)} ${n(low)} 0 ${large} 0 ${p(from, low)}Z`
}

function wordsOf({ words, at }: Whole, style: SvgStyle): string {
  const out: string[] = []
  const text = (
    x: number,
    y: number,
    size: number,
    weight: number,
    fill: string,
    anchor: string,
    words: string,
    more = '',
  ): string =>
    `<text x="${n(x)}" y="${n(y)}" font-size="${size}" font-weight="${weight}" fill="${fill}" text-anchor="${anchor}"${more}>${escaped(words)}</text>`
  for (const { ring, x, y } of words.numbers)
    out.push(text(x, y, 11, 400, style.token('text-3'), 'middle', String(ring)))
  for (const mark of words.marks) {
    const right = mark.align === 'right'
    if (mark.state)
      out.push(
        `<circle cx="${n(mark.x)}" cy="${n(mark.y)}" r="8" fill="${style.token('canvas')}"/><use href="#g-${mark.state}" transform="translate(${n(mark.x)} ${n(mark.y)}) scale(0.78)"/>`,
      )
    const x = mark.x + (mark.state ? (right ? -13 : 13) : 0)
    const fill = mark.state ? style.solid(mark.state) : style.token('text-3')
    out.push(text(x, mark.y + 4, 11, mark.state ? 500 : 400, fill, right ? 'end' : 'start', mark.text))
  }
  const outline = ` paint-order="stroke" stroke="${style.token('canvas')}" stroke-width="3" stroke-linejoin="round"`
  for (const label of words.placed.labels) {
    const fitted = style.fit(label.text, label.lit ? 'label-lit' : 'label', label.w)
    const fill = style.token(label.lit ? 'text' : 'text-2')
    out.push(text(label.x + 1, label.y + 11, 11, label.lit ? 500 : 400, fill, 'start', fitted, outline))
  }
  for (const { x, y, w, h, text: title } of words.placed.clusters)
    out.push(
      box(x, y, w, h, style.token('raised'), style.token('line-strong'), 1, false) +
        text(x + 8, y + 14, 11, 500, style.token('text'), 'start', style.fit(title, 'label-lit', w - 16)),
    )
  for (const card of words.placed.cards)
    if (card.side === 'stem') {
      const [x, y] = [at.x(card.node), at.y(card.node)]
      const to = (low: number, v: number, high: number): number => Math.max(low, Math.min(high, v))
      out.push(
        `<path d="M${n(x)} ${n(y)}L${n(to(card.x + 8, x, card.x + card.w - 8))} ${n(to(card.y + 4, y, card.y + card.h - 4))}" stroke="${card.selected ? style.token('accent') : style.solid(card.state)}" stroke-width="1.5"/>`,
      )
    }
  for (const card of [...words.placed.cards].reverse()) out.push(cardOf(card, at.y(card.node), style, text))
  return out.join('\n')
}

const box = (
  x: number,
  y: number,
  w: number,
  h: number,
  fill: string,
  stroke: string,
  width: number,
  dashed: boolean,
): string =>
  `<rect x="${n(x + 0.5)}" y="${n(y + 0.5)}" width="${n(w - 1)}" height="${n(h - 1)}" rx="5" fill="${fill}" stroke="${stroke}" stroke-width="${width}"${dashed ? ' stroke-dasharray="3 3"' : ''}/>`

function cardOf(
  card: Card,
  nodeY: number,
  style: SvgStyle,
  text: (x: number, y: number, s: number, w: number, f: string, a: string, t: string) => string,
): string {
  const bad = card.state === 'failed' || card.state === 'timedout' || card.state === 'crashed'
  const stroke = card.selected
    ? style.token('accent')
    : bad
      ? style.solid(card.state)
      : style.token('line-strong')
  const right = card.side === 'right'
  const big = card.sub !== ''
  const gx = right ? card.x + card.w - 13 : card.x + 13
  const gy = card.side === 'stem' ? card.y + Math.min(14, card.h / 2) : nodeY
  const tx = right ? card.x + 9 : card.x + 25
  const weight = card.ahead ? 400 : big ? 600 : 500
  return [
    box(card.x, card.y, card.w, card.h, style.token('raised'), stroke, card.selected ? 2 : 1, card.ahead),
    `<use href="#g-${card.state}" transform="translate(${n(gx)} ${n(gy)}) scale(0.82)"/>`,
    text(
      tx,
      card.y + (big ? 18 : card.h / 2 + 4),
      12,
      weight,
      style.token(card.ahead ? 'text-2' : 'text'),
      'start',
      style.fit(card.title, big ? 'name-strong' : 'name', 260),
    ),
    big ? text(tx, card.y + 33, 11, 400, style.token('text-2'), 'start', card.sub) : '',
  ].join('')
}
