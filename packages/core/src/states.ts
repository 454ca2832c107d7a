/** Vocabulary of states, shared by the server and the SDK. */
import type { StateType } from '@orrery/schemas'

/** States in which a run of a limited deployment holds its slot. */
export const holdsSlot = (type: StateType | null | undefined): boolean =>
  type === 'PENDING' || type === 'RUNNING' || type === 'CANCELLING'

/** Names that mean something to the rules, the client or the UI; any other name is the user's own. */
export const STATE_NAMES = {
  late: 'Late',
  awaitingRetry: 'AwaitingRetry',
  awaitingConcurrencySlot: 'AwaitingConcurrencySlot',
  resuming: 'Resuming',
  notReady: 'NotReady',
  retrying: 'Retrying',
  rerunning: 'Rerunning',
  suspended: 'Suspended',
  cached: 'Cached',
} as const

/** `{"type": "unpersisted"}`: the run had a result and kept it to itself. Such data is stored as null. */
export function isUnpersisted(data: unknown): boolean {
  return typeof data === 'object' && data !== null && (data as { type?: unknown }).type === 'unpersisted'
}

/** Whether a state's data is a result that can be read again, which no other state may then replace. */
export function hasPersistedResult(data: unknown): boolean {
  return typeof data === 'object' && data !== null && !isUnpersisted(data)
}
