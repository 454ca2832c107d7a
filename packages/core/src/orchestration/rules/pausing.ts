import type { FlowRunFacts } from '../../facts.ts'
import { STATE_NAMES } from '../../states.ts'
import { apiAtLeast, PAUSE_BOOKKEEPING } from '../../versions.ts'
import { ANY_STATE, EVERY_TYPE, type Rule } from '../rule.ts'
import { abort, amendPolicy, rejectWith, rejectWithCurrent } from '../transition.ts'

/**
 * A pause is reached by running code, so only a running flow can pause. Each pause has a key and fires once per attempt:
 * when a suspended flow starts again from the top, the pauses it has passed let it through. Suspending means that the
 * process ends; without a deployment nothing could start it again, and a subflow shares its parent's process.
 *
 * Input stored under the pause's keys before it began was given to an earlier attempt, and is deleted.
 */
export const handlePausing: Rule<FlowRunFacts> = {
  name: 'HandlePausing',
  from: ANY_STATE,
  to: ['PAUSED'],
  before(transition) {
    const { facts, details, policy } = transition
    const verb = transition.name === STATE_NAMES.suspended ? 'suspend' : 'pause'
    if (facts.initial === null) return abort(transition, `Cannot ${verb} a run without a state.`)
    if (transition.from !== 'RUNNING') {
      return rejectWithCurrent(transition, `Cannot ${verb} a run that is not running.`)
    }
    if (details.pause_key != null && policy.pause_keys?.includes(details.pause_key)) {
      return rejectWithCurrent(transition, `This ${verb} has already fired.`)
    }
    if (!details.pause_reschedule) return
    if (facts.run.parent_task_run_id !== null) return abort(transition, `Cannot ${verb} subflows.`)
    if (facts.run.deployment_id === null)
      return abort(transition, `Cannot ${verb} a run without a deployment.`)
  },
  after(transition, state) {
    if (state === null) return
    const key = state.state_details.pause_key ?? state.id
    const { policy, facts, effects } = transition
    transition.policy = { ...policy, pause_keys: [...(policy.pause_keys ?? []), key] }
    const keyset = state.state_details.run_input_keyset
    if (keyset) {
      effects.push({
        type: 'delete_run_inputs',
        flow_run_id: facts.run.id,
        keys: Object.values(keyset),
      })
    }
  },
}

/**
 * From a pause a run goes on, is put off, is cancelled or ends. After its timeout it can only fail, except that it can
 * still be cancelled: a blocking pause has a process, which must be told.
 *
 * Every attempt to leave the pause marks the run as resuming, also a refused one (as Prefect does): entering RUNNING then
 * does not count as a new attempt. A blocking pause that is SCHEDULED again has lost its process, so what follows is a
 * new attempt, with all pauses ahead of it.
 */
export const handleResuming: Rule<FlowRunFacts> = {
  name: 'HandleResuming',
  from: ['PAUSED'],
  to: EVERY_TYPE,
  afterOwnVerdict: true,
  before(transition) {
    const { facts, to } = transition
    const initial = facts.initial!
    if (to === 'PENDING' || to === 'PAUSED') {
      return rejectWithCurrent(transition, `A PAUSED run cannot transition to a ${to} state.`)
    }
    if (initial.state_details.pause_reschedule && facts.run.deployment_id === null) {
      return rejectWithCurrent(transition, 'A suspended run without a deployment cannot be resumed.')
    }
    if (to === 'CANCELLING') return
    const timeout = initial.state_details.pause_timeout
    if (timeout != null && timeout < facts.now) {
      rejectWith(
        transition,
        { type: 'FAILED', message: 'The flow was paused and never resumed.' },
        'The pause of this run has timed out; it cannot be resumed any more.',
      )
    }
  },
  after(transition, state) {
    const { facts, policy } = transition
    const newAttempt =
      !facts.initial!.state_details.pause_reschedule &&
      state?.type === 'SCHEDULED' &&
      apiAtLeast(facts.apiVersion, PAUSE_BOOKKEEPING)
    transition.policy = newAttempt
      ? amendPolicy(policy, { resuming: false, pause_keys: [], retry_type: 'reschedule' })
      : amendPolicy(policy, { resuming: true })
  },
}
