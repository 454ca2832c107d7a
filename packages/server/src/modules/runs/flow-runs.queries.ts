import type { FlowRunSort, Micros, RunFilters } from '@orrery/schemas'
import { type SelectQueryBuilder, sql } from 'kysely'
import { flowRunsWhere, STARTED } from '../../db/filters/index.ts'
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
  const own = query.where('flow_runs.workspace_id', '=', scope.workspaceId)
  const condition = flowRunsWhere(db.dialect, filters)
  return condition ? own.where(condition) : own
}

export async function listFlowRuns(db: Db, scope: WorkspaceScope, page: FlowRunPage): Promise<FlowRunRow[]> {
  const query = filtered(db, scope, page.filters, db.scan.selectFrom('flow_runs').selectAll('flow_runs'))
  return sorted(query, page.sort).limit(page.limit).offset(page.offset).execute()
}

// The id decides between equals, so that pages neither repeat nor miss a run.
function sorted<O>(query: Query<O>, sort: FlowRunSort): Query<O> {
  switch (sort) {
    case 'ID_DESC':
      return query.orderBy('flow_runs.id', 'desc')
    case 'START_TIME_ASC':
      return query.orderBy(STARTED, 'asc').orderBy('flow_runs.id', 'asc')
    case 'START_TIME_DESC':
      return query.orderBy(STARTED, 'desc').orderBy('flow_runs.id', 'desc')
    case 'EXPECTED_START_TIME_ASC':
      return query.orderBy('expected_start_time', 'asc').orderBy('flow_runs.id', 'asc')
    case 'EXPECTED_START_TIME_DESC':
      return query.orderBy('expected_start_time', 'desc').orderBy('flow_runs.id', 'desc')
    case 'NAME_ASC':
      return query.orderBy('flow_runs.name', 'asc').orderBy('flow_runs.id', 'asc')
    case 'NAME_DESC':
      return query.orderBy('flow_runs.name', 'desc').orderBy('flow_runs.id', 'desc')
    case 'NEXT_SCHEDULED_START_TIME_ASC':
      return query
        .orderBy('next_scheduled_start_time', (order) => order.asc().nullsLast())
        .orderBy('flow_runs.id', 'asc')
    case 'END_TIME_DESC':
      return query.orderBy('end_time', (order) => order.desc().nullsLast()).orderBy('flow_runs.id', 'desc')
  }
}

export async function countFlowRuns(db: Db, scope: WorkspaceScope, filters: RunFilters): Promise<number> {
  const query = db.scan.selectFrom('flow_runs').select(sql<number>`count(*)`.as('count'))
  return (await filtered(db, scope, filters, query).executeTakeFirstOrThrow()).count
}
