import { describe, expect, it } from 'vitest'
import { clock, count, date, dateTime, duration, plural, relative, shortDateTime } from './format.ts'

describe('a duration', () => {
  it.each([
    [0, '0s'],
    [0.0004, '1ms'],
    [0.042, '42ms'],
    [0.4, '0.4s'],
    [9.94, '9.9s'],
    [9.96, '10s'],
    [44, '44s'],
    [59.6, '1m 00s'],
    [884, '14m 44s'],
    [3599.7, '1h 00m'],
    [6120, '1h 42m'],
    [18_600, '5h 10m'],
    [86_399, '23h 59m'],
    [86_400, '1d 0h'],
    [273_600, '3d 4h'],
    [-90, '−1m 30s'],
    [null, '–'],
    [undefined, '–'],
    [Number.NaN, '–'],
  ])('of %s seconds is written %s', (seconds, text) => {
    expect(duration(seconds)).toBe(text)
  })
})

describe('a distance in time', () => {
  const now = Date.UTC(2026, 10, 24, 9, 42)
  it.each([
    [now - 2000, 'just now'],
    [now - 42_000, '42 s ago'],
    [now - 180_000, '3 min ago'],
    [now - 3 * 3_600_000, '3 h ago'],
    [now - 86_400_000, '1 day ago'],
    [now + 6 * 86_400_000, 'in 6 days'],
  ])('%s is %s', (at, text) => {
    expect(relative(at, now)).toBe(text)
  })
})

describe('an instant', () => {
  const at = Date.UTC(2026, 8, 4, 23, 5, 7)
  it('is written day first, in the chosen zone, with seconds', () => {
    expect(date(at, 'utc')).toBe('4 Sep 2026')
    expect(clock(at, 'utc')).toBe('23:05:07')
    expect(dateTime(at, 'utc')).toBe('4 Sep 2026, 23:05:07')
    expect(shortDateTime(at, 'utc')).toBe('4 Sep, 23:05')
  })
})

describe('a number', () => {
  it('has commas in its thousands; zero is 0 and not known is –', () => {
    expect([count(38_412), count(0), count(null)]).toEqual(['38,412', '0', '–'])
    expect([plural(1, 'run'), plural(1309, 'run'), plural(0, 'entry', 'entries')]).toEqual([
      '1 run',
      '1,309 runs',
      '0 entries',
    ])
  })
})
