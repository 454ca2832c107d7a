import { isTerminal } from '@orrery/schemas/state-types'
import type { TaskRunFacts } from '../../facts.ts'
import { hasPersistedResult, STATE_NAMES } from '../../states.ts'
import { ANY_STATE, EVERY_TYPE, type Rule, TERMINAL } from '../rule.ts'
import { abort, rejectWithCurrent } from '../transition.ts'

/**
 * A task run that ended with a result is done: the result is reused, whatever is proposed. One that may start again gets
 * its retries back, for it does so because its flow run starts again; such a start is called Retrying.
 */
export const handleTaskTerminalStates: Rule<TaskRunFacts> = {
  name: 'HandleTaskTerminalStates',
  from: TERMINAL,
  to: EVERY_TYPE,
  before(transition) {
    const { facts, to } = transition
    const initial = facts.initial!
    if (to === 'CANCELLING' || to === 'PAUSED' || to === 'CRASHED') {
      return abort(transition, `This run has already ended as ${initial.type}.`)
    }
    if (initial.type === 'COMPLETED' && hasPersistedResult(initial.data)) {
      return rejectWithCurrent(transition, 'This run is already COMPLETED.')
    }
    if (!isTerminal(to)) transition.runCount = 0
    if (
      to === 'RUNNING' &&
      facts.flowRun !== null &&
      facts.run.flow_run_run_count < facts.flowRun.run_count
    ) {
      transition.name = STATE_NAMES.retrying
    }
  },
}

/** A start that is not the first is named for it: after a failure Retrying, else Rerunning. */
export const renameReruns: Rule<TaskRunFacts> = {
  name: 'RenameReruns',
  from: EVERY_TYPE,
  to: ['RUNNING'],
  before(transition) {
    if (transition.runCount === 0) return
    const retries = transition.facts.initial!.name === STATE_NAMES.awaitingRetry
    transition.name = retries ? STATE_NAMES.retrying : STATE_NAMES.rerunning
  },
}

/** Notes in which attempt of its flow run the task run runs: what makes a later start a retry of the flow's. */
export const trackFlowRunAttempt: Rule<TaskRunFacts> = {
  name: 'TrackFlowRunAttempt',
  from: ANY_STATE,
  to: ['RUNNING'],
  after({ facts, changes }, state) {
    if (state !== null && facts.flowRun !== null) changes.flow_run_run_count = facts.flowRun.run_count
  },
}
