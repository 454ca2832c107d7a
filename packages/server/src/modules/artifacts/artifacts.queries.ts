import type {
  ArtifactCollectionFilter,
  ArtifactFilter,
  ArtifactRunFilters,
  ArtifactSort,
} from '@orrery/schemas'
import { type Selectable, sql } from 'kysely'
import { type Condition, contains } from '../../db/dialect/json.ts'
import { combine, ids, isNull, texts } from '../../db/filters/fields.ts'
import { flowRunsWhere, taskRunsWhere } from '../../db/filters/index.ts'
import { type Db, insertMany, type Reader, type Trx } from '../../db/index.ts'
import type { Tables } from '../../db/tables.ts'
import type { WorkspaceScope } from '../../scope.ts'

export type ArtifactRow = Selectable<Tables['artifacts']>
export type CollectionRow = Selectable<Tables['artifact_collections']>

/** A collection with the content of its latest artifact. */
export type LatestRow = CollectionRow & Pick<ArtifactRow, 'description' | 'data' | 'metadata_'>

type Workspace = Pick<WorkspaceScope, 'workspaceId'>

/** Ids of the rows that were inserted; one is missing where its id is taken. */
export async function insertArtifacts(trx: Trx, rows: readonly ArtifactRow[]): Promise<Set<string>> {
  const inserted = await insertMany(
    trx,
    'artifacts',
    rows as readonly object[] as readonly Record<string, unknown>[],
    { ignoreConflicts: ['id'], returning: ['id'] },
  )
  return new Set(inserted.map((row) => String(row.id)))
}

/** Makes the artifact its key's latest: of two writers at once, that of the one that commits last. */
export async function putLatest(trx: Trx, row: CollectionRow): Promise<CollectionRow> {
  const { latest_id, type, flow_run_id, task_run_id, updated } = row
  return trx
    .insertInto('artifact_collections')
    .values(row)
    .onConflict((conflict) =>
      conflict
        .columns(['workspace_id', 'key'])
        .doUpdateSet({ latest_id, type, flow_run_id, task_run_id, updated }),
    )
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** The collection of a key, kept from other writers until the transaction ends; by a write, which both databases can. */
export async function lockCollection(trx: Trx, scope: Workspace, key: string): Promise<CollectionRow | null> {
  const row = await trx
    .updateTable('artifact_collections')
    .set((eb) => ({ latest_id: eb.ref('latest_id') }))
    .where('workspace_id', '=', scope.workspaceId)
    .where('key', '=', key)
    .returningAll()
    .executeTakeFirst()
  return row ?? null
}

export async function patchCollection(
  trx: Trx,
  scope: Workspace,
  latestId: string,
  changes: Partial<CollectionRow>,
): Promise<void> {
  await trx
    .updateTable('artifact_collections')
    .set(changes)
    .where('workspace_id', '=', scope.workspaceId)
    .where('latest_id', '=', latestId)
    .execute()
}

export async function removeCollection(trx: Trx, scope: Workspace, id: string): Promise<void> {
  await trx
    .deleteFrom('artifact_collections')
    .where('workspace_id', '=', scope.workspaceId)
    .where('id', '=', id)
    .execute()
}

export async function findArtifact(db: Reader, scope: Workspace, id: string): Promise<ArtifactRow | null> {
  const row = await db
    .selectFrom('artifacts')
    .selectAll()
    .where('workspace_id', '=', scope.workspaceId)
    .where('id', '=', id)
    .executeTakeFirst()
  return row ?? null
}

/** The newest artifact of a key but for one. */
export async function findNewestOther(
  trx: Trx,
  scope: Workspace,
  key: string,
  id: string,
): Promise<ArtifactRow | null> {
  const row = await trx
    .selectFrom('artifacts')
    .selectAll()
    .where('workspace_id', '=', scope.workspaceId)
    .where('key', '=', key)
    .where('id', '<>', id)
    .orderBy('created', 'desc')
    .orderBy('id', 'desc')
    .executeTakeFirst()
  return row ?? null
}

const LATEST_COLUMNS = [
  'artifact_collections.id',
  'artifact_collections.workspace_id',
  'artifact_collections.created',
  'artifact_collections.updated',
  'artifact_collections.key',
  'artifact_collections.latest_id',
  'artifact_collections.type',
  'artifact_collections.flow_run_id',
  'artifact_collections.task_run_id',
  'artifacts.description',
  'artifacts.data',
  'artifacts.metadata_',
] as const

export async function findLatest(db: Reader, scope: Workspace, key: string): Promise<LatestRow | null> {
  const row = await db
    .selectFrom('artifact_collections')
    .innerJoin('artifacts', 'artifacts.id', 'artifact_collections.latest_id')
    .select(LATEST_COLUMNS)
    .where('artifact_collections.workspace_id', '=', scope.workspaceId)
    .where('artifact_collections.key', '=', key)
    .executeTakeFirst()
  return row ?? null
}

/** False when there is no such artifact. */
export async function patchArtifact(
  trx: Trx,
  scope: Workspace,
  id: string,
  changes: Partial<ArtifactRow> & { updated: number },
): Promise<boolean> {
  const result = await trx
    .updateTable('artifacts')
    .set(changes)
    .where('workspace_id', '=', scope.workspaceId)
    .where('id', '=', id)
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}

/** False when there is no such artifact. */
export async function removeArtifact(trx: Trx, scope: Workspace, id: string): Promise<boolean> {
  const result = await trx
    .deleteFrom('artifacts')
    .where('workspace_id', '=', scope.workspaceId)
    .where('id', '=', id)
    .executeTakeFirst()
  return result.numDeletedRows > 0n
}

export interface ArtifactFilters extends ArtifactRunFilters {
  artifacts?: ArtifactFilter | null
}
export interface LatestFilters extends ArtifactRunFilters {
  artifacts?: ArtifactCollectionFilter | null
}
interface Page {
  sort: ArtifactSort
  limit: number
  offset: number
}
export type ArtifactPage = Page & { filters: ArtifactFilters }
export type LatestPage = Page & { filters: LatestFilters }

type Table = 'artifacts' | 'artifact_collections'

export async function listArtifacts(
  db: Db,
  scope: WorkspaceScope,
  { filters, sort, limit, offset }: ArtifactPage,
): Promise<ArtifactRow[]> {
  const few = db.dialect === 'sqlite' && namesFew(filters)
  const { rows } = await sql<ArtifactRow>`select artifacts.* from artifacts
    where ${where(db, scope, 'artifacts', filters, few)}
    order by ${order('artifacts', sort, few)} limit ${limit} offset ${offset}`.execute(db.scan)
  return rows
}

export async function listLatest(
  db: Db,
  scope: WorkspaceScope,
  { filters, sort, limit, offset }: LatestPage,
): Promise<LatestRow[]> {
  const { rows } = await sql<LatestRow>`select ${sql.join(LATEST_COLUMNS.map((column) => sql.ref(column)))}
    from artifact_collections join artifacts on artifacts.id = artifact_collections.latest_id
    where ${where(db, scope, 'artifact_collections', filters, false)}
    order by ${order('artifact_collections', sort, false)} limit ${limit} offset ${offset}`.execute(db.scan)
  return rows
}

export const countArtifacts = (db: Db, scope: WorkspaceScope, filters: ArtifactFilters): Promise<number> =>
  count(db, scope, 'artifacts', filters)

export const countLatest = (db: Db, scope: WorkspaceScope, filters: LatestFilters): Promise<number> =>
  count(db, scope, 'artifact_collections', filters)

async function count(
  db: Db,
  scope: WorkspaceScope,
  table: Table,
  filters: ArtifactFilters & LatestFilters,
): Promise<number> {
  const few = db.dialect === 'sqlite' && table === 'artifacts' && namesFew(filters)
  const { rows } = await sql<{ count: number }>`select count(*) as count from ${sql.table(table)}
    where ${where(db, scope, table, filters, few)}`.execute(db.scan)
  return rows[0]?.count ?? 0
}

/**
 * The filter names ids, so that an index finds few rows. SQLite, which plans without statistics, would rather
 * walk the workspace's artifacts in the order asked for: a unary plus takes that way from it.
 */
function namesFew({ artifacts }: ArtifactFilters): boolean {
  if (!artifacts || artifacts.operator === 'or_') return false
  return [artifacts.id, artifacts.flow_run_id, artifacts.task_run_id].some((field) => Boolean(field?.any_))
}

function where(
  db: Db,
  scope: WorkspaceScope,
  table: Table,
  { artifacts: own, ...runs }: ArtifactFilters & LatestFilters,
  few: boolean,
): Condition {
  const column = (name: string) => `${table}.${name}`
  const workspace = sql.ref(column('workspace_id'))
  const idOf = (name: 'flow_run_id' | 'task_run_id') => sql.ref(column(name))
  const { flow_runs, task_runs, flows, deployments } = runs
  const conditions = [
    few
      ? sql<boolean>`+${workspace} = ${scope.workspaceId}`
      : sql<boolean>`${workspace} = ${scope.workspaceId}`,
    own
      ? combine(own.operator, [
          table === 'artifacts' ? ids(db.dialect, 'artifacts.id', own.id) : null,
          table === 'artifact_collections' ? ids(db.dialect, column('latest_id'), own.latest_id) : null,
          combine('and_', [
            texts(db.dialect, column('key'), own.key),
            own.key?.like_ ? contains(db.dialect, column('key'), own.key.like_) : null,
            isNull(column('key'), own.key?.exists_ == null ? null : !own.key.exists_),
          ]),
          ids(db.dialect, column('flow_run_id'), own.flow_run_id),
          ids(db.dialect, column('task_run_id'), own.task_run_id),
          texts(db.dialect, column('type'), own.type),
        ])
      : null,
    // A client may have made up the ids of runs: the workspace is compared again.
    flow_runs || flows || deployments
      ? exists(
          'flow_runs',
          sql`flow_runs.id = ${idOf('flow_run_id')} and flow_runs.workspace_id = ${workspace}`,
          flowRunsWhere(db.dialect, {
            flow_runs: flow_runs ?? null,
            flows: flows ?? null,
            deployments: deployments ?? null,
          }),
        )
      : null,
    task_runs
      ? exists(
          'task_runs',
          sql`task_runs.id = ${idOf('task_run_id')} and task_runs.workspace_id = ${workspace}`,
          taskRunsWhere(db.dialect, { task_runs }),
        )
      : null,
  ]
  return combine('and_', conditions) ?? sql`1 = 1`
}

function exists(table: string, join: Condition, condition: Condition | null): Condition {
  const and = condition ? sql` and ${condition}` : sql``
  return sql`exists (select 1 from ${sql.table(table)} where ${join}${and})`
}

// The id last, so that pages neither repeat nor miss a row.
const ORDERS: Record<ArtifactSort, readonly (readonly [column: string, direction: string])[]> = {
  ID_DESC: [['id', 'desc']],
  CREATED_DESC: [
    ['created', 'desc'],
    ['id', 'desc'],
  ],
  UPDATED_DESC: [
    ['updated', 'desc'],
    ['id', 'desc'],
  ],
  KEY_ASC: [
    ['key', 'asc nulls last'],
    ['id', 'desc'],
  ],
  KEY_DESC: [
    ['key', 'desc nulls last'],
    ['id', 'desc'],
  ],
}

function order(table: Table, sort: ArtifactSort, few: boolean) {
  return sql.join(
    ORDERS[sort].map(([column, direction]) => {
      const value = sql.ref(`${table}.${column}`)
      return sql`${few ? sql`+${value}` : value} ${sql.raw(direction)}`
    }),
  )
}

export interface GraphArtifactRow {
  id: string
  created: number
  key: string | null
  type: string | null
  task_run_id: string | null
  data: string | null
  collection_id: string | null
}

/** What a flow run's graph shows of its artifacts, oldest first; results are none of it. */
export async function listOfGraph(
  db: Db,
  scope: WorkspaceScope,
  flowRunId: string,
  limit: number,
): Promise<GraphArtifactRow[]> {
  const { rows } = await sql<GraphArtifactRow>`
    select a.id, a.created, a.key, a.type, a.task_run_id, c.id as collection_id,
      case when a.type = 'progress' then a.data end as data
    from artifacts a left join artifact_collections c on c.latest_id = a.id
    where a.flow_run_id = ${flowRunId} and a.workspace_id = ${scope.workspaceId} and a.type <> 'result'
    order by a.created, a.id limit ${limit}`.execute(db.scan)
  return rows
}
