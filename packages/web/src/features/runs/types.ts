// What the pages read of the API's answers; the server sends more.
export interface RunState {
  id: string
  type: string
  name: string | null
  timestamp: string
  message: string | null
  data?: unknown
  state_details?: {
    scheduled_time?: string | null
    child_flow_run_id?: string | null
    pause_timeout?: string | null
    cache_key?: string | null
    retriable?: boolean | null
  } | null
}

interface RunBase {
  id: string
  created: string | null
  name: string
  tags: string[]
  state: RunState | null
  state_type: string | null
  state_name: string | null
  run_count: number
  expected_start_time: string | null
  next_scheduled_start_time: string | null
  start_time: string | null
  end_time: string | null
  total_run_time: number
  estimated_run_time: number
  estimated_start_time_delta: number
}

export interface FlowRun extends RunBase {
  flow_id: string
  deployment_id: string | null
  deployment_version: string | null
  flow_version: string | null
  parameters: Record<string, unknown>
  parent_task_run_id: string | null
  auto_scheduled: boolean
  work_pool_name?: string | null
  work_queue_name: string | null
  infrastructure_pid?: string | null
  created_by?: { id?: string | null; type: string | null; display_value: string | null } | null
  job_variables?: Record<string, unknown> | null
  labels?: Record<string, unknown> | null
  empirical_policy?: { retries?: number | null } | null
}

export interface TaskInput {
  input_type: string
  id?: string
  name?: string
  type?: string
}
export interface TaskRun extends RunBase {
  flow_run_id: string | null
  task_key: string
  dynamic_key: string
  cache_key: string | null
  task_inputs: Record<string, TaskInput[]>
  flow_run_run_count?: number
  empirical_policy?: { retries?: number | null; retry_delay?: number | number[] | null } | null
}

export interface Flow {
  id: string
  created: string | null
  updated: string | null
  name: string
  tags: string[]
}
export interface Deployment {
  id: string
  name: string
  flow_id: string
  paused?: boolean
  work_pool_name?: string | null
}
export interface Page<T> {
  results: T[]
  count: number
  limit: number
  pages: number
  page: number
}
/** State as `lookOf` and the badges want it, for any run. */
export const stateOf = (
  run: Pick<RunBase, 'state_type' | 'state_name'>,
): { type: string; name: string | null } | null =>
  run.state_type ? { type: run.state_type, name: run.state_name } : null
