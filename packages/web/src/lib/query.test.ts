import { describe, expect, it } from 'vitest'
import { ApiError } from './api.ts'
import { worthRetrying } from './query.ts'

const error = (status: number) => new ApiError('x', { status })

describe('another try of a query', () => {
  it.each([0, 429, 500, 503])('is worth it after status %i', (status) => {
    expect(worthRetrying(0, error(status))).toBe(true)
    expect(worthRetrying(2, error(status))).toBe(false)
  })
  it.each([400, 401, 403, 404, 409, 422])('is not after the refusal %i', (status) => {
    expect(worthRetrying(0, error(status))).toBe(false)
  })
  it('is not after a mistake of our own', () => {
    expect(worthRetrying(0, new TypeError('x'))).toBe(false)
  })
})
