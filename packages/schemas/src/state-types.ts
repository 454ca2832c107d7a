// The vocabulary of states without TypeBox, so that the SDK and the CLI can load it in no time.

/** The nine state types of a run, in Prefect's order. */
export const STATE_TYPES = [
  'SCHEDULED',
  'PENDING',
  'RUNNING',
  'COMPLETED',
  'FAILED',
  'CANCELLED',
  'CRASHED',
  'PAUSED',
  'CANCELLING',
] as const

export type StateTypeName = (typeof STATE_TYPES)[number]

/** The types in which a run has ended. */
export const TERMINAL_STATE_TYPES: readonly StateTypeName[] = ['COMPLETED', 'FAILED', 'CANCELLED', 'CRASHED']

const TERMINAL = new Set<string>(TERMINAL_STATE_TYPES)

/** Whether a run in a state of this type has ended. */
export const isTerminal = (type: string | null | undefined): boolean => type != null && TERMINAL.has(type)

/** The name of a state that was given none: its type in title case. */
export const defaultStateName = (type: StateTypeName): string => type.charAt(0) + type.slice(1).toLowerCase()
