import { describe, expect, it } from 'vitest'
import { Throttled } from './identity.errors.ts'
import { Throttle } from './throttle.ts'

function attempt(throttle: Throttle, address = '10.0.0.1', account = 'ada'): number {
  try {
    throttle.requireSignIn(address, account)
    return 0
  } catch (error) {
    if (error instanceof Throttled) return error.retryAfterSeconds ?? -1
    throw error
  }
}

describe('the throttle', () => {
  it('five attempts at an account are free, then each wait is twice the last, up to a minute', () => {
    let now = 0
    const throttle = new Throttle(() => now)
    for (let free = 0; free < 5; free++) expect(attempt(throttle)).toBe(0)
    const waits: number[] = []
    for (let index = 0; index < 8; index++) {
      const wait = attempt(throttle)
      waits.push(wait)
      now += wait * 1000
      expect(attempt(throttle)).toBe(0)
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60])
  })

  it('an account is slowed down from wherever the attempts come', () => {
    const throttle = new Throttle(() => 0)
    for (let free = 0; free < 5; free++) attempt(throttle, `10.0.0.${free}`)
    expect(attempt(throttle, '10.9.9.9')).toBe(1)
    expect(attempt(throttle, '10.9.9.9', 'grace')).toBe(0)
  })

  it('an address is slowed down after twenty failures, also when one of its accounts signs in between', () => {
    const throttle = new Throttle(() => 0)
    for (let index = 0; index < 20; index++) {
      attempt(throttle, '10.0.0.1', 'own')
      throttle.signedIn('10.0.0.1', 'own')
      expect(attempt(throttle, '10.0.0.1', `victim-${index}`)).toBe(0)
    }
    expect(attempt(throttle, '10.0.0.1', 'one-more')).toBe(1)
  })

  it('signing in forgets the failures of the account', () => {
    const throttle = new Throttle(() => 0)
    for (let index = 0; index < 4; index++) attempt(throttle)
    throttle.signedIn('10.0.0.1', 'ada')
    for (let free = 0; free < 5; free++) expect(attempt(throttle)).toBe(0)
  })
})
