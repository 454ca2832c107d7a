/** Deleting runs, and flows with all of their runs. What belongs to a run goes with it; its sub-flows survive as roots. */
import type { RunFilters } from '@orrery/schemas'
import type { Db, Trx } from '../../db/index.ts'
import type { WorkspaceScope } from '../../scope.ts'
import { deleteFlowRow, readFlow, readFlowIds } from '../flows/flows.service.ts'
import { listFlowRuns } from './flow-runs.queries.ts'
import { FlowRunNotFound, TaskRunNotFound } from './runs.errors.ts'

/** Runs that share a transaction: a bound on how long others wait for it. */
const CHUNK = 50

/** Deletes those of the runs that the workspace has; returns their ids. */
export async function deleteFlowRuns(
  trx: Trx,
  scope: WorkspaceScope,
  ids: readonly string[],
): Promise<string[]> {
  if (ids.length === 0) return []
  const rows = await trx
    .selectFrom('flow_runs')
    .select('id')
    .where('workspace_id', '=', scope.workspaceId)
    .where('id', 'in', ids)
    .execute()
  const own = rows.map((row) => row.id)
  if (own.length === 0) return []
  const tasks = trx.selectFrom('task_runs').select('id').where('flow_run_id', 'in', own)
  await trx
    .updateTable('flow_runs')
    .set({ parent_task_run_id: null })
    .where('parent_task_run_id', 'in', tasks)
    .execute()
  await trx.deleteFrom('task_run_states').where('task_run_id', 'in', tasks).execute()
  await trx.deleteFrom('refused_transitions').where('run_id', 'in', tasks).execute()
  await trx.deleteFrom('task_runs').where('flow_run_id', 'in', own).execute()
  await trx.deleteFrom('refused_transitions').where('run_id', 'in', own).execute()
  await trx.deleteFrom('flow_run_states').where('flow_run_id', 'in', own).execute()
  await trx.deleteFrom('flow_run_inputs').where('flow_run_id', 'in', own).execute()
  await trx.deleteFrom('logs').where('flow_run_id', 'in', own).execute()
  await trx.deleteFrom('flow_runs').where('id', 'in', own).execute()
  return own
}

export async function deleteFlowRun(db: Db, scope: WorkspaceScope, id: string): Promise<void> {
  const deleted = await db.write((trx) => deleteFlowRuns(trx, scope, [id]))
  if (deleted.length === 0) throw new FlowRunNotFound(id)
}

/** Deletes the runs that a filter names, newest first. */
export async function bulkDeleteFlowRuns(
  db: Db,
  scope: WorkspaceScope,
  filters: RunFilters,
  limit: number,
): Promise<string[]> {
  const rows = await listFlowRuns(db, scope, { filters, sort: 'ID_DESC', limit, offset: 0 })
  return db.write((trx) =>
    deleteFlowRuns(
      trx,
      scope,
      rows.map((row) => row.id),
    ),
  )
}

export async function deleteTaskRun(db: Db, scope: WorkspaceScope, id: string): Promise<void> {
  await db.write(async (trx) => {
    const result = await trx
      .deleteFrom('task_runs')
      .where('workspace_id', '=', scope.workspaceId)
      .where('id', '=', id)
      .executeTakeFirst()
    if (result.numDeletedRows === 0n) throw new TaskRunNotFound(id)
    await trx
      .updateTable('flow_runs')
      .set({ parent_task_run_id: null })
      .where('parent_task_run_id', '=', id)
      .execute()
    await trx.deleteFrom('task_run_states').where('task_run_id', '=', id).execute()
    await trx.deleteFrom('refused_transitions').where('run_id', '=', id).execute()
  })
}

/** Deletes a flow, its deployments, and all of its runs, which may be many: they go in several transactions. */
export async function deleteFlow(db: Db, scope: WorkspaceScope, id: string): Promise<void> {
  await readFlow(db.read, scope, id)
  for (;;) {
    const runs = await db.read
      .selectFrom('flow_runs')
      .select('id')
      .where('workspace_id', '=', scope.workspaceId)
      .where('flow_id', '=', id)
      .limit(CHUNK)
      .execute()
    if (runs.length === 0) break
    await db.write((trx) =>
      deleteFlowRuns(
        trx,
        scope,
        runs.map((run) => run.id),
      ),
    )
  }
  await db.write(async (trx) => {
    await deleteFlowRow(trx, scope, id)
    await trx
      .deleteFrom('deployments')
      .where('workspace_id', '=', scope.workspaceId)
      .where('flow_id', '=', id)
      .execute()
  })
}

export async function bulkDeleteFlows(
  db: Db,
  scope: WorkspaceScope,
  filters: RunFilters,
  limit: number,
): Promise<string[]> {
  const ids = await readFlowIds(db, scope, filters, limit)
  for (const id of ids) await deleteFlow(db, scope, id)
  return ids
}
