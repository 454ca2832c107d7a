import {
  type FlowRun,
  newId,
  type OrchestrationResult,
  type RefusedTransition,
  type TaskRun,
} from '@orrery/schemas'
import { eachDatabase } from '@orrery/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TestApp, type TestWorkspace, testApp } from '../../testing/test-app.ts'

eachDatabase((database) => {
  let app: TestApp
  beforeAll(async () => {
    app = await testApp(await database.open())
  })
  afterAll(() => app.close())

  type Call = TestWorkspace['call']
  const soon = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString()
  async function flowRun(state: object = { type: 'PENDING' }, workspace = app.workspace()) {
    const { call } = workspace
    const flow = await call<{ id: string }>('POST', '/flows/', { name: 'flow' })
    const { body } = await call<FlowRun>('POST', '/flow_runs/', { flow_id: flow.body.id, state })
    return { ...workspace, run: body }
  }
  const propose = async (call: Call, id: string, state: object, kind = 'flow_runs') =>
    (await call<OrchestrationResult>('POST', `/${kind}/${id}/set_state`, { state })).body
  const refusals = (call: Call, id: string, kind = 'flow_runs') =>
    call<RefusedTransition[]>('GET', `/ui/${kind}/${id}/refusals`)

  describe('refused transitions', () => {
    it('a WAIT that is asked for again raises a count; the next refusal is a row of its own', async () => {
      const { call, run } = await flowRun({
        type: 'SCHEDULED',
        state_details: { scheduled_time: soon(600) },
      })
      await propose(call, run.id, { type: 'PENDING' })
      for (let i = 0; i < 5; i++)
        expect((await propose(call, run.id, { type: 'RUNNING' })).status).toBe('WAIT')
      await propose(call, run.id, { type: 'PENDING' })
      await propose(call, run.id, { type: 'RUNNING' })
      const { body } = await refusals(call, run.id)
      expect(body.map((each) => [each.status, each.count, each.proposed.name, each.from?.name])).toEqual([
        ['WAIT', 5, 'Running', 'Pending'],
        ['ABORT', 1, 'Pending', 'Pending'],
        ['WAIT', 1, 'Running', 'Pending'],
      ])
    })

    it('an ABORT and a REJECT keep what was proposed, from which state, and why', async () => {
      const { call, run } = await flowRun()
      await propose(call, run.id, { type: 'RUNNING' })
      expect((await propose(call, run.id, { type: 'PENDING' })).status).toBe('ABORT')
      await propose(call, run.id, { type: 'CANCELLING' })
      await propose(call, run.id, { type: 'RUNNING', name: 'Retrying' })
      const { body } = await refusals(call, run.id)
      expect(body).toMatchObject([
        {
          status: 'ABORT',
          count: 1,
          reason: 'This run is in a RUNNING state and cannot transition to a PENDING state.',
          proposed: { type: 'PENDING', name: 'Pending' },
          from: { type: 'RUNNING', name: 'Running' },
          given: null,
        },
        {
          status: 'REJECT',
          count: 1,
          reason: 'A run that is CANCELLING can only become CANCELLED.',
          proposed: { type: 'RUNNING', name: 'Retrying' },
          from: { type: 'CANCELLING', name: 'Cancelling' },
          given: null,
        },
      ])
      expect(body[0]?.first_seen).toBe(body[0]?.last_seen)
    })

    it('a failure that becomes a retry keeps the state that was given instead', async () => {
      const { call, run } = await flowRun()
      await call('PATCH', `/flow_runs/${run.id}`, { empirical_policy: { retries: 2, retry_delay: 0 } })
      await propose(call, run.id, { type: 'RUNNING' })
      await propose(call, run.id, { type: 'FAILED', message: 'no' })
      const { body } = await refusals(call, run.id)
      expect(body.map(({ status, proposed, given }) => [status, proposed.name, given?.name])).toEqual([
        ['REJECT', 'Failed', 'AwaitingRetry'],
      ])
    })

    it('task runs have theirs, and lose them with the run', async () => {
      const { call, run } = await flowRun()
      const made = await call<TaskRun>('POST', '/task_runs/', {
        flow_run_id: run.id,
        task_key: 't',
        dynamic_key: '0',
        state: { type: 'PENDING' },
      })
      const task = made.body.id
      // The flow run does not run.
      const answer = await propose(call, task, { type: 'RUNNING' }, 'task_runs')
      expect(answer.status).toBe('ABORT')
      const { body } = await refusals(call, task, 'task_runs')
      expect(body).toHaveLength(1)
      expect(body[0]).toMatchObject({ status: 'ABORT', reason: answer.details.reason, count: 1 })
      expect((await call('DELETE', `/flow_runs/${run.id}`)).status).toBe(204)
      const left = await app.db.read
        .selectFrom('refused_transitions')
        .select('number')
        .where('run_id', 'in', [run.id, task])
        .execute()
      expect(left).toEqual([])
      expect((await refusals(call, task, 'task_runs')).status).toBe(404)
    })

    it('a state set in bulk is refused for each run on its own', async () => {
      const one = await flowRun()
      const two = await flowRun({ type: 'PENDING' }, one)
      await propose(one.call, two.run.id, { type: 'RUNNING' })
      await propose(one.call, two.run.id, { type: 'CANCELLING' })
      const answers = await one.call<OrchestrationResult[]>('POST', '/flow_runs/bulk_set_state', {
        flow_runs: { id: { any_: [one.run.id, two.run.id] } },
        state: { type: 'RUNNING' },
      })
      expect(answers.status).toBe(200)
      expect((await refusals(one.call, one.run.id)).body).toEqual([])
      expect((await refusals(one.call, two.run.id)).body).toHaveLength(1)
    })

    it('only the latest 200 of a run are kept', async () => {
      const { call, run } = await flowRun()
      await propose(call, run.id, { type: 'RUNNING' })
      await propose(call, run.id, { type: 'CANCELLING' })
      for (let i = 0; i < 205; i++) await propose(call, run.id, { type: 'RUNNING', name: `Try${i}` })
      const { body } = await refusals(call, run.id)
      expect(body).toHaveLength(200)
      expect(body[0]?.proposed.name).toBe('Try5')
      expect(body.at(-1)?.proposed.name).toBe('Try204')
    })

    it('accepted states leave none; another workspace and a missing permission see nothing', async () => {
      const { call, run, id } = await flowRun()
      await propose(call, run.id, { type: 'RUNNING' })
      expect((await refusals(call, run.id)).body).toEqual([])
      await propose(call, run.id, { type: 'CANCELLING' })
      await propose(call, run.id, { type: 'RUNNING' })
      expect((await refusals(app.workspace().call, run.id)).status).toBe(404)
      expect((await refusals(call, newId())).status).toBe(404)
      expect((await refusals(app.workspace(['see_blocks'], id).call, run.id)).status).toBe(403)
    })
  })
})
