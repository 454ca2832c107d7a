import { describe, expect, it } from 'vitest'
import { isLoud, isTerminal, lookOf, wordOf } from './states.ts'

describe('a state', () => {
  it.each([
    [{ type: 'COMPLETED', name: 'Completed' }, 'completed', 'Completed'],
    [{ type: 'COMPLETED', name: 'Cached' }, 'cached', 'Cached'],
    [{ type: 'COMPLETED', name: 'Skipped' }, 'completed', 'Skipped'],
    [{ type: 'RUNNING', name: 'Retrying' }, 'retrying', 'Retrying'],
    [{ type: 'FAILED', name: 'TimedOut' }, 'timedout', 'Timed out'],
    [{ type: 'SCHEDULED', name: 'Late' }, 'late', 'Late'],
    [{ type: 'SCHEDULED', name: 'AwaitingRetry' }, 'awaiting', 'Awaiting retry'],
    [{ type: 'PENDING', name: 'NotReady' }, 'blocked', 'Not ready'],
    [{ type: 'PAUSED', name: 'Suspended' }, 'suspended', 'Suspended'],
    [{ type: 'CANCELLING', name: null }, 'cancelling', 'Cancelling'],
    [null, 'pending', 'Pending'],
  ])('%o looks %s and is called %s', (state, look, word) => {
    expect([lookOf(state), wordOf(state)]).toEqual([look, word])
  })
  it('is loud only when it is bad news', () => {
    expect((['failed', 'timedout', 'crashed', 'late'] as const).every(isLoud)).toBe(true)
    expect((['completed', 'running', 'cancelled', 'scheduled'] as const).some(isLoud)).toBe(false)
  })
  it('is terminal by its type', () => {
    expect(isTerminal({ type: 'CRASHED' })).toBe(true)
    expect(isTerminal({ type: 'CANCELLING' })).toBe(false)
    expect(isTerminal(undefined)).toBe(false)
  })
})
