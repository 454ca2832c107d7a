/** A small seeded generator (mulberry32): a property that fails names the seed that makes it fail again. */
export interface Random {
  /** Uniform in [0, 1). */
  (): number
  /** Integer in [0, below). */
  below(bound: number): number
  pick<T>(items: readonly T[]): T
  chance(probability: number): boolean
}

export function seeded(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000
  }
  const below = (bound: number): number => Math.floor(next() * bound)
  return Object.assign(next, {
    below,
    pick: <T>(items: readonly T[]): T => items[below(items.length)]!,
    chance: (probability: number): boolean => next() < probability,
  })
}
