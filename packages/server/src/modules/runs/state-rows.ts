/** States as columns, as the rules see them, and as they are answered. */
import { type CoreState, detailsFromWire, detailsToWire } from '@orrery/core'
import {
  parseJson,
  parseJsonOrNull,
  type State,
  type StateDetails,
  type StateType,
  toIso,
} from '@orrery/schemas'

/** The current state as it stands in the row of its run. */
export interface CurrentStateColumns {
  state_id: string | null
  state_type: string | null
  state_name: string | null
  state_timestamp: number | null
  state_message: string | null
  state_details: string | null
  state_data: string | null
}

export const CURRENT_STATE_COLUMNS = [
  'state_id',
  'state_type',
  'state_name',
  'state_timestamp',
  'state_message',
  'state_details',
  'state_data',
] as const

/** A row of `flow_run_states` or `task_run_states`. */
export interface StateRow {
  id: string
  type: string
  name: string
  timestamp: number
  message: string | null
  state_details: string
  data: string | null
}

// Every key is answered, as the genuine server does: clients of other languages read them without a check.
const NO_DETAILS = {
  flow_run_id: null,
  task_run_id: null,
  child_flow_run_id: null,
  scheduled_time: null,
  cache_key: null,
  cache_expiration: null,
  deferred: false,
  untrackable_result: false,
  pause_timeout: null,
  pause_reschedule: false,
  pause_key: null,
  run_input_keyset: null,
  refresh_cache: null,
  retriable: null,
  transition_id: null,
  task_parameters_id: null,
  traceparent: null,
  deployment_concurrency_lease_id: null,
} satisfies StateDetails

const defaults: Record<string, unknown> = NO_DETAILS

/** `state_details` for a column: in wire form, without what an absent key reads as. A null that was sent for a flag stays. */
export function detailsColumn(details: CoreState['state_details']): string {
  const wire = detailsToWire(details) as Record<string, unknown>
  const kept: Record<string, unknown> = {}
  for (const key in wire) {
    const value = wire[key]
    if (value !== undefined && value !== (defaults[key] ?? null)) kept[key] = value
  }
  return JSON.stringify(kept)
}

const dataColumn = (data: unknown): string | null =>
  data === null || data === undefined ? null : JSON.stringify(data)

const isStateType = (type: string): type is StateType => type !== '' // only the rules write this column

function typeOf(type: string): StateType {
  if (!isStateType(type)) throw new Error('a state without a type')
  return type
}

/** The columns of a run for the state that was written. */
export function currentStateColumns(state: CoreState): CurrentStateColumns {
  return {
    state_id: state.id,
    state_type: state.type,
    state_name: state.name,
    state_timestamp: state.timestamp,
    state_message: state.message,
    state_details: detailsColumn(state.state_details),
    state_data: dataColumn(state.data),
  }
}

/** The run's current state, as the rules see it. Null for a run that never had one. */
export function currentState(row: CurrentStateColumns): CoreState | null {
  if (row.state_id === null || row.state_type === null) return null
  return {
    id: row.state_id,
    type: typeOf(row.state_type),
    name: row.state_name ?? '',
    timestamp: row.state_timestamp ?? 0,
    message: row.state_message,
    data: parseJsonOrNull(row.state_data),
    state_details: detailsFromWire(parseJson(row.state_details ?? '{}') as StateDetails),
  }
}

/** A state as it is answered. */
export function stateToWire(state: CoreState): State {
  return {
    id: state.id,
    type: state.type,
    name: state.name,
    timestamp: toIso(state.timestamp),
    message: state.message,
    data: state.data ?? null,
    state_details: withDefaults(detailsToWire(state.state_details) as Record<string, unknown>),
  }
}

function withDefaults(details: Record<string, unknown>): StateDetails {
  const full: Record<string, unknown> = { ...NO_DETAILS }
  for (const key in details) {
    const value = details[key]
    // `deferred` alone may be null beside its default of false: the genuine server keeps what was sent.
    if (value !== undefined && (value !== null || key === 'deferred')) full[key] = value
  }
  return full as StateDetails
}

/** A stored state as it is answered. */
export function stateFromRow(row: StateRow): State {
  return {
    id: row.id,
    type: typeOf(row.type),
    name: row.name,
    timestamp: toIso(row.timestamp),
    message: row.message,
    data: parseJsonOrNull(row.data),
    state_details: withDefaults(parseJson(row.state_details) as Record<string, unknown>),
  }
}

/** The run's current state as it is answered. */
export function currentStateFromRow(row: CurrentStateColumns): State | null {
  if (row.state_id === null || row.state_type === null) return null
  return stateFromRow({
    id: row.state_id,
    type: row.state_type,
    name: row.state_name ?? '',
    timestamp: row.state_timestamp ?? 0,
    message: row.state_message,
    state_details: row.state_details ?? '{}',
    data: row.state_data,
  })
}
