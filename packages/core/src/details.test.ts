import { expect, it } from 'vitest'
import { detailsFromWire, detailsToWire } from './details.ts'

it('the instants of state details become microseconds and come back, the rest stays', () => {
  const wire = {
    scheduled_time: '2026-01-01T00:00:00.000001Z',
    pause_timeout: null,
    cache_key: 'k',
    of_the_future: 1,
  }
  const core = detailsFromWire(wire)
  expect(core).toEqual({ ...wire, scheduled_time: 1_767_225_600_000_001 })
  expect(detailsToWire(core)).toEqual(wire)
})

it('no details are empty details', () => {
  expect([detailsFromWire(null), detailsFromWire(undefined)]).toEqual([{}, {}])
})

it('a text that is no instant is refused by name', () => {
  expect(() => detailsFromWire({ pause_timeout: 'soon' })).toThrow('state_details.pause_timeout: "soon"')
})
