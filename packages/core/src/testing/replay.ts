/** A run in memory that proposals are made to: the shell's part, without a database. For tests. */
import type {
  CoreState,
  Decision,
  FlowRunColumns,
  FlowRunFacts,
  ProposedState,
  TaskRunColumns,
  TaskRunFacts,
} from '../facts.ts'
import { decideFlowRunTransition, decideTaskRunTransition } from '../orchestration/decide.ts'

export interface ReplayedRun<Columns> {
  run: Columns
  state: CoreState | null
  /** Every state written, oldest first. */
  states: CoreState[]
}

const stateId = (index: number): string => `01900000-0000-7000-8000-${index.toString(16).padStart(12, '0')}`

function apply<Columns extends FlowRunColumns | TaskRunColumns>(
  replay: ReplayedRun<Columns>,
  decision: Decision,
): void {
  if (decision.claim !== null) throw new Error(`a claim was not answered: ${decision.claim.type}`)
  const { state_type: _type, state_name: _name, state_timestamp: _timestamp, ...columns } = decision.run
  replay.run = { ...replay.run, ...columns }
  if (decision.state === null) return
  replay.state = decision.state
  replay.states.push(decision.state)
}

const shared = <Columns>(replay: ReplayedRun<Columns>, proposed: ProposedState, now: number) => ({
  now,
  newStateId: stateId(replay.states.length + 1),
  run: replay.run,
  initial: replay.state,
  proposed,
  lastStateTimestamp: replay.states.at(-1)?.timestamp ?? null,
})

/** Proposes a state, applies the decision to the replayed run, and returns it. */
export function proposeToFlowRun(
  replay: ReplayedRun<FlowRunColumns>,
  proposed: ProposedState,
  now: number,
  more: Pick<FlowRunFacts, 'policy'> & Partial<FlowRunFacts>,
): Decision {
  const facts = {
    deployment: null,
    clientVersion: '3.9.1',
    claimResult: { outcome: 'no_limit' },
    ...shared(replay, proposed, now),
    ...more,
  } as const satisfies FlowRunFacts
  const decision = decideFlowRunTransition(facts)
  apply(replay, decision)
  return decision
}

export function proposeToTaskRun(
  replay: ReplayedRun<TaskRunColumns>,
  proposed: ProposedState,
  now: number,
  more: Pick<TaskRunFacts, 'policy'> & Partial<TaskRunFacts>,
): Decision {
  const facts = {
    flowRun: null,
    cachedState: null,
    claimResult: { outcome: 'no_limit' },
    ...shared(replay, proposed, now),
    ...more,
  } as const satisfies TaskRunFacts
  const decision = decideTaskRunTransition(facts)
  apply(replay, decision)
  return decision
}
