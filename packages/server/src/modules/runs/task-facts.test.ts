import { type FlowRun, newId, type TaskContext, type TaskFact, type TaskRun } from '@orrery/schemas'
import { eachDatabase } from '@orrery/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TestApp, type TestWorkspace, testApp } from '../../testing/test-app.ts'

eachDatabase((database) => {
  let app: TestApp
  beforeAll(async () => {
    app = await testApp(await database.open())
  })
  afterAll(() => app.close())

  const start = async (workspace = app.workspace()) => {
    const { call } = workspace
    const flow = await call<{ id: string }>('POST', '/flows/', { name: 'flow' })
    const { body } = await call<FlowRun>('POST', '/flow_runs/', {
      flow_id: flow.body.id,
      state: { type: 'RUNNING' },
    })
    return { ...workspace, run: body.id }
  }
  const task = async (
    call: TestWorkspace['call'],
    run: string,
    more: object,
    states: object[] = [],
  ): Promise<string> => {
    const { body } = await call<TaskRun>('POST', '/task_runs/', {
      flow_run_id: run,
      task_key: 'enrich',
      state: { type: 'PENDING' },
      ...more,
    })
    for (const state of states) await call('POST', `/task_runs/${body.id}/set_state`, { state, force: true })
    return body.id
  }
  const running = { type: 'RUNNING' }

  describe('facts of tasks', () => {
    it('hold the attempts of what was retried, the message of what failed, and the key in a name', async () => {
      const { call, run } = await start()
      const retried = await task(call, run, { name: 'enrich-0cd', dynamic_key: '0cd1e2f3' }, [
        running,
        { type: 'SCHEDULED', name: 'AwaitingRetry' },
        running,
        { type: 'FAILED', message: 'ValueError: no' },
      ])
      const plain = await task(call, run, { name: 'load eu', dynamic_key: '7' }, [running])
      const numbered = await task(call, run, { name: 'load-12', dynamic_key: '12' })
      const { body } = await call<TaskFact[]>('GET', `/ui/flow_runs/${run}/task_facts`)
      const of = (id: string) => body.find((fact) => fact.id === id)
      expect(body).toHaveLength(3)
      expect(of(retried)).toMatchObject({ run_count: 2, key_length: 3, message: 'ValueError: no' })
      expect(of(retried)?.attempts?.map(({ state_type, to }) => [state_type, to !== null])).toEqual([
        ['FAILED', true],
        ['FAILED', true],
      ])
      expect(of(plain)).toEqual({
        id: plain,
        state_name: 'Running',
        run_count: 1,
        key_length: 0,
        message: null,
      })
      expect(of(numbered)).toMatchObject({ run_count: 0, key_length: 2 })
    })

    it('stay inside their workspace', async () => {
      const { call, run, id } = await start()
      const mine = await task(call, run, { dynamic_key: '0' })
      const other = app.workspace()
      expect((await other.call('GET', `/ui/flow_runs/${run}/task_facts`)).status).toBe(404)
      expect((await other.call('GET', `/ui/task_runs/${mine}/context`)).status).toBe(404)
      expect((await call('GET', `/ui/task_runs/${newId()}/context`)).status).toBe(404)
      const blind = app.workspace(['see_blocks'], id)
      expect((await blind.call('GET', `/ui/flow_runs/${run}/task_facts`)).status).toBe(403)
    })
  })

  describe('what stands beside a task run', () => {
    it('is the other calls of its task, in their order', async () => {
      const { call, run } = await start()
      const ids = []
      for (const key of ['0', '1', '2']) ids.push(await task(call, run, { dynamic_key: key }))
      await task(call, run, { dynamic_key: '0', task_key: 'load' })
      const { body } = await call<TaskContext>('GET', `/ui/task_runs/${ids[1]}/context`)
      expect(body.siblings.map(({ id }) => id)).toEqual(ids)
      expect(body).toMatchObject({ sibling_count: 3, cached_from: null })
    })

    it('is also the run whose result it took, in whichever flow run that was', async () => {
      const first = await start()
      const { call } = first
      const key = { state_details: { cache_key: 'rates_50%_off' } }
      const made = await task(call, first.run, { name: 'rates', dynamic_key: '0' }, [
        { ...running, ...key },
        { type: 'COMPLETED', ...key },
      ])
      const second = await start(first)
      await task(call, second.run, { dynamic_key: '9' }, [
        running,
        { type: 'COMPLETED', state_details: { cache_key: 'rates_50 is off' } },
      ])
      const cached = await task(call, second.run, { dynamic_key: '0' }, [
        { type: 'COMPLETED', name: 'Cached', ...key },
      ])
      const { body } = await call<TaskContext>('GET', `/ui/task_runs/${cached}/context`)
      expect(body.cached_from).toMatchObject({ id: made, name: 'rates', flow_run_id: first.run })
    })
  })
})
