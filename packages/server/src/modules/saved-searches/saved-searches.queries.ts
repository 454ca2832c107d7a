import { type Selectable, sql } from 'kysely'
import type { Reader, Trx } from '../../db/index.ts'
import type { Tables } from '../../db/tables.ts'
import type { WorkspaceScope } from '../../scope.ts'

export type SavedSearchRow = Selectable<Tables['saved_searches']>
export type SavedSearchSeen = SavedSearchRow & { pinned: number }

/** The searches that the caller may see, with whether the caller pinned them. */
const seen = (db: Reader, scope: WorkspaceScope) =>
  db
    .selectFrom('saved_searches')
    .selectAll()
    .select(
      sql<number>`case when exists (select 1 from saved_search_pins p where p.saved_search_id = saved_searches.id and p.workspace_id = saved_searches.workspace_id and p.actor_id = ${scope.actor.id}) then 1 else 0 end`.as(
        'pinned',
      ),
    )
    .where('workspace_id', '=', scope.workspaceId)
    .where((where) => where.or([where('owner_id', '=', scope.actor.id), where('shared', '=', 1)]))

/** Null where there is none, and where it is private to somebody else. */
export async function findSavedSearch(
  db: Reader,
  scope: WorkspaceScope,
  id: string,
): Promise<SavedSearchSeen | null> {
  return (await seen(db, scope).where('id', '=', id).executeTakeFirst()) ?? null
}

/** In the order of their names. */
export async function listSavedSearches(
  db: Reader,
  scope: WorkspaceScope,
  page: { limit: number; offset: number },
): Promise<SavedSearchSeen[]> {
  return seen(db, scope).orderBy('name').orderBy('id').limit(page.limit).offset(page.offset).execute()
}

export async function countOwnSavedSearches(db: Reader, scope: WorkspaceScope): Promise<number> {
  const { count } = await db
    .selectFrom('saved_searches')
    .select(sql<number>`count(*)`.as('count'))
    .where('workspace_id', '=', scope.workspaceId)
    .where('owner_id', '=', scope.actor.id)
    .executeTakeFirstOrThrow()
  return count
}

/** Writes the search; the owner's one of the same name is replaced and keeps its id. Answers the id. */
export async function upsertSavedSearch(
  trx: Trx,
  row: SavedSearchRow,
  replaced: Partial<SavedSearchRow>,
): Promise<string> {
  const { id } = await trx
    .insertInto('saved_searches')
    .values(row)
    .onConflict((conflict) =>
      conflict
        .columns(['workspace_id', 'owner_id', 'name'])
        .doUpdateSet({ ...replaced, updated: row.updated }),
    )
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

/** Changes the search unless its owner has another one of the new name: then false. */
export async function patchSavedSearch(
  trx: Trx,
  scope: WorkspaceScope,
  row: SavedSearchRow,
  changes: Partial<SavedSearchRow> & { updated: number },
): Promise<boolean> {
  let query = trx
    .updateTable('saved_searches')
    .set(changes)
    .where('workspace_id', '=', scope.workspaceId)
    .where('id', '=', row.id)
  if (changes.name !== undefined)
    query = query.where(
      sql<boolean>`not exists (select 1 from saved_searches other where other.workspace_id = ${scope.workspaceId} and other.owner_id = ${row.owner_id} and other.name = ${changes.name} and other.id <> ${row.id})`,
    )
  return (await query.executeTakeFirst()).numUpdatedRows > 0n
}

export async function removeSavedSearch(trx: Trx, scope: WorkspaceScope, id: string): Promise<void> {
  await trx
    .deleteFrom('saved_search_pins')
    .where('workspace_id', '=', scope.workspaceId)
    .where('saved_search_id', '=', id)
    .execute()
  await trx
    .deleteFrom('saved_searches')
    .where('workspace_id', '=', scope.workspaceId)
    .where('id', '=', id)
    .execute()
}

export async function insertPin(trx: Trx, scope: WorkspaceScope, id: string): Promise<void> {
  await trx
    .insertInto('saved_search_pins')
    .values({ workspace_id: scope.workspaceId, saved_search_id: id, actor_id: scope.actor.id })
    .onConflict((conflict) => conflict.columns(['workspace_id', 'actor_id', 'saved_search_id']).doNothing())
    .execute()
}

export async function removePin(trx: Trx, scope: WorkspaceScope, id: string): Promise<void> {
  await trx
    .deleteFrom('saved_search_pins')
    .where('workspace_id', '=', scope.workspaceId)
    .where('saved_search_id', '=', id)
    .where('actor_id', '=', scope.actor.id)
    .execute()
}
