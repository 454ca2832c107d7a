import { expect, test } from 'vitest'
import { formatRelative, formatSeconds, stateTime } from './format.ts'

const NOW = Date.UTC(2026, 0, 1)
const at = (seconds: number) => new Date(NOW + seconds * 1000).toISOString()

test.each([
  [0, 'now'],
  [-59, '59 seconds ago'],
  [-60, '1 minute ago'],
  [7200, 'in 2 hours'],
  [-86_400 * 3, '3 days ago'],
])('%i seconds from now is %s', (seconds, text) => {
  expect(formatRelative(at(seconds), NOW)).toBe(text)
})

test.each([
  [0.04, '0.0s'],
  [59.9, '59.9s'],
  [61, '1m 1s'],
  [3725, '1h 2m'],
])('%f seconds is %s', (seconds, text) => {
  expect(formatSeconds(seconds)).toBe(text)
})

test('a scheduled state counts from when it is due', () => {
  const state = {
    id: '',
    type: 'SCHEDULED',
    name: null,
    timestamp: at(0),
    state_details: { scheduled_time: at(60) },
  }
  expect(stateTime(state as never, '')).toBe(at(60))
})
