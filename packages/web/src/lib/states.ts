/** A run state as it is shown: Prefect's type and name, reduced to the sixteen looks that have a glyph. */
import type { StateType } from '@orrery/schemas'
import { isTerminal as isTerminalType } from '@orrery/schemas/state-types'

export const LOOKS = [
  'completed',
  'cached',
  'running',
  'retrying',
  'failed',
  'timedout',
  'crashed',
  'scheduled',
  'awaiting',
  'late',
  'pending',
  'blocked',
  'paused',
  'suspended',
  'cancelling',
  'cancelled',
] as const

export type StateLook = (typeof LOOKS)[number]

export const LOOK_WORDS: Record<StateLook, string> = {
  completed: 'Completed',
  cached: 'Cached',
  running: 'Running',
  retrying: 'Retrying',
  failed: 'Failed',
  timedout: 'Timed out',
  crashed: 'Crashed',
  scheduled: 'Scheduled',
  awaiting: 'Awaiting retry',
  late: 'Late',
  pending: 'Pending',
  blocked: 'Not ready',
  paused: 'Paused',
  suspended: 'Suspended',
  cancelling: 'Cancelling',
  cancelled: 'Cancelled',
}

const BY_NAME: Partial<Record<string, StateLook>> = {
  Cached: 'cached',
  Retrying: 'retrying',
  TimedOut: 'timedout',
  AwaitingRetry: 'awaiting',
  AwaitingConcurrencySlot: 'scheduled',
  Late: 'late',
  NotReady: 'blocked',
  Suspended: 'suspended',
}

export interface StateLike {
  type: StateType | string
  name?: string | null
}

/** The look of a state; a run without a state counts as pending. */
export function lookOf(state: StateLike | null | undefined): StateLook {
  if (!state) return 'pending'
  const named = state.name ? BY_NAME[state.name] : undefined
  if (named) return named
  const type = state.type.toLowerCase()
  return (LOOKS as readonly string[]).includes(type) ? (type as StateLook) : 'pending'
}

/** The word for a state: our word for the names we know, the author's own name otherwise. */
export function wordOf(state: StateLike | null | undefined): string {
  if (!state) return 'Pending'
  if (!state.name || BY_NAME[state.name]) return LOOK_WORDS[lookOf(state)]
  return state.name
}

/** Bad news, which gets a tinted badge where the rest is a plain word. */
export const isLoud = (look: StateLook): boolean =>
  look === 'failed' || look === 'timedout' || look === 'crashed' || look === 'late'

export const isTerminal = (state: StateLike | null | undefined): boolean => isTerminalType(state?.type)
