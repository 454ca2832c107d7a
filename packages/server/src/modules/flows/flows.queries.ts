import type { FlowSort, RunFilters } from '@orrery/schemas'
import { type Selectable, sql } from 'kysely'
import { flowsWhere } from '../../db/filters/index.ts'
import type { Db, Reader, Trx } from '../../db/index.ts'
import type { Tables } from '../../db/tables.ts'
import type { WorkspaceScope } from '../../scope.ts'

export type FlowRow = Selectable<Tables['flows']>

/** Null when the name is taken. */
export async function insertFlow(trx: Trx, row: FlowRow): Promise<FlowRow | null> {
  const inserted = await trx
    .insertInto('flows')
    .values(row)
    .onConflict((conflict) => conflict.columns(['workspace_id', 'name']).doNothing())
    .returning('id')
    .executeTakeFirst()
  return inserted ? row : null
}

export async function findFlow(db: Reader, scope: WorkspaceScope, id: string): Promise<FlowRow | null> {
  const row = await db
    .selectFrom('flows')
    .selectAll()
    .where('workspace_id', '=', scope.workspaceId)
    .where('id', '=', id)
    .executeTakeFirst()
  return row ?? null
}

export async function findFlowByName(
  db: Reader,
  scope: WorkspaceScope,
  name: string,
): Promise<FlowRow | null> {
  const row = await db
    .selectFrom('flows')
    .selectAll()
    .where('workspace_id', '=', scope.workspaceId)
    .where('name', '=', name)
    .executeTakeFirst()
  return row ?? null
}

/** False when there is no such flow. */
export async function patchFlow(
  trx: Trx,
  scope: WorkspaceScope,
  id: string,
  changes: Partial<Pick<FlowRow, 'tags'>> & { updated: number },
): Promise<boolean> {
  const result = await trx
    .updateTable('flows')
    .set(changes)
    .where('workspace_id', '=', scope.workspaceId)
    .where('id', '=', id)
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}

/** False when there is no such flow. */
export async function removeFlow(trx: Trx, scope: WorkspaceScope, id: string): Promise<boolean> {
  const result = await trx
    .deleteFrom('flows')
    .where('workspace_id', '=', scope.workspaceId)
    .where('id', '=', id)
    .executeTakeFirst()
  return result.numDeletedRows > 0n
}

export interface FlowPage {
  filters: RunFilters
  sort: FlowSort
  limit: number
  offset: number
}

export async function listFlows(
  db: Db,
  scope: WorkspaceScope,
  { filters, sort, limit, offset }: FlowPage,
): Promise<FlowRow[]> {
  let query = db.scan.selectFrom('flows').selectAll().where('workspace_id', '=', scope.workspaceId)
  const condition = flowsWhere(db.dialect, filters)
  if (condition) query = query.where(condition)
  for (const [column, direction] of ORDERS[sort]) query = query.orderBy(column, direction)
  return query.limit(limit).offset(offset).execute()
}

// The id last, so that pages neither repeat nor miss a row.
const ORDERS: Record<FlowSort, readonly ['name' | 'created' | 'updated' | 'id', 'asc' | 'desc'][]> = {
  NAME_ASC: [['name', 'asc']],
  NAME_DESC: [['name', 'desc']],
  CREATED_DESC: [
    ['created', 'desc'],
    ['id', 'desc'],
  ],
  UPDATED_DESC: [
    ['updated', 'desc'],
    ['id', 'desc'],
  ],
}

export async function countFlows(db: Db, scope: WorkspaceScope, filters: RunFilters): Promise<number> {
  let query = db.scan
    .selectFrom('flows')
    .select(sql<number>`count(*)`.as('count'))
    .where('workspace_id', '=', scope.workspaceId)
  const condition = flowsWhere(db.dialect, filters)
  if (condition) query = query.where(condition)
  return (await query.executeTakeFirstOrThrow()).count
}
