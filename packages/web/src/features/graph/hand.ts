// The hand of the run's clock: a line from the middle to the rim with a knob to drag, and the light that it trails.
// It moves with the camera by transforms alone, so it costs no drawing.
import type { Camera } from './canvas-backend.ts'
import { A0, ARC } from './polar.ts'

export class Hand {
  readonly #element: HTMLElement | null
  #camera: Camera = { k: 1, x: 0, y: 0 }
  #extent = 0
  /** Share of the dial while something is replayed, and the line of now while the run runs. */
  #hand: number | null = null
  #now: number | null = null

  constructor(element: HTMLElement | null) {
    this.#element = element
    element?.addEventListener('turn', (event) => {
      const { hand, now } = (event as CustomEvent<{ hand: number | null; now: number | null }>).detail
      this.#hand = hand
      this.#now = now
      this.#show()
    })
  }

  place(camera: Camera, extent: number): void {
    this.#camera = camera
    this.#extent = extent
    this.#show()
  }

  #show(): void {
    const element = this.#element
    if (!element) return
    const share = this.#hand ?? this.#now
    element.dataset.mode = this.#hand !== null ? 'replay' : this.#now !== null ? 'now' : 'none'
    if (share === null) return
    const { k, x, y } = this.#camera
    const radius = Math.max(0, (this.#extent - 8) * k)
    element.style.setProperty('--r', `${radius}px`)
    element.style.transform = `translate(${x}px, ${y}px) rotate(${A0 + share * ARC}rad)`
  }
}
