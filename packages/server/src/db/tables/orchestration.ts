import type { Generated } from 'kysely'

export interface FlowsTable {
  id: string
  workspace_id: string
  created: number
  updated: number
  name: string
  tags: string
  labels: string
}

export interface DeploymentsTable {
  id: string
  workspace_id: string
  created: number
  updated: number
  flow_id: string
  name: string
  version: string | null
  paused: Generated<number>
  parameters: Generated<string>
  tags: Generated<string>
  labels: Generated<string>
}

export interface FlowRunsTable {
  id: string
  workspace_id: string
  created: number
  updated: number
  name: string
  flow_id: string
  deployment_id: string | null
  deployment_version: string | null
  work_queue_id: string | null
  work_queue_name: string | null
  flow_version: string | null
  parameters: string
  idempotency_key: string | null
  context: string
  empirical_policy: string
  tags: string
  labels: string
  parent_task_run_id: string | null
  state_id: string | null
  state_type: string | null
  state_name: string | null
  state_timestamp: number | null
  state_message: string | null
  state_details: string | null
  state_data: string | null
  run_count: Generated<number>
  expected_start_time: number | null
  next_scheduled_start_time: number | null
  start_time: number | null
  end_time: number | null
  total_run_time: Generated<number>
  auto_scheduled: Generated<number>
  infrastructure_document_id: string | null
  infrastructure_pid: string | null
  created_by: string | null
  job_variables: string | null
}

export interface FlowRunStatesTable {
  id: string
  workspace_id: string
  flow_run_id: string
  type: string
  name: string
  timestamp: number
  message: string | null
  state_details: string
  data: string | null
  result_artifact_id: string | null
}

export interface FlowRunInputsTable {
  id: string
  workspace_id: string
  created: number
  flow_run_id: string
  key: string
  value: string
  sender: string | null
}

export interface TaskRunsTable {
  id: string
  workspace_id: string
  created: number
  updated: number
  name: string
  flow_run_id: string | null
  task_key: string
  dynamic_key: string
  cache_key: string | null
  cache_expiration: number | null
  task_version: string | null
  flow_run_run_count: Generated<number>
  empirical_policy: string
  tags: string
  labels: string
  task_inputs: string
  state_id: string | null
  state_type: string | null
  state_name: string | null
  state_timestamp: number | null
  state_message: string | null
  state_details: string | null
  state_data: string | null
  run_count: Generated<number>
  expected_start_time: number | null
  next_scheduled_start_time: number | null
  start_time: number | null
  end_time: number | null
  total_run_time: Generated<number>
}

export interface TaskRunStatesTable {
  id: string
  workspace_id: string
  task_run_id: string
  type: string
  name: string
  timestamp: number
  message: string | null
  state_details: string
  data: string | null
  result_artifact_id: string | null
}

export interface TaskRunCachesTable {
  id: string
  workspace_id: string
  created: number
  cache_key: string
  cache_expiration: number | null
  task_run_state_id: string
}

export interface LogsTable {
  seq: Generated<number>
  id: string
  workspace_id: string
  created: number
  name: string
  level: number
  message: string
  timestamp: number
  flow_run_id: string | null
  task_run_id: string | null
  worker_id: string | null
}

export interface EventsTable {
  seq: Generated<number>
  id: string
  workspace_id: string
  occurred: number
  received: number
  event: string
  resource_id: string
  resource: string
  related: string
  payload: string
  follows: string | null
}

export interface EventResourcesTable {
  workspace_id: string
  resource_id: string
  resource_role: string
  occurred: number
  event_id: string
}

export interface OrchestrationTables {
  flows: FlowsTable
  deployments: DeploymentsTable
  flow_runs: FlowRunsTable
  flow_run_states: FlowRunStatesTable
  flow_run_inputs: FlowRunInputsTable
  task_runs: TaskRunsTable
  task_run_states: TaskRunStatesTable
  task_run_caches: TaskRunCachesTable
  logs: LogsTable
  events: EventsTable
  event_resources: EventResourcesTable
}
