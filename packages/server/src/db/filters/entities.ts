/** Filters of whole entities, and how lists combine them: a filter of another entity means "a related one exists". */
import type { DeploymentFilter, FlowFilter, FlowRunFilter, RunFilters, TaskRunFilter } from '@orrery/schemas'
import { type RawBuilder, sql } from 'kysely'
import type { DialectName } from '../columns.ts'
import { type Condition, contains, isAnyOf, keyIsAnyOf } from '../dialect/json.ts'
import {
  combine,
  ids,
  isNull,
  names,
  not,
  nullableIds,
  nullableTexts,
  runTimes,
  state,
  tags,
  texts,
  times,
} from './fields.ts'

type Maybe<T> = T | null | undefined

export function flowCondition(dialect: DialectName, filter: FlowFilter): Condition | null {
  const deployed = sql<boolean>`exists (select 1 from deployments d where d.flow_id = flows.id)`
  return combine(filter.operator, [
    ids(dialect, 'flows.id', filter.id),
    filter.deployment?.is_null_ == null ? null : filter.deployment.is_null_ ? not(deployed) : deployed,
    names(dialect, 'flows.name', filter.name),
    tags(dialect, 'flows.tags', filter.tags),
  ])
}

export function flowRunCondition(dialect: DialectName, filter: FlowRunFilter): Condition | null {
  const parents = filter.parent_flow_run_id?.any_
  const { created_by: creator } = filter
  return combine(filter.operator, [
    ids(dialect, 'flow_runs.id', filter.id),
    names(dialect, 'flow_runs.name', filter.name),
    tags(dialect, 'flow_runs.tags', filter.tags),
    nullableIds(dialect, 'flow_runs.deployment_id', filter.deployment_id),
    nullableTexts(dialect, 'flow_runs.work_queue_name', filter.work_queue_name),
    state(dialect, 'flow_runs', filter.state),
    texts(dialect, 'flow_runs.flow_version', filter.flow_version),
    times('flow_runs.start_time', filter.start_time, STARTED),
    times('flow_runs.end_time', filter.end_time),
    times('flow_runs.expected_start_time', filter.expected_start_time),
    times('flow_runs.next_scheduled_start_time', filter.next_scheduled_start_time),
    runTimes('flow_runs', filter.run_time),
    parents
      ? sql`flow_runs.parent_task_run_id in (select p.id from task_runs p where ${isAnyOf(dialect, 'p.flow_run_id', parents, 'id')})`
      : null,
    nullableIds(dialect, 'flow_runs.parent_task_run_id', filter.parent_task_run_id),
    texts(dialect, 'flow_runs.idempotency_key', filter.idempotency_key),
    creator
      ? combine(creator.operator, [
          creator.id_ ? keyIsAnyOf(dialect, 'flow_runs.created_by', 'id', creator.id_) : null,
          creator.type_ ? keyIsAnyOf(dialect, 'flow_runs.created_by', 'type', creator.type_) : null,
          isNull('flow_runs.created_by', creator.is_null_),
        ])
      : null,
  ])
}

/** When a flow run started, or is expected to. */
export const STARTED: RawBuilder<number> = sql`coalesce(flow_runs.start_time, flow_runs.expected_start_time)`

export function taskRunCondition(dialect: DialectName, filter: TaskRunFilter): Condition | null {
  const subflow = sql<boolean>`exists (select 1 from flow_runs sub where sub.parent_task_run_id = task_runs.id)`
  const exists = filter.subflow_runs?.exists_
  return combine(filter.operator, [
    ids(dialect, 'task_runs.id', filter.id),
    names(dialect, 'task_runs.name', filter.name),
    tags(dialect, 'task_runs.tags', filter.tags),
    state(dialect, 'task_runs', filter.state),
    times('task_runs.start_time', filter.start_time),
    times('task_runs.end_time', filter.end_time),
    times('task_runs.expected_start_time', filter.expected_start_time),
    runTimes('task_runs', filter.run_time),
    exists == null ? null : exists ? subflow : not(subflow),
    nullableIds(dialect, 'task_runs.flow_run_id', filter.flow_run_id),
  ])
}

export function deploymentCondition(dialect: DialectName, filter: DeploymentFilter): Condition | null {
  const either = filter.flow_or_deployment_name?.like_
  return combine(filter.operator, [
    ids(dialect, 'deployments.id', filter.id),
    names(dialect, 'deployments.name', filter.name),
    either
      ? sql`(${contains(dialect, 'deployments.name', either)} or exists (select 1 from flows f where f.id = deployments.flow_id and ${contains(dialect, 'f.name', either)}))`
      : null,
    filter.paused?.eq_ == null ? null : sql`deployments.paused = ${filter.paused.eq_ ? 1 : 0}`,
    tags(dialect, 'deployments.tags', filter.tags),
    filter.work_queue_name?.any_ ? NOTHING : null,
  ])
}

const NOTHING: Condition = sql`1 = 0`

const exists = (
  from: RawBuilder<unknown>,
  join: RawBuilder<unknown>,
  condition: Condition | null,
): Condition =>
  condition
    ? sql`exists (select 1 from ${from} where ${join} and ${condition})`
    : sql`exists (select 1 from ${from} where ${join})`

const FLOWS = sql`flows`
const FLOW_RUNS = sql`flow_runs`
const TASK_RUNS = sql`task_runs`
const DEPLOYMENTS = sql`deployments`

// A deployment and a flow are looked up by ids that a client may have made up: the workspace is compared again.
const FLOW_OF_RUN = sql`flows.id = flow_runs.flow_id and flows.workspace_id = flow_runs.workspace_id`
const DEPLOYMENT_OF_RUN = sql`deployments.id = flow_runs.deployment_id and deployments.workspace_id = flow_runs.workspace_id`

/** An id list of a related entity stands in the list's own row too: said there, an index can serve it. */
function ownColumn(
  dialect: DialectName,
  column: string,
  filter: Maybe<{ operator?: Maybe<string>; id?: Maybe<{ any_?: Maybe<string[]> }> }>,
): Condition | null {
  return filter?.id?.any_ && filter.operator !== 'or_' ? isAnyOf(dialect, column, filter.id.any_, 'id') : null
}

// No run, flow or deployment is in a work pool or queue before those exist.
const inPools = (filters: RunFilters) => (filters.work_pools || filters.work_pool_queues ? NOTHING : null)

/** What a list of flows is filtered by. */
export function flowsWhere(dialect: DialectName, filters: RunFilters): Condition | null {
  const { flows, flow_runs: flowRuns, task_runs: taskRuns, deployments } = filters
  const ofRun = taskRuns
    ? exists(TASK_RUNS, sql`task_runs.flow_run_id = flow_runs.id`, taskRunCondition(dialect, taskRuns))
    : null
  return combine('and_', [
    flows ? flowCondition(dialect, flows) : null,
    deployments
      ? exists(DEPLOYMENTS, sql`deployments.flow_id = flows.id`, deploymentCondition(dialect, deployments))
      : null,
    flowRuns || taskRuns
      ? exists(
          FLOW_RUNS,
          sql`flow_runs.flow_id = flows.id`,
          combine('and_', [flowRuns ? flowRunCondition(dialect, flowRuns) : null, ofRun]),
        )
      : null,
    inPools(filters),
  ])
}

/** What a list of flow runs is filtered by. */
export function flowRunsWhere(dialect: DialectName, filters: RunFilters): Condition | null {
  const { flows, flow_runs: flowRuns, task_runs: taskRuns, deployments } = filters
  return combine('and_', [
    flowRuns ? flowRunCondition(dialect, flowRuns) : null,
    ownColumn(dialect, 'flow_runs.flow_id', flows),
    flows ? exists(FLOWS, FLOW_OF_RUN, flowCondition(dialect, flows)) : null,
    ownColumn(dialect, 'flow_runs.deployment_id', deployments),
    deployments ? exists(DEPLOYMENTS, DEPLOYMENT_OF_RUN, deploymentCondition(dialect, deployments)) : null,
    taskRuns
      ? exists(TASK_RUNS, sql`task_runs.flow_run_id = flow_runs.id`, taskRunCondition(dialect, taskRuns))
      : null,
    inPools(filters),
  ])
}

/** What a list of task runs is filtered by. */
export function taskRunsWhere(dialect: DialectName, filters: RunFilters): Condition | null {
  const { flows, flow_runs: flowRuns, task_runs: taskRuns, deployments } = filters
  const ofRun = combine('and_', [
    flowRuns ? flowRunCondition(dialect, flowRuns) : null,
    flows ? exists(FLOWS, FLOW_OF_RUN, flowCondition(dialect, flows)) : null,
    deployments ? exists(DEPLOYMENTS, DEPLOYMENT_OF_RUN, deploymentCondition(dialect, deployments)) : null,
  ])
  const hasRun = Boolean(flowRuns || flows || deployments)
  return combine('and_', [
    taskRuns ? taskRunCondition(dialect, taskRuns) : null,
    ownColumn(dialect, 'task_runs.flow_run_id', flowRuns),
    hasRun ? exists(FLOW_RUNS, sql`flow_runs.id = task_runs.flow_run_id`, ofRun) : null,
    inPools(filters),
  ])
}
