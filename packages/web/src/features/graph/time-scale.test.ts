import { describe, expect, it } from 'vitest'
import { foldedScale, linearScale } from './time-scale.ts'

describe('the scale of the Timeline', () => {
  it('is even where nothing is folded', () => {
    const scale = linearScale(1000, 2000)
    expect([1000, 1500, 2500].map(scale.position)).toEqual([0, 0.5, 1.5])
    expect(scale.time(0.25)).toBe(1250)
  })

  it('folds long idle time to a sliver and keeps the order', () => {
    const scale = foldedScale(0, 1000, [
      [900, 1000],
      [0, 100],
      [50, 80],
    ])
    expect(scale.gaps).toMatchObject([{ from: 100, to: 900 }])
    const at = [0, 50, 100, 500, 900, 1000].map(scale.position)
    expect(at[0]).toBe(0)
    expect(at.at(-1)).toBeCloseTo(1)
    expect([...at].sort((a, b) => a - b)).toEqual(at)
    // 200 of work and 5 for the gap.
    expect(at[2]).toBeCloseTo(100 / 205)
    expect(at[4]).toBeCloseTo(105 / 205)
    for (const t of [0, 40, 100, 500, 950]) expect(scale.time(scale.position(t))).toBeCloseTo(t)
  })

  it('leaves short pauses and everything outside of the window as it is', () => {
    const short = foldedScale(0, 1000, [
      [0, 490],
      [510, 1000],
    ])
    expect(short.gaps).toEqual([])
    const scale = foldedScale(0, 1000, [
      [-500, 100],
      [900, 5000],
    ])
    expect(scale.position(-100)).toBeLessThan(0)
    expect(scale.position(2000)).toBeGreaterThan(1)
  })
})
