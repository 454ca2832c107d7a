import type { StateType } from '@orrery/schemas'
import { isTerminal } from '@orrery/schemas/state-types'
import type { FlowRunFacts } from '../../facts.ts'
import { hasPersistedResult } from '../../states.ts'
import { apiAtLeast, PAUSE_BOOKKEEPING } from '../../versions.ts'
import { EVERY_TYPE, type Rule, TERMINAL } from '../rule.ts'
import { abort, amendPolicy, rejectWithCurrent, type Transition } from '../transition.ts'

/** To whom a run has ended, it cannot be cancelling, pause, or crash any more. */
const NOT_FROM_THE_END: readonly StateType[] = ['CANCELLING', 'PAUSED', 'CRASHED']

function discardsResult({ facts, to }: Transition): boolean {
  return (
    facts.initial?.type === 'COMPLETED' &&
    to === 'COMPLETED' &&
    hasPersistedResult(facts.initial.data) &&
    !hasPersistedResult(facts.proposed.data)
  )
}

const RESULT_WOULD_BE_LOST =
  'This run is COMPLETED with a persisted result, which a COMPLETED state without one would discard.'

/**
 * Ended runs may be run again, within limits. A completed run whose result can still be read is done for good. A run
 * can only be scheduled again if something would pick it up, which takes a deployment. Leaving the end starts a new
 * attempt, so pauses fire anew; `retry_type` says whether the attempt needs infrastructure (reschedule) or is already
 * running (null).
 */
export const handleFlowTerminalStates: Rule<FlowRunFacts> = {
  name: 'HandleFlowTerminalStates',
  from: TERMINAL,
  to: EVERY_TYPE,
  before(transition) {
    const { facts, to } = transition
    const initial = facts.initial!
    if (NOT_FROM_THE_END.includes(to)) {
      return abort(transition, `This run has already ended as ${initial.type}.`)
    }
    if (initial.type === 'COMPLETED' && !isTerminal(to) && hasPersistedResult(initial.data)) {
      return rejectWithCurrent(transition, 'This run is already COMPLETED.')
    }
    if (discardsResult(transition)) return rejectWithCurrent(transition, RESULT_WOULD_BE_LOST)
    if (to === 'SCHEDULED' && facts.run.deployment_id === null) {
      return abort(
        transition,
        'A run without a deployment cannot be scheduled again: nothing would pick it up.',
      )
    }
    if (!isTerminal(to) && apiAtLeast(facts.apiVersion, PAUSE_BOOKKEEPING)) {
      transition.policy = amendPolicy(transition.policy, {
        resuming: false,
        pause_keys: [],
        retry_type: to === 'SCHEDULED' ? 'reschedule' : null,
      })
    }
  },
}

/** Even a forced COMPLETED may not replace one whose result can still be read. */
export const preventResultLoss: Rule<FlowRunFacts> = {
  name: 'PreventResultLoss',
  from: TERMINAL,
  to: TERMINAL,
  before(transition) {
    if (discardsResult(transition)) rejectWithCurrent(transition, RESULT_WOULD_BE_LOST)
  },
}
