/** States as they were stored, one after another. */
import { type Micros, type State, toIso } from '@orrery/schemas'
import { sql } from 'kysely'
import { startsWith } from '../../db/dialect/json.ts'
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
  const matches = prefix
    ? sql<boolean>`(${startsWith(db.dialect, 'type', prefix)} or ${startsWith(db.dialect, 'name', prefix)})`
    : sql<boolean>`1 = 1`
  // Each table is grouped before the union: its index (workspace_id, type, name, timestamp) answers that alone.
  const grouped = (table: 'flow_run_states' | 'task_run_states') =>
    db.scan
      .selectFrom(table)
      .select(['type', 'name'])
      .select((eb) => [eb.fn.min('timestamp').as('first'), eb.fn.max('timestamp').as('last')])
      .where('workspace_id', '=', scope.workspaceId)
      .where(matches)
      .groupBy(['type', 'name'])
  const query = db.scan
    .selectFrom(grouped('flow_run_states').unionAll(grouped('task_run_states')).as('seen'))
    .select(['type', 'name'])
    .select((eb) => [eb.fn.min<Micros>('first').as('first_seen'), eb.fn.max<Micros>('last').as('last_seen')])
    .groupBy(['type', 'name'])
  const ordered = input.order === 'NAME_ASC' ? query : query.orderBy('last_seen', 'desc')
  const rows = await ordered.orderBy('type').orderBy('name').limit(input.limit).execute()
  return rows.map((row) => ({
    state_type: row.type,
    state_name: row.name,
    first_seen: toIso(row.first_seen),
    last_seen: toIso(row.last_seen),
  }))
}
