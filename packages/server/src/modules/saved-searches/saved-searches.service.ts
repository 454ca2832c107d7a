import {
  type Micros,
  newId,
  parseJson,
  type SavedSearch,
  type SavedSearchCreate,
  type SavedSearchFilter,
  type SavedSearchUpdate,
  toIso,
} from '@orrery/schemas'
import type { Reader, Trx } from '../../db/index.ts'
import { permits, type WorkspaceScope } from '../../scope.ts'
import {
  SavedSearchesFull,
  SavedSearchNameTaken,
  SavedSearchNotFound,
  SavedSearchOfAnother,
  SavedSearchTooLong,
} from './saved-searches.errors.ts'
import {
  countOwnSavedSearches,
  findSavedSearch,
  insertPin,
  listSavedSearches,
  patchSavedSearch,
  removePin,
  removeSavedSearch,
  type SavedSearchSeen,
  upsertSavedSearch,
} from './saved-searches.queries.ts'

const MAX_LENGTH = 20_000
/** Of one owner in one workspace. Beyond it nobody finds one again, and every page reads the list. */
const MAX_OWN = 200

/** Saves the caller's search of this name, in place of an older one. */
export async function saveSearch(
  trx: Trx,
  scope: WorkspaceScope,
  input: SavedSearchCreate,
  now: Micros,
): Promise<SavedSearch> {
  const filters = filtersColumn(input.filters ?? [])
  const name = input.name.trim()
  const id = await upsertSavedSearch(
    trx,
    {
      id: newId(),
      workspace_id: scope.workspaceId,
      created: now,
      updated: now,
      name,
      filters,
      owner_id: scope.actor.id,
      owner_name: scope.actor.name,
      shared: (input.shared ?? true) ? 1 : 0,
    },
    {
      filters,
      owner_name: scope.actor.name,
      ...(typeof input.shared === 'boolean' && { shared: input.shared ? 1 : 0 }),
    },
  )
  // Counted after the insert: the refusal rolls it back, and two at once cannot both slip through by much.
  if ((await countOwnSavedSearches(trx, scope)) > MAX_OWN) throw new SavedSearchesFull(MAX_OWN)
  if (input.pinned === true) await insertPin(trx, scope, id)
  if (input.pinned === false) await removePin(trx, scope, id)
  return readSavedSearch(trx, scope, id)
}

export async function readSavedSearch(db: Reader, scope: WorkspaceScope, id: string): Promise<SavedSearch> {
  return fromRow(scope, await found(db, scope, id))
}

export async function readSavedSearches(
  db: Reader,
  scope: WorkspaceScope,
  page: { limit: number; offset: number },
): Promise<SavedSearch[]> {
  return (await listSavedSearches(db, scope, page)).map((row) => fromRow(scope, row))
}

/** Changes what the input names. */
export async function updateSavedSearch(
  trx: Trx,
  scope: WorkspaceScope,
  id: string,
  input: SavedSearchUpdate,
  now: Micros,
): Promise<void> {
  const row = await changeable(trx, scope, id)
  const name = input.name?.trim()
  const done = await patchSavedSearch(trx, scope, row, {
    updated: now,
    ...(name !== undefined && { name }),
    ...(input.filters && { filters: filtersColumn(input.filters) }),
    ...(typeof input.shared === 'boolean' && { shared: input.shared ? 1 : 0 }),
  })
  if (!done) throw new SavedSearchNameTaken(name ?? row.name)
}

export async function deleteSavedSearch(trx: Trx, scope: WorkspaceScope, id: string): Promise<void> {
  await changeable(trx, scope, id)
  await removeSavedSearch(trx, scope, id)
}

/** Puts the search into the caller's sidebar, or takes it out. Pinning twice is pinning once. */
export async function pinSavedSearch(
  trx: Trx,
  scope: WorkspaceScope,
  id: string,
  pinned: boolean,
): Promise<void> {
  await found(trx, scope, id)
  await (pinned ? insertPin : removePin)(trx, scope, id)
}

async function found(db: Reader, scope: WorkspaceScope, id: string): Promise<SavedSearchSeen> {
  const row = await findSavedSearch(db, scope, id)
  if (!row) throw new SavedSearchNotFound(id)
  return row
}

/** The search, if the caller owns it, or governs the workspace whose members it is shared with. */
async function changeable(db: Reader, scope: WorkspaceScope, id: string): Promise<SavedSearchSeen> {
  const row = await found(db, scope, id)
  if (row.owner_id !== scope.actor.id && !permits(scope, 'manage_workspace_settings'))
    throw new SavedSearchOfAnother(row.name, row.owner_name)
  return row
}

function filtersColumn(filters: readonly SavedSearchFilter[]): string {
  const text = JSON.stringify(filters)
  if (text.length > MAX_LENGTH) throw new SavedSearchTooLong(text.length, MAX_LENGTH)
  return text
}

const fromRow = (scope: WorkspaceScope, row: SavedSearchSeen): SavedSearch => ({
  id: row.id,
  created: toIso(row.created),
  updated: toIso(row.updated),
  name: row.name,
  filters: parseJson(row.filters) as SavedSearchFilter[],
  shared: row.shared === 1,
  pinned: row.pinned === 1,
  owner: { id: row.owner_id, name: row.owner_name },
  own: row.owner_id === scope.actor.id,
})
