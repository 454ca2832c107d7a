import {
  type Artifact,
  type ArtifactCollection,
  type ArtifactCreate,
  type ArtifactUpdate,
  type Micros,
  newId,
  parseJsonOrNull,
  toIso,
} from '@orrery/schemas'
import type { Db, Reader, Trx } from '../../db/index.ts'
import type { WorkspaceScope } from '../../scope.ts'
import { appendEvents } from '../events/events.service.ts'
import { collectionEvent } from './artifact-events.ts'
import { ArtifactIdTaken, ArtifactNotFound } from './artifacts.errors.ts'
import {
  type ArtifactPage,
  type ArtifactRow,
  countArtifacts,
  countLatest,
  findArtifact,
  findLatest,
  findNewestOther,
  insertArtifacts,
  type LatestPage,
  type LatestRow,
  listArtifacts,
  listLatest,
  listOfGraph,
  lockCollection,
  patchArtifact,
  patchCollection,
  putLatest,
  removeArtifact,
  removeCollection,
} from './artifacts.queries.ts'

export { countArtifacts, countLatest }

/** Values of `metadata_` past this are cut, as the genuine server does. */
const METADATA_LENGTH = 500
/** Artifacts that a graph shows. */
const MAX_GRAPH_ARTIFACTS = 10_000

type Workspace = Pick<WorkspaceScope, 'workspaceId'>

/** One that has a key becomes the latest of it. */
export async function createArtifact(
  trx: Trx,
  scope: Workspace,
  input: ArtifactCreate,
  now: Micros,
): Promise<Artifact> {
  const row: ArtifactRow = {
    id: input.id?.toLowerCase() ?? newId(),
    workspace_id: scope.workspaceId,
    created: now,
    updated: now,
    key: input.key ?? null,
    type: input.type ?? null,
    description: input.description ?? null,
    data: dataColumn(input.data),
    metadata_: metadataColumn(input.metadata_),
    flow_run_id: input.flow_run_id?.toLowerCase() ?? null,
    task_run_id: input.task_run_id?.toLowerCase() ?? null,
  }
  const inserted = await insertArtifacts(trx, [row])
  if (!inserted.has(row.id)) throw new ArtifactIdTaken(row.id)
  await makeLatest(trx, row)
  return artifactFromRow(row)
}

/** What a run's state leaves behind when its data can be read again. */
export interface ResultArtifact {
  id: string
  workspaceId: string
  flowRunId: string | null
  taskRunId: string | null
  data: unknown
  /** What the client said about it in the data. */
  key: string | null
  type: string | null
  description: string | null
}

/** Stores a batch of results; nearly all are without a key, and cost one statement together. */
export async function createResultArtifacts(
  trx: Trx,
  results: readonly ResultArtifact[],
  now: Micros,
): Promise<void> {
  if (results.length === 0) return
  const rows = results.map(
    (result): ArtifactRow => ({
      id: result.id,
      workspace_id: result.workspaceId,
      created: now,
      updated: now,
      key: result.key,
      type: result.type,
      description: result.description,
      data: dataColumn(result.data),
      metadata_: null,
      flow_run_id: result.flowRunId,
      task_run_id: result.taskRunId,
    }),
  )
  await insertArtifacts(trx, rows)
  // In one order, so that two writers of the same keys wait for each other instead of deadlocking.
  const keyed = rows.filter((row) => row.key !== null)
  for (const row of keyed.sort((a, b) => ((a.key ?? '') < (b.key ?? '') ? -1 : 1))) await makeLatest(trx, row)
}

async function makeLatest(trx: Trx, row: ArtifactRow): Promise<void> {
  const { workspace_id, created, updated, key, type, flow_run_id, task_run_id } = row
  if (key === null) return
  const fresh = { id: newId(), workspace_id, created, updated, key, type, flow_run_id, task_run_id }
  const stored = await putLatest(trx, { ...fresh, latest_id: row.id })
  const action = stored.id === fresh.id ? 'created' : 'updated'
  await appendEvents(trx, { workspaceId: workspace_id }, [collectionEvent(action, stored, row, updated)])
}

export async function readArtifact(db: Reader, scope: WorkspaceScope, id: string): Promise<Artifact> {
  const row = await findArtifact(db, scope, id)
  if (!row) throw new ArtifactNotFound(id)
  return artifactFromRow(row)
}

export async function readLatestArtifact(
  db: Reader,
  scope: WorkspaceScope,
  key: string,
): Promise<ArtifactCollection> {
  const row = await findLatest(db, scope, key)
  if (!row) throw new ArtifactNotFound(`"${key}"`)
  return collectionFromRow(row)
}

export async function readArtifacts(db: Db, scope: WorkspaceScope, page: ArtifactPage): Promise<Artifact[]> {
  return (await listArtifacts(db, scope, page)).map(artifactFromRow)
}

export async function readLatestArtifacts(
  db: Db,
  scope: WorkspaceScope,
  page: LatestPage,
): Promise<ArtifactCollection[]> {
  return (await listLatest(db, scope, page)).map(collectionFromRow)
}

/** Changes what the input names; a key that is absent stays as it is. */
export async function updateArtifact(
  trx: Trx,
  scope: WorkspaceScope,
  input: ArtifactUpdate & { id: string },
  now: Micros,
): Promise<void> {
  const changes = {
    ...('data' in input ? { data: dataColumn(input.data) } : {}),
    ...('description' in input ? { description: input.description ?? null } : {}),
    ...('metadata_' in input ? { metadata_: metadataColumn(input.metadata_) } : {}),
    updated: now,
  }
  if (!(await patchArtifact(trx, scope, input.id, changes))) throw new ArtifactNotFound(input.id)
  await patchCollection(trx, scope, input.id, { updated: now })
}

/**
 * Deletes the artifact. If it was its key's latest, the newest of the others becomes that; without others the
 * collection goes too. The collection is locked before anything is decided: two deletions of a key, or a deletion and
 * a new version, come one after the other.
 */
export async function deleteArtifact(
  trx: Trx,
  scope: WorkspaceScope,
  id: string,
  now: Micros,
): Promise<void> {
  const row = await findArtifact(trx, scope, id)
  if (!row) throw new ArtifactNotFound(id)
  if (row.key !== null) {
    const collection = await lockCollection(trx, scope, row.key)
    if (collection?.latest_id === id) {
      const next = await findNewestOther(trx, scope, row.key, id)
      if (next) {
        const { created, updated, type, flow_run_id, task_run_id } = next
        const moved = { latest_id: next.id, created, updated, type, flow_run_id, task_run_id }
        await patchCollection(trx, scope, id, moved)
        await appendEvents(trx, scope, [collectionEvent('updated', { ...collection, ...moved }, next, now)])
      } else {
        await removeCollection(trx, scope, collection.id)
        await appendEvents(trx, scope, [collectionEvent('deleted', collection, row, now)])
      }
    }
  }
  if (!(await removeArtifact(trx, scope, id))) throw new ArtifactNotFound(id)
}

/** An artifact as a run's graph shows it. */
export interface GraphArtifact {
  id: string
  created: string
  key: string | null
  type: string | null
  is_latest: boolean
  /** Only of progress. */
  data: unknown
}

/** The artifacts of a flow run by the task run that made them; under null those of the flow itself. */
export async function readGraphArtifacts(
  db: Db,
  scope: WorkspaceScope,
  flowRunId: string,
): Promise<Map<string | null, GraphArtifact[]>> {
  const found = new Map<string | null, GraphArtifact[]>()
  for (const row of await listOfGraph(db, scope, flowRunId, MAX_GRAPH_ARTIFACTS)) {
    const list = found.get(row.task_run_id) ?? []
    found.set(row.task_run_id, list)
    list.push({
      id: row.id,
      created: toIso(row.created),
      key: row.key,
      type: row.type,
      is_latest: row.key === null || row.collection_id !== null,
      data: parseJsonOrNull(row.data),
    })
  }
  return found
}

const dataColumn = (data: unknown): string | null =>
  data === null || data === undefined ? null : JSON.stringify(data)

function metadataColumn(metadata: Record<string, string> | null | undefined): string | null {
  if (!metadata) return null
  const cut = Object.entries(metadata).map(([key, value]) => [
    key,
    value.length > METADATA_LENGTH ? `${value.slice(0, METADATA_LENGTH)}...` : value,
  ])
  return JSON.stringify(Object.fromEntries(cut))
}

const contentFromRow = (row: Omit<ArtifactRow, 'key'>) => ({
  type: row.type,
  description: row.description,
  data: parseJsonOrNull(row.data),
  metadata_: parseJsonOrNull(row.metadata_) as Record<string, string> | null, // written by metadataColumn
  flow_run_id: row.flow_run_id,
  task_run_id: row.task_run_id,
})

const artifactFromRow = (row: ArtifactRow): Artifact => ({
  id: row.id,
  created: toIso(row.created),
  updated: toIso(row.updated),
  key: row.key,
  ...contentFromRow(row),
})

const collectionFromRow = (row: LatestRow): ArtifactCollection => ({
  id: row.id,
  created: toIso(row.created),
  updated: toIso(row.updated),
  key: row.key,
  latest_id: row.latest_id,
  ...contentFromRow(row),
})
