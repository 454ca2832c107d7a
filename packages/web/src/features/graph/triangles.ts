// A draw list as one list of triangles in drawing order, for backends that draw everything with one call. Colours are
// premultiplied bytes; pictures of glyphs come from an atlas, everything else uses its white spot.
import type { Camera } from './canvas-backend.ts'
import type { Batch, DrawList, Paint } from './draw-list.ts'
import type { GraphState } from './states.ts'

export type Rgba = readonly [number, number, number, number]
export type Spot = { u0: number; v0: number; u1: number; v1: number }
export type Palette = {
  paint(paint: Paint): Rgba
  ground: Rgba
  white: Spot
  disc: Spot
  glyph(state: GraphState): Spot
}
export type Triangles = {
  positions: Float32Array
  uvs: Float32Array
  colours: Uint8Array
  indices: Uint32Array
}

/** A list of numbers that grows by doubling, so that what is drawn need not be copied once more at the end. */
class Grown<T extends Float32Array | Uint8Array | Uint32Array> {
  #array: T
  length = 0
  constructor(array: T) {
    this.#array = array
  }
  push(...values: number[]): void {
    if (this.length + values.length > this.#array.length) {
      const grown = new (this.#array.constructor as new (n: number) => T)(this.#array.length * 2)
      grown.set(this.#array as never)
      this.#array = grown
    }
    for (const value of values) this.#array[this.length++] = value
  }
  get used(): T {
    return this.#array.subarray(0, this.length) as T
  }
}

class Builder {
  readonly positions = new Grown(new Float32Array(4096))
  readonly uvs = new Grown(new Float32Array(4096))
  readonly colours = new Grown(new Uint8Array(8192))
  readonly indices = new Grown(new Uint32Array(4096))
  /** Work since the last pause, in vertices. */
  #done = 0
  get due(): boolean {
    if (this.positions.length - this.#done < 12_000) return false
    this.#done = this.positions.length
    return true
  }

  vertex(x: number, y: number, u: number, v: number, [r, g, b, a]: Rgba, alpha: number): number {
    const at = this.positions.length / 2
    const k = (a / 255) * alpha
    this.positions.push(x, y)
    this.uvs.push(u, v)
    this.colours.push(r * k, g * k, b * k, 255 * k)
    return at
  }

  quad(x: number, y: number, half: number, spot: Spot, colour: Rgba, alpha: number): void {
    const a = this.vertex(x - half, y - half, spot.u0, spot.v0, colour, alpha)
    this.vertex(x + half, y - half, spot.u1, spot.v0, colour, alpha)
    this.vertex(x + half, y + half, spot.u1, spot.v1, colour, alpha)
    this.vertex(x - half, y + half, spot.u0, spot.v1, colour, alpha)
    this.indices.push(a, a + 1, a + 2, a, a + 2, a + 3)
  }

  /** A strip between pairs of points; each pair is joined to the one before it. */
  pair(
    x0: number,
    y0: number,
    x1: number,
    y1: number,
    first: boolean,
    white: Spot,
    colour: Rgba,
    alpha: number,
  ): void {
    const u = (white.u0 + white.u1) / 2
    const v = (white.v0 + white.v1) / 2
    const a = this.vertex(x0, y0, u, v, colour, alpha)
    this.vertex(x1, y1, u, v, colour, alpha)
    if (!first) this.indices.push(a - 2, a - 1, a, a - 1, a + 1, a)
  }
}

/** Comes in small steps, so that a frame may end between two of them. */
export function* trianglesSteps(
  list: DrawList,
  camera: Camera,
  palette: Palette,
): Generator<undefined, Triangles> {
  const out = new Builder()
  for (const batch of list.batches) yield* add(out, batch, camera, palette)
  return {
    positions: out.positions.used,
    uvs: out.uvs.used,
    colours: out.colours.used,
    indices: out.indices.used,
  }
}

function* add(out: Builder, batch: Batch, camera: Camera, palette: Palette): Generator<undefined, void> {
  const px = 1 / camera.k
  if (batch.kind === 'arcs') {
    const colour = palette.paint(batch.paint)
    for (let i = 0; i < batch.arcs.length; i += 6) {
      if (out.due) yield
      const [cx, cy, radius, width, from, to] = [0, 1, 2, 3, 4, 5].map((k) => batch.arcs[i + k]!) as [
        number,
        number,
        number,
        number,
        number,
        number,
      ]
      // A chord may leave its arc by a third of a pixel.
      const step = 2 * Math.acos(Math.max(0.9, 1 - (0.33 * px) / Math.max(1, radius)))
      const parts = Math.max(1, Math.ceil((to - from) / Math.max(0.004, step)))
      for (let k = 0; k <= parts; k++) {
        const angle = from + ((to - from) * k) / parts
        const x = -Math.sin(angle)
        const y = Math.cos(angle)
        const inner = Math.max(0, radius - width / 2)
        const outer = radius + width / 2
        out.pair(
          cx + x * inner,
          cy + y * inner,
          cx + x * outer,
          cy + y * outer,
          k === 0,
          palette.white,
          colour,
          batch.alpha,
        )
      }
    }
  } else if (batch.kind === 'lines') yield* lines(out, batch, px, palette)
  else if (batch.kind === 'halos') {
    const colour = palette.paint(batch.paint)
    for (let i = 0; i < batch.points.length; i += 2) {
      if (out.due) yield
      const x = batch.points[i]!
      const y = batch.points[i + 1]!
      if (batch.filled) out.quad(x, y, (batch.radius + batch.width) * px, palette.disc, palette.ground, 1)
      ring(out, x, y, batch.radius * px, (batch.width / 2) * px, palette.white, colour)
    }
  } else {
    const spot = batch.glyph ? palette.glyph(batch.state) : batch.radius < 2 ? palette.white : palette.disc
    const colour: Rgba = batch.glyph ? [255, 255, 255, 255] : palette.paint(batch.paint)
    // Pictures in the atlas have a margin: a glyph's box is 16 units where its radius is 7.2.
    const half = batch.radius * px * (batch.glyph ? 8 / 7.2 : 1)
    for (let i = 0; i < batch.points.length; i += 2) {
      if (out.due) yield
      out.quad(batch.points[i]!, batch.points[i + 1]!, half, spot, colour, batch.alpha)
    }
  }
}

function ring(
  out: Builder,
  x: number,
  y: number,
  radius: number,
  half: number,
  white: Spot,
  colour: Rgba,
): void {
  for (let k = 0; k <= 24; k++) {
    const angle = (k / 24) * 2 * Math.PI
    const c = Math.cos(angle)
    const s = Math.sin(angle)
    out.pair(
      x + c * (radius - half),
      y + s * (radius - half),
      x + c * (radius + half),
      y + s * (radius + half),
      k === 0,
      white,
      colour,
      1,
    )
  }
}

function* lines(
  out: Builder,
  batch: Extract<Batch, { kind: 'lines' }>,
  px: number,
  palette: Palette,
): Generator<undefined, void> {
  const { points, starts } = batch
  const colour = palette.paint(batch.paint)
  const half = (batch.width / 2) * px
  for (let line = 0; line + 1 < starts.length; line++) {
    if (out.due) yield
    const from = starts[line]!
    const to = starts[line + 1]!
    let rest = 0
    for (let i = from; i < to; i++) {
      const x = points[2 * i]!
      const y = points[2 * i + 1]!
      const before = Math.max(from, i - 1)
      const after = Math.min(to - 1, i + 1)
      const dx = points[2 * after]! - points[2 * before]!
      const dy = points[2 * after + 1]! - points[2 * before + 1]!
      const length = Math.hypot(dx, dy) || 1
      if (!batch.dotted) {
        const nx = (-dy / length) * half
        const ny = (dx / length) * half
        out.pair(x + nx, y + ny, x - nx, y - ny, i === from, palette.white, colour, batch.alpha)
        continue
      }
      if (i + 1 >= to) continue
      const ex = points[2 * i + 2]! - x
      const ey = points[2 * i + 3]! - y
      const span = Math.hypot(ex, ey) || 1
      for (; rest < span; rest += 4.5 * px)
        out.quad(x + (ex * rest) / span, y + (ey * rest) / span, half, palette.disc, colour, batch.alpha)
      rest -= span
    }
  }
}
