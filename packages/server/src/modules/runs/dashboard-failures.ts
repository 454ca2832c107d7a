/** What failed in a window, one group for each cause: a flow and the fingerprint of its error. */
import { type FailureGroup, type Micros, type RunFilters, toIsoOrNull } from '@orrery/schemas'
import { sql } from 'kysely'
import { inWorkspace, STARTED } from '../../db/filters/index.ts'
import type { Db } from '../../db/index.ts'
import type { WorkspaceScope } from '../../scope.ts'
import { errorFingerprint } from './error-fingerprint.ts'
import { flowsWithTimes } from './flow-lists.ts'
import { filtered } from './flow-runs.queries.ts'

export interface Failures {
  groups: FailureGroup[]
  /** Runs of the groups by whether their flow has since succeeded. */
  standing: number
  since_succeeded: number
}

/** Different messages that are looked at: beyond these the rarest are left out of the groups, not of the counts. */
const MOST_MESSAGES = 2_000
const MOST_GROUPS = 40

interface MessageRow {
  id: string
  name: string
  flow_id: string
  flow_name: string | null
  deployment_id: string | null
  state_type: string | null
  state_name: string | null
  state_message: string | null
  state_timestamp: number | null
  end_time: number | null
  began: number
  first: number
  count: number
}

export async function listFailures(
  db: Db,
  scope: WorkspaceScope,
  filters: RunFilters,
  { since, until }: { since: Micros; until: Micros },
): Promise<Failures> {
  const merged = merge(await listMessages(db, scope, filters, { since, until }))
  const healed = await completedSince(db, scope, merged)
  const groups = merged.map((group): FailureGroup & { at: number } => {
    const { row, fingerprint, count, first } = group
    return {
      flow_id: row.flow_id,
      flow_name: row.flow_name,
      state_type: row.state_type ?? '',
      state_name: row.state_name ?? '',
      message: row.state_message,
      fingerprint,
      count,
      first_time: toIsoOrNull(first),
      latest: {
        id: row.id,
        name: row.name,
        end_time: toIsoOrNull(row.end_time),
        deployment_id: row.deployment_id,
      },
      since_succeeded: (healed.get(row.flow_id) ?? 0) > row.began,
      at: row.state_timestamp ?? 0,
    }
  })
  const runs = (healed: boolean): number =>
    groups.reduce((sum, group) => sum + (group.since_succeeded === healed ? group.count : 0), 0)
  groups.sort(
    (a, b) => Number(a.since_succeeded) - Number(b.since_succeeded) || b.count - a.count || b.at - a.at,
  )
  return {
    groups: groups.slice(0, MOST_GROUPS).map(({ at: _, ...group }) => group),
    standing: runs(false),
    since_succeeded: runs(true),
  }
}

/** The failed runs by flow and message, each message with its latest run: the most frequent first. */
async function listMessages(
  db: Db,
  scope: WorkspaceScope,
  filters: RunFilters,
  { since, until }: { since: Micros; until: Micros },
): Promise<MessageRow[]> {
  const group = sql`partition by flow_runs.flow_id, flow_runs.state_type, flow_runs.state_message`
  const failed = filtered(db, scope, filters, db.scan.selectFrom('flow_runs'))
    .where('flow_runs.expected_start_time', '>=', since)
    .where('flow_runs.expected_start_time', '<', until)
    .where('flow_runs.state_type', 'in', ['FAILED', 'CRASHED'])
    .select([
      'id',
      'name',
      'flow_id',
      'deployment_id',
      'state_type',
      'state_name',
      'state_message',
      'state_timestamp',
      'end_time',
    ])
    .select([
      STARTED.as('began'),
      sql<number>`min(flow_runs.state_timestamp) over (${group})`.as('first'),
      sql<number>`count(*) over (${group})`.as('count'),
      sql<number>`row_number() over (${group} order by flow_runs.state_timestamp desc)`.as('rank'),
    ])
  return db.scan
    .selectFrom(failed.as('failed'))
    .leftJoin('flows', 'flows.id', 'failed.flow_id')
    .selectAll('failed')
    .select('flows.name as flow_name')
    .where('rank', '=', 1)
    .orderBy('count', 'desc')
    .orderBy('state_timestamp', 'desc')
    .limit(MOST_MESSAGES)
    .execute()
}

interface Merged {
  row: MessageRow
  fingerprint: string
  count: number
  first: number
}

/** Messages with one fingerprint become one group, told by the latest of them. */
function merge(rows: readonly MessageRow[]): Merged[] {
  const groups = new Map<string, Merged>()
  for (const row of rows) {
    const fingerprint = errorFingerprint(row.state_message)
    const key = `${row.flow_id} ${row.state_type} ${fingerprint}`
    const known = groups.get(key)
    if (!known) {
      groups.set(key, { row, fingerprint, count: row.count, first: row.first })
      continue
    }
    known.count += row.count
    known.first = Math.min(known.first, row.first)
    if ((row.state_timestamp ?? 0) > (known.row.state_timestamp ?? 0)) known.row = row
  }
  return [...groups.values()]
}

/** Flows that are asked about at most. */
const MOST_FLOWS = 200

/** When the latest completed run of each flow began, if later than the latest failure of one of its groups. */
async function completedSince(
  db: Db,
  scope: WorkspaceScope,
  groups: readonly Merged[],
): Promise<Map<string, number>> {
  const from = new Map<string, number>()
  for (const { row } of groups)
    from.set(row.flow_id, Math.min(from.get(row.flow_id) ?? Number.POSITIVE_INFINITY, row.began))
  if (from.size === 0) return new Map()
  // Backwards along each flow's own index, and never beyond the failure.
  const rows = await db.scan
    .selectFrom(flowsWithTimes(db, [...from].slice(0, MOST_FLOWS)).as('failing'))
    .select([
      'failing.flow_id',
      (eb) =>
        eb
          .selectFrom('flow_runs')
          .select(STARTED.as('began'))
          .where(inWorkspace('flow_runs', scope, { byId: db.dialect === 'sqlite', sortAfter: false }))
          .whereRef('flow_runs.flow_id', '=', 'failing.flow_id')
          .where(sql<boolean>`${STARTED} > failing.at`)
          .where('flow_runs.state_type', '=', 'COMPLETED')
          .orderBy(STARTED, 'desc')
          .limit(1)
          .as('began'),
    ])
    .execute()
  return new Map(rows.map((row) => [row.flow_id, row.began ?? 0]))
}
