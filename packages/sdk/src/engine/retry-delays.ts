/**
 * A delay that varies between runs, so that what failed together does not come back together. Exponentially
 * distributed like waits between independent events, cut to `delay × (1 ± factor)` and with about the same average.
 */
export function jittered(delay: number, factor: number, random: () => number = Math.random): number {
  const high = delay * (1 + factor)
  const low = Math.max(0, delay * (1 - factor))
  const share = (x: number) => 1 - Math.exp(-x / delay)
  const drawn = share(low) + random() * (share(high) - share(low))
  return Math.min(high, Math.max(low, -Math.log(1 - drawn) * delay))
}

/**
 * Delays for `retryDelay` that double with each retry: `factor`, `2 × factor`, `4 × factor`, … seconds.
 * @example
 * task({ name: 'fetch', retries: 3, retryDelay: exponentialBackoff(10) }, fetchPage)
 */
export const exponentialBackoff =
  (factor: number) =>
  (retries: number): number[] =>
    Array.from({ length: Math.min(retries, 50) }, (_, index) => Math.max(0, factor * 2 ** index))
