/**
 * Which way a list of runs is read. SQLite plans without knowing the data: it takes any index for equally good, and
 * one that spares the sort for better. Left alone, it looks up one run's tasks by walking through all of the
 * workspace's, newest first. A filter's shape tells enough to say it; PostgreSQL keeps statistics and is let alone.
 */
import type { RunFilters } from '@orrery/schemas'
import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { WorkspaceScope } from '../../scope.ts'
import type { DialectName } from '../columns.ts'

export interface ReadPlan {
  /** An index on an id finds the rows: the workspace is only compared. */
  byId: boolean
  /** The filter leaves few rows: they are sorted, instead of read in order until enough are found. */
  sortAfter: boolean
}

const BY_ORDER: ReadPlan = { byId: false, sortAfter: false }
const BY_GROUP: ReadPlan = { byId: true, sortAfter: false }
const FEW_BY_ID: ReadPlan = { byId: true, sortAfter: true }
const FEW_BY_STATE: ReadPlan = { byId: false, sortAfter: true }

type IdField = { operator?: string | null; any_?: string[] | null } | null | undefined
const names = (field: IdField): boolean => Boolean(field?.any_) && field?.operator !== 'or_'

/** Few runs are in these at a time. */
const LIVE = new Set(['SCHEDULED', 'PENDING', 'RUNNING', 'PAUSED', 'CANCELLING'])

export function planFlowRuns(
  dialect: DialectName,
  { flow_runs: own, flows, deployments }: RunFilters,
): ReadPlan {
  if (dialect === 'postgres') return BY_ORDER
  if (own && own.operator !== 'or_') {
    const {
      id,
      parent_task_run_id: parentTask,
      parent_flow_run_id: parent,
      idempotency_key: key,
      state,
    } = own
    if (names(id) || names(parentTask) || names(parent) || names(key)) return FEW_BY_ID
    const types = state?.operator === 'or_' ? null : state?.type?.any_
    if (types?.every((type) => LIVE.has(type))) return FEW_BY_STATE
    if (names(own.deployment_id)) return BY_GROUP
  }
  const related = [flows, deployments].some((filter) => filter?.operator !== 'or_' && names(filter?.id))
  return related ? BY_GROUP : BY_ORDER
}

export function planTaskRuns(
  dialect: DialectName,
  { task_runs: own, flow_runs: flowRuns }: RunFilters,
): ReadPlan {
  if (dialect === 'postgres') return BY_ORDER
  if (flowRuns?.operator !== 'or_' && names(flowRuns?.id)) return FEW_BY_ID
  if (own && own.operator !== 'or_' && (names(own.id) || names(own.flow_run_id))) return FEW_BY_ID
  return BY_ORDER
}

/** The condition that keeps a list within its workspace. A unary plus takes the column out of an index's reach. */
export function inWorkspace(
  table: 'flow_runs' | 'task_runs',
  scope: WorkspaceScope,
  plan: ReadPlan,
): RawBuilder<SqlBool> {
  const column = sql.ref(`${table}.workspace_id`)
  return plan.byId ? sql`+${column} = ${scope.workspaceId}` : sql`${column} = ${scope.workspaceId}`
}

export type Direction = 'asc' | 'desc' | 'asc nulls last' | 'desc nulls last'
export type Order = readonly [expression: RawBuilder<unknown>, direction: Direction]

/** What follows `order by`. */
export function orderBy(orders: readonly Order[], plan: ReadPlan): RawBuilder<unknown> {
  return sql.join(
    orders.map(([expression, direction]) => {
      const value = plan.sortAfter ? sql`+${expression}` : expression
      return sql`${value} ${sql.raw(direction)}`
    }),
  )
}
