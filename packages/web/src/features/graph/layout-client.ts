// Asks the worker for a layout; only the newest question is answered.
import { type Geometry, layOut, layoutInput } from './layout.ts'
import type { GraphModel } from './model.ts'

export class LayoutClient {
  #worker: Worker | null = null
  #asked = 0
  #waiting = new Map<number, (geometry: Geometry) => void>()

  constructor() {
    if (typeof Worker === 'undefined') return
    this.#worker = new Worker(new URL('./layout-worker.ts', import.meta.url), { type: 'module' })
    this.#worker.onmessage = ({ data }: MessageEvent<{ id: number; geometry: Geometry }>) => {
      const answer = this.#waiting.get(data.id)
      this.#waiting.delete(data.id)
      answer?.(data.geometry)
    }
  }

  /** Calls back with the geometry, unless a newer question has been asked meanwhile. */
  ask(model: GraphModel, previous: Float32Array | undefined, answer: (geometry: Geometry) => void): void {
    const id = ++this.#asked
    const input = layoutInput(model, previous)
    const newest = (geometry: Geometry): void => {
      if (id === this.#asked) answer(geometry)
    }
    if (!this.#worker) {
      newest(layOut(input))
      return
    }
    this.#waiting.set(id, newest)
    this.#worker.postMessage({ id, input })
  }

  close(): void {
    this.#worker?.terminate()
    this.#waiting.clear()
    this.#asked++
  }
}
