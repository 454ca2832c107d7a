// The Radar's surface: camera, spatial index, backend and overlay behind one object that React only has to feed.
//
// The surface is larger than what is seen by a margin on every side. Panning moves it as it is (the compositor's work,
// no drawing at all); only when the margin is used up, or the hand rests, is a new picture drawn around the new place.

import { select } from 'd3-selection'
import { type D3ZoomEvent, type ZoomBehavior, zoom, zoomIdentity } from 'd3-zoom'
import Flatbush from 'flatbush'
import { type Backend, type Camera, CanvasBackend } from './canvas-backend.ts'
import { detailFor, MOST_EASED, markRadius } from './detail.ts'
import { type DrawList, drawList, type Scene } from './draw-list.ts'
import { type Box, type Placed, placeLabels } from './labels.ts'
import type { Geometry } from './layout.ts'
import type { GraphModel } from './model.ts'
import { drawOverlay, type RimMark, Ruler } from './overlay.ts'
import { A0, ARC, pointX, pointY } from './radar-layout.ts'
import type { GraphState } from './states.ts'
import { readTheme, type Theme } from './theme.ts'

export type Clock = {
  elapsed: number
  ticks: { at: number; long: boolean }[]
  marks: { at: number; text: string; state?: GraphState }[]
}
export type StageData = {
  model: GraphModel
  geometry: Geometry
  clock: Clock | null
  subtitle(i: number): string
}
/** What frames cost since they were last asked about: script in milliseconds each, and the most draw calls of one. */
export type FrameStats = { times: number[]; drawCalls: number; redraws: number }
export type StageEvents = {
  select(node: number, add: boolean): void
  open(node: number): void
  hover(node: number): void
  view(rect: { left: number; top: number; right: number; bottom: number }, k: number): void
  drawn(list: DrawList, backend: string): void
}

const MARGIN = 0.3

export class RadarStage {
  readonly #host: HTMLElement
  readonly #events: StageEvents
  #backend: Backend
  readonly #overlay: HTMLCanvasElement
  readonly #ink: CanvasRenderingContext2D
  readonly #ruler: Ruler
  readonly #zoom: ZoomBehavior<HTMLElement, unknown>
  readonly #observer: ResizeObserver
  #theme: Theme
  #data: StageData | null = null
  #index: Flatbush | null = null
  #lit: Uint8Array | null = null
  #faint: Uint8Array | null = null
  #main = -1
  #hovered = -1
  #width = 0
  #height = 0
  /** Where the camera is, and where it was when the surface was last drawn. */
  #camera: Camera = { k: 1, x: 0, y: 0 }
  #drawn: Camera = { k: 1, x: 0, y: 0 }
  #placed: Placed = { cards: [], labels: [] }
  #list: DrawList | null = null
  #frame = 0
  #settle = 0
  #stale = false
  #fitted = true
  #ease: { from: Float32Array; fromY: Float32Array; began: number; target: Geometry } | null = null
  #stats: FrameStats = { times: [], drawCalls: 0, redraws: 0 }

  constructor(host: HTMLElement, events: StageEvents) {
    this.#host = host
    this.#events = events
    const base = document.createElement('canvas')
    this.#overlay = document.createElement('canvas')
    for (const canvas of [base, this.#overlay]) {
      canvas.setAttribute('aria-hidden', 'true')
      canvas.style.cssText =
        'position:absolute;left:0;top:0;transform-origin:0 0;will-change:transform;pointer-events:none'
      host.append(canvas)
    }
    this.#backend = new CanvasBackend(base)
    const ink = this.#overlay.getContext('2d')
    if (!ink) throw new Error('This browser has no 2-D canvas')
    this.#ink = ink
    this.#ruler = new Ruler(ink)
    this.#theme = readTheme(host)
    this.#ruler.family = this.#theme.font

    this.#zoom = zoom<HTMLElement, unknown>()
      .scaleExtent([0.01, 8])
      .filter((event: MouseEvent) => !event.button && !(event.type === 'dblclick'))
      .clickDistance(4)
      .on('zoom', (event: D3ZoomEvent<HTMLElement, unknown>) => {
        this.#camera = { k: event.transform.k, x: event.transform.x, y: event.transform.y }
        if (event.sourceEvent) this.#fitted = false
        this.#schedule()
      })
    select(host).call(this.#zoom)
    host.addEventListener('click', this.#onClick)
    host.addEventListener('dblclick', this.#onDouble)
    host.addEventListener('pointermove', this.#onMove)
    host.addEventListener('pointerleave', this.#onLeave)
    this.#observer = new ResizeObserver(() => this.#measure())
    this.#observer.observe(host)
    this.#measure()
    document.fonts?.ready.then(() => {
      this.#ruler.forget()
      this.redraw()
    })
  }

  destroy(): void {
    cancelAnimationFrame(this.#frame)
    clearTimeout(this.#settle)
    this.#observer.disconnect()
    select(this.#host).on('.zoom', null)
    this.#host.removeEventListener('click', this.#onClick)
    this.#host.removeEventListener('dblclick', this.#onDouble)
    this.#host.removeEventListener('pointermove', this.#onMove)
    this.#host.removeEventListener('pointerleave', this.#onLeave)
    this.#backend.destroy()
    this.#backend.canvas.remove()
    this.#overlay.remove()
  }

  setData(data: StageData): void {
    const before = this.#data
    this.#data = data
    const { layout } = data.geometry
    if (before?.geometry !== data.geometry) {
      this.#index = null
      if (layout.size) {
        const index = new Flatbush(layout.size)
        for (let i = 0; i < layout.size; i++) index.add(layout.x[i]!, layout.y[i]!)
        index.finish()
        this.#index = index
      }
      if (!before || before.model.size === 0) this.fit()
      else {
        this.#startEasing(before, data)
        if (this.#fitted) this.fit()
      }
    }
    this.redraw()
  }

  setSelection(main: number, lit: Uint8Array | null, faint: Uint8Array | null): void {
    this.#main = main
    this.#lit = lit
    this.#faint = faint
    this.redraw()
  }

  setBackend(backend: Backend): void {
    const old = this.#backend
    backend.canvas.setAttribute('aria-hidden', 'true')
    backend.canvas.style.cssText = old.canvas.style.cssText
    this.#backend = backend
    old.canvas.replaceWith(backend.canvas)
    old.destroy()
    this.#measure()
  }

  themeChanged(): void {
    this.#theme = readTheme(this.#host)
    this.#ruler.family = this.#theme.font
    this.redraw()
  }

  /** Everything in view. `most` keeps a small graph from being blown up. */
  fit(): void {
    const layout = this.#data?.geometry.layout
    if (!layout || !this.#width) return
    this.#fitted = true
    const small = this.#width < 560
    const room = small
      ? Math.min(this.#width - 20, this.#height - 70)
      : Math.min(this.#width - 60, this.#height - 56)
    const k = Math.max(0.01, Math.min(layout.size <= 3 ? 1.5 : 1.35, room / 2 / layout.extent))
    const x = this.#width / 2
    const y = small ? (this.#height + 46) / 2 : this.#height / 2 + 6
    select(this.#host).call(this.#zoom.transform, zoomIdentity.translate(x, y).scale(k))
  }

  zoomBy(factor: number): void {
    this.#fitted = false
    select(this.#host).call(this.#zoom.scaleBy, factor)
  }

  panBy(dx: number, dy: number): void {
    this.#fitted = false
    select(this.#host).call(this.#zoom.translateBy, dx / this.#camera.k, dy / this.#camera.k)
  }

  /** Puts a world point into the middle. */
  centre(x: number, y: number): void {
    this.#fitted = false
    select(this.#host).call(this.#zoom.translateTo, x, y)
  }

  /** Brings a node into view if it is outside, and near enough to read. */
  reveal(node: number): void {
    const layout = this.#data?.geometry.layout
    if (!layout) return
    const x = layout.x[node]! * this.#camera.k + this.#camera.x
    const y = layout.y[node]! * this.#camera.k + this.#camera.y
    const far = layout.slot * this.#camera.k < 10
    if (!far && x > 40 && y > 60 && x < this.#width - 40 && y < this.#height - 40) return
    this.#fitted = false
    const k = far ? Math.min(1, 26 / layout.slot) : this.#camera.k
    select(this.#host).call(
      this.#zoom.transform,
      zoomIdentity
        .translate(this.#width / 2 - layout.x[node]! * k, this.#height / 2 - layout.y[node]! * k)
        .scale(k),
    )
  }

  get camera(): Camera {
    return this.#camera
  }

  /** Script time and draw calls since the last call, for measuring. */
  takeStats(): FrameStats {
    const stats = this.#stats
    this.#stats = { times: [], drawCalls: 0, redraws: 0 }
    return stats
  }

  redraw(): void {
    this.#stale = true
    this.#schedule()
  }

  #schedule(): void {
    if (!this.#frame) this.#frame = requestAnimationFrame(this.#tick)
  }

  #tick = (): void => {
    this.#frame = 0
    if (!this.#data || !this.#width) return
    const began = performance.now()
    let calls = 0
    const easing = this.#stepEasing(began)
    const zoomed = this.#camera.k / this.#drawn.k
    const dx = this.#camera.x - this.#drawn.x * zoomed
    const dy = this.#camera.y - this.#drawn.y * zoomed
    const light = this.#data.model.size <= 1_500
    const outside =
      zoomed === 1
        ? Math.abs(dx) > this.#width * MARGIN || Math.abs(dy) > this.#height * MARGIN
        : light || zoomed > 2.5 || zoomed < 0.5
    if (this.#stale || easing || outside) {
      calls = this.#draw()
      this.#stats.redraws++
      clearTimeout(this.#settle)
    } else {
      const moved = zoomed === 1 ? this.#backend.pan(this.#surface(this.#camera)) : null
      this.#place(this.#overlay, zoomed, dx, dy)
      if (moved === null) this.#place(this.#backend.canvas, zoomed, dx, dy)
      calls = moved ?? 0
      clearTimeout(this.#settle)
      // What the margin still holds need not be drawn again, unless it is stretched.
      const used = Math.max(Math.abs(dx) / this.#width, Math.abs(dy) / this.#height)
      if (zoomed !== 1 || used > MARGIN / 2) this.#settle = window.setTimeout(() => this.redraw(), 140)
    }
    const { k, x, y } = this.#camera
    this.#events.view(
      { left: -x / k, top: -y / k, right: (this.#width - x) / k, bottom: (this.#height - y) / k },
      k,
    )
    const took = performance.now() - began
    if (this.#stats.times.length < 2_000) this.#stats.times.push(took)
    this.#stats.drawCalls = Math.max(this.#stats.drawCalls, calls)
    if (easing) this.#schedule()
  }

  #place(canvas: HTMLCanvasElement, scale: number, dx: number, dy: number): void {
    const left = dx - this.#width * MARGIN * scale
    const top = dy - this.#height * MARGIN * scale
    canvas.style.transform = `translate(${left}px, ${top}px) scale(${scale})`
  }

  /** The camera in the coordinates of the surface, which begins a margin outside the host. */
  #surface(camera: Camera): Camera {
    return { k: camera.k, x: camera.x + this.#width * MARGIN, y: camera.y + this.#height * MARGIN }
  }

  #draw(): number {
    const data = this.#data!
    this.#stale = false
    this.#drawn = { ...this.#camera }
    const camera = this.#surface(this.#camera)
    const surfaceWidth = this.#width * (1 + 2 * MARGIN)
    const surfaceHeight = this.#height * (1 + 2 * MARGIN)
    const view = {
      scale: camera.k,
      left: -camera.x / camera.k,
      top: -camera.y / camera.k,
      right: (surfaceWidth - camera.x) / camera.k,
      bottom: (surfaceHeight - camera.y) / camera.k,
    }
    const visible = this.#index
      ? Uint32Array.from(this.#index.search(view.left, view.top, view.right, view.bottom)).sort()
      : new Uint32Array()
    const { layout, edges } = data.geometry
    const scene: Scene = {
      model: data.model,
      layout,
      edges,
      lit: this.#lit,
      faint: this.#faint,
      clock: data.clock,
    }
    const list = drawList(scene, view, visible)
    this.#list = list
    const calls = this.#backend.render(list, camera, this.#theme)
    this.#place(this.#backend.canvas, 1, 0, 0)
    this.#drawOverlay(camera, list, surfaceWidth, surfaceHeight)
    this.#place(this.#overlay, 1, 0, 0)
    this.#events.drawn(list, this.#backend.name)
    return calls
  }

  #drawOverlay(camera: Camera, list: DrawList, width: number, height: number): void {
    const { model, geometry, clock, subtitle } = this.#data!
    const { layout } = geometry
    const ratio = this.#overlay.width / Math.max(1, width)
    this.#ink.setTransform(1, 0, 0, 1, 0, 0)
    this.#ink.clearRect(0, 0, this.#overlay.width, this.#overlay.height)
    this.#ink.setTransform(ratio, 0, 0, ratio, 0, 0)
    const toX = (i: number): number => layout.x[i]! * camera.k + camera.x
    const toY = (i: number): number => layout.y[i]! * camera.k + camera.y
    const slot = layout.slot * camera.k
    const marks = clock ? this.#rim(camera, clock, height) : []
    const numbers = this.#depths(camera)
    const detail = detailFor(model.size <= 3 ? 60 : slot)
    const roomy = this.#width >= 560
    // Far away only what matters is named: the selection and its path, and what went wrong.
    const named =
      detail === 'rings' || detail === 'dots'
        ? list.visible
            .filter((i) => i === this.#main || i === this.#hovered || (this.#lit?.[i] ?? 0) !== 0)
            .slice(0, 60)
        : list.visible
    // While the whole picture is in view nothing may hang over its edge; further in, names must not move with the frame.
    const whole = layout.extent * camera.k * 2 <= Math.max(this.#width, this.#height) * 1.1
    const bounds: Box = whole
      ? {
          x: this.#width * MARGIN + 6,
          y: this.#height * MARGIN + 4,
          w: this.#width - 12,
          h: this.#height - 8,
        }
      : { x: 0, y: 0, w: width, h: height }
    this.#placed = placeLabels({
      model,
      layout,
      visible: named,
      lit: this.#lit,
      faint: this.#faint,
      main: this.#main >= 0 ? this.#main : this.#hovered,
      hovered: this.#hovered,
      toX,
      toY,
      bounds,
      markRadius: model.size <= 3 ? 7 : markRadius(slot),
      measure: (text, font) => this.#ruler.width(text, font),
      subtitle,
      roomy,
      taken: [
        ...marks.map((mark) => ({
          x: mark.align === 'right' ? mark.x - 44 : mark.x - 4,
          y: mark.y - 8,
          w: 48,
          h: 16,
        })),
        ...numbers.map((n) => ({ x: camera.x - 14, y: n.y - 6, w: 14, h: 14 })),
      ],
    })
    if (detail === 'rings' && !this.#lit) this.#placed = { cards: [], labels: [] }
    this.#ruler.lost()
    drawOverlay(this.#ink, this.#ruler, this.#placed, marks, this.#theme, { x: toX, y: toY })
    if (roomy && model.size > 3 && detail !== 'rings') this.#drawDepths(camera, numbers)
  }

  /** Ring numbers in the south channel, where there is room for them. */
  #depths(camera: Camera): { ring: number; y: number }[] {
    const { layout } = this.#data!.geometry
    const out: { ring: number; y: number }[] = []
    for (let ring = 0; ring < layout.inner.length; ring++) {
      if (layout.outer[ring] === 0 || layout.inner[ring]! * camera.k * 0.3 < 12) continue
      out.push({ ring, y: ((layout.inner[ring]! + layout.outer[ring]!) / 2) * camera.k + camera.y + 4 })
    }
    return out
  }

  #drawDepths(camera: Camera, numbers: { ring: number; y: number }[]): void {
    this.#ink.font = `400 11px ${this.#theme.font}`
    this.#ink.textAlign = 'center'
    this.#ink.fillStyle = this.#theme.token['text-3']
    for (const { ring, y } of numbers) this.#ink.fillText(String(ring), camera.x - 7, y)
  }

  #rim(camera: Camera, clock: Clock, height: number): RimMark[] {
    const { extent } = this.#data!.geometry.layout
    if (this.#width < 560) return []
    const out: RimMark[] = []
    for (const mark of clock.marks) {
      const angle = A0 + mark.at * ARC
      const radius = (extent - 8) * camera.k + (mark.state ? 3 : 12)
      const x = pointX(angle, radius) + camera.x
      const y = pointY(angle, radius) + camera.y
      if (y < 0 || y > height) continue
      const west = pointX(angle, 1) < 0.05
      out.push({
        x,
        y,
        text: mark.text,
        align: west ? 'right' : 'left',
        ...(mark.state && { state: mark.state }),
      })
    }
    return out
  }

  #measure(): void {
    const { clientWidth, clientHeight } = this.#host
    this.#width = clientWidth
    this.#height = clientHeight
    if (!clientWidth || !clientHeight) return
    const ratio = Math.min(2, window.devicePixelRatio || 1)
    const width = clientWidth * (1 + 2 * MARGIN)
    const height = clientHeight * (1 + 2 * MARGIN)
    this.#backend.resize(width, height, ratio)
    this.#overlay.width = Math.round(width * ratio)
    this.#overlay.height = Math.round(height * ratio)
    for (const canvas of [this.#backend.canvas, this.#overlay]) {
      canvas.style.width = `${width}px`
      canvas.style.height = `${height}px`
    }
    this.#zoom.extent([
      [0, 0],
      [clientWidth, clientHeight],
    ])
    if (this.#fitted) this.fit()
    this.redraw()
  }

  /** The node under a point of the host, cards and labels included; -1 when there is none. */
  nodeAt(x: number, y: number): number {
    const sx = x - this.#camera.x + this.#drawn.x + this.#width * MARGIN
    const sy = y - this.#camera.y + this.#drawn.y + this.#height * MARGIN
    const inside = (box: Box): boolean =>
      sx >= box.x && sx <= box.x + box.w && sy >= box.y && sy <= box.y + box.h
    for (const card of this.#placed.cards) if (inside(card)) return card.node
    for (const label of this.#placed.labels) if (inside(label)) return label.node
    if (!this.#index || this.#list?.detail === 'rings') return this.#nearest(x, y, 6)
    return this.#nearest(x, y, 14)
  }

  #nearest(x: number, y: number, pixels: number): number {
    const { k } = this.#camera
    return this.#index?.neighbors((x - this.#camera.x) / k, (y - this.#camera.y) / k, 1, pixels / k)[0] ?? -1
  }

  /** Nodes near the middle of the view, for the list that assistive technology reads. */
  nearby(most: number): number[] {
    const { k, x, y } = this.#camera
    return this.#index?.neighbors((this.#width / 2 - x) / k, (this.#height / 2 - y) / k, most) ?? []
  }

  #local(event: MouseEvent): [number, number] {
    const box = this.#host.getBoundingClientRect()
    return [event.clientX - box.left, event.clientY - box.top]
  }
  #onClick = (event: MouseEvent): void => {
    if (event.defaultPrevented) return
    this.#events.select(this.nodeAt(...this.#local(event)), event.shiftKey)
  }
  #onDouble = (event: MouseEvent): void => {
    const node = this.nodeAt(...this.#local(event))
    if (node >= 0) this.#events.open(node)
  }
  #onMove = (event: PointerEvent): void => {
    if (event.buttons) return
    this.#hover(this.nodeAt(...this.#local(event)))
  }
  #onLeave = (): void => this.#hover(-1)
  #hover(node: number): void {
    if (node === this.#hovered) return
    this.#hovered = node
    this.#host.style.cursor = node >= 0 ? 'pointer' : 'grab'
    this.#events.hover(node)
    if (this.#data && this.#data.model.size <= MOST_EASED) this.redraw()
  }

  #startEasing(before: StageData, after: StageData): void {
    const layout = after.geometry.layout
    const calm = window.matchMedia?.('(prefers-reduced-motion: reduce)').matches
    if (calm || layout.size > MOST_EASED) return
    const from = new Float32Array(layout.size)
    const fromY = new Float32Array(layout.size)
    for (let i = 0; i < layout.size; i++) {
      const old = before.model.index.get(after.model.ids[i]!)
      from[i] = old === undefined ? layout.x[i]! : before.geometry.layout.x[old]!
      fromY[i] = old === undefined ? layout.y[i]! : before.geometry.layout.y[old]!
    }
    const moving = { ...layout, x: from.slice(), y: fromY.slice() }
    this.#ease = { from, fromY, began: performance.now(), target: after.geometry }
    this.#data = { ...after, geometry: { ...after.geometry, layout: moving } }
  }

  /** Nodes find their new places in 250 ms; true while they are on their way. */
  #stepEasing(now: number): boolean {
    const ease = this.#ease
    if (!ease || !this.#data) return false
    const t = Math.min(1, (now - ease.began) / 250)
    const k = 1 - (1 - t) ** 3
    const { layout } = ease.target
    const moving = this.#data.geometry.layout
    for (let i = 0; i < layout.size; i++) {
      moving.x[i] = ease.from[i]! + (layout.x[i]! - ease.from[i]!) * k
      moving.y[i] = ease.fromY[i]! + (layout.y[i]! - ease.fromY[i]!) * k
    }
    if (t < 1) return true
    this.#data = { ...this.#data, geometry: ease.target }
    this.#ease = null
    this.redraw()
    return false
  }
}
