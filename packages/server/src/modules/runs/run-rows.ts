/** Rows of runs as they are answered. */
import {
  type CreatedBy,
  type FlowRun,
  type FlowRunPolicy,
  isTerminal,
  type Micros,
  parseJson,
  parseJsonOrNull,
  type StateType,
  type TaskRun,
  type TaskRunPolicy,
  toIso,
  toIsoOrNull,
  toSeconds,
} from '@orrery/schemas'
import type { Selectable } from 'kysely'
import type { Tables } from '../../db/tables.ts'
import { currentStateFromRow } from './state-rows.ts'

export type FlowRunRow = Selectable<Tables['flow_runs']>
export type TaskRunRow = Selectable<Tables['task_runs']>

interface TimedRow {
  state_type: string | null
  state_timestamp: number | null
  start_time: number | null
  end_time: number | null
  expected_start_time: number | null
  total_run_time: number
}

/** Total run time, with the running stretch up to now. */
export function estimatedRunTime(row: TimedRow, now: Micros): Micros {
  if (row.state_type !== 'RUNNING' || row.state_timestamp === null) return row.total_run_time
  return row.total_run_time + Math.max(0, now - row.state_timestamp)
}

/** How late the run started, or is by now. */
export function lateness(row: TimedRow, now: Micros): Micros {
  const { start_time: start, expected_start_time: expected } = row
  if (expected === null) return 0
  if (start !== null) return start > expected ? start - expected : 0
  return expected < now && !isTerminal(row.state_type) ? now - expected : 0
}

const FLOW_POLICY_DEFAULTS = {
  max_retries: 0,
  retry_delay_seconds: 0,
  retries: null,
  retry_delay: null,
  pause_keys: [],
  resuming: false,
  retry_type: null,
} satisfies FlowRunPolicy

const TASK_POLICY_DEFAULTS = {
  max_retries: 0,
  retry_delay_seconds: 0,
  retries: null,
  retry_delay: null,
  retry_jitter_factor: null,
} satisfies TaskRunPolicy

// What a JSON column holds was checked when it was written.
const objectOf = (text: string | null): Record<string, unknown> =>
  parseJson(text ?? '{}') as Record<string, unknown>
const tagsOf = (text: string): string[] => JSON.parse(text) as string[]

export function flowRunFromRow(row: FlowRunRow, now: Micros): FlowRun {
  return {
    id: row.id,
    created: toIso(row.created),
    updated: toIso(row.updated),
    name: row.name,
    flow_id: row.flow_id,
    state_id: row.state_id,
    deployment_id: row.deployment_id,
    deployment_version: row.deployment_version,
    work_queue_id: row.work_queue_id,
    work_queue_name: row.work_queue_name,
    flow_version: row.flow_version,
    parameters: objectOf(row.parameters),
    idempotency_key: row.idempotency_key,
    context: objectOf(row.context),
    empirical_policy: { ...FLOW_POLICY_DEFAULTS, ...objectOf(row.empirical_policy) },
    tags: tagsOf(row.tags),
    labels: objectOf(row.labels),
    parent_task_run_id: row.parent_task_run_id,
    state_type: row.state_type as StateType | null,
    state_name: row.state_name,
    run_count: row.run_count,
    expected_start_time: toIsoOrNull(row.expected_start_time),
    next_scheduled_start_time: toIsoOrNull(row.next_scheduled_start_time),
    start_time: toIsoOrNull(row.start_time),
    end_time: toIsoOrNull(row.end_time),
    total_run_time: toSeconds(row.total_run_time),
    estimated_run_time: toSeconds(estimatedRunTime(row, now)),
    estimated_start_time_delta: toSeconds(lateness(row, now)),
    auto_scheduled: row.auto_scheduled === 1,
    infrastructure_document_id: row.infrastructure_document_id,
    infrastructure_pid: row.infrastructure_pid,
    created_by: parseJsonOrNull(row.created_by) as CreatedBy | null,
    work_pool_id: null,
    work_pool_name: null,
    state: currentStateFromRow(row),
    job_variables: (parseJsonOrNull(row.job_variables) ?? {}) as Record<string, unknown>,
  }
}

export function taskRunFromRow(row: TaskRunRow, now: Micros): TaskRun {
  return {
    id: row.id,
    created: toIso(row.created),
    updated: toIso(row.updated),
    name: row.name,
    flow_run_id: row.flow_run_id,
    task_key: row.task_key,
    dynamic_key: row.dynamic_key,
    cache_key: row.cache_key,
    cache_expiration: toIsoOrNull(row.cache_expiration),
    task_version: row.task_version,
    empirical_policy: { ...TASK_POLICY_DEFAULTS, ...objectOf(row.empirical_policy) },
    tags: tagsOf(row.tags),
    labels: objectOf(row.labels),
    state_id: row.state_id,
    task_inputs: objectOf(row.task_inputs),
    state_type: row.state_type as StateType | null,
    state_name: row.state_name,
    run_count: row.run_count,
    flow_run_run_count: row.flow_run_run_count,
    expected_start_time: toIsoOrNull(row.expected_start_time),
    next_scheduled_start_time: toIsoOrNull(row.next_scheduled_start_time),
    start_time: toIsoOrNull(row.start_time),
    end_time: toIsoOrNull(row.end_time),
    total_run_time: toSeconds(row.total_run_time),
    estimated_run_time: toSeconds(estimatedRunTime(row, now)),
    estimated_start_time_delta: toSeconds(lateness(row, now)),
    state: currentStateFromRow(row),
  }
}
