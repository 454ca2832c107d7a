import { expect, it } from 'vitest'
import { flowRunFacts, NEW_STATE_ID, NOW, SECOND, TASK_RUN_ID, taskRunFacts } from '../testing/facts.ts'
import { decideFirstFlowRunState, decideFirstTaskRunState } from './create-run.ts'

const created = { now: NOW, newStateId: NEW_STATE_ID }
const flowRun = (more = {}) => flowRunFacts(null, 'PENDING', { run: more }).run
const taskRun = (more = {}) => taskRunFacts(null, 'PENDING', { run: more }).run

it('a run that is created without a state is PENDING', () => {
  expect(decideFirstFlowRunState({ ...created, run: flowRun(), proposed: null })).toMatchObject({
    status: 'ACCEPT',
    state: { type: 'PENDING', name: 'Pending' },
    run: { state_type: 'PENDING', expected_start_time: NOW },
    effects: [{ type: 'emit_state_event' }],
  })
  expect(decideFirstTaskRunState({ ...created, run: taskRun(), proposed: null }).state.name).toBe('Pending')
})

it('a run that is created SCHEDULED is expected at its time', () => {
  const proposed = { type: 'SCHEDULED', state_details: { scheduled_time: NOW + 5 * SECOND } } as const
  const { run } = decideFirstFlowRunState({ ...created, run: flowRun(), proposed })
  expect(run).toMatchObject({
    expected_start_time: NOW + 5 * SECOND,
    next_scheduled_start_time: NOW + 5 * SECOND,
  })
})

it('no slot is claimed for a first state', () => {
  const run = flowRun({ deployment_id: 'limited' })
  expect(decideFirstFlowRunState({ ...created, run, proposed: { type: 'PENDING' } }).claim).toBeNull()
})

it('a subflow is shown on its parent from the start', () => {
  const run = flowRun({ parent_task_run_id: 'parent' })
  const { effects, state } = decideFirstFlowRunState({ ...created, run, proposed: null })
  expect(state.state_details.task_run_id).toBe('parent')
  expect(effects.at(-1)).toMatchObject({ type: 'mirror_to_parent_task', task_run_id: 'parent' })
})

it('a deferred task run is offered to workers as soon as it is created', () => {
  const proposed = { type: 'SCHEDULED', state_details: { deferred: true } } as const
  const { effects } = decideFirstTaskRunState({ ...created, run: taskRun(), proposed })
  expect(effects).toEqual([{ type: 'enqueue_task_run', task_run_id: TASK_RUN_ID, queue: 'scheduled' }])
})
