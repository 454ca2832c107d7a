import type { Micros } from '@orrery/schemas'
import type { CoreState, ProposedState } from '../facts.ts'
import { STATE_NAMES } from '../states.ts'

/**
 * What resuming a paused run proposes (under the core policy): a suspended run needs a new process, so it is scheduled
 * for now; a blocking pause has its process, which goes on. Null when the run is not paused: there is nothing to resume.
 */
export function resumeProposal(current: CoreState | null, now: Micros): ProposedState | null {
  if (current?.type !== 'PAUSED') return null
  if (!current.state_details.pause_reschedule) return { type: 'RUNNING' }
  return { type: 'SCHEDULED', name: STATE_NAMES.resuming, state_details: { scheduled_time: now } }
}
