import type { EventFilter, Micros } from '@orrery/schemas'
import { sql } from 'kysely'
import { afterCommit, type Db, dbOf, type Trx } from '../../db/db.ts'
import { insertMany } from '../../db/dialect/bulk.ts'
import type { WorkspaceScope } from '../../scope.ts'
import { type EventFilterSql, eventFilterSql, isTag } from './event-filter-sql.ts'
import type { EventRow, StoredEvent } from './event-row.ts'
import { eventStream } from './event-stream.ts'
import type { Boundary } from './live-stream.ts'

/**
 * Inserts events and the rows that find them by resource, and publishes them after the commit. Ids that the
 * workspace has already are left out. Returns the events that are new.
 */
export async function insertEvents(
  trx: Trx,
  events: readonly StoredEvent[],
): Promise<readonly StoredEvent[]> {
  if (events.length === 0) return events
  const rows = events.map(({ row }) => row as unknown as Record<string, unknown>)
  const inserted = await insertMany(trx, 'events', rows, {
    ignoreConflicts: ['workspace_id', 'id'],
    returning: ['workspace_id', 'id'],
  })
  const fresh = inserted.length === events.length ? events : onlyInserted(events, inserted)
  if (fresh.length === 0) return fresh
  await insertMany(trx, 'event_resources', resourceRows(fresh))
  const stream = eventStream(dbOf(trx))
  const byWorkspace = Map.groupBy(
    fresh.map(({ row }) => row),
    (row) => row.workspace_id,
  )
  afterCommit(trx, () => {
    for (const [workspaceId, group] of byWorkspace) stream.published(workspaceId, group)
  })
  return fresh
}

// A batch may hold the same id twice; the first of them is the one that was inserted.
function onlyInserted(events: readonly StoredEvent[], inserted: Record<string, unknown>[]): StoredEvent[] {
  const keys = new Set(inserted.map((row) => `${row.workspace_id} ${row.id}`))
  return events.filter(({ row }) => keys.delete(`${row.workspace_id} ${row.id}`))
}

// Tags are many and name no object: they are searched in the event's own labels, not here.
function resourceRows(events: readonly StoredEvent[]): Record<string, unknown>[] {
  const rows: Record<string, unknown>[] = []
  for (const { event, row } of events) {
    const add = (resource_id: string, resource_role: string) =>
      rows.push({
        workspace_id: row.workspace_id,
        resource_id,
        resource_role,
        occurred: row.occurred,
        event_id: row.id,
      })
    add(row.resource_id, '')
    for (const related of event.related) {
      const id = related['prefect.resource.id'] ?? ''
      if (!isTag(id)) add(id, related['prefect.resource.role'] ?? '')
    }
  }
  return rows
}

export interface EventQuery {
  filter: EventFilter
  range: { since: Micros; until: Micros }
  limit: number
  offset?: number
  /** Only what comes later, oldest first. */
  after?: Pick<EventRow, 'occurred' | 'id'>
  /** Only what was settled when a stream began. */
  before?: Boundary
}

/** A page of events in the filter's order, newest first unless it says otherwise. */
export async function listEvents(db: Db, scope: WorkspaceScope, query: EventQuery): Promise<EventRow[]> {
  const { filter, limit, offset = 0 } = query
  const direction = sql.raw(filter.order === 'ASC' ? 'ASC' : 'DESC')
  const { from, where } = clausesOf(db, scope, query)
  const order = sql`ORDER BY occurred ${direction}, id ${direction} LIMIT ${limit} OFFSET ${offset}`
  const columns = sql.raw(
    'e.id, e.workspace_id, e.occurred, e.received, e.event, e.resource_id, e.resource, e.related, e.payload, e.follows',
  )
  const text = filter.resource?.distinct
    ? sql<EventRow>`SELECT * FROM (SELECT ${columns}, row_number() OVER (PARTITION BY e.resource_id
        ORDER BY e.occurred ${direction}, e.id ${direction}) AS place FROM ${from} WHERE ${where}) AS ranked
        WHERE place = 1 ${order}`
    : sql<EventRow>`SELECT ${columns} FROM ${from} WHERE ${where} ${order}`
  return (await text.execute(db.scan)).rows
}

export async function countEvents(
  db: Db,
  scope: WorkspaceScope,
  query: Pick<EventQuery, 'filter' | 'range'>,
): Promise<number> {
  const counted = sql.raw(query.filter.resource?.distinct ? 'count(DISTINCT e.resource_id)' : 'count(*)')
  const { from, where } = clausesOf(db, scope, query)
  const text = sql<{ total: number }>`SELECT ${counted} AS total FROM ${from} WHERE ${where}`
  return Number((await text.execute(db.scan)).rows[0]?.total ?? 0)
}

export interface CountRow {
  value: string
  label: string
  count: number
  start_time: Micros
  end_time: Micros
}

/** Counts by name or by resource, the largest first; a resource goes by its latest name. */
export async function countEventsByValue(
  db: Db,
  scope: WorkspaceScope,
  query: Pick<EventQuery, 'filter' | 'range'> & { by: 'event' | 'resource' },
): Promise<CountRow[]> {
  const value = sql.raw(query.by === 'event' ? 'e.event' : 'e.resource_id')
  const resource = sql.raw(db.dialect === 'postgres' ? 'e.resource::jsonb' : 'e.resource')
  const label =
    query.by === 'event'
      ? sql`e.event`
      : sql`coalesce(${resource} ->> 'prefect.resource.name', ${resource} ->> 'prefect.name', e.resource_id)`
  const { from, where } = clausesOf(db, scope, query)
  const text = sql<CountRow>`
    SELECT value, min(label) AS label, sum(n) AS count, min(oldest) AS start_time, max(latest) AS end_time FROM (
      SELECT value, n, oldest, latest, first_value(label) OVER (PARTITION BY value ORDER BY latest DESC) AS label
      FROM (SELECT ${value} AS value, ${label} AS label, count(*) AS n, min(e.occurred) AS oldest,
            max(e.occurred) AS latest FROM ${from} WHERE ${where} GROUP BY 1, 2) AS counted
    ) AS named GROUP BY value ORDER BY count DESC, label ASC LIMIT 1000`
  return (await text.execute(db.scan)).rows
}

/** Counts by bucket of `width` microseconds, numbered from `origin`; empty buckets have no row. */
export async function countEventsByTime(
  db: Db,
  scope: WorkspaceScope,
  query: Pick<EventQuery, 'filter' | 'range'> & { origin: Micros; width: number },
): Promise<{ bucket: number; count: number }[]> {
  const { origin, width } = query
  // No event lies before the origin, so integer division rounds the right way. SQLite takes a JavaScript
  // number as a float, hence the casts.
  const bucket =
    db.dialect === 'postgres'
      ? sql`(e.occurred - ${origin}::bigint) / ${width}::bigint`
      : sql`CAST(e.occurred - ${origin} AS INTEGER) / CAST(${width} AS INTEGER)`
  const { from, where } = clausesOf(db, scope, query)
  const text = sql<{ bucket: number; count: number }>`SELECT ${bucket} AS bucket, count(*) AS count
    FROM ${from} WHERE ${where} GROUP BY 1 ORDER BY 1`
  return (await text.execute(db.scan)).rows
}

function clausesOf(
  db: Db,
  scope: WorkspaceScope,
  query: Pick<EventQuery, 'filter' | 'range' | 'before' | 'after'>,
): EventFilterSql {
  const { before, after } = query
  const { from, where } = eventFilterSql(db.dialect, scope.workspaceId, query.filter, query.range)
  const conditions = [where]
  if (after) conditions.push(sql`(e.occurred, e.id) > (${after.occurred}, ${after.id})`)
  if (before)
    conditions.push(
      before.txid === undefined
        ? sql`e.seq <= ${before.seq}`
        : sql`(e.txid, e.seq) <= (${before.txid}::xid8, ${before.seq}::bigint)`,
    )
  return { from, where: sql.join(conditions, sql` AND `) }
}

/** When the workspace's first event came; null when none did. */
export async function findFirstEventTime(db: Db, scope: WorkspaceScope): Promise<Micros | null> {
  const row = await db.read
    .selectFrom('events')
    .select('received')
    .where('workspace_id', '=', scope.workspaceId)
    .orderBy('occurred')
    .limit(1)
    .executeTakeFirst()
  return row?.received ?? null
}
