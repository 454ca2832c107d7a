import { expect, it } from 'vitest'
import { clampedPoisson } from './clamped-poisson.ts'
import { seeded } from './testing/random.ts'

it('intervals stay within their bounds and average about what was asked for', () => {
  const random = seeded(1)
  const draws = Array.from({ length: 20_000 }, () => clampedPoisson(10, 0.3, random))
  expect(Math.max(...draws)).toBeLessThanOrEqual(13)
  expect(Math.min(...draws)).toBeGreaterThan(7)
  expect(draws.reduce((sum, draw) => sum + draw) / draws.length).toBeCloseTo(10, 0)
})

it('no average is no interval', () => {
  expect([clampedPoisson(0, 0.3, () => 0.5), clampedPoisson(-1, 0.3, () => 0.5)]).toEqual([0, 0])
})
