import type { Micros, SetState, TaskRun, TaskRunCreate, TaskRunUpdate } from '@orrery/schemas'
import type { Db, Reader } from '../../db/index.ts'
import type { Clock, WorkspaceScope } from '../../scope.ts'
import { runLanes } from './run-lanes.ts'
import { taskRunFromRow } from './run-rows.ts'
import { TaskRunNotFound } from './runs.errors.ts'
import type { Orchestrated } from './set-flow-run-state.ts'
import { findTaskRun, listTaskRuns, patchTaskRun, type TaskRunPage } from './task-runs.queries.ts'
import { proposedState } from './transition-columns.ts'

interface Context {
  db: Db
  clock: Clock
}

/** Creates a task run, or answers the one that its flow run already has under the same key. */
export async function createTaskRun(
  context: Context,
  scope: WorkspaceScope,
  input: TaskRunCreate,
): Promise<{ taskRun: TaskRun; created: boolean }> {
  const state = input.state ? proposedState(input.state) : null
  const { row, created } = await runLanes(context).createTaskRun({ scope, input, state })
  return { taskRun: taskRunFromRow(row, context.clock.now()), created }
}

/** Proposes a state to a task run: the rules decide what is stored. */
export async function setTaskRunState(
  context: Context,
  scope: WorkspaceScope,
  input: SetState & { id: string; apiVersion: string | null },
): Promise<Orchestrated> {
  return runLanes(context).setTaskRunState({
    scope,
    taskRunId: input.id,
    proposed: proposedState(input.state),
    force: input.force ?? false,
    apiVersion: input.apiVersion,
  })
}

export async function readTaskRun(
  db: Reader,
  scope: WorkspaceScope,
  id: string,
  now: Micros,
): Promise<TaskRun> {
  const row = await findTaskRun(db, scope, id)
  if (!row) throw new TaskRunNotFound(id)
  return taskRunFromRow(row, now)
}

export async function readTaskRuns(
  db: Db,
  scope: WorkspaceScope,
  page: TaskRunPage,
  now: Micros,
): Promise<TaskRun[]> {
  return (await listTaskRuns(db, scope, page, now)).map((row) => taskRunFromRow(row, now))
}

export async function updateTaskRun(
  db: Db,
  scope: WorkspaceScope,
  input: TaskRunUpdate & { id: string },
  now: Micros,
): Promise<void> {
  const changes = { ...(input.name ? { name: input.name } : {}), updated: now }
  await db.write(async (trx) => {
    if (!(await patchTaskRun(trx, scope, input.id, changes))) throw new TaskRunNotFound(input.id)
  })
}
