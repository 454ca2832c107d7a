import type { Geometry } from './layout.ts'
import type { GraphModel } from './model.ts'

export const EASE_MILLIS = 250

type Placed = { model: GraphModel; geometry: Geometry }

/** Nodes on their way from where they were to where a new layout has them; new ones are there from the start. */
export class Easing {
  readonly target: Geometry
  /** The nodes as they are on their way: `step` moves them in place. */
  readonly geometry: Geometry
  readonly #x: Float32Array
  readonly #y: Float32Array
  readonly #began: number

  constructor(before: Placed, after: Placed, now: number) {
    const { layout } = after.geometry
    this.target = after.geometry
    this.#began = now
    this.#x = new Float32Array(layout.size)
    this.#y = new Float32Array(layout.size)
    for (let i = 0; i < layout.size; i++) {
      const old = before.model.index.get(after.model.ids[i]!)
      this.#x[i] = old === undefined ? layout.x[i]! : before.geometry.layout.x[old]!
      this.#y[i] = old === undefined ? layout.y[i]! : before.geometry.layout.y[old]!
    }
    this.geometry = { ...after.geometry, layout: { ...layout, x: this.#x.slice(), y: this.#y.slice() } }
  }

  /** Moves the nodes to where they are at `now`, in milliseconds; true once they have arrived. */
  step(now: number): boolean {
    const t = Math.min(1, (now - this.#began) / EASE_MILLIS)
    const k = 1 - (1 - t) ** 3
    const { layout } = this.target
    const moving = this.geometry.layout
    for (let i = 0; i < layout.size; i++) {
      moving.x[i] = this.#x[i]! + (layout.x[i]! - this.#x[i]!) * k
      moving.y[i] = this.#y[i]! + (layout.y[i]! - this.#y[i]!) * k
    }
    return t === 1
  }
}
