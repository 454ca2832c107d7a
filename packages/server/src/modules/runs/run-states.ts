/** States as they were stored, one after another. */
import { type Micros, type State, toIso } from '@orrery/schemas'
import { sql } from 'kysely'
import type { Db, Reader } from '../../db/index.ts'
import type { WorkspaceScope } from '../../scope.ts'
import { StateNotFound } from './runs.errors.ts'
import { stateFromRow } from './state-rows.ts'

const COLUMNS = ['id', 'type', 'name', 'timestamp', 'message', 'state_details', 'data'] as const

export async function readFlowRunState(db: Reader, scope: WorkspaceScope, id: string): Promise<State> {
  const row = await db
    .selectFrom('flow_run_states')
    .select(COLUMNS)
    .where('workspace_id', '=', scope.workspaceId)
    .where('id', '=', id)
    .executeTakeFirst()
  if (!row) throw new StateNotFound(id)
  return stateFromRow(row)
}

export async function readTaskRunState(db: Reader, scope: WorkspaceScope, id: string): Promise<State> {
  const row = await db
    .selectFrom('task_run_states')
    .select(COLUMNS)
    .where('workspace_id', '=', scope.workspaceId)
    .where('id', '=', id)
    .executeTakeFirst()
  if (!row) throw new StateNotFound(id)
  return stateFromRow(row)
}

/** Oldest first. */
export async function listFlowRunStates(
  db: Reader,
  scope: WorkspaceScope,
  flowRunId: string,
): Promise<State[]> {
  const rows = await db
    .selectFrom('flow_run_states')
    .select(COLUMNS)
    .where('workspace_id', '=', scope.workspaceId)
    .where('flow_run_id', '=', flowRunId)
    .orderBy('timestamp')
    .execute()
  return rows.map(stateFromRow)
}

/** Oldest first. */
export async function listTaskRunStates(
  db: Reader,
  scope: WorkspaceScope,
  taskRunId: string,
): Promise<State[]> {
  const rows = await db
    .selectFrom('task_run_states')
    .select(COLUMNS)
    .where('workspace_id', '=', scope.workspaceId)
    .where('task_run_id', '=', taskRunId)
    .orderBy('timestamp')
    .orderBy('id')
    .execute()
  return rows.map(stateFromRow)
}

export interface ObservedState {
  state_type: string
  state_name: string
  first_seen: string
  last_seen: string
}

/** The states' types and names that any run of the workspace has had, each with when it was first and last entered. */
export async function listObservedStates(
  db: Db,
  scope: WorkspaceScope,
  input: { query: string; order: 'LAST_SEEN_DESC' | 'NAME_ASC'; limit: number },
): Promise<ObservedState[]> {
  const prefix = input.query.trim()
  const [ofFlowRuns, ofTaskRuns] = await Promise.all([
    listPairs(db, scope, 'flow_run_states'),
    listPairs(db, scope, 'task_run_states'),
  ])
  const seen = new Map<string, Pair>()
  for (const pair of [...ofFlowRuns, ...ofTaskRuns]) {
    if (!begins(pair.type, prefix) && !begins(pair.name, prefix)) continue
    const key = `${pair.type} ${pair.name}`
    const known = seen.get(key)
    seen.set(key, {
      ...pair,
      first: Math.min(pair.first, known?.first ?? pair.first),
      last: Math.max(pair.last, known?.last ?? pair.last),
    })
  }
  const byName = (a: Pair, b: Pair) => compare(a.type, b.type) || compare(a.name, b.name)
  const byLast = (a: Pair, b: Pair) => b.last - a.last || byName(a, b)
  const rows = [...seen.values()].sort(input.order === 'NAME_ASC' ? byName : byLast).slice(0, input.limit)
  return rows.map((row) => ({
    state_type: row.type,
    state_name: row.name,
    first_seen: toIso(row.first),
    last_seen: toIso(row.last),
  }))
}

const begins = (text: string, prefix: string) => text.toLowerCase().startsWith(prefix.toLowerCase())
const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

interface Pair {
  type: string
  name: string
  first: Micros
  last: Micros
}

/**
 * Each (type, name) of the table, by hopping through its index from one to the next: the cost is that of the
 * pairs, of which there are a dozen, and not of the states, of which there are millions.
 */
async function listPairs(
  db: Db,
  scope: WorkspaceScope,
  table: 'flow_run_states' | 'task_run_states',
): Promise<Pair[]> {
  const states = sql.table(table)
  const own = sql`workspace_id = ${scope.workspaceId}`
  const first = (column: string) =>
    sql`(select ${sql.ref(column)} from ${states} where ${own} order by type, name limit 1)`
  const next = (column: string) =>
    sql`(select s.${sql.ref(column)} from ${states} s where s.${own} and (s.type, s.name) > (pairs.type, pairs.name) order by s.type, s.name limit 1)`
  const end = (order: 'asc' | 'desc') =>
    sql`(select s.timestamp from ${states} s where s.${own} and s.type = pairs.type and s.name = pairs.name order by s.timestamp ${sql.raw(order)} limit 1)`
  const { rows } = await sql<Pair>`
    with recursive pairs(type, name) as (
      select ${first('type')}, ${first('name')}
      union all
      select ${next('type')}, ${next('name')} from pairs where pairs.type is not null
    )
    select type, name, ${end('asc')} as first, ${end('desc')} as last from pairs where type is not null
  `.execute(db.scan)
  return rows
}
