import type { TaskRunFacts } from '../../facts.ts'
import { STATE_NAMES } from '../../states.ts'
import { ANY_STATE, type Rule } from '../rule.ts'

/** The parameters of a background task lie in result storage under this id; without it no worker could run the task. */
export const copyTaskParametersId: Rule<TaskRunFacts> = {
  name: 'CopyTaskParametersId',
  from: ['SCHEDULED', 'PENDING'],
  to: ['PENDING', 'RUNNING'],
  before(transition) {
    if (transition.details.task_parameters_id) return
    const { task_parameters_id = null } = transition.facts.initial!.state_details
    if (task_parameters_id !== null) transition.details = { ...transition.details, task_parameters_id }
  },
}

/** A deferred task run that is scheduled is offered to the workers of its task key, retries ahead of new ones. */
export const enqueueScheduledTaskRuns: Rule<TaskRunFacts> = {
  name: 'EnqueueScheduledTaskRuns',
  from: ANY_STATE,
  to: ['SCHEDULED'],
  after({ facts, effects }, state) {
    if (!state?.state_details.deferred) return
    const queue = state.name === STATE_NAMES.awaitingRetry ? 'retry' : 'scheduled'
    effects.push({ type: 'enqueue_task_run', task_run_id: facts.run.id, queue })
  },
}
