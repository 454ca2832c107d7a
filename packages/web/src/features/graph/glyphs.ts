// State glyphs as paths in a 16 × 16 box around 0,0: silhouette first, then the sign inside it.
// The silhouette alone tells good, bad, waiting and stopped apart.
import type { GraphState } from './states.ts'

export type GlyphPart = { d: string; as: 'fill' | 'cut' | 'line' | 'hollow' | 'dotted' | 'thick' }

const circle = (r: number): string => `M${r} 0A${r} ${r} 0 1 1 ${-r} 0A${r} ${r} 0 1 1 ${r} 0Z`
const OCTAGON = 'M-3-7.2h6l4.2 4.2v6L3 7.2h-6L-7.2 3v-6z'
const TRIANGLE = 'M0-7.4L7.8 6.4H-7.8z'
const RING = circle(6.2)
const box = (h: number, r: number): string =>
  `M${-h + r} ${-h}H${h - r}A${r} ${r} 0 0 1 ${h} ${-h + r}V${h - r}A${r} ${r} 0 0 1 ${h - r} ${h}H${-h + r}A${r} ${r} 0 0 1 ${-h} ${h - r}V${-h + r}A${r} ${r} 0 0 1 ${-h + r} ${-h}Z`

export const GLYPHS: Record<GraphState, GlyphPart[]> = {
  completed: [
    { d: circle(7), as: 'fill' },
    { d: 'M-3.2 .2l2.2 2.4 4.2-4.8', as: 'cut' },
  ],
  cached: [
    { d: RING, as: 'hollow' },
    { d: 'M-2.8 .2l2 2.1 3.7-4.2', as: 'line' },
  ],
  running: [
    { d: RING, as: 'hollow' },
    { d: 'M-1.9-3.1L3.3 0l-5.2 3.1z', as: 'fill' },
  ],
  retrying: [
    { d: 'M5.7-2.4A6.2 6.2 0 1 0 6.2 .8M6.4-6v3.8H2.6', as: 'line' },
    { d: 'M-1.5-2.5L2.7 0l-4.2 2.5z', as: 'fill' },
  ],
  failed: [
    { d: OCTAGON, as: 'fill' },
    { d: 'M-2.6-2.6l5.2 5.2M2.6-2.6l-5.2 5.2', as: 'cut' },
  ],
  timedout: [
    { d: OCTAGON, as: 'fill' },
    { d: 'M0-3.6V.3L2.5 2', as: 'cut' },
  ],
  crashed: [
    { d: TRIANGLE, as: 'fill' },
    { d: 'M.8-3.2l-2.4 4h3.2l-2.2 4', as: 'cut' },
  ],
  scheduled: [
    { d: RING, as: 'hollow' },
    { d: 'M0-3.2V.3L2.3 1.8', as: 'line' },
  ],
  awaiting: [{ d: 'M3.7-5A6.2 6.2 0 1 0 6.2-.6M4.2-7.4v2.8H1.4M0-3V.3L2 1.6', as: 'line' }],
  late: [
    { d: circle(5.9), as: 'thick' },
    { d: 'M0-2.9V.6M0 2.9v.1', as: 'line' },
  ],
  pending: [{ d: RING, as: 'dotted' }],
  blocked: [
    { d: RING, as: 'dotted' },
    { d: 'M-2.4 0h4.8', as: 'line' },
  ],
  paused: [
    { d: box(6.6, 2.5), as: 'fill' },
    { d: 'M-2-3v6M2-3v6', as: 'cut' },
  ],
  suspended: [
    { d: box(6, 2.5), as: 'hollow' },
    { d: 'M-1.8-2.6v5.2M1.8-2.6v5.2', as: 'line' },
  ],
  cancelling: [
    { d: RING, as: 'hollow' },
    { d: 'M-3 3L3-3', as: 'line' },
  ],
  cancelled: [
    { d: RING, as: 'hollow' },
    { d: 'M-4.2 4.2L4.2-4.2', as: 'line' },
  ],
}

const cache = new Map<string, Path2D>()
function path(d: string): Path2D {
  let made = cache.get(d)
  if (!made) {
    made = new Path2D(d)
    cache.set(d, made)
  }
  return made
}

/** Draws one glyph with its centre at x, y; `ground` is what shows through the sign of a filled silhouette. */
export function drawGlyph(
  context: CanvasRenderingContext2D,
  state: GraphState,
  x: number,
  y: number,
  scale: number,
  colour: string,
  ground: string,
): void {
  context.save()
  context.translate(x, y)
  context.scale(scale, scale)
  context.lineCap = 'round'
  context.lineJoin = 'round'
  for (const part of GLYPHS[state]) {
    const shape = path(part.d)
    if (part.as === 'fill') {
      context.fillStyle = colour
      context.fill(shape)
      continue
    }
    if (part.as !== 'cut' && part.as !== 'line') {
      context.fillStyle = ground
      context.fill(shape)
    }
    context.strokeStyle = part.as === 'cut' ? ground : colour
    context.lineWidth = part.as === 'thick' ? 2.4 : part.as === 'dotted' ? 2 : 1.7
    context.setLineDash(part.as === 'dotted' ? [0.1, 3.14] : [])
    context.stroke(shape)
  }
  context.restore()
}
