/**
 * An interval around `average` seconds, drawn from the exponential distribution within bounds: clients told to come back
 * spread out, and none waits longer than `average * (1 + clamping)`. The lower bound is chosen so that the mean stays
 * about `average`: with k = 1 + clamping it is log2(2^k / (2^k - 1)) times the average.
 *
 * @param random uniform in [0, 1)
 */
export function clampedPoisson(average: number, clamping: number, random: () => number): number {
  if (average <= 0) return 0
  const k = 1 + clamping
  const power = 2 ** k
  const lower = Math.log2(power / (power - 1))
  const from = 1 - Math.exp(-lower)
  const to = 1 - Math.exp(-k)
  return -Math.log(1 - (from + (to - from) * random())) * average
}
