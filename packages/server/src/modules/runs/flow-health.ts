/** How flows have been doing: the last runs of each, and when it runs next. */
import { type FlowHealth, type LastRun, type Micros, toIso, toIsoOrNull, toSeconds } from '@orrery/schemas'
import { sql } from 'kysely'
import { isAnyOf } from '../../db/dialect/json.ts'
import { inWorkspace, STARTED } from '../../db/filters/index.ts'
import type { Db } from '../../db/index.ts'
import type { WorkspaceScope } from '../../scope.ts'
import { estimatedRunTime } from './run-rows.ts'

export const MOST_LAST_RUNS = 100

/** The last `limit` runs of each flow: read backwards along the flow's own index. */
export async function readFlowHealth(
  db: Db,
  scope: WorkspaceScope,
  { flowIds, limit }: { flowIds: readonly string[]; limit: number },
  now: Micros,
): Promise<Record<string, FlowHealth>> {
  const ids = [...new Set(flowIds.map((id) => id.toLowerCase()))]
  const [next, ...lists] = await Promise.all([
    listNext(db, scope, ids, now),
    ...ids.map((id) => listLast(db, scope, id, limit, now)),
  ])
  return Object.fromEntries(
    ids.map((id, index) => [id, { runs: lists[index] ?? [], next: next.get(id) ?? null }]),
  )
}

async function listLast(
  db: Db,
  scope: WorkspaceScope,
  flowId: string,
  limit: number,
  now: Micros,
): Promise<LastRun[]> {
  const rows = await db.scan
    .selectFrom('flow_runs')
    .select([
      'id',
      'name',
      'state_type',
      'state_name',
      'state_timestamp',
      'start_time',
      'end_time',
      'expected_start_time',
      'total_run_time',
    ])
    .where(inWorkspace('flow_runs', scope, { byId: db.dialect === 'sqlite', sortAfter: false }))
    .where('flow_id', '=', flowId)
    .where(sql<boolean>`${STARTED} <= ${sql.lit(now)}`)
    .where('state_type', '!=', 'SCHEDULED')
    .orderBy(STARTED, 'desc')
    .limit(limit)
    .execute()
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    state_type: row.state_type ?? '',
    state_name: row.state_name ?? '',
    start_time: toIso(row.start_time ?? row.expected_start_time ?? 0),
    end_time: toIsoOrNull(row.end_time),
    run_time: toSeconds(estimatedRunTime(row, now)),
  }))
}

async function listNext(db: Db, scope: WorkspaceScope, ids: readonly string[], now: Micros) {
  const coming = db.scan
    .selectFrom('flow_runs')
    .select([
      'id',
      'name',
      'flow_id',
      'expected_start_time as at',
      sql<number>`row_number() over (partition by flow_id order by expected_start_time, id)`.as('rank'),
    ])
    .where('workspace_id', '=', scope.workspaceId)
    .where('expected_start_time', '>=', now)
    .where('state_type', '=', 'SCHEDULED')
    .where(isAnyOf(db.dialect, 'flow_runs.flow_id', ids, 'id'))
  const rows = await db.scan.selectFrom(coming.as('coming')).selectAll().where('rank', '=', 1).execute()
  return new Map(
    rows.map((row) => [row.flow_id, { id: row.id, name: row.name, at: toIso(row.at ?? 0) }] as const),
  )
}
