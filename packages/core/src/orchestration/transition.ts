/** The working copy of one decision: what the rules read, and the few things they may change. */
import type { Micros, StateType } from '@orrery/schemas'
import { defaultStateName } from '@orrery/schemas/state-types'
import {
  type CoreState,
  type CoreStateDetails,
  DEFAULT_ORCHESTRATION_SETTINGS,
  type DeploymentClaim,
  type Effect,
  type EmpiricalPolicy,
  type FlowRunFacts,
  type OrchestrationSettings,
  type ProposedState,
  type RunChanges,
  type TaskClaim,
  type TaskRunFacts,
} from '../facts.ts'

export type AnyFacts = FlowRunFacts | TaskRunFacts

/** Why the proposal is not written as it came. The first verdict ends the rules. */
interface Verdict {
  readonly status: 'REJECT' | 'WAIT' | 'ABORT'
  readonly reason: string
  /** Written in place of the proposal; null: nothing is written. */
  readonly substitute: ProposedState | null
  readonly delaySeconds: number | null
}

export interface Transition<Facts extends AnyFacts = AnyFacts> {
  readonly facts: Facts
  readonly settings: OrchestrationSettings
  readonly from: StateType | null
  readonly to: StateType
  /** Name and details of the proposed state; rules replace them, never write into what they were given. */
  name: string
  details: CoreStateDetails
  policy: EmpiricalPolicy
  runCount: number
  verdict: Verdict | null
  claim: DeploymentClaim | TaskClaim | null
  readonly changes: RunChanges
  readonly effects: Effect[]
}

export function beginTransition<Facts extends AnyFacts>(facts: Facts): Transition<Facts> {
  const { proposed } = facts
  return {
    facts,
    settings: facts.settings ?? DEFAULT_ORCHESTRATION_SETTINGS,
    from: facts.initial === null ? null : facts.initial.type,
    to: proposed.type,
    name: proposed.name || defaultStateName(proposed.type),
    details: proposed.state_details ?? NO_DETAILS,
    policy: facts.run.empirical_policy,
    runCount: facts.run.run_count,
    verdict: null,
    claim: null,
    changes: {},
    effects: [],
  }
}

const NO_DETAILS: CoreStateDetails = {}

/** Nothing is written; the client adopts the current state. */
export function rejectWithCurrent(transition: Transition, reason: string): void {
  settle(transition, { status: 'REJECT', reason, substitute: null, delaySeconds: null })
}

/** The substitute is written; the client adopts it. */
export function rejectWith(transition: Transition, substitute: ProposedState, reason: string): void {
  settle(transition, { status: 'REJECT', reason, substitute, delaySeconds: null })
}

/** Nothing is written; the client stops working on the run. */
export function abort(transition: Transition, reason: string): void {
  settle(transition, { status: 'ABORT', reason, substitute: null, delaySeconds: null })
}

/** Nothing is written; the client proposes the same again later. */
export function wait(transition: Transition, delaySeconds: number, reason: string): void {
  settle(transition, { status: 'WAIT', reason, substitute: null, delaySeconds })
}

/** What rules changed in view of a state that is not going to be written must not outlive it. */
function settle(transition: Transition, verdict: Verdict): void {
  transition.policy = transition.facts.run.empirical_policy
  transition.runCount = transition.facts.run.run_count
  transition.verdict = verdict
}

/** Changes keys of the run's policy; the same object comes back when nothing differs, so nothing is written. */
export function amendPolicy(
  policy: EmpiricalPolicy,
  changes: Pick<EmpiricalPolicy, 'resuming' | 'pause_keys' | 'retry_type'>,
): EmpiricalPolicy {
  const same =
    (changes.resuming === undefined || changes.resuming === (policy.resuming ?? false)) &&
    (changes.retry_type === undefined || changes.retry_type === (policy.retry_type ?? null)) &&
    (changes.pause_keys === undefined || (!changes.pause_keys?.length && !policy.pause_keys?.length))
  return same ? policy : { ...policy, ...changes }
}

/** The state to write: from the proposal as the rules left it, or from its substitute. */
export function stateToWrite(transition: Transition): CoreState | null {
  const { facts, verdict } = transition
  if (verdict !== null && verdict.substitute === null) return null
  const source = verdict === null ? facts.proposed : verdict.substitute!
  const details = verdict === null ? transition.details : (source.state_details ?? NO_DETAILS)
  const name = verdict === null ? transition.name : source.name || defaultStateName(source.type)
  const timestamp = nextTimestamp(facts.now, facts.lastStateTimestamp)
  const stamped: { -readonly [K in keyof CoreStateDetails]: CoreStateDetails[K] } = { ...details }
  if (source.type === 'SCHEDULED' && stamped.scheduled_time == null) stamped.scheduled_time = facts.now
  if (isFlowRunFacts(facts)) {
    stamped.flow_run_id = facts.run.id
    if (facts.run.parent_task_run_id !== null) stamped.task_run_id = facts.run.parent_task_run_id
  } else {
    stamped.flow_run_id = facts.run.flow_run_id
    stamped.task_run_id = facts.run.id
  }
  return {
    id: facts.newStateId,
    type: source.type,
    name,
    timestamp,
    message: source.message ?? null,
    data: source.data ?? null,
    state_details: stamped,
  }
}

export const isFlowRunFacts = (facts: AnyFacts): facts is FlowRunFacts => 'deployment' in facts

/**
 * States of a run are ordered by their timestamps alone, so no two may share one, also when the clock stands still or
 * steps back between two requests.
 */
export function nextTimestamp(now: Micros, last: Micros | null): Micros {
  return last !== null && now <= last ? last + 1 : now
}
