import type { DeploymentFacts, FlowRunFacts, ProposedState } from '../../facts.ts'
import { STATE_NAMES } from '../../states.ts'
import { isAtLeast, RENEWS_LEASES, WORKERS_WITH_OWN_SLOTS } from '../../versions.ts'
import { EVERY_TYPE, except, type Rule } from '../rule.ts'
import { abort, rejectWith, type Transition } from '../transition.ts'

const leaseSeconds = (deployment: DeploymentFacts, { settings }: Transition): number =>
  deployment.grace_period_seconds ?? settings.initialDeploymentLeaseSeconds

/** An unknown client counts as old: it might not renew, and a slot whose lease nobody renews is lost to a live run. */
const renewsLeases = ({ clientVersion }: FlowRunFacts): boolean =>
  clientVersion != null && isAtLeast(clientVersion, RENEWS_LEASES)

/**
 * A run of a limited deployment takes its slot when it is submitted, not when it runs: starting infrastructure for a run
 * that may not run is what the limit is there to prevent. The slot comes with a lease, which the run's engine renews; if
 * the infrastructure never starts, the lease runs out and the slot comes back by itself.
 *
 * A full limit puts the run off (ENQUEUE) or ends it (CANCEL_NEW). A limit of 0 will never have room, so the worker is
 * told to stop instead of trying for ever.
 */
export const secureDeploymentSlot: Rule<FlowRunFacts> = {
  name: 'SecureDeploymentSlot',
  from: except('PENDING', 'RUNNING', 'CANCELLING'),
  to: ['PENDING'],
  before(transition) {
    const { facts } = transition
    const { deployment, run, claimResult } = facts
    if (run.deployment_id === null || WORKERS_WITH_OWN_SLOTS.has(facts.clientVersion ?? '')) return
    if (deployment === null) return abort(transition, 'The deployment of this run does not exist any more.')
    if (deployment.concurrency_limit === null) return
    if (deployment.concurrency_limit === 0) {
      return abort(transition, 'The concurrency limit of the deployment is 0: no run of it can ever start.')
    }
    if (claimResult === undefined) {
      transition.claim = {
        type: 'acquire_deployment_slot',
        deployment_id: deployment.id,
        flow_run_id: run.id,
        lease_seconds: leaseSeconds(deployment, transition),
      }
    } else if (claimResult.outcome === 'acquired') {
      transition.details = {
        ...transition.details,
        deployment_concurrency_lease_id: claimResult.lease_id,
      }
    } else if (claimResult.outcome === 'full') {
      rejectWith(transition, turnedAway(deployment, transition), 'Deployment concurrency limit reached.')
    }
  },
}

function turnedAway(deployment: DeploymentFacts, { facts, settings }: Transition): ProposedState {
  if (deployment.collision_strategy === 'CANCEL_NEW') {
    return { type: 'CANCELLED', message: 'Deployment concurrency limit reached.' }
  }
  const scheduled_time = facts.now + settings.deploymentSlotWaitSeconds * 1_000_000
  return {
    type: 'SCHEDULED',
    name: STATE_NAMES.awaitingConcurrencySlot,
    state_details: { scheduled_time },
  }
}

/**
 * Infrastructure may take longer to start than the lease lasts. Entering RUNNING renews it; if it is gone, the run may
 * still go on with another slot. If none is free, it ends: it cannot be put off, its process is already there.
 */
export const renewDeploymentSlot: Rule<FlowRunFacts> = {
  name: 'RenewDeploymentSlot',
  from: ['PENDING'],
  to: ['RUNNING'],
  before(transition) {
    const { facts } = transition
    const { deployment, run, claimResult } = facts
    const lease = transition.details.deployment_concurrency_lease_id
    if (lease == null || deployment === null || deployment.concurrency_limit === null) return
    if (!renewsLeases(facts)) return
    if (claimResult === undefined) {
      transition.claim = {
        type: 'renew_deployment_lease',
        deployment_id: deployment.id,
        flow_run_id: run.id,
        lease_id: lease,
        lease_seconds: leaseSeconds(deployment, transition),
      }
    } else if (claimResult.outcome === 'acquired') {
      transition.details = {
        ...transition.details,
        deployment_concurrency_lease_id: claimResult.lease_id,
      }
    } else if (claimResult.outcome === 'full') {
      rejectWith(
        transition,
        {
          type: 'CANCELLED',
          message: 'The deployment slot was lost while the infrastructure started, and no other is free.',
        },
        'Deployment concurrency limit reached after the lease on the slot had expired.',
      )
    }
  },
}

/**
 * A client that does not renew leases would lose its slot in the middle of the run, so its lease is made to last until
 * the run's last state releases it. (Prefect revokes it and later decrements the limit unseen, which gives back twice
 * what a lease that ran out had given back before.) Here a slot is held exactly as long as its lease exists.
 */
export const keepLeaseOfOldClients: Rule<FlowRunFacts> = {
  name: 'KeepLeaseOfOldClients',
  from: ['PENDING'],
  to: ['RUNNING', 'CANCELLING'],
  after({ facts, effects }, state) {
    const lease = state?.state_details.deployment_concurrency_lease_id
    if (lease != null && !renewsLeases(facts)) effects.push({ type: 'make_lease_permanent', lease_id: lease })
  },
}

/**
 * The slot goes back with the first state that does not need it. The exception is a failure that this server turned into
 * AwaitingRetry: the same process retries and goes on renewing its lease, so taking the lease away would end the run in
 * the middle of its retry. That state carries the lease; should the run end in it, the slot goes back then. An
 * AwaitingRetry that the client proposes itself leaves the process (it was told to stop and is to be rescheduled), and
 * gives the slot back.
 *
 * A run that is submitted anew while it still has a lease (its process died while it awaited its retry) has just been
 * given another slot, and gives back the old one.
 */
export const releaseDeploymentSlot: Rule<FlowRunFacts> = {
  name: 'ReleaseDeploymentSlot',
  from: EVERY_TYPE,
  to: EVERY_TYPE,
  afterEveryWrite: true,
  after({ facts, from, effects }, state) {
    const lease = facts.initial!.state_details.deployment_concurrency_lease_id
    if (state === null || lease == null) return
    if (lease === state.state_details.deployment_concurrency_lease_id) return
    // From PENDING to RUNNING with another lease: the old one had run out.
    if (from === 'PENDING' && state.type === 'RUNNING') return
    effects.push({ type: 'release_deployment_slot', lease_id: lease })
  },
}
