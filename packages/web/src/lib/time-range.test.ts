import { describe, expect, it } from 'vitest'
import { fromInput, toInput } from '../components/ui/time-range.tsx'
import { parseRange, resolveRange } from './time-range.ts'

const FROM = '2026-11-23T00:00:00.000Z'
const TO = '2026-11-24T00:00:00.000Z'

describe('the time range of the URL', () => {
  it('is the last 24 hours when it says nothing, or nothing of sense', () => {
    expect(parseRange({})).toEqual({})
    expect(parseRange({ range: '24h' })).toEqual({})
    expect(parseRange({ range: 'constructor' })).toEqual({})
    expect(parseRange({ from: 'yesterday', to: TO })).toEqual({})
    expect(parseRange({ from: TO, to: FROM })).toEqual({})
    expect(resolveRange({}, 'utc')).toMatchObject({ name: '24h', label: 'Last 24 hours', seconds: 86_400 })
  })
  it('is absolute when both ends are given, whatever the name says', () => {
    expect(parseRange({ from: FROM, to: TO, range: '7d' })).toEqual({ from: FROM, to: TO })
    const range = resolveRange({ from: FROM, to: TO }, 'utc')
    expect(range.label).toBe('23 Nov, 00:00 – 24 Nov, 00:00')
    expect(range.bounds(0)).toEqual({ since: Date.parse(FROM), until: Date.parse(TO) })
  })
  it('moves with the present when it is relative', () => {
    const range = resolveRange({ range: '1h' }, 'local')
    expect(range.bounds(10_000_000)).toEqual({ since: 6_400_000, until: 10_000_000 })
    expect(range.key).toBe('1h')
  })
})

describe('the fields for an absolute range', () => {
  it('read back what they show, in both zones', () => {
    const at = Date.parse('2026-11-24T09:42:00.000Z')
    expect(toInput(at, 'utc')).toBe('2026-11-24T09:42')
    expect(fromInput(toInput(at, 'utc'), 'utc')).toBe(at)
    expect(fromInput(toInput(at, 'local'), 'local')).toBe(at)
  })
})
