// What the pointer may do beside moving the camera: choose, draw a lasso (with Shift), drag the hand of the clock.

/** Alone, beside what is chosen, or with the shortest path from what is chosen. */
export type Pick = 'only' | 'add' | 'path'
export interface GestureTarget {
  choose(x: number, y: number, how: Pick): void
  openAt(x: number, y: number): void
  hoverAt(x: number, y: number): void
  hover(node: number): void
  lasso(line: readonly number[], add: boolean): void
  rimAt(x: number, y: number, anywhere?: boolean): number | null
  scrub(share: number, done: boolean): void
  at(x: number, y: number): { node: number; cluster: unknown }
}

/** A hand that moved less than this has clicked. */
const STILL = 5

export class Gestures {
  readonly #host: HTMLElement
  readonly #target: GestureTarget
  #line: number[] | null = null
  #scrubbing = false
  #quiet = false
  #drawing: SVGPathElement | null = null

  constructor(host: HTMLElement, target: GestureTarget) {
    this.#host = host
    this.#target = target
    host.addEventListener('pointerdown', this.#down)
    host.addEventListener('pointermove', this.#move)
    host.addEventListener('pointerup', this.#up)
    host.addEventListener('pointercancel', this.#cancel)
    host.addEventListener('pointerleave', this.#leave)
    host.addEventListener('click', this.#click)
    host.addEventListener('dblclick', this.#double)
  }

  destroy(): void {
    const { removeEventListener: off } = this.#host
    for (const [name, handler] of [
      ['pointerdown', this.#down],
      ['pointermove', this.#move],
      ['pointerup', this.#up],
      ['pointercancel', this.#cancel],
      ['pointerleave', this.#leave],
      ['click', this.#click],
      ['dblclick', this.#double],
    ] as const)
      off.call(this.#host, name, handler as EventListener)
    this.#drawing?.ownerSVGElement?.remove()
  }

  /** Whether a press belongs to the camera. */
  leavesToCamera(event: MouseEvent | TouchEvent): boolean {
    if (event.type === 'dblclick') return false
    if ('button' in event && (event.button || event.shiftKey)) return false
    const point = 'touches' in event ? event.touches[0] : event
    return !point || !this.#onRim(...this.#local(point))
  }

  #onRim(x: number, y: number): boolean {
    const { node, cluster } = this.#target.at(x, y)
    return node < 0 && !cluster && this.#target.rimAt(x, y) !== null
  }

  #local(event: { clientX: number; clientY: number }): [number, number] {
    const box = this.#host.getBoundingClientRect()
    return [event.clientX - box.left, event.clientY - box.top]
  }

  #down = (event: PointerEvent): void => {
    if (event.button) return
    const [x, y] = this.#local(event)
    if (event.shiftKey) {
      this.#line = [x, y]
      this.#host.setPointerCapture(event.pointerId)
    } else if (this.#onRim(x, y)) {
      this.#scrubbing = true
      this.#host.setPointerCapture(event.pointerId)
      const share = this.#target.rimAt(x, y, true)
      if (share !== null) this.#target.scrub(share, false)
    }
  }

  #move = (event: PointerEvent): void => {
    const [x, y] = this.#local(event)
    if (this.#line) {
      this.#line.push(x, y)
      this.#draw(this.#line)
    } else if (this.#scrubbing) {
      const share = this.#target.rimAt(x, y, true)
      if (share !== null) this.#target.scrub(share, false)
    } else if (!event.buttons) this.#target.hoverAt(x, y)
  }

  #up = (event: PointerEvent): void => {
    const [x, y] = this.#local(event)
    if (this.#line) {
      const line = this.#line
      this.#line = null
      this.#draw(null)
      const moved = line.some((v, i) => Math.abs(v - line[i % 2]!) > STILL)
      if (moved) {
        this.#quiet = true
        this.#target.lasso(line, event.ctrlKey || event.metaKey)
      }
    } else if (this.#scrubbing) {
      this.#scrubbing = false
      this.#quiet = true
      const share = this.#target.rimAt(x, y, true)
      if (share !== null) this.#target.scrub(share, true)
    }
  }

  #cancel = (): void => {
    this.#line = null
    this.#scrubbing = false
    this.#draw(null)
  }
  #leave = (): void => {
    if (!this.#line && !this.#scrubbing) this.#target.hover(-1)
  }

  #click = (event: MouseEvent): void => {
    // The click that ends a drag says nothing more.
    if (this.#quiet || event.defaultPrevented) {
      this.#quiet = false
      return
    }
    const how: Pick = event.shiftKey ? 'path' : event.ctrlKey || event.metaKey ? 'add' : 'only'
    this.#target.choose(...this.#local(event), how)
  }
  #double = (event: MouseEvent): void => this.#target.openAt(...this.#local(event))

  #draw(line: readonly number[] | null): void {
    if (!line) {
      this.#drawing?.ownerSVGElement?.remove()
      this.#drawing = null
      return
    }
    if (!this.#drawing) {
      const space = 'http://www.w3.org/2000/svg'
      const svg = document.createElementNS(space, 'svg')
      svg.setAttribute('aria-hidden', 'true')
      svg.style.cssText = 'position:absolute;inset:0;width:100%;height:100%;pointer-events:none'
      this.#drawing = document.createElementNS(space, 'path')
      this.#drawing.style.cssText =
        'fill:color-mix(in srgb, var(--accent) 10%, transparent);stroke:var(--accent);stroke-width:1.5;stroke-dasharray:4 3'
      svg.append(this.#drawing)
      this.#host.append(svg)
    }
    const d = line.map((v, i) => (i % 2 ? v.toFixed(1) : `${i ? 'L' : 'M'}${v.toFixed(1)} `)).join('')
    this.#drawing.setAttribute('d', `${d}Z`)
  }
}
