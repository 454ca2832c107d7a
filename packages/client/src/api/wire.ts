import type { StateDetails, StateType } from '@orrery/schemas'

/** Where a persisted result is: what a state's `data` holds. */
export interface ResultMetadata {
  readonly storage_key: string
  readonly storage_block_id?: string | null
  /** ISO 8601, or null for never. */
  readonly expiration?: string | null
  readonly serializer: { readonly type: string; readonly [option: string]: unknown }
  readonly prefect_version?: string | null
}

/** A state as the API answers it. Instants are ISO 8601. */
export interface WireState {
  readonly id: string
  readonly type: StateType
  readonly name: string | null
  readonly timestamp: string
  readonly message?: string | null
  readonly data?: ResultMetadata | null
  readonly state_details?: StateDetails | null
}

/** A state as a client proposes it. */
export interface WireStateCreate {
  readonly type: StateType
  readonly name?: string | null
  readonly message?: string | null
  readonly data?: ResultMetadata | null
  readonly state_details?: StateDetails
}

/** A flow as the API answers it. Instants are ISO 8601. */
export interface WireFlow {
  readonly id: string
  readonly created: string
  readonly updated: string
  readonly name: string
  readonly tags: string[]
  readonly labels: Record<string, unknown>
}

/** A flow run as the API answers it. Instants are ISO 8601. */
export interface WireFlowRun {
  readonly id: string
  readonly created: string
  readonly updated: string
  readonly name: string
  readonly flow_id: string
  readonly deployment_id: string | null
  readonly work_queue_name: string | null
  readonly work_pool_name: string | null
  readonly flow_version: string | null
  readonly parameters: Record<string, unknown>
  readonly tags: string[]
  readonly labels: Record<string, unknown>
  readonly parent_task_run_id: string | null
  readonly state: WireState | null
  readonly state_type: StateType | null
  readonly state_name: string | null
  readonly run_count: number
  readonly empirical_policy: Record<string, unknown>
  readonly expected_start_time: string | null
  readonly next_scheduled_start_time: string | null
  readonly start_time: string | null
  readonly end_time: string | null
  /** Seconds. */
  readonly total_run_time: number
  /** Seconds. */
  readonly estimated_run_time: number
  readonly [key: string]: unknown
}

/** One upstream of a task run. */
export type TaskInput =
  | { readonly input_type: 'task_run' | 'flow_run'; readonly id: string }
  | { readonly input_type: 'parameter'; readonly name: string }
  | { readonly input_type: 'constant'; readonly type: string }

/** A task run as the API answers it. Instants are ISO 8601. */
export interface WireTaskRun {
  readonly id: string
  readonly created: string
  readonly updated: string
  readonly name: string
  readonly flow_run_id: string | null
  readonly task_key: string
  readonly dynamic_key: string
  readonly tags: string[]
  readonly labels: Record<string, unknown>
  readonly task_inputs: Record<string, TaskInput[]>
  readonly state: WireState | null
  readonly state_type: StateType | null
  readonly state_name: string | null
  readonly run_count: number
  readonly flow_run_run_count: number
  readonly expected_start_time: string | null
  readonly start_time: string | null
  readonly end_time: string | null
  /** Seconds. */
  readonly total_run_time: number
  /** Seconds. */
  readonly estimated_run_time: number
  readonly [key: string]: unknown
}

/** A log line as the API answers it. */
export interface WireLog {
  readonly id: string
  readonly name: string
  /** 10 debug, 20 info, 30 warning, 40 error, 50 critical. */
  readonly level: number
  readonly message: string
  readonly timestamp: string
  readonly flow_run_id: string | null
  readonly task_run_id: string | null
}

/** A log line as a client sends it. */
export interface WireLogCreate {
  readonly name: string
  readonly level: number
  readonly message: string
  readonly timestamp: string
  readonly flow_run_id: string | null
  readonly task_run_id: string | null
}

/** An event, as it is sent and answered. Instants are ISO 8601, ids UUIDs. */
export interface WireEvent {
  readonly id: string
  readonly occurred: string
  readonly event: string
  readonly resource: Readonly<Record<string, string>>
  readonly related: readonly Readonly<Record<string, string>>[]
  readonly payload: Readonly<Record<string, unknown>>
  readonly follows: string | null
  readonly received?: string
}

/** The server's answer to a proposed state. */
export interface SetStateAnswer {
  readonly state: WireState | null
  readonly status: 'ACCEPT' | 'REJECT' | 'WAIT' | 'ABORT'
  readonly details: {
    readonly type?: string
    readonly reason?: string | null
    readonly delay_seconds?: number
  }
}

/** A workspace that a key may use. */
export interface WireWorkspace {
  readonly account_id: string
  readonly account_name: string
  readonly account_handle: string
  readonly workspace_id: string
  readonly workspace_name: string
  readonly workspace_description: string
  readonly workspace_handle: string
}

/** What the filter routes take. Every part may be absent. */
export interface RunFilter {
  readonly flows?: Readonly<Record<string, unknown>> | undefined
  readonly flow_runs?: Readonly<Record<string, unknown>> | undefined
  readonly task_runs?: Readonly<Record<string, unknown>> | undefined
  readonly deployments?: Readonly<Record<string, unknown>> | undefined
  readonly sort?: string | undefined
  readonly limit?: number | undefined
  readonly offset?: number | undefined
}
