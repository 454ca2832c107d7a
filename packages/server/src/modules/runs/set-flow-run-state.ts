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
import { newId, type OrchestrationResult } from '@orrery/schemas'
import { type Outcome, selectIn, type Trx } from '../../db/index.ts'
import type { Clock, WorkspaceScope } from '../../scope.ts'
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
  proposed: ProposedState
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
  const outcomes = inputs.map((input): Outcome<Orchestrated> => {
    const row = byId.get(input.flowRunId)
    if (row?.workspace_id !== input.scope.workspaceId) return { error: new FlowRunNotFound(input.flowRunId) }
    const transition = decide(input, row, clock, related)
    transitions.push(transition)
    return { ok: orchestrated(transition) }
  })
  await writeFlowRunTransitions(trx, transitions, related)
  return outcomes
}

function decide(
  input: SetFlowRunState,
  row: FlowRunTransitionRow,
  clock: Clock,
  related: RelatedOfFlowRuns,
): FlowRunTransition {
  const initial = currentState(row)
  const deployment = related.deployment(row.deployment_id, row.workspace_id)
  const now = clock.now()
  const facts: FlowRunFacts = {
    now,
    newStateId: newId(),
    run: flowRunColumns(row),
    initial,
    proposed: input.proposed,
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
