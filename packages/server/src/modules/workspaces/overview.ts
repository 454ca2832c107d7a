import { sql } from 'kysely'
import type { Db, Reader } from '../../db/db.ts'
import type { UserScope } from '../../scope.ts'
import { listMyWorkspaces, type MyWorkspaceWithRole } from './workspaces.service.ts'

const DAY = 24 * 60 * 60 * 1_000_000
const DAYS = 30

export interface WorkspaceOverview extends MyWorkspaceWithRole {
  counts: { flows: number; deployments: number; flow_runs: number }
  today: { failed: number; crashed: number; late: number; running: number }
  /** The last 30 days, UTC, oldest first: runs that ended well and badly. */
  history: { date: string; good: number; bad: number }[]
}

/** The user's workspaces with what their cards show; a few grouped queries over indexes, whatever their number. */
export async function readOverview(db: Db, scope: UserScope, now: number): Promise<WorkspaceOverview[]> {
  const workspaces = await listMyWorkspaces(db.read, scope)
  const ids = workspaces.map((workspace) => workspace.workspace_id)
  if (ids.length === 0) return []
  const today = Math.floor(now / DAY)
  const [flows, deployments, flowRuns, states, ends] = await Promise.all([
    countRows(db.scan, 'flows', ids),
    countRows(db.scan, 'deployments', ids),
    countRows(db.scan, 'flow_runs', ids),
    countStates(db.scan, ids, today * DAY),
    countEnds(db.scan, ids, (today - DAYS + 1) * DAY),
  ])
  return workspaces.map((workspace) => {
    const id = workspace.workspace_id
    const state = (name: string) => states.get(`${id} ${name}`) ?? 0
    return {
      ...workspace,
      counts: {
        flows: flows.get(id) ?? 0,
        deployments: deployments.get(id) ?? 0,
        flow_runs: flowRuns.get(id) ?? 0,
      },
      today: {
        failed: state('failed'),
        crashed: state('crashed'),
        late: state('late'),
        running: state('running'),
      },
      history: Array.from({ length: DAYS }, (_, index) => {
        const day = today - DAYS + 1 + index
        const date = new Date((day * DAY) / 1000).toISOString().slice(0, 10)
        return { date, good: ends.get(`${id} ${day} good`) ?? 0, bad: ends.get(`${id} ${day} bad`) ?? 0 }
      }),
    }
  })
}

async function countRows(
  db: Reader,
  table: 'flows' | 'deployments' | 'flow_runs',
  ids: string[],
): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom(table)
    .select(['workspace_id', (eb) => eb.fn.countAll<number>().as('count')])
    .where('workspace_id', 'in', ids)
    .groupBy('workspace_id')
    .execute()
  return new Map(rows.map((row) => [row.workspace_id, Number(row.count)]))
}

// Failed and crashed since midnight UTC; late and running now.
async function countStates(db: Reader, ids: string[], since: number): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom('flow_runs')
    .select(['workspace_id', 'state_type', 'state_name', (eb) => eb.fn.countAll<number>().as('count')])
    .where('workspace_id', 'in', ids)
    .where((eb) =>
      eb.or([
        eb.and([eb('state_type', 'in', ['FAILED', 'CRASHED']), eb('state_timestamp', '>=', since)]),
        eb('state_type', '=', 'RUNNING'),
        eb.and([eb('state_type', '=', 'SCHEDULED'), eb('state_name', '=', 'Late')]),
      ]),
    )
    .groupBy(['workspace_id', 'state_type', 'state_name'])
    .execute()
  const counts = new Map<string, number>()
  for (const row of rows) {
    const name = row.state_type === 'SCHEDULED' ? 'late' : String(row.state_type).toLowerCase()
    const key = `${row.workspace_id} ${name}`
    counts.set(key, (counts.get(key) ?? 0) + Number(row.count))
  }
  return counts
}

async function countEnds(db: Reader, ids: string[], since: number): Promise<Map<string, number>> {
  // Integer division: both databases divide two integers so.
  const day = sql<number>`state_timestamp / ${sql.lit(DAY)}`
  const rows = await db
    .selectFrom('flow_runs')
    .select(['workspace_id', 'state_type', day.as('day'), (eb) => eb.fn.countAll<number>().as('count')])
    .where('workspace_id', 'in', ids)
    .where('state_type', 'in', ['COMPLETED', 'FAILED', 'CRASHED'])
    .where('state_timestamp', '>=', since)
    .groupBy(['workspace_id', 'state_type', day])
    .execute()
  const counts = new Map<string, number>()
  for (const row of rows) {
    const key = `${row.workspace_id} ${row.day} ${row.state_type === 'COMPLETED' ? 'good' : 'bad'}`
    counts.set(key, (counts.get(key) ?? 0) + Number(row.count))
  }
  return counts
}
