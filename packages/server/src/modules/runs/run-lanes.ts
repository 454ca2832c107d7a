import type { Db, Lane } from '../../db/index.ts'
import type { Clock } from '../../scope.ts'
import { type CreatedFlowRun, type CreateFlowRun, createFlowRuns, idempotencyOf } from './create-flow-run.ts'
import { type CreatedTaskRun, type CreateTaskRun, createTaskRuns, naturalKeyOf } from './create-task-run.ts'
import { type Orchestrated, type SetFlowRunState, setFlowRunStates } from './set-flow-run-state.ts'
import { type SetTaskRunState, setTaskRunStates } from './set-task-run-state.ts'

/** The hot writes of runs: many callers' inputs become one batch. One set for each database, whoever asks. */
export interface RunLanes {
  createFlowRun: Lane<CreateFlowRun, CreatedFlowRun>
  setFlowRunState: Lane<SetFlowRunState, Orchestrated>
  createTaskRun: Lane<CreateTaskRun, CreatedTaskRun>
  setTaskRunState: Lane<SetTaskRunState, Orchestrated>
}

const lanesOf = new WeakMap<Db, RunLanes>()

export function runLanes({ db, clock }: { db: Db; clock: Clock }): RunLanes {
  const known = lanesOf.get(db)
  if (known) return known
  const lanes: RunLanes = {
    createFlowRun: db.lane('create_flow_run', (trx, inputs) => createFlowRuns(trx, clock, inputs), {
      exclusive: idempotencyOf,
    }),
    setFlowRunState: db.lane('set_flow_run_state', (trx, inputs) => setFlowRunStates(trx, clock, inputs), {
      exclusive: (input) => input.flowRunId,
    }),
    createTaskRun: db.lane('create_task_run', (trx, inputs) => createTaskRuns(trx, clock, inputs), {
      exclusive: naturalKeyOf,
    }),
    setTaskRunState: db.lane('set_task_run_state', (trx, inputs) => setTaskRunStates(trx, clock, inputs), {
      exclusive: (input) => input.taskRunId,
    }),
  }
  lanesOf.set(db, lanes)
  return lanes
}
