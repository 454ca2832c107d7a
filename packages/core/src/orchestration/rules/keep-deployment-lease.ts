import type { FlowRunFacts } from '../../facts.ts'
import { holdsSlot } from '../../states.ts'
import { EVERY_TYPE, type Rule } from '../rule.ts'

/**
 * The lease on the deployment's slot travels from state to state for as long as the slot is held. Workers propose
 * Submitting with an explicit null for it; taken at their word the server would forget which slot the run holds, and
 * could never give it back.
 *
 * Unlike Prefect's, a state that gives the slot back does not carry the lease on: from a pause it would reach RUNNING
 * again, and the end of the run would give back a slot that is somebody else's by then.
 */
export const keepDeploymentLease: Rule<FlowRunFacts> = {
  name: 'KeepDeploymentLease',
  from: EVERY_TYPE,
  to: EVERY_TYPE,
  before(transition) {
    const held = transition.facts.initial!.state_details.deployment_concurrency_lease_id ?? null
    const proposed = transition.details.deployment_concurrency_lease_id ?? null
    const kept = holdsSlot(transition.to) ? (proposed ?? held) : null
    if (kept !== proposed) {
      transition.details = { ...transition.details, deployment_concurrency_lease_id: kept }
    }
  },
}
