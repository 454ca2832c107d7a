// Draws a draw list with Canvas 2D. It is the fallback where there is no graphics hardware, so it counts what it does:
// every fill and stroke is one draw call.
import type { Batch, DrawList, Paint } from './draw-list.ts'
import { GLYPHS, type GlyphPart } from './glyphs.ts'
import type { Theme } from './theme.ts'

export type Camera = { k: number; x: number; y: number }
export interface Backend {
  readonly name: 'canvas' | 'pixi'
  /** What stands in the page; it may hold more than one surface. */
  readonly element: HTMLElement
  /** How far beyond the surface a list may reach, in surfaces on every side, because panning draws what lies there. */
  readonly reach: number
  /**
   * Draws the list as seen by the camera, in small steps and out of sight. The picture appears when the answer is
   * called, which answers the number of draw calls; where panning draws, it appears with the next pan.
   */
  prepare(list: DrawList, camera: Camera, theme: Theme): Generator<undefined, () => number>
  /** Moves what is drawn without a new list, where the backend can; answers null where it cannot. */
  pan(camera: Camera): number | null
  resize(width: number, height: number, ratio: number): void
  destroy(): void
}

export function paintOf(paint: Paint, theme: Theme): string {
  if ('token' in paint) return theme.token[paint.token]
  if ('state' in paint) return theme[paint.tone][paint.state]
  const colours = theme[paint.scheme][paint.tone]
  return colours[paint.index] ?? colours[0] ?? theme.token['text-3']
}

function surface(): CanvasRenderingContext2D {
  const canvas = document.createElement('canvas')
  canvas.style.cssText = 'position:absolute;inset:0;width:100%;height:100%'
  const context = canvas.getContext('2d')
  if (!context) throw new Error('This browser has no 2-D canvas')
  return context
}

const parsed = new Map<string, Path2D>()
function pathOf(d: string): Path2D {
  let path = parsed.get(d)
  if (!path) {
    path = new Path2D(d)
    parsed.set(d, path)
  }
  return path
}

export class CanvasBackend implements Backend {
  readonly name = 'canvas'
  readonly reach = 0
  readonly element = document.createElement('div')
  #context: CanvasRenderingContext2D
  /** The surface that the next picture is made on while this one is looked at; made when it is first needed. */
  #back: CanvasRenderingContext2D | null = null
  #ratio = 1
  #calls = 0
  #cuts = { path: new Path2D(), scale: 1, used: false }

  constructor() {
    this.#context = surface()
    this.element.append(this.#context.canvas)
  }

  resize(width: number, height: number, ratio: number): void {
    this.#ratio = ratio
    for (const canvas of [this.#context.canvas, this.#back?.canvas]) {
      if (!canvas) continue
      canvas.width = Math.max(1, Math.round(width * ratio))
      canvas.height = Math.max(1, Math.round(height * ratio))
    }
  }

  pan(): number | null {
    return null
  }

  destroy(): void {
    for (const context of [this.#context, this.#back])
      if (context) context.canvas.width = context.canvas.height = 0
  }

  /** What is drawn, for those who want it as a picture. */
  get canvas(): HTMLCanvasElement {
    return this.#context.canvas
  }

  /** Draws the list at once. Answers the number of draw calls. */
  render(list: DrawList, camera: Camera, theme: Theme): number {
    const steps = this.#all(list, camera, theme)
    while (!steps.next().done);
    return this.#calls
  }

  *prepare(list: DrawList, camera: Camera, theme: Theme): Generator<undefined, () => number> {
    const front = this.#context
    const back = this.#back ?? surface()
    if (this.#back === null) {
      this.#back = back
      back.canvas.width = front.canvas.width
      back.canvas.height = front.canvas.height
      back.canvas.style.display = 'none'
      this.element.append(back.canvas)
    }
    const ratio = this.#ratio
    const steps = this.#all(list, camera, theme)
    for (;;) {
      this.#context = back
      const step = steps.next()
      this.#context = front
      if (step.done) break
      yield
    }
    const calls = this.#calls
    return () => {
      if (ratio !== this.#ratio) return calls
      this.#back = front
      this.#context = back
      back.canvas.style.display = ''
      front.canvas.style.display = 'none'
      return calls
    }
  }

  #begin(): void {
    const { canvas } = this.#context
    this.#calls = 0
    this.#cuts = { path: new Path2D(), scale: 1, used: false }
    this.#context.setTransform(1, 0, 0, 1, 0, 0)
    this.#context.clearRect(0, 0, canvas.width, canvas.height)
  }

  *#all(list: DrawList, camera: Camera, theme: Theme): Generator<undefined, void> {
    this.#begin()
    for (const batch of list.batches) {
      if (batch.kind !== 'marks') this.#flushCuts(theme)
      yield* this.#draw(batch, camera, theme)
      yield
    }
    this.#flushCuts(theme)
  }

  #world(camera: Camera): void {
    const r = this.#ratio
    this.#context.setTransform(camera.k * r, 0, 0, camera.k * r, camera.x * r, camera.y * r)
  }

  #stroke(path: Path2D): void {
    this.#calls++
    this.#context.stroke(path)
  }

  #fill(path: Path2D): void {
    this.#calls++
    this.#context.fill(path)
  }

  *#draw(batch: Batch, camera: Camera, theme: Theme): Generator<undefined, void> {
    const context = this.#context
    this.#world(camera)
    context.setLineDash([])
    context.lineCap = 'butt'
    context.lineJoin = 'round'
    if (batch.kind === 'arcs') {
      const path = new Path2D()
      // Filling closes by itself; closePath() asks for the bounds of the whole path each time (0.8 s for 5,000 arcs).
      for (let i = 0; i < batch.arcs.length; i += 6) {
        const x = batch.arcs[i]!
        const y = batch.arcs[i + 1]!
        const half = batch.arcs[i + 3]! / 2
        const inner = Math.max(0, batch.arcs[i + 2]! - half)
        const from = batch.arcs[i + 4]! + Math.PI / 2
        const to = batch.arcs[i + 5]! + Math.PI / 2
        path.moveTo(x + Math.cos(from) * inner, y + Math.sin(from) * inner)
        path.arc(x, y, batch.arcs[i + 2]! + half, from, to)
        path.arc(x, y, inner, to, from, true)
      }
      context.globalAlpha = batch.alpha
      context.fillStyle = paintOf(batch.paint, theme)
      this.#fill(path)
    } else if (batch.kind === 'lines') {
      const path = new Path2D()
      const { points, starts } = batch
      for (let line = 0; line + 1 < starts.length; line++) {
        if (line % 200 === 199) yield
        const end = starts[line + 1]! * 2
        let at = starts[line]! * 2
        path.moveTo(points[at]!, points[at + 1]!)
        for (at += 2; at < end; at += 2) path.lineTo(points[at]!, points[at + 1]!)
      }
      context.globalAlpha = batch.alpha
      context.strokeStyle = paintOf(batch.paint, theme)
      context.lineWidth = batch.width / camera.k
      if (batch.dotted) {
        context.lineCap = 'round'
        context.setLineDash([0.1 / camera.k, 4.5 / camera.k])
      }
      this.#stroke(path)
    } else if (batch.kind === 'halos') {
      const path = new Path2D()
      const radius = batch.radius / camera.k
      for (let i = 0; i < batch.points.length; i += 2) {
        path.moveTo(batch.points[i]! + radius, batch.points[i + 1]!)
        path.arc(batch.points[i]!, batch.points[i + 1]!, radius, 0, 2 * Math.PI)
      }
      context.globalAlpha = 1
      if (batch.filled) {
        context.fillStyle = theme.token.raised
        this.#fill(path)
      }
      context.strokeStyle = paintOf(batch.paint, theme)
      context.lineWidth = batch.width / camera.k
      this.#stroke(path)
    } else yield* this.#marks(batch, camera, theme)
  }

  *#marks(
    batch: Extract<Batch, { kind: 'marks' }>,
    camera: Camera,
    theme: Theme,
  ): Generator<undefined, void> {
    const context = this.#context
    context.globalAlpha = batch.alpha
    const radius = batch.radius / camera.k
    if (!batch.glyph) {
      const path = new Path2D()
      const tiny = batch.radius < 2
      for (let i = 0; i < batch.points.length; i += 2) {
        if (i % 3_000 === 2_998) yield
        const x = batch.points[i]!
        const y = batch.points[i + 1]!
        if (tiny) path.rect(x - radius, y - radius, 2 * radius, 2 * radius)
        else {
          path.moveTo(x + radius, y)
          path.arc(x, y, radius, 0, 2 * Math.PI)
        }
      }
      context.fillStyle = paintOf(batch.paint, theme)
      this.#fill(path)
      return
    }
    // All marks of a state share one path per part of its glyph.
    const scale = radius / 7.2
    const matrix = new DOMMatrix()
    for (const part of GLYPHS[batch.state]) {
      const cut = part.as === 'cut' && batch.alpha === 1
      const path = cut ? this.#cuts.path : new Path2D()
      const shape = pathOf(part.d)
      for (let i = 0; i < batch.points.length; i += 2) {
        if (i % 600 === 598) yield
        matrix.a = matrix.d = scale
        matrix.e = batch.points[i]!
        matrix.f = batch.points[i + 1]!
        path.addPath(shape, matrix)
      }
      if (cut) {
        this.#cuts.scale = scale
        this.#cuts.used = true
      } else this.#part(part, path, scale, batch.state, theme)
    }
  }

  /** Signs cut out of filled silhouettes have one colour whatever the state: one stroke draws them all. */
  #flushCuts(theme: Theme): void {
    if (!this.#cuts.used) return
    const context = this.#context
    context.globalAlpha = 1
    context.lineCap = 'round'
    context.setLineDash([])
    context.lineWidth = 1.7 * this.#cuts.scale
    context.strokeStyle = theme.token.surface
    this.#stroke(this.#cuts.path)
    this.#cuts = { path: new Path2D(), scale: 1, used: false }
  }

  #part(part: GlyphPart, path: Path2D, scale: number, state: keyof Theme['fill'], theme: Theme): void {
    const context = this.#context
    if (part.as === 'fill') {
      context.fillStyle = theme.fill[state]
      this.#fill(path)
      return
    }
    if (part.as !== 'cut' && part.as !== 'line') {
      context.fillStyle = theme.token.surface
      this.#fill(path)
    }
    context.lineCap = 'round'
    context.setLineDash(part.as === 'dotted' ? [0.1 * scale, 3.14 * scale] : [])
    context.lineWidth = (part.as === 'thick' ? 2.4 : part.as === 'dotted' ? 2 : 1.7) * scale
    context.strokeStyle = part.as === 'cut' ? theme.token.surface : theme.solid[state]
    this.#stroke(path)
  }
}
