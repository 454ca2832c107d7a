// Walks over the model: what a node needs, what waits for it, the chain that set the run's length.
import { type Adjacency, type GraphModel, neighbours } from './model.ts'

export const UP = 1
export const DOWN = 2
export const SELF = 4

/** A mask per node: UP for every cause of the given nodes, DOWN for everything that follows, SELF for them. */
export function lineage(model: GraphModel, selected: Iterable<number>): Uint8Array {
  const mask = new Uint8Array(model.size)
  const starts = [...selected]
  const walk = (adjacency: Adjacency, bit: number): void => {
    const stack = [...starts]
    for (let i = stack.pop(); i !== undefined; i = stack.pop())
      for (const next of neighbours(adjacency, i))
        if (!((mask[next] ?? 0) & bit)) {
          mask[next] = (mask[next] ?? 0) | bit
          stack.push(next)
        }
  }
  walk(model.up, UP)
  walk(model.down, DOWN)
  for (const i of starts) mask[i] = (mask[i] ?? 0) | SELF
  return mask
}

/**
 * The chain of dependencies that decided when the run ended: from the node that ended last, back along the
 * upstream node that ended last, to a root. Shortening anything off this chain would not have helped.
 */
export function criticalPath(model: GraphModel, now: number): number[] {
  const ended = (i: number): number => {
    const end = model.end[i] ?? Number.NaN
    if (!Number.isNaN(end)) return end
    return Number.isNaN(model.start[i] ?? Number.NaN) ? Number.NEGATIVE_INFINITY : now
  }
  const latest = (items: Iterable<number>): number => {
    let best = -1
    for (const i of items)
      if (ended(i) > Number.NEGATIVE_INFINITY && (best < 0 || ended(i) > ended(best))) best = i
    return best
  }
  const path: number[] = []
  const seen = new Set<number>()
  let at = latest(Array.from({ length: model.size }, (_, i) => i))
  while (at >= 0 && !seen.has(at)) {
    path.unshift(at)
    seen.add(at)
    at = latest(neighbours(model.up, at))
  }
  return path
}

/** A shortest chain of dependencies between two nodes, whichever comes first; empty when neither leads to the other. */
export function pathBetween(model: GraphModel, a: number, b: number): number[] {
  for (const [from, to] of [
    [a, b],
    [b, a],
  ] as const) {
    const previous = new Map<number, number>([[from, -1]])
    const queue = [from]
    for (let head = 0; head < queue.length; head++) {
      const i = queue[head] ?? from
      if (i === to) {
        const path: number[] = []
        for (let k: number | undefined = to; k !== undefined && k >= 0; k = previous.get(k)) path.unshift(k)
        return path
      }
      for (const next of neighbours(model.down, i))
        if (!previous.has(next)) {
          previous.set(next, i)
          queue.push(next)
        }
    }
  }
  return []
}

/** Nodes whose label contains the text, letter case aside; an empty text finds nothing. */
export function findNodes(model: GraphModel, text: string): number[] {
  const needle = text.trim().toLowerCase()
  if (!needle) return []
  const found: number[] = []
  for (let i = 0; i < model.size; i++) if (model.labels[i]?.toLowerCase().includes(needle)) found.push(i)
  return found
}

/** Nodes that the failure of `i` kept from starting: everything downstream without a start time. */
export function neverStarted(model: GraphModel, i: number): number[] {
  const mask = lineage(model, [i])
  const out: number[] = []
  for (let k = 0; k < model.size; k++)
    if ((mask[k] ?? 0) & DOWN && Number.isNaN(model.start[k] ?? Number.NaN)) out.push(k)
  return out
}
