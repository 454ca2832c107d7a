// The Radar's surface: camera, spatial index, backend and overlay behind one object that React only has to feed.
//
// The surface is larger than what is seen by a margin on every side. Panning moves it as it is (the compositor's work,
// no drawing at all). When half of the margin is used up, or the hand rests, a new picture is made around the new place,
// a few milliseconds of each frame, and shown when it is whole: no frame of a pan waits for a picture.

import { select } from 'd3-selection'
import { type D3ZoomEvent, type ZoomBehavior, zoom, zoomIdentity } from 'd3-zoom'
import Flatbush from 'flatbush'
import { type Backend, type Camera, CanvasBackend } from './canvas-backend.ts'
import { type Cluster, type Clusters, clusterAt, foldedMask } from './clusters.ts'
import { type Clock, composeWords, type Words } from './compose.ts'
import { MOST_EASED } from './detail.ts'
import { type DrawList, drawListSteps, type Scene } from './draw-list.ts'
import { Easing } from './easing.ts'
import { Gestures, type GestureTarget, type Pick } from './gestures.ts'
import { type Box, NOTHING } from './labels.ts'
import type { Geometry } from './layout.ts'
import type { Look } from './look.ts'
import type { GraphModel } from './model.ts'
import { drawOverlay, Ruler } from './overlay.ts'
import { A0, ARC } from './polar.ts'
import { insideLasso } from './selection.ts'
import { readTheme, type Theme } from './theme.ts'

export type StageData = {
  model: GraphModel
  geometry: Geometry
  clock: Clock | null
  subtitle(i: number): string
  colours: Scene['colours']
  clusters: Clusters | null
  /** Keys of the clusters that are open. */
  unfolded: ReadonlySet<string>
}
/** What frames cost since they were last asked about: script in milliseconds each, and the most draw calls of one. */
export type FrameStats = { times: number[]; drawCalls: number; redraws: number }
export type StageEvents = {
  select(node: number, how: Pick): void
  lasso(nodes: number[], add: boolean): void
  cluster(cluster: Cluster): void
  open(node: number): void
  hover(node: number, cluster: Cluster | null): void
  /** The hand of the clock is dragged to this share of the dial; `done` when it is let go. */
  scrub(share: number, done: boolean): void
  camera(camera: Camera): void
  /** The camera has come to rest; null when it shows everything. */
  rest(look: Look | null): void
  drawn(list: DrawList, backend: string): void
}

const MARGIN = 0.3
/** Milliseconds of a frame that may go into the next picture. */
const SLICE = 2
/** Graphs up to this size are drawn anew while they are zoomed. */
const LIGHT = 1_500

type Picture = { list: DrawList; held: Held; words: Words; show(): number }
/** The part of the world that a list was made for, at which scale. */
type Held = { k: number; left: number; top: number; right: number; bottom: number }
type Job = { camera: Camera; steps: Generator<undefined, Picture> }

export class RadarStage implements GestureTarget {
  readonly #host: HTMLElement
  readonly #events: StageEvents
  #backend: Backend
  readonly #overlay: HTMLCanvasElement
  readonly #ink: CanvasRenderingContext2D
  readonly ruler: Ruler
  readonly #zoom: ZoomBehavior<HTMLElement, unknown>
  readonly #observer: ResizeObserver
  readonly #gestures: Gestures
  theme: Theme
  #data: StageData | null = null
  #folded: { clusters: readonly Cluster[]; mask: Uint8Array } | null = null
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
  #words: Words = { placed: NOTHING, marks: [], numbers: [] }
  #list: DrawList | null = null
  #held: Held | null = null
  #job: Job | null = null
  #frame = 0
  #settle = 0
  #rest = 0
  #stale = false
  #fitted = true
  #wanted: Look | null = null
  #ease: Easing | null = null
  #stats: FrameStats = { times: [], drawCalls: 0, redraws: 0 }

  constructor(host: HTMLElement, events: StageEvents) {
    this.#host = host
    this.#events = events
    this.#backend = new CanvasBackend()
    this.#overlay = document.createElement('canvas')
    for (const element of [this.#backend.element, this.#overlay]) {
      element.setAttribute('aria-hidden', 'true')
      element.style.cssText =
        'position:absolute;left:0;top:0;transform-origin:0 0;will-change:transform;pointer-events:none'
      host.append(element)
    }
    const ink = this.#overlay.getContext('2d')
    if (!ink) throw new Error('This browser has no 2-D canvas')
    this.#ink = ink
    this.ruler = new Ruler(ink)
    this.theme = readTheme(host)
    this.ruler.family = this.theme.font
    this.#gestures = new Gestures(host, this)

    this.#zoom = zoom<HTMLElement, unknown>()
      .scaleExtent([0.01, 8])
      .filter((event: MouseEvent) => event.type === 'wheel' || this.#gestures.leavesToCamera(event))
      .clickDistance(4)
      .on('zoom', (event: D3ZoomEvent<HTMLElement, unknown>) => {
        this.#camera = { k: event.transform.k, x: event.transform.x, y: event.transform.y }
        if (event.sourceEvent) this.#fitted = false
        this.#schedule()
        this.#moved()
      })
    select(host).call(this.#zoom)
    this.#observer = new ResizeObserver(() => this.#measure())
    this.#observer.observe(host)
    this.#measure()
    document.fonts?.ready.then(() => {
      this.ruler.forget()
      this.redraw()
    })
  }

  destroy(): void {
    cancelAnimationFrame(this.#frame)
    clearTimeout(this.#settle)
    clearTimeout(this.#rest)
    this.#observer.disconnect()
    this.#gestures.destroy()
    select(this.#host).on('.zoom', null)
    this.#backend.destroy()
    this.#backend.element.remove()
    this.#overlay.remove()
  }

  setData(data: StageData): void {
    const before = this.#data
    this.#data = data
    const { layout } = data.geometry
    if (before?.clusters !== data.clusters || before?.unfolded !== data.unfolded)
      this.#folded = data.clusters && {
        clusters: data.clusters.list,
        mask: foldedMask(data.clusters, data.unfolded),
      }
    // Where nodes are on their way to counts, not where they are: news of a state must not send them off anew.
    if ((this.#ease?.target ?? before?.geometry) !== data.geometry) {
      this.#ease = null
      this.#index = null
      if (layout.size) {
        const index = new Flatbush(layout.size)
        for (let i = 0; i < layout.size; i++) index.add(layout.x[i]!, layout.y[i]!)
        index.finish()
        this.#index = index
      }
      if (!before || before.model.size === 0) {
        if (!this.#wanted || !this.look(this.#wanted)) this.fit()
      } else {
        this.#startEasing(before, data)
        if (this.#fitted) this.fit()
      }
    } else if (this.#ease) this.#data = { ...data, geometry: this.#ease.geometry }
    this.redraw()
  }

  setSelection(main: number, lit: Uint8Array | null, faint: Uint8Array | null): void {
    if (main === this.#main && lit === this.#lit && faint === this.#faint) return
    this.#main = main
    this.#lit = lit
    this.#faint = faint
    this.redraw()
  }

  setBackend(backend: Backend): void {
    const old = this.#backend
    backend.element.setAttribute('aria-hidden', 'true')
    backend.element.style.cssText = old.element.style.cssText
    this.#job = null
    this.#held = null
    this.#backend = backend
    old.element.replaceWith(backend.element)
    old.destroy()
    this.#measure()
  }

  themeChanged(): void {
    this.theme = readTheme(this.#host)
    this.ruler.family = this.theme.font
    this.redraw()
  }

  /** Everything in view. A small graph is not blown up. */
  fit(): void {
    const layout = this.#data?.geometry.layout
    if (!layout || !this.#width) return
    this.#fitted = true
    this.#wanted = null
    const small = this.#width < 560
    const room = small
      ? Math.min(this.#width - 20, this.#height - 70)
      : Math.min(this.#width - 60, this.#height - 56)
    const k = Math.max(0.01, Math.min(layout.size <= 3 ? 1.3 : 1.35, room / 2 / layout.extent))
    const x = this.#width / 2
    const y = small ? (this.#height + 46) / 2 : this.#height / 2 + 6
    select(this.#host).call(this.#zoom.transform, zoomIdentity.translate(x, y).scale(k))
  }

  /** Shows a place. Before the host has a size the wish is kept; the answer tells whether it could be fulfilled. */
  look(look: Look): boolean {
    this.#wanted = look
    if (!this.#width || !this.#data) return false
    this.#fitted = false
    const { x, y, z } = look
    const k = Math.max(0.01, Math.min(8, z))
    select(this.#host).call(
      this.#zoom.transform,
      zoomIdentity.translate(this.#width / 2 - x * k, this.#height / 2 - y * k).scale(k),
    )
    return true
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
    this.look({
      x: layout.x[node]!,
      y: layout.y[node]!,
      z: far ? Math.min(1, 26 / layout.slot) : this.#camera.k,
    })
  }

  /** Fills the view with a cluster, so that its nodes can be told apart. */
  revealCluster(cluster: Cluster): void {
    const layout = this.#data?.geometry.layout
    if (!layout) return
    const angle = (cluster.low + cluster.high) / 2
    const radius = (cluster.inner + cluster.outer) / 2
    const wide = Math.max(
      cluster.outer - cluster.inner,
      Math.min(Math.PI, cluster.high - cluster.low) * radius,
    )
    const fits = Math.min(this.#width, this.#height) / wide
    this.look({
      x: -Math.sin(angle) * radius,
      y: Math.cos(angle) * radius,
      z: Math.min(2, Math.max(4.2 / layout.slot, fits, this.#camera.k)),
    })
  }

  get camera(): Camera {
    return this.#camera
  }
  get size(): { width: number; height: number } {
    return { width: this.#width, height: this.#height }
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

  /** The address is told where the camera rests, not each step of its way. */
  #moved(): void {
    clearTimeout(this.#rest)
    this.#rest = window.setTimeout(() => {
      const { k, x, y } = this.#camera
      this.#events.rest(
        this.#fitted ? null : { x: (this.#width / 2 - x) / k, y: (this.#height / 2 - y) / k, z: k },
      )
    }, 250)
  }

  #tick = (): void => {
    this.#frame = 0
    if (!this.#data || !this.#width) return
    const began = performance.now()
    let calls = 0
    const easing = this.#stepEasing(began)
    const zoomed = this.#camera.k / this.#drawn.k
    const light = this.#data.model.size <= LIGHT
    if (this.#stale || easing || (zoomed !== 1 && light)) {
      calls = this.#drawNow()
      clearTimeout(this.#settle)
    } else {
      const dx = this.#camera.x - this.#drawn.x * zoomed
      const dy = this.#camera.y - this.#drawn.y * zoomed
      const used = Math.max(Math.abs(dx) / this.#width, Math.abs(dy) / this.#height)
      const urgent = zoomed === 1 ? used > MARGIN / 2 : zoomed > 1.6 || zoomed < 0.7
      if (urgent && !this.#job) this.#job = this.#begin(this.#camera)
      clearTimeout(this.#settle)
      // What the margin still holds need not be drawn again, unless it is stretched.
      if (!this.#job && (zoomed !== 1 || used > MARGIN / 2))
        this.#settle = window.setTimeout(() => {
          this.#job ??= this.#begin(this.#camera)
          this.#schedule()
        }, 140)
      calls = this.#advance(began) ?? this.#move(zoomed)
    }
    this.#events.camera(this.#camera)
    const took = performance.now() - began
    if (this.#stats.times.length < 2_000) this.#stats.times.push(took)
    this.#stats.drawCalls = Math.max(this.#stats.drawCalls, calls)
    if (easing || this.#job) this.#schedule()
  }

  /** Shows what is drawn where the camera now is. */
  #move(zoomed: number): number {
    const moved = zoomed === 1 ? this.#backend.pan(this.#surface(this.#camera)) : null
    this.#place(this.#overlay)
    // A backend that pans by itself stays where it is; so does its element.
    if (moved === null) this.#place(this.#backend.element)
    return moved ?? 0
  }

  #place(element: HTMLElement): void {
    const scale = this.#camera.k / this.#drawn.k
    const left = this.#camera.x - this.#drawn.x * scale - this.#width * MARGIN * scale
    const top = this.#camera.y - this.#drawn.y * scale - this.#height * MARGIN * scale
    element.style.transform = `translate(${left}px, ${top}px) scale(${scale})`
  }

  /** The camera in the coordinates of the surface, which begins a margin outside the host. */
  #surface(camera: Camera): Camera {
    return { k: camera.k, x: camera.x + this.#width * MARGIN, y: camera.y + this.#height * MARGIN }
  }

  /** The whole picture at once: something changed, and small graphs while they are zoomed. */
  #drawNow(): number {
    this.#stale = false
    this.#held = null
    this.#job = this.#begin(this.#camera)
    return this.#advance(Number.POSITIVE_INFINITY) ?? 0
  }

  /** Works on the next picture until the slice of this frame is used up; shows it when it is whole, else answers null. */
  #advance(began: number): number | null {
    const job = this.#job
    if (!job) return null
    for (;;) {
      const step = job.steps.next()
      if (step.done) {
        this.#job = null
        const { list, held, words, show } = step.value
        this.#held = held
        this.#drawn = { ...job.camera }
        this.#list = list
        this.#words = words
        const drawn = show()
        this.#drawWords(this.#surface(job.camera))
        this.#backend.element.style.transform = `translate(${-this.#width * MARGIN}px, ${-this.#height * MARGIN}px)`
        const zoomed = this.#camera.k / this.#drawn.k
        // While it is zoomed the picture is stretched, so it must have been drawn once as it is.
        if (zoomed !== 1) this.#backend.pan(this.#surface(job.camera))
        const moved = this.#move(zoomed)
        this.#stats.redraws++
        this.#events.drawn(list, this.#backend.name)
        return Math.max(drawn, moved)
      }
      if (performance.now() - began > SLICE) return null
    }
  }

  #begin(at: Camera): Job {
    const camera = { ...at }
    return { camera, steps: this.#picture(this.#data!, this.#surface(camera)) }
  }

  *#picture(data: StageData, camera: Camera): Generator<undefined, Picture> {
    const width = this.#width * (1 + 2 * MARGIN)
    const height = this.#height * (1 + 2 * MARGIN)
    const view = {
      scale: camera.k,
      left: -camera.x / camera.k,
      top: -camera.y / camera.k,
      right: (width - camera.x) / camera.k,
      bottom: (height - camera.y) / camera.k,
    }
    const inside = (area: { left: number; top: number; right: number; bottom: number }): Uint32Array =>
      this.#index
        ? Uint32Array.from(this.#index.search(area.left, area.top, area.right, area.bottom)).sort()
        : new Uint32Array()
    // A backend that pans by itself may hold what is needed already; then only the words are found anew.
    const held = this.#held
    const enough =
      held !== null &&
      held.k === camera.k &&
      held.left <= view.left &&
      held.top <= view.top &&
      held.right >= view.right &&
      held.bottom >= view.bottom
    let list = this.#list
    let area = held
    let show = (): number => 0
    if (!enough || !list || !area) {
      const { reach } = this.#backend
      const [dx, dy] = [(reach * width) / camera.k, (reach * height) / camera.k]
      area = {
        k: camera.k,
        left: view.left - dx,
        top: view.top - dy,
        right: view.right + dx,
        bottom: view.bottom + dy,
      }
      const nodes = inside(area)
      yield
      list = yield* drawListSteps(this.scene(), { scale: camera.k, ...area }, nodes)
      yield
      show = yield* this.#backend.prepare(list, camera, this.theme)
    }
    yield
    // Where nothing is named nobody has to be found.
    const nameless = list.detail === 'rings' && !this.#lit
    const visible = this.#backend.reach === 0 ? list.visible : nameless ? new Uint32Array() : inside(view)
    yield
    // While the whole picture is in view nothing may hang over its edge; further in, names must not move with the frame.
    const { layout } = data.geometry
    const whole = layout.extent * camera.k * 2 <= Math.max(this.#width, this.#height) * 1.1
    const bounds: Box = whole
      ? {
          x: this.#width * MARGIN + 6,
          y: this.#height * MARGIN + 4,
          w: this.#width - 12,
          h: this.#height - 8,
        }
      : { x: 0, y: 0, w: width, h: height }
    const words = yield* composeWords({
      model: data.model,
      geometry: data.geometry,
      clock: data.clock,
      subtitle: data.subtitle,
      list,
      visible,
      lit: this.#lit,
      faint: this.#faint,
      main: this.#main,
      hovered: this.#hovered,
      folded: this.#folded,
      camera,
      bounds,
      height,
      roomy: this.#width >= 560,
      ruler: this.ruler,
    })
    return { list, held: area, words, show }
  }

  /** What is to be drawn, without a camera: exports draw it as well. */
  scene(): Scene {
    const { model, geometry, clock, colours } = this.#data!
    return {
      model,
      layout: geometry.layout,
      edges: geometry.edges,
      lit: this.#lit,
      faint: this.#faint,
      clock,
      colours: colours ?? null,
      clusters: this.#folded && { list: this.#folded.clusters, mask: this.#folded.mask },
    }
  }
  get data(): StageData | null {
    return this.#data
  }
  get chosen(): { main: number; lit: Uint8Array | null; faint: Uint8Array | null } {
    return { main: this.#main, lit: this.#lit, faint: this.#faint }
  }

  #drawWords(camera: Camera): void {
    const { layout } = this.#data!.geometry
    const ratio = this.#overlay.width / Math.max(1, this.#width * (1 + 2 * MARGIN))
    this.#ink.setTransform(1, 0, 0, 1, 0, 0)
    this.#ink.clearRect(0, 0, this.#overlay.width, this.#overlay.height)
    this.#ink.setTransform(ratio, 0, 0, ratio, 0, 0)
    this.ruler.lost()
    drawOverlay(this.#ink, this.ruler, this.#words, this.theme, {
      x: (i) => layout.x[i]! * camera.k + camera.x,
      y: (i) => layout.y[i]! * camera.k + camera.y,
    })
    this.ruler.lost()
  }

  #measure(): void {
    const { clientWidth, clientHeight } = this.#host
    const [wasWidth, wasHeight] = [this.#width, this.#height]
    this.#width = clientWidth
    this.#height = clientHeight
    if (!clientWidth || !clientHeight) return
    const ratio = Math.min(2, window.devicePixelRatio || 1)
    const width = clientWidth * (1 + 2 * MARGIN)
    const height = clientHeight * (1 + 2 * MARGIN)
    this.#job = null
    this.#held = null
    this.#backend.resize(width, height, ratio)
    this.#overlay.width = Math.round(width * ratio)
    this.#overlay.height = Math.round(height * ratio)
    for (const element of [this.#backend.element, this.#overlay]) {
      element.style.width = `${width}px`
      element.style.height = `${height}px`
    }
    this.#zoom.extent([
      [0, 0],
      [clientWidth, clientHeight],
    ])
    if (this.#wanted && !wasWidth) this.look(this.#wanted)
    else if (this.#fitted) this.fit()
    else if (wasWidth && (wasWidth !== clientWidth || wasHeight !== clientHeight)) {
      const { k, x, y } = this.#camera
      this.look({ x: (wasWidth / 2 - x) / k, y: (wasHeight / 2 - y) / k, z: k })
    }
    this.redraw()
  }

  /** The node or folded cluster under a point of the host, cards and labels included. */
  at(x: number, y: number): { node: number; cluster: Cluster | null } {
    const scale = this.#camera.k / this.#drawn.k
    const sx = (x - this.#camera.x) / scale + this.#drawn.x + this.#width * MARGIN
    const sy = (y - this.#camera.y) / scale + this.#drawn.y + this.#height * MARGIN
    const inside = (box: Box): boolean =>
      sx >= box.x && sx <= box.x + box.w && sy >= box.y && sy <= box.y + box.h
    const { cards, labels, clusters } = this.#words.placed
    for (const card of cards) if (inside(card)) return { node: card.node, cluster: null }
    for (const label of labels) if (inside(label)) return { node: label.node, cluster: null }
    for (const label of clusters) if (inside(label)) return { node: -1, cluster: label.cluster }
    const cluster = clusterAt(
      this.#list?.folded ?? [],
      this.#folded?.mask,
      (x - this.#camera.x) / this.#camera.k,
      (y - this.#camera.y) / this.#camera.k,
      3 / this.#camera.k,
    )
    if (cluster) return { node: -1, cluster }
    const node = this.#nearest(x, y, this.#list?.detail === 'rings' ? 6 : 14)
    return {
      node: node >= 0 && this.#list?.folded.length && this.#folded?.mask[node] ? -1 : node,
      cluster: null,
    }
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

  /** The share of the dial that a point of the rim stands for; null away from the rim. */
  rimAt(x: number, y: number, anywhere = false): number | null {
    if (!this.#data?.clock) return null
    const { k } = this.#camera
    const [dx, dy] = [x - this.#camera.x, y - this.#camera.y]
    const rim = (this.#data.geometry.layout.extent - 8) * k
    const away = Math.hypot(dx, dy) - rim
    if (!anywhere && (away < -6 || away > 14)) return null
    const angle = (Math.atan2(-dx, dy) + 2 * Math.PI) % (2 * Math.PI)
    const share = (angle - A0) / ARC
    if (!anywhere && (share < -0.01 || share > 1.01)) return null
    return Math.max(0, Math.min(1, share))
  }

  choose(x: number, y: number, how: Pick): void {
    const { node, cluster } = this.at(x, y)
    if (cluster) this.#events.cluster(cluster)
    else this.#events.select(node, how)
  }
  openAt(x: number, y: number): void {
    const { node } = this.at(x, y)
    if (node >= 0) this.#events.open(node)
  }
  scrub(share: number, done: boolean): void {
    this.#events.scrub(share, done)
  }
  /** A closed line in the host's coordinates: x, y pairs. */
  lasso(line: readonly number[], add: boolean): void {
    const layout = this.#data?.geometry.layout
    if (!layout || !this.#index) return
    const { k, x, y } = this.#camera
    const world = line.map((v, i) => (v - (i % 2 ? y : x)) / k)
    const xs = world.filter((_, i) => i % 2 === 0)
    const ys = world.filter((_, i) => i % 2 === 1)
    const inBox = this.#index.search(Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys))
    this.#events.lasso(
      insideLasso(
        layout,
        inBox.sort((a, b) => a - b),
        world,
      ),
      add,
    )
  }
  hoverAt(x: number, y: number): void {
    const { node, cluster } = this.at(x, y)
    const rim = node < 0 && !cluster && this.rimAt(x, y) !== null
    this.#host.style.cursor = node >= 0 || cluster || rim ? 'pointer' : 'grab'
    this.hover(node, cluster)
  }
  /** Names a node, as the pointer or the list of assistive technology points at it. */
  hover(node: number, cluster: Cluster | null = null): void {
    this.#events.hover(node, cluster)
    if (node === this.#hovered) return
    this.#hovered = node
    if (this.#data && this.#data.model.size <= MOST_EASED) this.redraw()
    else if (this.#data && node >= 0) {
      this.#job = this.#begin(this.#camera)
      this.#schedule()
    }
  }

  #startEasing(before: StageData, after: StageData): void {
    const calm = window.matchMedia?.('(prefers-reduced-motion: reduce)').matches
    if (calm || after.model.size > MOST_EASED) return
    this.#ease = new Easing(before, after, performance.now())
    this.#data = { ...after, geometry: this.#ease.geometry }
  }

  /** True while nodes are on their way. */
  #stepEasing(now: number): boolean {
    const ease = this.#ease
    if (!ease || !this.#data) return false
    if (!ease.step(now)) return true
    this.#data = { ...this.#data, geometry: ease.target }
    this.#ease = null
    this.redraw()
    return false
  }
}
