import { STATE_TYPES } from '@orrery/schemas'
import { defaultStateName, isTerminal } from '@orrery/schemas/state-types'
import { expect, it } from 'vitest'
import { hasPersistedResult, holdsSlot, isUnpersisted } from './states.ts'

it('four types are terminal, three hold a slot', () => {
  expect(STATE_TYPES.filter(isTerminal)).toEqual(['COMPLETED', 'FAILED', 'CANCELLED', 'CRASHED'])
  expect(STATE_TYPES.filter(holdsSlot)).toEqual(['PENDING', 'RUNNING', 'CANCELLING'])
  expect([isTerminal(null), isTerminal(undefined), holdsSlot(null)]).toEqual([false, false, false])
})

it('a state without a name has its type for one', () => {
  expect(STATE_TYPES.map(defaultStateName)).toEqual([
    'Scheduled',
    'Pending',
    'Running',
    'Completed',
    'Failed',
    'Cancelled',
    'Crashed',
    'Paused',
    'Cancelling',
  ])
})

it('a result is persisted unless it is null or says that it is not', () => {
  expect([null, undefined, { type: 'unpersisted' }].map(hasPersistedResult)).toEqual([false, false, false])
  expect([{ storage_key: 'k' }, { type: 'reference' }].map(hasPersistedResult)).toEqual([true, true])
  expect([isUnpersisted({ type: 'unpersisted' }), isUnpersisted(null)]).toEqual([true, false])
})
