// What is lit when nodes are chosen, and which nodes a lasso holds.
import type { GraphModel } from './model.ts'
import { lineage, SELF } from './paths.ts'
import type { RadarLayout } from './radar-layout.ts'

/** Ids of chosen nodes stand in the address, which servers cut at 16 KB. */
export const MOST_CHOSEN = 200

/**
 * One chosen node lights everything it needs and everything that waits for it. Several light only the edges among
 * themselves: a path that was asked for is then exactly what is lit.
 */
export function litMask(model: GraphModel, chosen: readonly number[]): Uint8Array | null {
  if (chosen.length === 0) return null
  if (chosen.length === 1) return lineage(model, chosen)
  const mask = new Uint8Array(model.size)
  for (const i of chosen) mask[i] = SELF
  return mask
}

/** Nodes inside a closed line (x, y pairs in world coordinates). */
export function insideLasso(
  layout: Pick<RadarLayout, 'x' | 'y'>,
  candidates: Iterable<number>,
  line: readonly number[],
): number[] {
  const out: number[] = []
  for (const i of candidates) if (within(layout.x[i]!, layout.y[i]!, line)) out.push(i)
  return out
}

function within(x: number, y: number, line: readonly number[]): boolean {
  let inside = false
  for (let a = 0, b = line.length - 2; a < line.length; b = a, a += 2) {
    const [ax, ay, bx, by] = [line[a]!, line[a + 1]!, line[b]!, line[b + 1]!]
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside
  }
  return inside
}
