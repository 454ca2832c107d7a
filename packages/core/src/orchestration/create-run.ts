/** The first state of a new run. It is set as if forced: nothing about a run that does not exist yet can be refused. */
import type { Micros } from '@orrery/schemas'
import type {
  FlowRunColumns,
  FlowRunDecision,
  ProposedState,
  TaskRunColumns,
  TaskRunDecision,
} from '../facts.ts'
import { decideFlowRunTransition, decideTaskRunTransition } from './decide.ts'

interface NewRun<Columns> {
  readonly now: Micros
  readonly newStateId: string
  /** As about to be inserted, with zero counts and no times. */
  readonly run: Columns
  /** A run that is created without a state is PENDING. */
  readonly proposed: ProposedState | null
}

const PENDING: ProposedState = { type: 'PENDING' }

export function decideFirstFlowRunState({
  proposed,
  ...created
}: NewRun<FlowRunColumns>): FlowRunDecision & { readonly state: NonNullable<FlowRunDecision['state']> } {
  return written(
    decideFlowRunTransition({
      ...created,
      proposed: proposed ?? PENDING,
      policy: 'minimal',
      initial: null,
      lastStateTimestamp: null,
      deployment: null,
    }),
  )
}

export function decideFirstTaskRunState({
  proposed,
  ...created
}: NewRun<TaskRunColumns>): TaskRunDecision & { readonly state: NonNullable<TaskRunDecision['state']> } {
  const state = proposed ?? PENDING
  return written(
    decideTaskRunTransition({
      ...created,
      proposed: state,
      policy: state.state_details?.deferred ? 'background' : 'minimal',
      initial: null,
      lastStateTimestamp: null,
      flowRun: null,
      cachedState: null,
    }),
  )
}

function written<D extends FlowRunDecision | TaskRunDecision>(
  decision: D,
): D & { readonly state: NonNullable<D['state']> } {
  if (decision.state === null) throw new Error(`the first state of a run was not written: ${decision.reason}`)
  return decision as D & { readonly state: NonNullable<D['state']> }
}
