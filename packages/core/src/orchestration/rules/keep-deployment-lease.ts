import type { FlowRunFacts } from '../../facts.ts'
import { ANY_STATE, EVERY_TYPE, type Rule } from '../rule.ts'

/**
 * The lease on the deployment's slot travels from state to state. Workers propose Submitting with an explicit null for
 * it; taken at their word the server would forget which slot the run holds, and could never give it back.
 */
export const keepDeploymentLease: Rule<FlowRunFacts> = {
  name: 'KeepDeploymentLease',
  from: ANY_STATE,
  to: EVERY_TYPE,
  before(transition) {
    const lease = transition.facts.initial?.state_details.deployment_concurrency_lease_id
    if (lease != null && transition.details.deployment_concurrency_lease_id == null) {
      transition.details = { ...transition.details, deployment_concurrency_lease_id: lease }
    }
  },
}
