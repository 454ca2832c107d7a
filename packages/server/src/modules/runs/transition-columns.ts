/** Between the columns of runs and what the rules read and change. */
import type {
  Decision,
  EmpiricalPolicy,
  FlowRunColumns,
  ProposedState,
  RunColumns,
  TaskRunColumns,
} from '@orrery/core'
import { detailsFromWire } from '@orrery/core'
import { fromSeconds, type Micros, parseJson, type StateCreate, toSeconds } from '@orrery/schemas'
import { Invalid } from '../../errors.ts'
import { CURRENT_STATE_COLUMNS, type CurrentStateColumns, currentStateColumns } from './state-rows.ts'

/** Columns that a transition reads and writes, of both kinds of run. */
export interface RunTransitionRow extends CurrentStateColumns {
  id: string
  workspace_id: string
  name: string
  tags: string
  run_count: number
  start_time: number | null
  end_time: number | null
  total_run_time: number
  expected_start_time: number | null
  next_scheduled_start_time: number | null
  empirical_policy: string
}

export interface FlowRunTransitionRow extends RunTransitionRow {
  flow_id: string
  deployment_id: string | null
  parent_task_run_id: string | null
  infrastructure_pid: string | null
  created_by: string | null
}

export interface TaskRunTransitionRow extends RunTransitionRow {
  flow_run_id: string | null
  flow_run_run_count: number
  cache_key: string | null
}

const RUN_COLUMNS = [
  'id',
  'workspace_id',
  'name',
  'tags',
  'run_count',
  'start_time',
  'end_time',
  'total_run_time',
  'expected_start_time',
  'next_scheduled_start_time',
  'empirical_policy',
  ...CURRENT_STATE_COLUMNS,
]
export const FLOW_RUN_TRANSITION_COLUMNS = [
  ...RUN_COLUMNS,
  'flow_id',
  'deployment_id',
  'parent_task_run_id',
  'infrastructure_pid',
  'created_by',
]
export const TASK_RUN_TRANSITION_COLUMNS = [...RUN_COLUMNS, 'flow_run_id', 'flow_run_run_count', 'cache_key']

function runColumns(row: RunTransitionRow): RunColumns {
  return {
    id: row.id,
    run_count: row.run_count,
    start_time: row.start_time,
    end_time: row.end_time,
    total_run_time: toSeconds(row.total_run_time),
    expected_start_time: row.expected_start_time,
    next_scheduled_start_time: row.next_scheduled_start_time,
    empirical_policy: parseJson(row.empirical_policy) as EmpiricalPolicy, // checked when it was written
  }
}

export const flowRunColumns = (row: FlowRunTransitionRow): FlowRunColumns => ({
  ...runColumns(row),
  deployment_id: row.deployment_id,
  parent_task_run_id: row.parent_task_run_id,
  infrastructure_pid: row.infrastructure_pid,
})

export const taskRunColumns = (row: TaskRunTransitionRow): TaskRunColumns => ({
  ...runColumns(row),
  flow_run_id: row.flow_run_id,
  flow_run_run_count: row.flow_run_run_count,
  cache_key: row.cache_key,
  tags: JSON.parse(row.tags) as string[],
})

/** A run that never had a state. */
export const NO_STATE: CurrentStateColumns = {
  state_id: null,
  state_type: null,
  state_name: null,
  state_timestamp: null,
  state_message: null,
  state_details: null,
  state_data: null,
}

/** Columns that a decision sets, whole: rows of one statement all have the same keys. */
export interface DecidedColumns extends CurrentStateColumns {
  run_count: number
  start_time: number | null
  end_time: number | null
  total_run_time: number
  expected_start_time: number | null
  next_scheduled_start_time: number | null
  empirical_policy: string
  updated: Micros
}

const or = <T>(changed: T | undefined, kept: T): T => (changed === undefined ? kept : changed)

export function decidedColumns(row: RunTransitionRow, { run, state }: Decision, now: Micros): DecidedColumns {
  return {
    ...(state === null ? keptState(row) : currentStateColumns(state)),
    run_count: or(run.run_count, row.run_count),
    start_time: or(run.start_time, row.start_time),
    end_time: or(run.end_time, row.end_time),
    total_run_time: run.total_run_time === undefined ? row.total_run_time : fromSeconds(run.total_run_time),
    expected_start_time: or(run.expected_start_time, row.expected_start_time),
    next_scheduled_start_time: or(run.next_scheduled_start_time, row.next_scheduled_start_time),
    empirical_policy:
      run.empirical_policy === undefined ? row.empirical_policy : JSON.stringify(run.empirical_policy),
    updated: now,
  }
}

const keptState = (row: RunTransitionRow): CurrentStateColumns => ({
  state_id: row.state_id,
  state_type: row.state_type,
  state_name: row.state_name,
  state_timestamp: row.state_timestamp,
  state_message: row.state_message,
  state_details: row.state_details,
  state_data: row.state_data,
})

/** A client's state as the rules take it. */
export function proposedState(state: StateCreate): ProposedState {
  try {
    return {
      type: state.type,
      name: state.name ?? null,
      message: state.message ?? null,
      data: state.data ?? null,
      state_details: detailsFromWire(state.state_details),
    }
  } catch (error) {
    if (error instanceof RangeError) throw new Invalid(error.message, 'instant_malformed')
    throw error
  }
}
