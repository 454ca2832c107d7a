/** Run inputs: texts under keys, through which a paused run and those who resume it talk. */
import { type FlowRunInput, type Micros, newId, toIso } from '@orrery/schemas'
import { sql } from 'kysely'
import type { Db, Reader, Trx } from '../../db/index.ts'
import type { WorkspaceScope } from '../../scope.ts'
import { findFlowRun } from './flow-runs.queries.ts'
import { FlowRunNotFound, RunInputNotFound, RunInputTaken } from './runs.errors.ts'

export async function createRunInput(
  trx: Trx,
  scope: WorkspaceScope,
  input: { flowRunId: string; key: string; value: string; sender: string | null },
  now: Micros,
): Promise<void> {
  if (!(await findFlowRun(trx, scope, input.flowRunId))) throw new FlowRunNotFound(input.flowRunId)
  const inserted = await trx
    .insertInto('flow_run_inputs')
    .values({
      id: newId(),
      workspace_id: scope.workspaceId,
      created: now,
      flow_run_id: input.flowRunId,
      key: input.key,
      value: input.value,
      sender: input.sender,
    })
    .onConflict((conflict) => conflict.columns(['flow_run_id', 'key']).doNothing())
    .returning('id')
    .executeTakeFirst()
  if (!inserted) throw new RunInputTaken(input.key)
}

export async function findRunInput(
  db: Reader,
  scope: WorkspaceScope,
  flowRunId: string,
  key: string,
): Promise<string | null> {
  const row = await db
    .selectFrom('flow_run_inputs')
    .select('value')
    .where('workspace_id', '=', scope.workspaceId)
    .where('flow_run_id', '=', flowRunId)
    .where('key', '=', key)
    .executeTakeFirst()
  return row?.value ?? null
}

export async function readRunInput(
  db: Reader,
  scope: WorkspaceScope,
  flowRunId: string,
  key: string,
): Promise<string> {
  const value = await findRunInput(db, scope, flowRunId, key)
  if (value === null) throw new RunInputNotFound(key)
  return value
}

/** Inputs whose key begins with the prefix, oldest first. */
export async function listRunInputs(
  db: Db,
  scope: WorkspaceScope,
  input: { flowRunId: string; prefix: string; limit: number; excludeKeys: readonly string[] },
): Promise<FlowRunInput[]> {
  let query = db.read
    .selectFrom('flow_run_inputs')
    .selectAll()
    .where('workspace_id', '=', scope.workspaceId)
    .where('flow_run_id', '=', input.flowRunId)
    .where(sql`substr(key, 1, ${sql.lit([...input.prefix].length)})`, '=', input.prefix)
  if (input.excludeKeys.length > 0) query = query.where('key', 'not in', input.excludeKeys)
  const rows = await query.orderBy('created').orderBy('id').limit(input.limit).execute()
  return rows.map(({ workspace_id: _, created, ...row }) => ({
    ...row,
    created: toIso(created),
    updated: toIso(created),
  }))
}

export async function deleteRunInput(
  trx: Trx,
  scope: WorkspaceScope,
  flowRunId: string,
  key: string,
): Promise<void> {
  const result = await trx
    .deleteFrom('flow_run_inputs')
    .where('workspace_id', '=', scope.workspaceId)
    .where('flow_run_id', '=', flowRunId)
    .where('key', '=', key)
    .executeTakeFirst()
  if (result.numDeletedRows === 0n) throw new RunInputNotFound(key)
}
