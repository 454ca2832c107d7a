import {
  hasWorkspaceRows,
  listWorkspaceTables,
  removeRowsOfRuns,
  removeWorkspaceRows,
} from '../../db/dialect/workspace-rows.ts'
import type { WorkspaceScope } from '../../scope.ts'
import { writeAudit } from '../identity/audit.ts'
import type { CloudIdentity } from '../identity/cloud-identity.ts'
import { WorkspaceNotFound } from './workspaces.errors.ts'

/** Rows removed by one transaction: other writers wait some 20 ms for it. */
const BATCH = 5_000
/** Runs whose states and inputs are removed by one transaction. */
const RUNS = 500
/** A request that was let in just before may still write: its rows are removed by a second pass after this. */
const SECOND_PASS_MICROS = 15 * 1_000_000

/**
 * Deletes the workspace: at once for everybody who looks for it, then its rows, table by table. What is
 * left when the process dies is removed after the next start.
 */
export async function deleteWorkspace(identity: CloudIdentity, scope: WorkspaceScope): Promise<void> {
  const id = scope.workspaceId
  await identity.db.write(async (trx) => {
    const row = await trx
      .deleteFrom('workspaces')
      .where('id', '=', id)
      .where('account_id', '=', scope.accountId)
      .returning(['name', 'handle'])
      .executeTakeFirst()
    if (!row) throw new WorkspaceNotFound()
    await trx.deleteFrom('workspace_access').where('workspace_id', '=', id).execute()
    await trx.insertInto('workspace_deletions').values({ id, deleted: identity.clock.now() }).execute()
    await identity.cache.changed(trx)
    await writeAudit(trx, identity.clock, {
      event: 'prefect-cloud.workspace.deleted',
      resourceId: `prefect-cloud.workspace.${id}`,
      actor: scope.actor,
      accountId: scope.accountId,
      workspaceId: id,
      payload: row,
    })
  })
  await removeRows(identity, id)
}

/**
 * Rows that have no index by workspace go with their runs: found by workspace, each batch would read the
 * whole table. One that is missing here is removed all the same, only more slowly.
 */
const BY_RUN = [
  { runs: 'flow_runs', table: 'flow_run_states', column: 'flow_run_id' },
  { runs: 'flow_runs', table: 'flow_run_inputs', column: 'flow_run_id' },
  { runs: 'task_runs', table: 'task_run_states', column: 'task_run_id' },
] as const

async function removeRows(identity: CloudIdentity, workspaceId: string): Promise<void> {
  const { db } = identity
  for (const { runs, table, column } of BY_RUN) {
    let last = '00000000-0000-0000-0000-000000000000'
    for (;;) {
      const rows = await db.scan
        .selectFrom(runs)
        .select('id')
        .where('workspace_id', '=', workspaceId)
        .where('id', '>', last)
        .orderBy('id')
        .limit(RUNS)
        .execute()
      const ids = rows.map((row) => row.id)
      if (ids.length === 0) break
      last = ids[ids.length - 1] ?? last
      await db.write((trx) => removeRowsOfRuns(trx, table, column, ids))
    }
  }
  for (const table of await listWorkspaceTables(db)) {
    // Looked for beside the writer: reading a table without the index to its end must hold nobody up.
    while (await hasWorkspaceRows(db, table, workspaceId))
      await db.write((trx) => removeWorkspaceRows(db, trx, table, workspaceId, BATCH))
  }
}

/** Finishes the deletions that are old enough for nobody to write into them any more. */
export async function finishDeletions(identity: CloudIdentity): Promise<void> {
  const { db, clock } = identity
  const rows = await db.read
    .selectFrom('workspace_deletions')
    .select('id')
    .where('deleted', '<', clock.now() - SECOND_PASS_MICROS)
    .execute()
  for (const { id } of rows) {
    await removeRows(identity, id)
    await db.write((trx) => trx.deleteFrom('workspace_deletions').where('id', '=', id).execute())
  }
}

/** Looks for unfinished deletions every half minute; the table is empty nearly always. */
export function startFinishingDeletions(identity: CloudIdentity): () => void {
  const timer = setInterval(() => {
    finishDeletions(identity).catch((error) =>
      identity.log.warn({ err: error }, 'the rows of a deleted workspace could not be removed yet'),
    )
  }, 30_000)
  timer.unref()
  return () => clearInterval(timer)
}
