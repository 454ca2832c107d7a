import { toIso } from '@orrery/schemas/instants'
import { expect, test } from 'vitest'
import { isoText } from './instant-text.ts'

test.each([
  0, 1, 999_999, 1_000_000, 1_767_225_600_000_001, 1_767_225_600_999_999, 1_767_225_601_000_000, 5, -1,
])('%i is written as by toIso', (instant) => {
  expect(isoText(instant)).toBe(toIso(instant))
  expect(isoText(instant)).toBe(toIso(instant))
})
