import type { VariableFilter, VariableSort } from '@orrery/schemas'
import { type Selectable, type SelectQueryBuilder, sql } from 'kysely'
import { combine, ids, names, tags } from '../../db/filters/fields.ts'
import type { Db, Reader, Trx } from '../../db/index.ts'
import type { Tables } from '../../db/tables.ts'
import type { WorkspaceScope } from '../../scope.ts'

export type VariableRow = Selectable<Tables['variables']>

/** A variable by one of its two names. */
export type VariableKey = { id: string } | { name: string }

const columnOf = (key: VariableKey) =>
  'id' in key ? (['id', key.id] as const) : (['name', key.name] as const)

/** Null when the name is taken. */
export async function insertVariable(trx: Trx, row: VariableRow): Promise<VariableRow | null> {
  const inserted = await trx
    .insertInto('variables')
    .values(row)
    .onConflict((conflict) => conflict.columns(['workspace_id', 'name']).doNothing())
    .returning('id')
    .executeTakeFirst()
  return inserted ? row : null
}

export async function findVariable(
  db: Reader,
  scope: WorkspaceScope,
  key: VariableKey,
): Promise<VariableRow | null> {
  const [column, value] = columnOf(key)
  const row = await db
    .selectFrom('variables')
    .selectAll()
    .where('workspace_id', '=', scope.workspaceId)
    .where(column, '=', value)
    .executeTakeFirst()
  return row ?? null
}

/** False when there is no such variable. */
export async function patchVariable(
  trx: Trx,
  scope: WorkspaceScope,
  key: VariableKey,
  changes: Partial<VariableRow> & { updated: number },
): Promise<boolean> {
  const [column, value] = columnOf(key)
  const result = await trx
    .updateTable('variables')
    .set(changes)
    .where('workspace_id', '=', scope.workspaceId)
    .where(column, '=', value)
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}

/** False when there is no such variable. */
export async function removeVariable(trx: Trx, scope: WorkspaceScope, key: VariableKey): Promise<boolean> {
  const [column, value] = columnOf(key)
  const result = await trx
    .deleteFrom('variables')
    .where('workspace_id', '=', scope.workspaceId)
    .where(column, '=', value)
    .executeTakeFirst()
  return result.numDeletedRows > 0n
}

function filtered<O>(
  db: Db,
  scope: WorkspaceScope,
  filter: VariableFilter | null,
  query: SelectQueryBuilder<Tables, 'variables', O>,
): SelectQueryBuilder<Tables, 'variables', O> {
  const own = query.where('workspace_id', '=', scope.workspaceId)
  const condition = combine(filter?.operator, [
    ids(db.dialect, 'variables.id', filter?.id),
    names(db.dialect, 'variables.name', filter?.name),
    tags(db.dialect, 'variables.tags', filter?.tags),
  ])
  return condition ? own.where(condition) : own
}

export interface VariablePage {
  filter: VariableFilter | null
  sort: VariableSort
  limit: number
  offset: number
}

export async function listVariables(
  db: Db,
  scope: WorkspaceScope,
  page: VariablePage,
): Promise<VariableRow[]> {
  let query = filtered(db, scope, page.filter, db.read.selectFrom('variables').selectAll())
  for (const [column, direction] of ORDERS[page.sort]) query = query.orderBy(column, direction)
  return query.limit(page.limit).offset(page.offset).execute()
}

const ORDERS: Record<VariableSort, readonly ['name' | 'created' | 'updated' | 'id', 'asc' | 'desc'][]> = {
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

export async function countVariables(
  db: Db,
  scope: WorkspaceScope,
  filter: VariableFilter | null,
): Promise<number> {
  const query = db.read.selectFrom('variables').select(sql<number>`count(*)`.as('count'))
  return (await filtered(db, scope, filter, query).executeTakeFirstOrThrow()).count
}
