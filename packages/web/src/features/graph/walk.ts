// Steps of the keyboard through the Radar: outwards and inwards along edges, round the ring between siblings.
import { type GraphModel, neighbours } from './model.ts'
import type { RadarLayout } from './radar-layout.ts'

export type Step = 'up' | 'down' | 'previous' | 'next'

/** The node one step away, or the same node where there is none. From nothing (-1) the first root is taken. */
export function walk(model: GraphModel, layout: RadarLayout, from: number, step: Step): number {
  if (model.size === 0) return -1
  if (from < 0) return layout.order[0] ?? 0
  if (step === 'up' || step === 'down') {
    let best = from
    let least = Number.POSITIVE_INFINITY
    for (const other of neighbours(step === 'up' ? model.up : model.down, from)) {
      const away = Math.abs(layout.angle[other]! - layout.angle[from]!)
      if (away < least) {
        least = away
        best = other
      }
    }
    return best
  }
  const ring = layout.ring[from]!
  const first = layout.ringStart[ring]!
  const count = layout.ringStart[ring + 1]! - first
  const at = layout.order.indexOf(from, first) - first
  const to = (at + (step === 'next' ? 1 : count - 1)) % count
  return layout.order[first + to]!
}
