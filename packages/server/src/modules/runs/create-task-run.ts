import { decideFirstTaskRunState, type ProposedState, slugName } from '@orrery/core'
import { newId, parseJson, type TaskRunCreate } from '@orrery/schemas'
import { instantOrNull } from '../../db/filters/index.ts'
import { insertMany, type Outcome, runSql, selectIn, type Trx } from '../../db/index.ts'
import type { Clock, WorkspaceScope } from '../../scope.ts'
import type { TaskRunRow } from './run-rows.ts'
import { FlowRunNotFound, TaskRunIdTaken } from './runs.errors.ts'
import { decidedColumns, NO_STATE, type TaskRunTransitionRow, taskRunColumns } from './transition-columns.ts'
import { type TaskRunTransition, writeTaskRunStates } from './write-transitions.ts'

export interface CreateTaskRun {
  scope: WorkspaceScope
  input: TaskRunCreate
  /** The input's state as the rules take it; null means PENDING. */
  state: ProposedState | null
}

export interface CreatedTaskRun {
  row: TaskRunRow
  /** False when the flow run had a task run of this key already. */
  created: boolean
}

/** Two inputs that name the same task run must not share a batch: the second finds the first by its row. */
export const naturalKeyOf = ({ scope, input }: CreateTaskRun): string =>
  JSON.stringify([
    scope.workspaceId,
    input.flow_run_id?.toLowerCase() ?? null,
    input.task_key,
    input.dynamic_key,
  ])

/** Creates a batch of task runs with their first states; one that exists by its natural key is answered as it is. */
export async function createTaskRuns(
  trx: Trx,
  clock: Clock,
  inputs: readonly CreateTaskRun[],
): Promise<Outcome<CreatedTaskRun>[]> {
  const flowRuns = await readFlowRuns(trx, inputs)
  const made = new Map<string, TaskRunTransition>()
  const rows: TaskRunRow[] = []
  const outcomes: Outcome<CreatedTaskRun>[] = []
  for (const item of inputs) {
    const flowRunId = item.input.flow_run_id?.toLowerCase() ?? null
    const flowRun = flowRunId === null ? null : flowRuns.get(flowRunId)
    if (flowRunId !== null && flowRun?.workspace_id !== item.scope.workspaceId) {
      outcomes.push({ error: new FlowRunNotFound(flowRunId) })
      continue
    }
    // Within a flow run the insert itself tells which exist; without one no index forbids a second.
    const existing = flowRunId === null ? await findByNaturalKey(trx, item) : null
    if (existing) {
      outcomes.push({ ok: { row: existing, created: false } })
      continue
    }
    const { row, transition } = firstTransition(item, flowRun?.labels ?? '{}', clock)
    rows.push(row)
    made.set(row.id, transition)
    outcomes.push({ ok: { row, created: true } })
  }
  await insertRuns(trx, inputs, rows, made, outcomes)
  await writeTaskRunStates(trx, [...made.values()])
  return outcomes
}

interface FlowRunLabels {
  [column: string]: unknown
  id: string
  workspace_id: string
  labels: string
}

async function readFlowRuns(trx: Trx, inputs: readonly CreateTaskRun[]): Promise<Map<string, FlowRunLabels>> {
  const ids = inputs.flatMap(({ input }) => input.flow_run_id?.toLowerCase() ?? [])
  const rows = await selectIn<FlowRunLabels>(trx, 'flow_runs', 'id', ids, {
    columns: ['id', 'workspace_id', 'labels'],
  })
  return new Map(rows.map((row) => [row.id, row]))
}

const BY_KEY =
  'SELECT * FROM task_runs WHERE workspace_id = ? AND flow_run_id = ? AND task_key = ? AND dynamic_key = ?'
const WITHOUT_FLOW_RUN =
  'SELECT * FROM task_runs WHERE workspace_id = ? AND flow_run_id IS NULL AND task_key = ? AND dynamic_key = ?'

async function findByNaturalKey(trx: Trx, { scope, input }: CreateTaskRun): Promise<TaskRunRow | null> {
  const [row] = input.flow_run_id
    ? await runSql<TaskRunRow & Record<string, unknown>>(trx, BY_KEY, [
        scope.workspaceId,
        input.flow_run_id.toLowerCase(),
        input.task_key,
        input.dynamic_key,
      ])
    : await runSql<TaskRunRow & Record<string, unknown>>(trx, WITHOUT_FLOW_RUN, [
        scope.workspaceId,
        input.task_key,
        input.dynamic_key,
      ])
  return row ?? null
}

async function insertRuns(
  trx: Trx,
  inputs: readonly CreateTaskRun[],
  rows: TaskRunRow[],
  made: Map<string, TaskRunTransition>,
  outcomes: Outcome<CreatedTaskRun>[],
): Promise<void> {
  const inserted = await insertMany(
    trx,
    'task_runs',
    rows as readonly object[] as Record<string, unknown>[],
    {
      ignoreConflicts: true,
      returning: ['id'],
    },
  )
  const ids = new Set(inserted.map((row) => row.id))
  for (const [index, outcome] of outcomes.entries()) {
    const item = inputs[index]
    if (!item || !('ok' in outcome) || !outcome.ok.created || ids.has(outcome.ok.row.id)) continue
    const { id } = outcome.ok.row
    made.delete(id)
    const row = await findByNaturalKey(trx, item)
    outcomes[index] = row ? { ok: { row, created: false } } : { error: new TaskRunIdTaken(id) }
  }
}

function firstTransition(
  { scope, input, state }: CreateTaskRun,
  parentLabels: string,
  clock: Clock,
): { row: TaskRunRow; transition: TaskRunTransition } {
  const now = clock.now()
  const flowRunId = input.flow_run_id?.toLowerCase() ?? null
  const bare = {
    id: input.id?.toLowerCase() ?? newId(),
    workspace_id: scope.workspaceId,
    name: input.name || slugName(Math.random),
    tags: JSON.stringify([...new Set(input.tags ?? [])]),
    flow_run_id: flowRunId,
    flow_run_run_count: 0,
    cache_key: input.cache_key ?? null,
    run_count: 0,
    start_time: null,
    end_time: null,
    total_run_time: 0,
    expected_start_time: null,
    next_scheduled_start_time: null,
    empirical_policy: JSON.stringify(input.empirical_policy ?? {}),
    ...NO_STATE,
  } satisfies TaskRunTransitionRow
  const decision = decideFirstTaskRunState({
    now,
    newStateId: newId(),
    run: taskRunColumns(bare),
    proposed: state,
  })
  const row: TaskRunRow = {
    ...bare,
    ...decidedColumns(bare, decision, now),
    created: now,
    task_key: input.task_key,
    dynamic_key: input.dynamic_key,
    cache_expiration: instantOrNull(input.cache_expiration, 'cache_expiration'),
    task_version: input.task_version ?? null,
    labels: JSON.stringify({
      ...(parseJson(parentLabels) as Record<string, unknown>),
      ...(flowRunId === null ? {} : { 'prefect.flow-run.id': flowRunId }),
      ...input.labels,
    }),
    task_inputs: JSON.stringify(input.task_inputs ?? {}),
  }
  return { row, transition: { row: bare, decision, now } }
}
