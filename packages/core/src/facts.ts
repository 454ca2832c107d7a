/**
 * What the orchestration rules are told and what they answer: plain data, no behaviour.
 *
 * Names are those of the wire and of the columns, so a row can be handed over as it is read. Instants are integer
 * microseconds since the epoch; durations are float seconds, as on the wire.
 *
 * How a shell uses it, in one transaction:
 *
 *     let decision = decideFlowRunTransition(facts)
 *     if (decision.claim) decision = decideFlowRunTransition({ ...facts, claimResult: await tryClaim(decision.claim) })
 *     if (decision.state) insert it
 *     update the run with decision.run, unless that is empty (a refused resume changes the policy, writing no state)
 *     apply decision.effects in order
 *     answer { state: decision.state ?? facts.initial, status, details: orchestrationDetails(decision) },
 *     201 when decision.state is not null, else 200
 */

import type { Micros, StateType } from '@orrery/schemas'

/** Keys of the run inputs that belong to a pause: `description`, `response`, `schema`. */
export type RunInputKeyset = Readonly<Record<string, string>>

/** As on the wire, except that its three instants are microseconds. Absent and null mean the same. */
export interface CoreStateDetails {
  readonly flow_run_id?: string | null
  readonly task_run_id?: string | null
  readonly child_flow_run_id?: string | null
  readonly scheduled_time?: Micros | null
  readonly cache_key?: string | null
  readonly cache_expiration?: Micros | null
  readonly deferred?: boolean | null
  readonly untrackable_result?: boolean | null
  readonly pause_timeout?: Micros | null
  readonly pause_reschedule?: boolean | null
  readonly pause_key?: string | null
  readonly run_input_keyset?: RunInputKeyset | null
  readonly refresh_cache?: boolean | null
  readonly retriable?: boolean | null
  readonly transition_id?: string | null
  readonly task_parameters_id?: string | null
  readonly traceparent?: string | null
  readonly deployment_concurrency_lease_id?: string | null
}

/** A state as stored. `data` is null or the (opaque) result metadata; it is passed along by reference, never copied. */
export interface CoreState {
  readonly id: string
  readonly type: StateType
  readonly name: string
  readonly timestamp: Micros
  readonly message: string | null
  readonly data: unknown
  readonly state_details: CoreStateDetails
}

/** What a client proposes. Id and timestamp are minted by the decision from `newStateId` and `now`. */
export interface ProposedState {
  readonly type: StateType
  readonly name?: string | null
  readonly message?: string | null
  readonly data?: unknown
  readonly state_details?: CoreStateDetails
}

/** `empirical_policy` of a flow run or a task run. Unknown keys are kept. */
export interface EmpiricalPolicy {
  readonly retries?: number | null
  /** Seconds; a list gives one delay per attempt (task runs). */
  readonly retry_delay?: number | readonly number[] | null
  readonly retry_jitter_factor?: number | null
  readonly pause_keys?: readonly string[] | null
  readonly resuming?: boolean | null
  readonly retry_type?: 'in_process' | 'reschedule' | null
  readonly [key: string]: unknown
}

/** Columns that both kinds of run have and that a transition reads. */
export interface RunColumns {
  readonly id: string
  readonly run_count: number
  readonly start_time: Micros | null
  readonly end_time: Micros | null
  /** Float seconds. */
  readonly total_run_time: number
  readonly expected_start_time: Micros | null
  readonly next_scheduled_start_time: Micros | null
  readonly empirical_policy: EmpiricalPolicy
}

export interface FlowRunColumns extends RunColumns {
  readonly deployment_id: string | null
  readonly parent_task_run_id: string | null
  readonly infrastructure_pid: string | null
}

export interface TaskRunColumns extends RunColumns {
  readonly flow_run_id: string | null
  readonly flow_run_run_count: number
  readonly cache_key?: string | null
  readonly tags: readonly string[]
}

/** The deployment of a flow run, with its concurrency limit as stored. */
export interface DeploymentFacts {
  readonly id: string
  /** The limit in force (own or shared); null when there is none. */
  readonly concurrency_limit: number | null
  /** Slots taken now; only MarkLate reads it. */
  readonly active_slots: number
  readonly collision_strategy: 'ENQUEUE' | 'CANCEL_NEW'
  readonly grace_period_seconds: number | null
}

export interface OrchestrationSettings {
  /** Wait before a flow run refused by a full deployment limit is due again. Default 30. */
  readonly deploymentSlotWaitSeconds: number
  /** Lease on a deployment slot when the deployment names no grace period. Default 300. */
  readonly initialDeploymentLeaseSeconds: number
  /** Wait proposed to a task run refused by a full tag limit, and the cap of the adaptive wait. Default 10. */
  readonly tagSlotWaitSeconds: number
  /** Default 2000. */
  readonly maxCacheKeyLength: number
  /** After this long in CANCELLING a flow run is made CANCELLED. Default 300. */
  readonly cancellingTimeoutSeconds: number
}

/** `core`: proposals of clients. `minimal`: forced ones and creation. `mark_late`: the late-runs service. */
export type FlowRunPolicy = 'core' | 'minimal' | 'mark_late'
/** `background`: chosen by `state_details.deferred` before anything else. */
export type TaskRunPolicy = 'core' | 'minimal' | 'background'

interface TransitionFacts<Run extends RunColumns> {
  readonly now: Micros
  /** Id for the state that will be written, whichever it turns out to be. */
  readonly newStateId: string
  readonly run: Run
  /** The current state; null for a run that never had one. */
  readonly initial: CoreState | null
  readonly proposed: ProposedState
  /** Newest timestamp of any state of this run; null when it has none. The written state comes later than it. */
  readonly lastStateTimestamp: Micros | null
  /** Header `X-PREFECT-API-VERSION`; absent or null means the latest. */
  readonly apiVersion?: string | null
  /** Defaults to DEFAULT_ORCHESTRATION_SETTINGS. */
  readonly settings?: OrchestrationSettings
  /** Uniform in [0, 1); default a fixed 0.5. Only jittered retries and slot waits draw from it. */
  readonly random?: () => number
}

export interface FlowRunFacts extends TransitionFacts<FlowRunColumns> {
  readonly policy: FlowRunPolicy
  /** The row named by `run.deployment_id`; null when the run has none or the row is gone. */
  readonly deployment: DeploymentFacts | null
  /** `prefect/X` of the User-Agent; null when unknown. Ours count as new enough: pass '3.9.1' for them. */
  readonly clientVersion?: string | null
  /** The answer to the claim of the first step. May be given up front by a shell that knows it. */
  readonly claimResult?: DeploymentClaimResult
}

export interface TaskRunFacts extends TransitionFacts<TaskRunColumns> {
  readonly policy: TaskRunPolicy
  /** The flow run named by `run.flow_run_id`; null when the run has none or the row is gone. */
  readonly flowRun: { readonly state: CoreState | null; readonly run_count: number } | null
  /** Newest unexpired cached state under `proposed.state_details.cache_key`; needed only for proposals to RUNNING. */
  readonly cachedState: CoreState | null
  readonly claimResult?: TaskClaimResult
}

/** Something that can only be won in the database. The shell tries it and decides again with the result. */
export type DeploymentClaim =
  /** Take one slot of the deployment's limit, and a lease on it, held by the flow run. */
  | {
      readonly type: 'acquire_deployment_slot'
      readonly deployment_id: string
      readonly flow_run_id: string
      readonly lease_seconds: number
    }
  /** Renew the lease; if it is gone, take a slot and a new lease. */
  | {
      readonly type: 'renew_deployment_lease'
      readonly deployment_id: string
      readonly flow_run_id: string
      readonly lease_id: string
      readonly lease_seconds: number
    }

export type DeploymentClaimResult =
  /** No active limit after all (also the answer of a shell without limits). */
  | { readonly outcome: 'no_limit' }
  | { readonly outcome: 'acquired'; readonly lease_id: string }
  | { readonly outcome: 'renewed' }
  | { readonly outcome: 'full' }

/**
 * Take one slot of every active limit named by the tags, all or nothing, and a lease held by the task run. A run that
 * still holds its slots (RUNNING proposed twice) takes no second ones.
 */
export interface TaskClaim {
  readonly type: 'acquire_task_slots'
  readonly task_run_id: string
  readonly tags: readonly string[]
}

export type TaskClaimResult =
  | { readonly outcome: 'no_limit' }
  | { readonly outcome: 'acquired' }
  /** A limit of 0 among them: no wait would help. */
  | { readonly outcome: 'zero_limit'; readonly tag: string }
  /** `average_occupancy_seconds` of the fullest limit (highest active / limit); null for a fixed wait. */
  | { readonly outcome: 'full'; readonly average_occupancy_seconds: number | null }

export type Effect =
  /** Inputs of an earlier attempt of the same pause. */
  | { readonly type: 'delete_run_inputs'; readonly flow_run_id: string; readonly keys: readonly string[] }
  /** End the lease and give back its slot. A lease that is gone has given it back already: then there is nothing to do. */
  | { readonly type: 'release_deployment_slot'; readonly lease_id: string }
  /** This client never renews: let the lease live until it is released (Prefect's tag leases last 100 years). */
  | { readonly type: 'make_lease_permanent'; readonly lease_id: string }
  /** Release every tag lease held by the task run. */
  | { readonly type: 'release_task_slots'; readonly task_run_id: string }
  | {
      readonly type: 'insert_task_cache'
      readonly cache_key: string
      readonly cache_expiration: Micros | null
      readonly state_id: string
    }
  /** Force-set the parent's task run to a fresh copy of the state, with `child_flow_run_id`. */
  | {
      readonly type: 'mirror_to_parent_task'
      readonly task_run_id: string
      readonly child_flow_run_id: string
      readonly state: ProposedState
    }
  /** Store the state's data as an artifact, whose type is null unless the client named one, and point the state at it. */
  | {
      readonly type: 'create_result_artifact'
      readonly data: unknown
      readonly key: string | null
      readonly artifact_type: string | null
      readonly description: string | null
    }
  /** Background tasks: offer the run to the workers of its task key. */
  | { readonly type: 'enqueue_task_run'; readonly task_run_id: string; readonly queue: 'scheduled' | 'retry' }
  /** Clients below API 0.8.3 rerun only what is not FAILED: force these task runs back to AwaitingRetry. */
  | { readonly type: 'reset_failed_task_runs'; readonly flow_run_id: string; readonly scheduled_time: Micros }
  /** Look again at `at`: still in this CANCELLING state, then make it CANCELLED. */
  | { readonly type: 'schedule_cancelling_timeout'; readonly state_id: string; readonly at: Micros }
  /** `prefect.flow-run.<state name>` for the written state. */
  | { readonly type: 'emit_state_event' }

/** Columns to change on the run; an absent key stays as it is. `state_id` is the shell's (`decision.state.id`). */
export interface RunChanges {
  state_type?: StateType
  state_name?: string
  state_timestamp?: Micros
  run_count?: number
  start_time?: Micros | null
  end_time?: Micros | null
  total_run_time?: number
  expected_start_time?: Micros | null
  next_scheduled_start_time?: Micros | null
  empirical_policy?: EmpiricalPolicy
  /** Task runs only. */
  flow_run_run_count?: number
}

export type DecisionStatus = 'ACCEPT' | 'REJECT' | 'WAIT' | 'ABORT'

export interface Decision<Claim = DeploymentClaim | TaskClaim> {
  readonly status: DecisionStatus
  /** The state to write: the proposed one or its substitute. Null: nothing is written, the current state answers. */
  readonly state: CoreState | null
  readonly reason: string | null
  /** Whole seconds, with WAIT only. */
  readonly delaySeconds: number | null
  /** Columns to change. Not always empty when `state` is null: see HandleResumingPausedFlows. */
  readonly run: RunChanges
  /** In the order in which they are to be applied, after the state is written. */
  readonly effects: readonly Effect[]
  /** Not null: provisional. Nothing may be applied until the claim was tried and the decision taken again. */
  readonly claim: Claim | null
}

export type FlowRunDecision = Decision<DeploymentClaim>
export type TaskRunDecision = Decision<TaskClaim>

export const DEFAULT_ORCHESTRATION_SETTINGS: OrchestrationSettings = {
  deploymentSlotWaitSeconds: 30,
  initialDeploymentLeaseSeconds: 300,
  tagSlotWaitSeconds: 10,
  maxCacheKeyLength: 2000,
  cancellingTimeoutSeconds: 300,
}
