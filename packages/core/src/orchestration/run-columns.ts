/**
 * What the written state does to the columns of its run, whatever policy let it through: `state_*`, the times, the
 * counts. All of it can be read off the states; it is kept on the run so that lists need no join.
 */
import { MICROS_PER_SECOND } from '@orrery/schemas'
import { isTerminal } from '@orrery/schemas/state-types'
import type { CoreState } from '../facts.ts'
import { apiAtLeast, PAUSE_BOOKKEEPING } from '../versions.ts'
import { amendPolicy, isFlowRunFacts, type Transition } from './transition.ts'

export function applyToRun(transition: Transition, state: CoreState): void {
  const { facts, changes } = transition
  const { run, initial } = facts
  const { timestamp } = state
  const ends = isTerminal(state.type)
  const scheduledTime = state.state_details.scheduled_time ?? null

  changes.state_type = state.type
  changes.state_name = state.name
  changes.state_timestamp = timestamp

  // The first start stays: a retry is the same run. A run that ends before it ran starts and ends in one instant.
  if (run.start_time === null && (state.type === 'RUNNING' || (ends && run.end_time === null))) {
    changes.start_time = timestamp
  }
  if (ends) {
    // From one end to another the first keeps its time.
    if (run.end_time === null) changes.end_time = timestamp
  } else if (run.end_time !== null) {
    changes.end_time = null
  }
  if (initial?.type === 'RUNNING') {
    // The seconds of a clock that stepped back are not taken off again: the sum never shrinks.
    changes.total_run_time =
      run.total_run_time + Math.max(0, timestamp - initial.timestamp) / MICROS_PER_SECOND
  }
  if (run.expected_start_time === null) {
    changes.expected_start_time = state.type === 'SCHEDULED' ? scheduledTime : timestamp
  }
  if (state.type === 'SCHEDULED') changes.next_scheduled_start_time = scheduledTime
  else if (run.next_scheduled_start_time !== null) changes.next_scheduled_start_time = null

  if (!isFlowRunFacts(facts)) {
    if (state.type === 'RUNNING') transition.runCount += 1
    return
  }
  const resumes = apiAtLeast(facts.apiVersion, PAUSE_BOOKKEEPING)
  // Resuming a pause goes on with the same attempt.
  if (state.type === 'RUNNING' && !(resumes && transition.policy.resuming)) transition.runCount += 1
  if (resumes && (ends || state.type === 'RUNNING')) {
    transition.policy = amendPolicy(transition.policy, { resuming: false })
  }
}
