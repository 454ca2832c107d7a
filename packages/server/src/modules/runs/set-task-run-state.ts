import { type CoreState, decideTaskRunTransition, type ProposedState, taskRunPolicy } from '@orrery/core'
import { newId } from '@orrery/schemas'
import { type Outcome, runSql, selectIn, type Trx } from '../../db/index.ts'
import type { Clock, WorkspaceScope } from '../../scope.ts'
import { type Refusal, recordRefusals, refusalOf } from './refusals.ts'
import { TaskRunNotFound } from './runs.errors.ts'
import { type Orchestrated, orchestrated } from './set-flow-run-state.ts'
import { CURRENT_STATE_COLUMNS, currentState, type StateRow } from './state-rows.ts'
import {
  type FlowRunTransitionRow,
  TASK_RUN_TRANSITION_COLUMNS,
  type TaskRunTransitionRow,
  taskRunColumns,
} from './transition-columns.ts'
import { type TaskRunTransition, writeTaskRunTransitions } from './write-transitions.ts'

export interface SetTaskRunState {
  scope: WorkspaceScope
  taskRunId: string
  proposed: ProposedState
  force: boolean
  apiVersion: string | null
}

/** Proposes a state to each of a batch of task runs, no two of them the same. */
export async function setTaskRunStates(
  trx: Trx,
  clock: Clock,
  inputs: readonly SetTaskRunState[],
): Promise<Outcome<Orchestrated>[]> {
  const rows = await selectIn<TaskRunTransitionRow & Record<string, unknown>>(
    trx,
    'task_runs',
    'id',
    inputs.map((input) => input.taskRunId),
    { columns: TASK_RUN_TRANSITION_COLUMNS, lock: true },
  )
  const byId = new Map(rows.map((row) => [row.id, row]))
  const flowRuns = await readFlowRuns(trx, rows)
  const transitions: TaskRunTransition[] = []
  const outcomes: Outcome<Orchestrated>[] = []
  const refused: Refusal[] = []
  for (const input of inputs) {
    const row = byId.get(input.taskRunId)
    if (row?.workspace_id !== input.scope.workspaceId) {
      outcomes.push({ error: new TaskRunNotFound(input.taskRunId) })
      continue
    }
    const now = clock.now()
    const initial = currentState(row)
    const decision = decideTaskRunTransition({
      now,
      newStateId: newId(),
      run: taskRunColumns(row),
      initial,
      proposed: input.proposed,
      lastStateTimestamp: initial?.timestamp ?? null,
      policy: taskRunPolicy(input.proposed, input.force),
      apiVersion: input.apiVersion,
      flowRun: flowRuns.get(row.flow_run_id ?? '') ?? null,
      cachedState: await findCached(trx, input, now),
      claimResult: { outcome: 'no_limit' },
      random: Math.random,
    })
    transitions.push({ row, decision, now })
    if (decision.status !== 'ACCEPT') refused.push(refusalOf(row, input.proposed, { decision, initial, now }))
    outcomes.push({ ok: orchestrated({ decision, initial }) })
  }
  await writeTaskRunTransitions(trx, transitions)
  await recordRefusals(trx, refused)
  return outcomes
}

async function readFlowRuns(
  trx: Trx,
  rows: readonly TaskRunTransitionRow[],
): Promise<Map<string, { state: CoreState | null; run_count: number }>> {
  const ids = new Set<string>()
  for (const row of rows) if (row.flow_run_id !== null) ids.add(row.flow_run_id)
  const flowRuns = await selectIn<FlowRunTransitionRow & Record<string, unknown>>(
    trx,
    'flow_runs',
    'id',
    [...ids],
    {
      columns: ['id', 'run_count', ...CURRENT_STATE_COLUMNS],
    },
  )
  return new Map(flowRuns.map((row) => [row.id, { state: currentState(row), run_count: row.run_count }]))
}

const CACHED = `SELECT s.* FROM task_run_caches c JOIN task_run_states s ON s.id = c.task_run_state_id
  WHERE c.workspace_id = ? AND c.cache_key = ? AND (c.cache_expiration IS NULL OR c.cache_expiration > ?)
  ORDER BY c.created DESC LIMIT 1`

/** The newest state that is still good for the key under which the task run wants to be cached. */
async function findCached(
  trx: Trx,
  { scope, proposed }: SetTaskRunState,
  now: number,
): Promise<CoreState | null> {
  const key = proposed.type === 'RUNNING' ? proposed.state_details?.cache_key : null
  if (!key || proposed.state_details?.refresh_cache) return null
  const [row] = await runSql<StateRow & Record<string, unknown>>(trx, CACHED, [scope.workspaceId, key, now])
  if (!row) return null
  return currentState({
    state_id: row.id,
    state_type: row.type,
    state_name: row.name,
    state_timestamp: row.timestamp,
    state_message: row.message,
    state_details: row.state_details,
    state_data: row.data,
  })
}
