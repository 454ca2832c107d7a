/** Decides what becomes of a proposed state. Pure: facts in, decision out; the shell loads the one and applies the other. */
import type {
  CoreState,
  Decision,
  DeploymentClaim,
  Effect,
  FlowRunDecision,
  FlowRunFacts,
  RunChanges,
  TaskClaim,
  TaskRunDecision,
  TaskRunFacts,
} from '../facts.ts'
import { isUnpersisted } from '../states.ts'
import { FLOW_POLICIES, TASK_POLICIES } from './policies.ts'
import type { CompiledPolicy } from './rule.ts'
import { applyToRun } from './run-columns.ts'
import { type AnyFacts, beginTransition, stateToWrite, type Transition } from './transition.ts'

export function decideFlowRunTransition(facts: FlowRunFacts): FlowRunDecision {
  const { decision, state } = decide<FlowRunFacts, DeploymentClaim>(facts, FLOW_POLICIES[facts.policy])
  const { parent_task_run_id, id } = facts.run
  if (state === null || parent_task_run_id === null) return decision
  const mirror: Effect = {
    type: 'mirror_to_parent_task',
    task_run_id: parent_task_run_id,
    child_flow_run_id: id,
    state: {
      type: state.type,
      name: state.name,
      message: state.message,
      data: state.data,
      state_details: { ...state.state_details, child_flow_run_id: id },
    },
  }
  return { ...decision, effects: [...decision.effects, mirror] }
}

export function decideTaskRunTransition(facts: TaskRunFacts): TaskRunDecision {
  return decide<TaskRunFacts, TaskClaim>(facts, TASK_POLICIES[facts.policy]).decision
}

function decide<Facts extends AnyFacts, Claim extends DeploymentClaim | TaskClaim>(
  facts: Facts,
  policy: CompiledPolicy<Facts>,
): { decision: Decision<Claim>; state: CoreState | null } {
  const transition = beginTransition(facts)
  const rules = policy(transition.from, transition.to)

  let settledBy = -1
  for (let index = 0; index < rules.length; index++) {
    rules[index]!.before?.(transition)
    // A claim's type is that of the policy's own rules.
    if (transition.claim !== null) return { decision: provisional(transition.claim as Claim), state: null }
    if (transition.verdict !== null) {
      settledBy = index
      break
    }
  }

  const written = stateToWrite(transition)
  const state = written === null ? null : withStoredData(written, transition.effects)
  if (state !== null) applyToRun(transition, state)

  for (let index = rules.length - 1; index >= 0; index--) {
    const rule = rules[index]!
    if (rule.after === undefined) continue
    const concerned =
      settledBy === -1 ||
      (index === settledBy ? rule.afterOwnVerdict : rule.afterEveryWrite && state !== null)
    if (concerned) rule.after(transition, state)
  }
  return { decision: conclude(transition, state), state }
}

const NO_CHANGES: RunChanges = {}
const NO_EFFECTS: readonly Effect[] = []

function provisional<Claim>(claim: Claim): Decision<Claim> {
  return {
    status: 'WAIT',
    state: null,
    reason: null,
    delaySeconds: null,
    run: NO_CHANGES,
    effects: NO_EFFECTS,
    claim,
  }
}

function conclude<Claim>(transition: Transition, state: CoreState | null): Decision<Claim> {
  const { facts, verdict, changes, effects, policy, runCount } = transition
  if (policy !== facts.run.empirical_policy) changes.empirical_policy = policy
  if (runCount !== facts.run.run_count) changes.run_count = runCount
  return {
    status: verdict === null ? 'ACCEPT' : verdict.status,
    state,
    reason: verdict === null ? null : verdict.reason,
    delaySeconds: verdict === null ? null : verdict.delaySeconds,
    run: changes,
    effects,
    claim: null,
  }
}

/**
 * Data that can be read again is also shown as an artifact. What the client says about that artifact (`artifact_key`,
 * `artifact_type`, `artifact_description`) is taken out of the data. An unpersisted result leaves nothing.
 */
function withStoredData(state: CoreState, effects: Effect[]): CoreState {
  const { data } = state
  if (data === null) return state
  if (isUnpersisted(data)) return { ...state, data: null }
  let stored: unknown = data
  let about: Readonly<Record<string, unknown>> = {}
  if (
    typeof data === 'object' &&
    ('artifact_key' in data || 'artifact_type' in data || 'artifact_description' in data)
  ) {
    const { artifact_key, artifact_type, artifact_description, ...rest } = data as Record<string, unknown>
    about = { artifact_key, artifact_type, artifact_description }
    stored = rest
  }
  const text = (key: string): string | null => (typeof about[key] === 'string' ? about[key] : null)
  effects.push({
    type: 'create_result_artifact',
    data: stored,
    key: text('artifact_key'),
    artifact_type: text('artifact_type'),
    description: text('artifact_description'),
  })
  return stored === data ? state : { ...state, data: stored }
}

export interface OrchestrationDetails {
  readonly type: 'accept_details' | 'reject_details' | 'abort_details' | 'wait_details'
  readonly reason?: string | null
  readonly delay_seconds?: number
}

/** `details` of the answer to `set_state`. */
export function orchestrationDetails(
  decision: Pick<Decision, 'status' | 'reason' | 'delaySeconds'>,
): OrchestrationDetails {
  const { status, reason, delaySeconds } = decision
  switch (status) {
    case 'ACCEPT':
      return { type: 'accept_details' }
    case 'REJECT':
      return { type: 'reject_details', reason }
    case 'ABORT':
      return { type: 'abort_details', reason }
    case 'WAIT':
      return { type: 'wait_details', delay_seconds: delaySeconds ?? 0, reason }
  }
}
