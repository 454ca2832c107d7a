import { type Static, Type } from 'typebox'
import { Instant, maybe, Uuid } from './optional.ts'
import { StateType } from './states.ts'

/**
 * Filters as clients send them. A key that is absent or null is no constraint; `any_: []` matches nothing;
 * an empty `not_any_`, `all_` or `like_` is ignored. Composites combine by `operator`.
 */
const operator = maybe(Type.Enum(['and_', 'or_']))
const texts = maybe(Type.Array(Type.String()))
const ids = maybe(Type.Array(Uuid))
const types = maybe(Type.Array(StateType))
const flag = maybe(Type.Boolean())

const Ids = Type.Object({ any_: ids, not_any_: ids })
const Texts = Type.Object({ any_: texts, not_any_: texts })
/** Ours, beside Prefect's: every group must hold, and a group holds when one of its terms does. */
const Terms = Type.Array(
  Type.Array(Type.Object({ is_: maybe(Type.String()), like_: maybe(Type.String()) }), { maxItems: 50 }),
  { maxItems: 20 },
)
const Names = Type.Object({ any_: texts, like_: maybe(Type.String()), matches_: maybe(Terms) })
const TagFilter = Type.Object({ operator, all_: texts, any_: texts, is_null_: flag })
const NullableIds = Type.Object({ operator, any_: ids, is_null_: flag })
const NullableTexts = Type.Object({ operator, any_: texts, is_null_: flag })
const Times = Type.Object({ before_: maybe(Instant), after_: maybe(Instant), is_null_: flag })
/** Ours: how long a run has run, in seconds, both ends included. Running ones are measured up to `at_`. */
const RunTimes = Type.Object({
  longer_: maybe(Type.Number({ minimum: 0 })),
  shorter_: maybe(Type.Number({ minimum: 0 })),
  at_: maybe(Instant),
})
const StateFilter = Type.Object({
  operator,
  type: maybe(Type.Object({ any_: types, not_any_: types })),
  name: maybe(Texts),
})

export type IdsFilter = Static<typeof Ids>
export type TextsFilter = Static<typeof Texts>
export type NamesFilter = Static<typeof Names>
export type TagFilter = Static<typeof TagFilter>
export type NullableIdsFilter = Static<typeof NullableIds>
export type NullableTextsFilter = Static<typeof NullableTexts>
export type TimesFilter = Static<typeof Times>
export type RunTimesFilter = Static<typeof RunTimes>
export type StateFilter = Static<typeof StateFilter>

export const FlowFilter = Type.Object({
  operator,
  id: maybe(Ids),
  deployment: maybe(Type.Object({ is_null_: flag })),
  name: maybe(Names),
  tags: maybe(TagFilter),
})
export type FlowFilter = Static<typeof FlowFilter>

export const FlowRunFilter = Type.Object({
  operator,
  id: maybe(Ids),
  name: maybe(Names),
  tags: maybe(TagFilter),
  deployment_id: maybe(NullableIds),
  work_queue_name: maybe(NullableTexts),
  state: maybe(StateFilter),
  flow_version: maybe(Type.Object({ any_: texts })),
  /** On the start, or the expected start of a run that did not start. */
  start_time: maybe(Times),
  end_time: maybe(Times),
  expected_start_time: maybe(Times),
  next_scheduled_start_time: maybe(Times),
  run_time: maybe(RunTimes),
  parent_flow_run_id: maybe(Type.Object({ operator, any_: ids })),
  parent_task_run_id: maybe(NullableIds),
  idempotency_key: maybe(Texts),
  created_by: maybe(Type.Object({ operator, id_: ids, type_: texts, is_null_: flag })),
})
export type FlowRunFilter = Static<typeof FlowRunFilter>

export const TaskRunFilter = Type.Object({
  operator,
  id: maybe(Ids),
  name: maybe(Names),
  tags: maybe(TagFilter),
  state: maybe(StateFilter),
  start_time: maybe(Times),
  end_time: maybe(Times),
  expected_start_time: maybe(Times),
  run_time: maybe(RunTimes),
  subflow_runs: maybe(Type.Object({ exists_: flag })),
  flow_run_id: maybe(NullableIds),
})
export type TaskRunFilter = Static<typeof TaskRunFilter>

export const DeploymentFilter = Type.Object({
  operator,
  id: maybe(Ids),
  name: maybe(Names),
  flow_or_deployment_name: maybe(Type.Object({ like_: maybe(Type.String()) })),
  paused: maybe(Type.Object({ eq_: flag })),
  tags: maybe(TagFilter),
  work_queue_name: maybe(Type.Object({ any_: texts })),
  concurrency_limit: maybe(Type.Unknown()),
})
export type DeploymentFilter = Static<typeof DeploymentFilter>

/** The filters that every list of runs and flows takes together: each of another entity means "a related one exists". */
export const RunFilters = {
  flows: maybe(FlowFilter),
  flow_runs: maybe(FlowRunFilter),
  task_runs: maybe(TaskRunFilter),
  deployments: maybe(DeploymentFilter),
  work_pools: maybe(Type.Unknown()),
  work_pool_queues: maybe(Type.Unknown()),
}
const RunFiltersInput = Type.Object(RunFilters)
export type RunFilters = Static<typeof RunFiltersInput>
