import { type Static, Type } from 'typebox'
import { Instant, JsonObject, KeyValueLabels, maybe, nullable, Tags, Uuid } from './optional.ts'
import { State, StateCreate, StateType } from './states.ts'

/** What a task run does about failures. Unknown keys are kept. */
export const TaskRunPolicy = Type.Object(
  {
    max_retries: Type.Optional(Type.Unknown()),
    retry_delay_seconds: Type.Optional(Type.Unknown()),
    retries: maybe(Type.Integer()),
    /** Seconds; a list gives one delay per attempt. */
    retry_delay: maybe(Type.Union([Type.Number(), Type.Array(Type.Number())])),
    retry_jitter_factor: maybe(Type.Number()),
  },
  { additionalProperties: true },
)
export type TaskRunPolicy = Static<typeof TaskRunPolicy>

/** Where a task's arguments came from, by parameter name. */
export const TaskInputs = Type.Record(
  Type.String(),
  Type.Array(Type.Object({ input_type: Type.String() }, { additionalProperties: true })),
)
export type TaskInputs = Static<typeof TaskInputs>

/** A task run as it is answered. Durations are float seconds. */
export const TaskRun = Type.Object({
  id: Uuid,
  created: nullable(Instant),
  updated: nullable(Instant),
  name: Type.String(),
  flow_run_id: nullable(Uuid),
  task_key: Type.String(),
  dynamic_key: Type.String(),
  cache_key: nullable(Type.String()),
  cache_expiration: nullable(Instant),
  task_version: nullable(Type.String()),
  empirical_policy: TaskRunPolicy,
  tags: Tags,
  labels: KeyValueLabels,
  state_id: nullable(Uuid),
  task_inputs: JsonObject,
  state_type: nullable(StateType),
  state_name: nullable(Type.String()),
  run_count: Type.Integer(),
  flow_run_run_count: Type.Integer(),
  expected_start_time: nullable(Instant),
  next_scheduled_start_time: nullable(Instant),
  start_time: nullable(Instant),
  end_time: nullable(Instant),
  total_run_time: Type.Number(),
  estimated_run_time: Type.Number(),
  estimated_start_time_delta: Type.Number(),
  state: nullable(State),
})
export type TaskRun = Static<typeof TaskRun>

export const TaskRunCreate = Type.Object({
  id: maybe(Uuid),
  /** Absent: PENDING. */
  state: maybe(StateCreate),
  name: maybe(Type.String()),
  flow_run_id: maybe(Uuid),
  task_key: Type.String(),
  dynamic_key: Type.String(),
  cache_key: maybe(Type.String()),
  cache_expiration: maybe(Instant),
  task_version: maybe(Type.String()),
  empirical_policy: maybe(TaskRunPolicy),
  tags: maybe(Tags),
  labels: maybe(KeyValueLabels),
  task_inputs: maybe(JsonObject),
})
export type TaskRunCreate = Static<typeof TaskRunCreate>

export const TaskRunUpdate = Type.Object({ name: maybe(Type.String()) })
export type TaskRunUpdate = Static<typeof TaskRunUpdate>

export const TASK_RUN_SORTS = [
  'ID_DESC',
  'EXPECTED_START_TIME_ASC',
  'EXPECTED_START_TIME_DESC',
  'NAME_ASC',
  'NAME_DESC',
  'NEXT_SCHEDULED_START_TIME_ASC',
  'END_TIME_DESC',
  'DURATION_ASC',
  'DURATION_DESC',
] as const
export const TaskRunSort = Type.Enum([...TASK_RUN_SORTS])
export type TaskRunSort = (typeof TASK_RUN_SORTS)[number]
