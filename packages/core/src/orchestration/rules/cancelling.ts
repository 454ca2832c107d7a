import type { FlowRunFacts } from '../../facts.ts'
import { STATE_NAMES } from '../../states.ts'
import { ANY_STATE, EVERY_TYPE, type Rule } from '../rule.ts'
import { rejectWith, rejectWithCurrent } from '../transition.ts'

/**
 * Once somebody has asked for a run's end, only CANCELLED answers them. A run that completes, fails or crashes while its
 * process is torn down would otherwise look as if nobody had cancelled it. Not even CANCELLING again: it would start the
 * timeout anew.
 */
export const enforceCancellingToCancelled: Rule<FlowRunFacts> = {
  name: 'EnforceCancellingToCancelled',
  from: ['CANCELLING'],
  to: EVERY_TYPE.filter((type) => type !== 'CANCELLED'),
  before(transition) {
    rejectWithCurrent(transition, 'A run that is CANCELLING can only become CANCELLED.')
  },
}

/**
 * CANCELLING means that a worker has infrastructure to tear down. A run that has none (not started, suspended, or
 * resuming from that) would wait for a worker that never comes, so it is CANCELLED at once. A scheduled run may have
 * some: one that awaits its retry in its own process has an `infrastructure_pid`.
 */
export const bypassCancellingWithoutInfrastructure: Rule<FlowRunFacts> = {
  name: 'BypassCancellingWithoutInfrastructure',
  from: ['SCHEDULED', 'PAUSED'],
  to: ['CANCELLING'],
  before(transition) {
    const { facts } = transition
    const initial = facts.initial!
    if (
      (initial.type === 'SCHEDULED' && !facts.run.infrastructure_pid) ||
      initial.name === STATE_NAMES.resuming
    ) {
      rejectWith(
        transition,
        { type: 'CANCELLED' },
        'This scheduled run has no infrastructure that would have to stop.',
      )
    } else if (initial.type === 'PAUSED' && initial.state_details.pause_reschedule) {
      rejectWith(
        transition,
        { type: 'CANCELLED' },
        'This suspended run has no infrastructure that would have to stop.',
      )
    }
  },
}

/**
 * A worker that died cannot confirm the cancellation. After the timeout the shell looks whether the run is still in this
 * very state, and makes it CANCELLED if so.
 */
export const scheduleCancellingTimeout: Rule<FlowRunFacts> = {
  name: 'ScheduleCancellingTimeout',
  from: ANY_STATE,
  to: ['CANCELLING'],
  after(transition, state) {
    if (state === null) return
    transition.effects.push({
      type: 'schedule_cancelling_timeout',
      state_id: state.id,
      at: state.timestamp + transition.settings.cancellingTimeoutSeconds * 1_000_000,
    })
  },
}
