import type { TaskRunFacts } from '../../facts.ts'
import { STATE_NAMES } from '../../states.ts'
import { ANY_STATE, type Rule } from '../rule.ts'
import { abort, rejectWith } from '../transition.ts'

/**
 * Tasks run inside their flow: when it has stopped, a task that starts now is a straggler and is told to stop. While the
 * flow is paused, its tasks pause with it, as long as it does and with the same timeout.
 */
export const preventRunningInStoppedFlow: Rule<TaskRunFacts> = {
  name: 'PreventRunningInStoppedFlow',
  from: ANY_STATE,
  to: ['RUNNING'],
  before(transition) {
    const { flowRun, run } = transition.facts
    if (flowRun === null || flowRun.state?.type === 'RUNNING') return
    if (flowRun.state?.type !== 'PAUSED') {
      return abort(transition, 'The flow run must be RUNNING for its tasks to run.')
    }
    const { pause_timeout = null, pause_reschedule = false } = flowRun.state.state_details
    rejectWith(
      transition,
      { type: 'PAUSED', name: STATE_NAMES.notReady, state_details: { pause_timeout, pause_reschedule } },
      `The flow run ${run.flow_run_id} is paused; its tasks can run once it is resumed.`,
    )
  },
}
