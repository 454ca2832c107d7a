// Ring of a node: the longest path from any root, by Kahn's pass in O(nodes + edges).
// (The 2022 Radar searched depth-first without memory: its cost grew with the number of *paths*.)
import type { Adjacency } from './model.ts'

export type Depths = {
  depth: Uint16Array
  /** Number of rings. */
  rings: number
  /** Nodes on a cycle, which have no depth of their own; they stand on one last ring. */
  cyclic: number[]
}

export function depths(size: number, up: Adjacency, down: Adjacency): Depths {
  const depth = new Uint16Array(size)
  const waiting = new Uint32Array(size)
  const queue = new Uint32Array(size)
  let tail = 0
  for (let i = 0; i < size; i++) {
    waiting[i] = (up.offsets[i + 1] ?? 0) - (up.offsets[i] ?? 0)
    if (waiting[i] === 0) queue[tail++] = i
  }
  let deepest = size ? 0 : -1
  for (let head = 0; head < tail; head++) {
    const i = queue[head] ?? 0
    const own = depth[i] ?? 0
    if (own > deepest) deepest = own
    for (let k = down.offsets[i] ?? 0; k < (down.offsets[i + 1] ?? 0); k++) {
      const next = down.items[k] ?? 0
      if ((depth[next] ?? 0) < own + 1) depth[next] = own + 1
      waiting[next] = (waiting[next] ?? 1) - 1
      if (waiting[next] === 0) queue[tail++] = next
    }
  }
  const cyclic: number[] = []
  if (tail < size) {
    const last = tail ? deepest + 1 : 0
    for (let i = 0; i < size; i++)
      if ((waiting[i] ?? 0) > 0) {
        depth[i] = last
        cyclic.push(i)
      }
    deepest = last
  }
  return { depth, rings: deepest + 1, cyclic }
}
