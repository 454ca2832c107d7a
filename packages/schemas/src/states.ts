import { type Static, Type } from 'typebox'
import { STATE_TYPES, type StateTypeName } from './state-types.ts'

export const StateType = Type.Enum([...STATE_TYPES])
export type StateType = StateTypeName

const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) =>
  Type.Union([schema, Type.Null()])

/** Everything a state carries beside its type and message. Instants are ISO 8601 on the wire. */
export const StateDetails = Type.Object(
  {
    flow_run_id: Type.Optional(nullable(Type.String())),
    task_run_id: Type.Optional(nullable(Type.String())),
    child_flow_run_id: Type.Optional(nullable(Type.String())),
    scheduled_time: Type.Optional(nullable(Type.String())),
    cache_key: Type.Optional(nullable(Type.String())),
    cache_expiration: Type.Optional(nullable(Type.String())),
    deferred: Type.Optional(nullable(Type.Boolean())),
    untrackable_result: Type.Optional(nullable(Type.Boolean())),
    pause_timeout: Type.Optional(nullable(Type.String())),
    pause_reschedule: Type.Optional(nullable(Type.Boolean())),
    pause_key: Type.Optional(nullable(Type.String())),
    run_input_keyset: Type.Optional(nullable(Type.Record(Type.String(), Type.String()))),
    refresh_cache: Type.Optional(nullable(Type.Boolean())),
    retriable: Type.Optional(nullable(Type.Boolean())),
    transition_id: Type.Optional(nullable(Type.String())),
    task_parameters_id: Type.Optional(nullable(Type.String())),
    deployment_concurrency_lease_id: Type.Optional(nullable(Type.String())),
    traceparent: Type.Optional(nullable(Type.String())),
  },
  { additionalProperties: true },
)
export type StateDetails = Static<typeof StateDetails>

/** A state as a client proposes it: the server makes its id and timestamp. */
export const StateCreate = Type.Object({
  type: StateType,
  name: Type.Optional(nullable(Type.String())),
  message: Type.Optional(nullable(Type.String())),
  data: Type.Optional(Type.Unknown()),
  state_details: Type.Optional(nullable(StateDetails)),
})
export type StateCreate = Static<typeof StateCreate>

/** A stored state as it is answered. */
export const State = Type.Object({
  id: Type.String({ format: 'uuid' }),
  type: StateType,
  name: Type.String(),
  timestamp: Type.String({ format: 'date-time' }),
  message: nullable(Type.String()),
  data: Type.Unknown(),
  state_details: StateDetails,
})
export type State = Static<typeof State>

/** The answer to `set_state`. */
export const OrchestrationResult = Type.Object({
  state: nullable(State),
  status: Type.Enum(['ACCEPT', 'REJECT', 'ABORT', 'WAIT']),
  details: Type.Object({
    type: Type.Enum(['accept_details', 'reject_details', 'abort_details', 'wait_details']),
    reason: Type.Optional(nullable(Type.String())),
    delay_seconds: Type.Optional(Type.Integer()),
  }),
})
export type OrchestrationResult = Static<typeof OrchestrationResult>
