import type { Rule } from '../rule.ts'
import { type AnyFacts, abort } from '../transition.ts'

/**
 * Before a run is submitted it is put into PENDING; that is how two workers that hold the same run find out which of
 * them submits it. The second one must be stopped, whether the first is still submitting or the run already runs. A
 * cancelled run is not submitted at all: rerunning it begins with SCHEDULED (or, without a deployment, RUNNING).
 *
 * The exception is the one worker's progress, PENDING under another name (Submitting, InfrastructurePending). It carries
 * on what the first PENDING was given: its time and the lease on its slot.
 */
export const preventPendingTransitions: Rule<AnyFacts> = {
  name: 'PreventPendingTransitions',
  from: ['PENDING', 'RUNNING', 'CANCELLING', 'CANCELLED'],
  to: ['PENDING'],
  before(transition) {
    const initial = transition.facts.initial!
    if (initial.type === 'PENDING' && transition.name !== initial.name && transition.name !== 'Pending') {
      const { scheduled_time = null, deployment_concurrency_lease_id = null } = initial.state_details
      transition.details = { ...transition.details, scheduled_time, deployment_concurrency_lease_id }
      return
    }
    abort(transition, `This run is in a ${initial.type} state and cannot transition to a PENDING state.`)
  },
}
