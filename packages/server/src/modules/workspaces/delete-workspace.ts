import { listWorkspaceTables, removeWorkspaceRows } from '../../db/dialect/workspace-rows.ts'
import type { WorkspaceScope } from '../../scope.ts'
import { writeAudit } from '../identity/audit.ts'
import type { CloudIdentity } from '../identity/cloud-identity.ts'
import { WorkspaceNotFound } from './workspaces.errors.ts'

/** Rows removed by one transaction: other writers wait some 20 ms for it. */
const BATCH = 5_000
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

async function removeRows(identity: CloudIdentity, workspaceId: string): Promise<void> {
  const { db } = identity
  for (const table of await listWorkspaceTables(db)) {
    for (;;) {
      const removed = await db.write((trx) => removeWorkspaceRows(db, trx, table, workspaceId, BATCH))
      if (removed < BATCH) break
    }
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
