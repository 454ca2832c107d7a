import { type Static, Type } from 'typebox'
import { Instant, JsonObject, KeyValueLabels, maybe, nullable, Tags, Uuid } from './optional.ts'
import { State, StateCreate, StateType } from './states.ts'

/** What a flow run does about failures and pauses. Unknown keys are kept. */
export const FlowRunPolicy = Type.Object(
  {
    max_retries: Type.Optional(Type.Unknown()),
    retry_delay_seconds: Type.Optional(Type.Unknown()),
    retries: maybe(Type.Integer()),
    /** Seconds. */
    retry_delay: maybe(Type.Number()),
    pause_keys: maybe(Type.Array(Type.String())),
    resuming: maybe(Type.Boolean()),
    retry_type: maybe(Type.Enum(['in_process', 'reschedule'])),
  },
  { additionalProperties: true },
)
export type FlowRunPolicy = Static<typeof FlowRunPolicy>

/** Who or what caused a run. */
export const CreatedBy = Type.Object({
  id: nullable(Uuid),
  type: nullable(Type.String()),
  display_value: nullable(Type.String()),
})
export type CreatedBy = Static<typeof CreatedBy>

/** A flow run as it is answered. Durations are float seconds. */
export const FlowRun = Type.Object({
  id: Uuid,
  created: nullable(Instant),
  updated: nullable(Instant),
  name: Type.String(),
  flow_id: Uuid,
  state_id: nullable(Uuid),
  deployment_id: nullable(Uuid),
  deployment_version: nullable(Type.String()),
  work_queue_id: nullable(Uuid),
  work_queue_name: nullable(Type.String()),
  flow_version: nullable(Type.String()),
  parameters: JsonObject,
  idempotency_key: nullable(Type.String()),
  context: JsonObject,
  empirical_policy: FlowRunPolicy,
  tags: Tags,
  labels: KeyValueLabels,
  parent_task_run_id: nullable(Uuid),
  state_type: nullable(StateType),
  state_name: nullable(Type.String()),
  run_count: Type.Integer(),
  expected_start_time: nullable(Instant),
  next_scheduled_start_time: nullable(Instant),
  start_time: nullable(Instant),
  end_time: nullable(Instant),
  total_run_time: Type.Number(),
  estimated_run_time: Type.Number(),
  estimated_start_time_delta: Type.Number(),
  auto_scheduled: Type.Boolean(),
  infrastructure_document_id: nullable(Uuid),
  infrastructure_pid: nullable(Type.String()),
  created_by: nullable(CreatedBy),
  work_pool_id: nullable(Uuid),
  work_pool_name: nullable(Type.String()),
  state: nullable(State),
  job_variables: nullable(JsonObject),
})
export type FlowRun = Static<typeof FlowRun>

export const FlowRunCreate = Type.Object({
  /** Absent: PENDING. */
  state: maybe(StateCreate),
  /** Absent, null or empty: the server invents one. */
  name: maybe(Type.String()),
  flow_id: Uuid,
  flow_version: maybe(Type.String()),
  parameters: maybe(JsonObject),
  context: maybe(JsonObject),
  parent_task_run_id: maybe(Uuid),
  infrastructure_document_id: maybe(Uuid),
  empirical_policy: maybe(FlowRunPolicy),
  tags: maybe(Tags),
  labels: maybe(KeyValueLabels),
  /** A second creation with the same key and flow answers the first one's run. */
  idempotency_key: maybe(Type.String()),
  work_pool_name: maybe(Type.String()),
  work_queue_name: maybe(Type.String()),
  job_variables: maybe(JsonObject),
  deployment_id: maybe(Uuid),
})
export type FlowRunCreate = Static<typeof FlowRunCreate>

export const FlowRunUpdate = Type.Object({
  name: maybe(Type.String()),
  flow_version: maybe(Type.String()),
  parameters: maybe(JsonObject),
  empirical_policy: maybe(FlowRunPolicy),
  tags: maybe(Tags),
  infrastructure_pid: maybe(Type.String()),
  job_variables: maybe(JsonObject),
})
export type FlowRunUpdate = Static<typeof FlowRunUpdate>

export const SetState = Type.Object({
  state: StateCreate,
  /** Skips most rules; results, cancellation without infrastructure, events and slots are still seen to. */
  force: maybe(Type.Boolean()),
})
export type SetState = Static<typeof SetState>

export const FlowRunInput = Type.Object({
  id: Uuid,
  created: nullable(Instant),
  updated: nullable(Instant),
  flow_run_id: Uuid,
  key: Type.String(),
  value: Type.String(),
  sender: nullable(Type.String()),
})
export type FlowRunInput = Static<typeof FlowRunInput>

export const FLOW_RUN_SORTS = [
  'ID_DESC',
  'START_TIME_ASC',
  'START_TIME_DESC',
  'EXPECTED_START_TIME_ASC',
  'EXPECTED_START_TIME_DESC',
  'NAME_ASC',
  'NAME_DESC',
  'NEXT_SCHEDULED_START_TIME_ASC',
  'END_TIME_DESC',
] as const
export const FlowRunSort = Type.Enum([...FLOW_RUN_SORTS])
export type FlowRunSort = (typeof FLOW_RUN_SORTS)[number]

/** One bucket of a run history. */
export const HistoryBucket = Type.Object({
  interval_start: Instant,
  interval_end: Instant,
  states: Type.Array(
    Type.Object({
      state_type: StateType,
      state_name: Type.String(),
      count_runs: Type.Integer(),
      sum_estimated_run_time: Type.Number(),
      sum_estimated_lateness: Type.Number(),
    }),
  ),
})
export type HistoryBucket = Static<typeof HistoryBucket>
