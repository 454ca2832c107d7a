import type { FlowRunSort, Micros, RunFilters } from '@orrery/schemas'
import { type SelectQueryBuilder, sql } from 'kysely'
import {
  flowRunsWhere,
  inWorkspace,
  type Order,
  orderBy,
  planFlowRuns,
  STARTED,
} from '../../db/filters/index.ts'
import type { Db, Reader, Trx } from '../../db/index.ts'
import type { Tables } from '../../db/tables.ts'
import type { WorkspaceScope } from '../../scope.ts'
import type { FlowRunRow } from './run-rows.ts'

export async function findFlowRun(db: Reader, scope: WorkspaceScope, id: string): Promise<FlowRunRow | null> {
  const row = await db
    .selectFrom('flow_runs')
    .selectAll()
    .where('workspace_id', '=', scope.workspaceId)
    .where('id', '=', id)
    .executeTakeFirst()
  return row ?? null
}

/** Locked until the transaction ends (SQLite has one writer anyway). */
export async function lockFlowRun(
  trx: Trx,
  db: Db,
  scope: WorkspaceScope,
  id: string,
): Promise<FlowRunRow | null> {
  let query = trx
    .selectFrom('flow_runs')
    .selectAll()
    .where('workspace_id', '=', scope.workspaceId)
    .where('id', '=', id)
  if (db.dialect === 'postgres') query = query.forUpdate()
  return (await query.executeTakeFirst()) ?? null
}

/** False when there is no such run. */
export async function patchFlowRun(
  trx: Trx,
  scope: WorkspaceScope,
  id: string,
  changes: Partial<FlowRunRow> & { updated: Micros },
): Promise<boolean> {
  const result = await trx
    .updateTable('flow_runs')
    .set(changes)
    .where('workspace_id', '=', scope.workspaceId)
    .where('id', '=', id)
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}

export interface FlowRunPage {
  filters: RunFilters
  sort: FlowRunSort
  limit: number
  offset: number
}

type Query<O> = SelectQueryBuilder<Tables, 'flow_runs', O>

/** The workspace's flow runs that the filters let through. */
export function filtered<O>(db: Db, scope: WorkspaceScope, filters: RunFilters, query: Query<O>): Query<O> {
  const own = query.where(inWorkspace('flow_runs', scope, planFlowRuns(db.dialect, filters)))
  const condition = flowRunsWhere(db.dialect, filters)
  return condition ? own.where(condition) : own
}

export async function listFlowRuns(db: Db, scope: WorkspaceScope, page: FlowRunPage): Promise<FlowRunRow[]> {
  const query = filtered(db, scope, page.filters, db.scan.selectFrom('flow_runs').selectAll('flow_runs'))
  return inOrder(query, db, page).execute()
}

/** The page of the query, in its order. */
export const inOrder = <O>(query: Query<O>, db: Db, page: FlowRunPage): Query<O> =>
  query
    .orderBy(orderBy(ORDERS[page.sort], planFlowRuns(db.dialect, page.filters)))
    .limit(page.limit)
    .offset(page.offset)

const ref = (column: string) => sql.ref(`flow_runs.${column}`)

// The id decides between equals, so that pages neither repeat nor miss a run.
const ORDERS: Record<FlowRunSort, readonly Order[]> = {
  ID_DESC: [[ref('id'), 'desc']],
  START_TIME_ASC: [
    [STARTED, 'asc'],
    [ref('id'), 'asc'],
  ],
  START_TIME_DESC: [
    [STARTED, 'desc'],
    [ref('id'), 'desc'],
  ],
  EXPECTED_START_TIME_ASC: [
    [ref('expected_start_time'), 'asc'],
    [ref('id'), 'asc'],
  ],
  EXPECTED_START_TIME_DESC: [
    [ref('expected_start_time'), 'desc'],
    [ref('id'), 'desc'],
  ],
  NAME_ASC: [
    [ref('name'), 'asc'],
    [ref('id'), 'asc'],
  ],
  NAME_DESC: [
    [ref('name'), 'desc'],
    [ref('id'), 'desc'],
  ],
  NEXT_SCHEDULED_START_TIME_ASC: [
    [ref('next_scheduled_start_time'), 'asc nulls last'],
    [ref('id'), 'asc'],
  ],
  END_TIME_DESC: [
    [ref('end_time'), 'desc nulls last'],
    [ref('id'), 'desc'],
  ],
}

export async function countFlowRuns(db: Db, scope: WorkspaceScope, filters: RunFilters): Promise<number> {
  const query = db.scan.selectFrom('flow_runs').select(sql<number>`count(*)`.as('count'))
  return (await filtered(db, scope, filters, query).executeTakeFirstOrThrow()).count
}
