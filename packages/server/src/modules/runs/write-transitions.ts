/** Writes what was decided about a batch of runs: states, columns, effects and events, in multi-row statements. */
import {
  type CoreState,
  type Decision,
  decideTaskRunTransition,
  type Effect,
  type FlowRunDecision,
  type ProposedState,
  type TaskRunDecision,
} from '@orrery/core'
import { flowRunStateEvent, type Micros, type NewEvent, newId, parseJsonOrNull } from '@orrery/schemas'
import { insertMany, runSql, type Trx, updateMany } from '../../db/index.ts'
import type { WorkspaceScope } from '../../scope.ts'
import { createResultArtifacts, type ResultArtifact } from '../artifacts/artifacts.service.ts'
import { appendEvents } from '../events/events.service.ts'
import type { RelatedOfFlowRuns } from './related-rows.ts'
import { currentState, detailsColumn } from './state-rows.ts'
import {
  decidedColumns,
  type FlowRunTransitionRow,
  type TaskRunTransitionRow,
  taskRunColumns,
} from './transition-columns.ts'

/** A decision about a flow run, with what it was taken from. */
export interface FlowRunTransition {
  scope: WorkspaceScope
  /** The run before the transition. */
  row: FlowRunTransitionRow
  initial: CoreState | null
  decision: FlowRunDecision
  now: Micros
}

export interface TaskRunTransition {
  row: TaskRunTransitionRow
  decision: TaskRunDecision
  now: Micros
}

const isWritten = ({ decision }: { decision: Decision }): boolean =>
  decision.state !== null || decision.run.empirical_policy !== undefined

/** Updates the runs, then everything that follows from their new states. */
export async function writeFlowRunTransitions(
  trx: Trx,
  transitions: readonly FlowRunTransition[],
  related: RelatedOfFlowRuns,
): Promise<void> {
  const updates = transitions
    .filter(isWritten)
    .map(({ row, decision, now }) => ({ id: row.id, ...decidedColumns(row, decision, now) }))
  await updateMany(trx, 'flow_runs', ['id'], updates)
  await writeFlowRunStates(trx, transitions, related)
}

/** The states, effects and events of runs whose rows are already written. */
export async function writeFlowRunStates(
  trx: Trx,
  transitions: readonly FlowRunTransition[],
  related: RelatedOfFlowRuns,
): Promise<void> {
  const states = []
  const results: ResultArtifact[] = []
  for (const { row, decision } of transitions) {
    const result = resultOf(row.workspace_id, decision, { flowRunId: row.id, taskRunId: null })
    if (result) results.push(result)
    if (decision.state) states.push(stateRow('flow_run_id', row, decision.state, result))
  }
  await insertMany(trx, 'flow_run_states', states)
  await createResultArtifacts(trx, results, transitions[0]?.now ?? 0)

  const events = new Map<string, { scope: WorkspaceScope; events: NewEvent[] }>()
  const mirrored = new MirroredTaskRuns(related.parentTaskRuns)
  for (const transition of transitions) {
    for (const effect of transition.decision.effects) {
      if (effect.type === 'emit_state_event') {
        const { scope } = transition
        const group = events.get(scope.workspaceId) ?? { scope, events: [] }
        events.set(scope.workspaceId, group)
        group.events.push(stateEvent(transition, related))
      } else if (effect.type === 'mirror_to_parent_task') {
        mirrored.force(effect.task_run_id, transition.row.workspace_id, effect.state, transition.now)
      } else await applyFlowRunEffect(trx, effect, transition)
    }
  }
  await mirrored.write(trx)
  for (const group of events.values()) await appendEvents(trx, group.scope, group.events)
}

async function applyFlowRunEffect(trx: Trx, effect: Effect, { row, now }: FlowRunTransition): Promise<void> {
  switch (effect.type) {
    case 'delete_run_inputs':
      for (const key of effect.keys)
        await runSql(trx, 'DELETE FROM flow_run_inputs WHERE flow_run_id = ? AND key = ?', [row.id, key])
      return
    case 'reset_failed_task_runs':
      return resetFailedTaskRuns(trx, row.id, effect.scheduled_time, now)
    default:
    // Slots and leases: there are none before the tables of limits. The time limit of CANCELLING likewise comes with
    // its module. Results are written with the states.
  }
}

/** Old clients rerun only what is not FAILED. */
async function resetFailedTaskRuns(
  trx: Trx,
  flowRunId: string,
  scheduled: Micros,
  now: Micros,
): Promise<void> {
  const rows = await runSql<TaskRunTransitionRow & Record<string, unknown>>(
    trx,
    "SELECT * FROM task_runs WHERE flow_run_id = ? AND state_type = 'FAILED'",
    [flowRunId],
  )
  const reset = new MirroredTaskRuns(new Map(rows.map((row) => [row.id, row])))
  const state: ProposedState = {
    type: 'SCHEDULED',
    name: 'AwaitingRetry',
    state_details: { scheduled_time: scheduled },
  }
  for (const row of rows) reset.force(row.id, row.workspace_id, state, now)
  await reset.write(trx)
}

/** Task runs that are given states without being asked; one may get several within a batch. */
class MirroredTaskRuns {
  readonly #rows: Map<string, TaskRunTransitionRow>
  readonly #transitions: TaskRunTransition[] = []

  constructor(rows: ReadonlyMap<string, TaskRunTransitionRow>) {
    this.#rows = new Map(rows)
  }

  force(taskRunId: string, workspaceId: string, proposed: ProposedState, now: Micros): void {
    const row = this.#rows.get(taskRunId)
    // A parent that was deleted, or is another workspace's, has nothing to mirror to.
    if (!row || row.workspace_id !== workspaceId) return
    const initial = currentState(row)
    const decision = decideTaskRunTransition({
      now,
      newStateId: newId(),
      run: taskRunColumns(row),
      initial,
      proposed,
      lastStateTimestamp: initial?.timestamp ?? null,
      policy: 'minimal',
      flowRun: null,
      cachedState: null,
    })
    this.#transitions.push({ row, decision, now })
    this.#rows.set(taskRunId, { ...row, ...decidedColumns(row, decision, now) })
  }

  async write(trx: Trx): Promise<void> {
    const last = new Map(this.#transitions.map((transition) => [transition.row.id, transition]))
    await writeTaskRunTransitions(trx, [...last.values()], this.#transitions)
  }
}

/** Updates the task runs and writes their states; `all` names the states when some are already superseded. */
export async function writeTaskRunTransitions(
  trx: Trx,
  transitions: readonly TaskRunTransition[],
  all: readonly TaskRunTransition[] = transitions,
): Promise<void> {
  const updates = transitions.filter(isWritten).map(({ row, decision, now }) => ({
    id: row.id,
    ...decidedColumns(row, decision, now),
    flow_run_run_count: decision.run.flow_run_run_count ?? row.flow_run_run_count,
  }))
  await updateMany(trx, 'task_runs', ['id'], updates)
  await writeTaskRunStates(trx, all)
}

/** The states and effects of task runs whose rows are already written. */
export async function writeTaskRunStates(trx: Trx, transitions: readonly TaskRunTransition[]): Promise<void> {
  const states = []
  const caches = []
  const results: ResultArtifact[] = []
  for (const { row, decision, now } of transitions) {
    const result = resultOf(row.workspace_id, decision, { flowRunId: row.flow_run_id, taskRunId: row.id })
    if (result) results.push(result)
    if (decision.state) states.push(stateRow('task_run_id', row, decision.state, result))
    for (const effect of decision.effects) {
      if (effect.type !== 'insert_task_cache') continue
      caches.push({
        id: newId(),
        workspace_id: row.workspace_id,
        created: now,
        cache_key: effect.cache_key,
        cache_expiration: effect.cache_expiration,
        task_run_state_id: effect.state_id,
      })
    }
  }
  await insertMany(trx, 'task_run_states', states)
  await insertMany(trx, 'task_run_caches', caches)
  await createResultArtifacts(trx, results, transitions[0]?.now ?? 0)
}

/** The artifact that a decision asks to be made of its state's data. */
function resultOf(
  workspaceId: string,
  decision: Decision,
  run: Pick<ResultArtifact, 'flowRunId' | 'taskRunId'>,
): ResultArtifact | null {
  for (const effect of decision.effects) {
    if (effect.type !== 'create_result_artifact') continue
    const { data, key, artifact_type: type, description } = effect
    return { id: newId(), workspaceId, ...run, data, key, type, description }
  }
  return null
}

const stateRow = (
  runColumn: 'flow_run_id' | 'task_run_id',
  row: { id: string; workspace_id: string },
  state: CoreState,
  result: ResultArtifact | null,
) => ({
  id: state.id,
  workspace_id: row.workspace_id,
  [runColumn]: row.id,
  type: state.type,
  name: state.name,
  timestamp: state.timestamp,
  message: state.message,
  state_details: detailsColumn(state.state_details),
  data: state.data === null || state.data === undefined ? null : JSON.stringify(state.data),
  result_artifact_id: result?.id ?? null,
})

function stateEvent({ row, initial, decision }: FlowRunTransition, related: RelatedOfFlowRuns): NewEvent {
  const state = decision.state
  if (!state) throw new Error('an event of a state that was not written')
  return flowRunStateEvent({
    run: {
      id: row.id,
      name: row.name,
      tags: JSON.parse(row.tags) as string[],
      run_count: decision.run.run_count ?? row.run_count,
      created_by: parseJsonOrNull(row.created_by) as Record<string, string> | null,
    },
    ...related.of(row),
    initialState: initial,
    validatedState: state,
  })
}
