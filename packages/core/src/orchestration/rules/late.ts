import type { FlowRunFacts } from '../../facts.ts'
import { STATE_NAMES } from '../../states.ts'
import { EVERY_TYPE, type Rule } from '../rule.ts'
import { rejectWith, rejectWithCurrent } from '../transition.ts'

/**
 * The late-runs service reads first and marks later. A run that has moved on in between (a worker took it), or that
 * another server marked, keeps its state.
 */
export const onlyScheduledRunsBecomeLate: Rule<FlowRunFacts> = {
  name: 'OnlyScheduledRunsBecomeLate',
  from: EVERY_TYPE,
  to: ['SCHEDULED'],
  before(transition) {
    if (transition.name !== STATE_NAMES.late) return
    if (transition.from !== 'SCHEDULED') {
      rejectWithCurrent(transition, 'Only scheduled runs can be late.')
    } else if (transition.facts.initial!.name === STATE_NAMES.late) {
      rejectWithCurrent(transition, 'This run is already marked late.')
    }
  },
}

/**
 * CANCEL_NEW is enforced where runs are submitted, but a run that no worker asks for never gets there: late runs would
 * pile up behind a full limit and start all together. They are cancelled when they turn late instead.
 */
export const cancelLateRunsOfFullDeployment: Rule<FlowRunFacts> = {
  name: 'CancelLateRunsOfFullDeployment',
  from: ['SCHEDULED'],
  to: ['SCHEDULED'],
  before(transition) {
    const { deployment } = transition.facts
    if (
      transition.name !== STATE_NAMES.late ||
      deployment === null ||
      deployment.concurrency_limit === null
    ) {
      return
    }
    if (
      deployment.collision_strategy === 'CANCEL_NEW' &&
      deployment.active_slots >= deployment.concurrency_limit
    ) {
      rejectWith(
        transition,
        { type: 'CANCELLED', message: 'Deployment concurrency limit reached.' },
        'The concurrency limit of the deployment is full, and its strategy is CANCEL_NEW.',
      )
    }
  },
}
