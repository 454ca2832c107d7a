/** The runs of the flows that need looking at, worst first, as marks on one time axis. */
import type { FlowLane, LaneMark, Micros, RunFilters } from '@orrery/schemas'
import { sql } from 'kysely'
import { isAnyOf } from '../../db/dialect/json.ts'
import { inWorkspace, STARTED } from '../../db/filters/index.ts'
import type { Db } from '../../db/index.ts'
import type { WorkspaceScope } from '../../scope.ts'
import { filtered } from './flow-runs.queries.ts'

export const MOST_LANES = 12
/** Steps that the window is cut into: runs of one flow and state in one step are one mark, which keeps the answer small. */
const SLOTS = 160
/** Ended runs by which a flow is judged. */
const JUDGED = 50

export interface LaneWindow {
  since: Micros
  until: Micros
  now: Micros
}

export async function readLanes(
  db: Db,
  scope: WorkspaceScope,
  filters: RunFilters,
  window: LaneWindow,
): Promise<FlowLane[]> {
  const flows = await worstFlows(db, scope, filters, window)
  if (flows.length === 0) return []
  const ids = flows.map((flow) => flow.flow_id)
  const [marks, judged] = await Promise.all([
    listMarks(db, scope, filters, window, ids),
    judge(db, scope, ids, window.now),
  ])
  return flows.map((flow) => ({
    ...flow,
    flow_name: flow.flow_name ?? '',
    good: judged.get(flow.flow_id)?.good ?? 0,
    ended: judged.get(flow.flow_id)?.ended ?? 0,
    marks: marks.get(flow.flow_id) ?? [],
  }))
}

/** Seconds with three digits: more cannot be drawn. */
const toMillis = (span: Micros): number => Math.round(span / 1000) / 1000

const sumOf = (condition: string) => sql<number>`sum(case when ${sql.raw(condition)} then 1 else 0 end)`

/** Those with the most trouble, then those with the most to do. */
async function worstFlows(db: Db, scope: WorkspaceScope, filters: RunFilters, { since, until }: LaneWindow) {
  const counted = filtered(db, scope, filters, db.scan.selectFrom('flow_runs'))
    .where('flow_runs.expected_start_time', '>=', since)
    .where('flow_runs.expected_start_time', '<', until)
    .groupBy('flow_runs.flow_id')
    .select([
      'flow_runs.flow_id',
      sumOf("flow_runs.state_type = 'FAILED'").as('failed'),
      sumOf("flow_runs.state_type = 'CRASHED'").as('crashed'),
      sumOf("flow_runs.state_type = 'SCHEDULED' and flow_runs.state_name = 'Late'").as('late'),
      sumOf("flow_runs.state_type = 'RUNNING'").as('running'),
      sql<number>`count(*)`.as('total'),
    ])
  return db.scan
    .selectFrom(counted.as('counted'))
    .innerJoin('flows', 'flows.id', 'counted.flow_id')
    .select(['flow_id', 'failed', 'crashed', 'late', 'running', 'total', 'flows.name as flow_name'])
    .orderBy(sql`failed + crashed + late`, 'desc')
    .orderBy('running', 'desc')
    .orderBy('total', 'desc')
    .orderBy('flow_name')
    .limit(MOST_LANES)
    .execute()
}

async function listMarks(
  db: Db,
  scope: WorkspaceScope,
  filters: RunFilters,
  { since, until, now }: LaneWindow,
  flowIds: readonly string[],
): Promise<Map<string, LaneMark[]>> {
  const slot = Math.max(1, Math.ceil((until - since) / SLOTS))
  const step = sql<number>`(flow_runs.expected_start_time - ${sql.lit(since)}) / ${sql.lit(slot)}`
  const rows = await filtered(db, scope, filters, db.scan.selectFrom('flow_runs'))
    .where('flow_runs.expected_start_time', '>=', since)
    .where('flow_runs.expected_start_time', '<', until)
    .where(isAnyOf(db.dialect, 'flow_runs.flow_id', flowIds, 'id'))
    .groupBy(['flow_runs.flow_id', step, 'flow_runs.state_type', 'flow_runs.state_name'])
    .select([
      'flow_runs.flow_id',
      'flow_runs.state_type',
      'flow_runs.state_name',
      sql<number>`count(*)`.as('count'),
      // Of one run the least is its own; of several it is not told.
      sql<string>`min(cast(flow_runs.id as text))`.as('id'),
      sql<string>`min(flow_runs.name)`.as('name'),
      sql<number>`min(${STARTED})`.as('began'),
      sql<number | null>`max(flow_runs.end_time)`.as('ended'),
      sql<number>`count(flow_runs.end_time)`.as('ended_count'),
    ])
    .orderBy('began')
    .execute()
  const marks = new Map<string, LaneMark[]>(flowIds.map((id) => [id, []]))
  for (const row of rows) {
    const running = row.state_type === 'RUNNING' || row.state_type === 'CANCELLING'
    const end = row.ended_count === row.count ? row.ended : running ? Math.min(now, until) : null
    marks.get(row.flow_id)?.push({
      state_type: row.state_type ?? 'PENDING',
      state_name: row.state_name ?? 'Pending',
      count: row.count,
      ...(row.count === 1 && { id: row.id, name: row.name }),
      at: toMillis(row.began - since),
      took: end === null ? null : toMillis(Math.max(0, end - row.began)),
    })
  }
  return marks
}

/** How many of each flow's last ended runs completed: read backwards along the flow's own index. */
async function judge(
  db: Db,
  scope: WorkspaceScope,
  flowIds: readonly string[],
  now: Micros,
): Promise<Map<string, { good: number; ended: number }>> {
  const found = await Promise.all(
    flowIds.map(async (flowId) => {
      const last = db.scan
        .selectFrom('flow_runs')
        .select('state_type')
        .where(inWorkspace('flow_runs', scope, { byId: db.dialect === 'sqlite', sortAfter: false }))
        .where('flow_id', '=', flowId)
        .where(sql<boolean>`${STARTED} <= ${sql.lit(now)}`)
        .where('end_time', 'is not', null)
        .orderBy(STARTED, 'desc')
        .limit(JUDGED)
      const counts = await db.scan
        .selectFrom(last.as('last'))
        .select([sql<number>`count(*)`.as('ended'), sumOf("state_type = 'COMPLETED'").as('good')])
        .executeTakeFirstOrThrow()
      return [flowId, { ended: counts.ended, good: counts.good ?? 0 }] as const
    }),
  )
  return new Map(found)
}
