import {
  type CoreState,
  decideFlowRunTransition,
  type FlowRunDecision,
  type FlowRunFacts,
  type FlowRunPolicy,
  orchestrationDetails,
  type ProposedState,
  type TaskRunDecision,
} from '@orrery/core'
import { type Micros, newId, type OrchestrationResult } from '@orrery/schemas'
import { insertMany, type Outcome, selectIn, type Trx } from '../../db/index.ts'
import type { Clock, WorkspaceScope } from '../../scope.ts'
import { type Refusal, recordRefusals, refusalOf } from './refusals.ts'
import { RelatedOfFlowRuns } from './related-rows.ts'
import { FlowRunNotFound } from './runs.errors.ts'
import { currentState, stateToWire } from './state-rows.ts'
import {
  FLOW_RUN_TRANSITION_COLUMNS,
  type FlowRunTransitionRow,
  flowRunColumns,
} from './transition-columns.ts'
import { type FlowRunTransition, writeFlowRunTransitions } from './write-transitions.ts'

export interface SetFlowRunState {
  scope: WorkspaceScope
  flowRunId: string
  /** Or what makes the proposal of the run's current state, once that is locked; null of it ABORTs for `otherwise`. */
  proposed:
    | ProposedState
    | { of(current: CoreState | null, now: Micros): ProposedState | null; otherwise: string }
  /** Stored as a run input in the same transaction when the proposal is accepted. */
  runInput?: { key: string; value: string } | undefined
  policy: FlowRunPolicy
  /** Header `X-PREFECT-API-VERSION`; null means the latest. */
  apiVersion: string | null
  /** `prefect/X` of the User-Agent. */
  clientVersion: string | null
}

export interface Orchestrated {
  /** Whether a state was stored: 201, else 200. */
  stored: boolean
  result: OrchestrationResult
}

/**
 * Proposes a state to each of a batch of flow runs, no two of them the same. Locks the runs in the order of their
 * ids, then their parent task runs: two servers with overlapping batches wait for each other, never in a circle.
 */
export async function setFlowRunStates(
  trx: Trx,
  clock: Clock,
  inputs: readonly SetFlowRunState[],
): Promise<Outcome<Orchestrated>[]> {
  const rows = await selectIn<FlowRunTransitionRow & Record<string, unknown>>(
    trx,
    'flow_runs',
    'id',
    inputs.map((input) => input.flowRunId),
    { columns: FLOW_RUN_TRANSITION_COLUMNS, lock: true },
  )
  const byId = new Map(rows.map((row) => [row.id, row]))
  const related = await RelatedOfFlowRuns.load(trx, rows)
  const transitions: FlowRunTransition[] = []
  const runInputs: Record<string, unknown>[] = []
  const refused: Refusal[] = []
  const outcomes = inputs.map((input): Outcome<Orchestrated> => {
    const row = byId.get(input.flowRunId)
    if (row?.workspace_id !== input.scope.workspaceId) return { error: new FlowRunNotFound(input.flowRunId) }
    const initial = currentState(row)
    const now = clock.now()
    const proposed = 'of' in input.proposed ? input.proposed.of(initial, now) : input.proposed
    if (!proposed) return { ok: nothingToDo('of' in input.proposed ? input.proposed.otherwise : '') }
    const transition = decide(input, proposed, row, initial, now, related)
    transitions.push(transition)
    if (transition.decision.status !== 'ACCEPT') refused.push(refusalOf(row, proposed, transition))
    if (input.runInput && transition.decision.status === 'ACCEPT')
      runInputs.push({
        id: newId(),
        workspace_id: row.workspace_id,
        created: now,
        flow_run_id: row.id,
        ...input.runInput,
        sender: null,
      })
    return { ok: orchestrated(transition) }
  })
  await writeFlowRunTransitions(trx, transitions, related)
  await insertMany(trx, 'flow_run_inputs', runInputs, { ignoreConflicts: true })
  await recordRefusals(trx, refused)
  return outcomes
}

const nothingToDo = (reason: string): Orchestrated => ({
  stored: false,
  result: { state: null, status: 'ABORT', details: { type: 'abort_details', reason } },
})

function decide(
  input: SetFlowRunState,
  proposed: ProposedState,
  row: FlowRunTransitionRow,
  initial: CoreState | null,
  now: Micros,
  related: RelatedOfFlowRuns,
): FlowRunTransition {
  const deployment = related.deployment(row.deployment_id, row.workspace_id)
  const facts: FlowRunFacts = {
    now,
    newStateId: newId(),
    run: flowRunColumns(row),
    initial,
    proposed,
    // Only the server makes states of flow runs, each later than the one before: the current one is the newest.
    lastStateTimestamp: initial?.timestamp ?? null,
    policy: input.policy,
    apiVersion: input.apiVersion,
    clientVersion: input.clientVersion,
    deployment: deployment && {
      id: deployment.id,
      concurrency_limit: null,
      active_slots: 0,
      collision_strategy: 'ENQUEUE',
      grace_period_seconds: null,
    },
    claimResult: { outcome: 'no_limit' },
    random: Math.random,
  }
  const decision = decideFlowRunTransition(facts)
  return { scope: input.scope, row, initial, decision, now }
}

/** The answer to a proposal: the state that was stored, else the one that stays. */
export function orchestrated({
  decision,
  initial,
}: {
  decision: FlowRunDecision | TaskRunDecision
  initial: CoreState | null
}): Orchestrated {
  const state = decision.state ?? initial
  const { type, reason, delay_seconds } = orchestrationDetails(decision)
  return {
    stored: decision.state !== null,
    result: {
      state: state && stateToWire(state),
      status: decision.status,
      details: {
        type,
        ...(reason === undefined ? {} : { reason }),
        ...(delay_seconds === undefined ? {} : { delay_seconds }),
      },
    },
  }
}
