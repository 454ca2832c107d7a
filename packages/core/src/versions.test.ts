import { expect, it } from 'vitest'
import { apiAtLeast, isAtLeast } from './versions.ts'

it.each([
  ['3.4.11', true],
  ['3.4.11.post1', true],
  ['3.4.11+12.gabc', true],
  ['3.10.0', true],
  ['4', true],
  ['3.4.10', false],
  ['3.4', false],
  ['3.4.11rc1', false],
  ['3.4.11.dev2', false],
  ['2.20.19', false],
  ['main', true],
])('client %s renews leases: %s', (version, expected) => {
  expect(isAtLeast(version, [3, 4, 11])).toBe(expected)
})

it('a request that names no API version has the latest', () => {
  expect([apiAtLeast(null, [0, 8, 4]), apiAtLeast(undefined, [0, 8, 4])]).toEqual([true, true])
  expect([apiAtLeast('0.8.4', [0, 8, 4]), apiAtLeast('0.8.3', [0, 8, 4])]).toEqual([true, false])
})
