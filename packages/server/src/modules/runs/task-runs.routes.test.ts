import { type FlowRun, newId, type OrchestrationResult, type TaskRun } from '@orrery/schemas'
import { eachDatabase } from '@orrery/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TestApp, testApp } from '../../testing/test-app.ts'

eachDatabase((database) => {
  let app: TestApp
  beforeAll(async () => {
    app = await testApp(await database.open())
  })
  afterAll(() => app.close())

  async function withRun() {
    const workspace = app.workspace()
    const { body: flow } = await workspace.call<{ id: string }>('POST', '/flows/', { name: 'flow' })
    const { body: run } = await workspace.call<FlowRun>('POST', '/flow_runs/', { flow_id: flow.id })
    await workspace.call('POST', `/flow_runs/${run.id}/set_state`, { state: { type: 'RUNNING' } })
    return { ...workspace, flowId: flow.id, runId: run.id }
  }

  describe('task runs', () => {
    it('one stands under a key in its flow run; the second time it is answered as it was', async () => {
      const { call, runId } = await withRun()
      const body = {
        flow_run_id: runId,
        task_key: 'k',
        dynamic_key: '0',
        task_inputs: { x: [{ input_type: 'constant', type: 'int' }] },
      }
      const answers = await Promise.all(
        Array.from({ length: 6 }, () => call<TaskRun>('POST', '/task_runs/', body)),
      )
      expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 200, 200, 200, 200, 201])
      expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(1)
      const made = answers[0]?.body
      expect(made).toMatchObject({
        state_type: 'PENDING',
        run_count: 0,
        task_inputs: body.task_inputs,
        empirical_policy: { retries: null, retry_jitter_factor: null },
      })
      expect((await call<TaskRun>('GET', `/task_runs/${made?.id}`)).body.id).toBe(made?.id)
      const named = await call<{ flow_run_name: string }>('GET', `/ui/task_runs/${made?.id}`)
      expect(named.body.flow_run_name).toMatch(/-/)
    })

    it('a client may choose the id, and none of two workspaces sees the other', async () => {
      const mine = await withRun()
      const theirs = await withRun()
      const id = newId()
      const made = await mine.call<TaskRun>('POST', '/task_runs/', {
        id,
        flow_run_id: mine.runId,
        task_key: 'k',
        dynamic_key: '0',
      })
      expect([made.status, made.body.id]).toEqual([201, id])
      const clash = await theirs.call('POST', '/task_runs/', {
        id,
        flow_run_id: theirs.runId,
        task_key: 'k',
        dynamic_key: '0',
      })
      expect([clash.status, clash.body]).toMatchObject([409, { code: 'task_run_id_taken' }])
      expect(
        (
          await theirs.call('POST', '/task_runs/', {
            flow_run_id: mine.runId,
            task_key: 'z',
            dynamic_key: '0',
          })
        ).status,
      ).toBe(404)
      for (const [method, path, body] of [
        ['GET', '', undefined],
        ['PATCH', '', { name: 'x' }],
        ['POST', '/set_state', { state: { type: 'RUNNING' } }],
        ['DELETE', '', undefined],
      ] as const)
        expect((await theirs.call(method, `/task_runs/${id}${path}`, body)).status).toBe(404)
      expect((await theirs.call('GET', `/ui/task_runs/${id}`)).status).toBe(404)
      expect((await theirs.call('GET', `/task_run_states/?task_run_id=${id}`)).body).toEqual([])
    })

    it('a state is proposed to the core rules, or forced', async () => {
      const { call, runId } = await withRun()
      const { body: task } = await call<TaskRun>('POST', '/task_runs/', {
        flow_run_id: runId,
        task_key: 'k',
        dynamic_key: '0',
      })
      const propose = (state: object, force = false) =>
        call<OrchestrationResult>('POST', `/task_runs/${task.id}/set_state`, { state, force })
      expect((await propose({ type: 'RUNNING' })).status).toBe(201)
      expect((await propose({ type: 'COMPLETED', data: { storage_key: 's' } })).body.state?.type).toBe(
        'COMPLETED',
      )
      const again = await propose({ type: 'RUNNING' })
      expect([again.status, again.body.status]).toEqual([200, 'REJECT'])
      expect((await propose({ type: 'RUNNING' }, true)).status).toBe(201)
    })

    it('a cache key brings back the state that was stored under it', async () => {
      const { call, runId } = await withRun()
      const make = async (key: string) =>
        (await call<TaskRun>('POST', '/task_runs/', { flow_run_id: runId, task_key: key, dynamic_key: '0' }))
          .body.id
      const propose = (id: string, state: object) =>
        call<OrchestrationResult>('POST', `/task_runs/${id}/set_state`, { state })
      const [first, second] = [await make('a'), await make('b')]
      const details = { cache_key: 'the-key' }
      await propose(first, { type: 'RUNNING', state_details: details })
      await propose(first, { type: 'COMPLETED', data: { storage_key: 's' }, state_details: details })
      const cached = await propose(second, { type: 'RUNNING', state_details: details })
      expect([cached.body.status, cached.body.state?.name, cached.body.state?.data]).toEqual([
        'REJECT',
        'Cached',
        { storage_key: 's' },
      ])
      const fresh = await propose(await make('c'), {
        type: 'RUNNING',
        state_details: { ...details, refresh_cache: true },
      })
      expect(fresh.body.state?.name).toBe('Running')
      const elsewhere = await withRun()
      const { body: task } = await elsewhere.call<TaskRun>('POST', '/task_runs/', {
        flow_run_id: elsewhere.runId,
        task_key: 'a',
        dynamic_key: '0',
      })
      const theirs = await elsewhere.call<OrchestrationResult>('POST', `/task_runs/${task.id}/set_state`, {
        state: { type: 'RUNNING', state_details: details },
      })
      expect(theirs.body.state?.name).toBe('Running')
    })

    it('PATCH renames, DELETE removes it and its states', async () => {
      const { call, runId } = await withRun()
      const { body: task } = await call<TaskRun>('POST', '/task_runs/', {
        flow_run_id: runId,
        task_key: 'k',
        dynamic_key: '0',
      })
      expect((await call('PATCH', `/task_runs/${task.id}`, { name: 'renamed' })).status).toBe(204)
      expect((await call<TaskRun>('GET', `/task_runs/${task.id}`)).body.name).toBe('renamed')
      expect((await call('DELETE', `/task_runs/${task.id}`)).status).toBe(204)
      expect((await call('GET', `/task_run_states/?task_run_id=${task.id}`)).body).toEqual([])
    })
  })

  describe('what is told of many runs', () => {
    it('histories count each run once, in the bucket of its expected start', async () => {
      const { call, flowId } = await withRun()
      const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString()
      for (const minute of [0, 5, 9, 10])
        await call('POST', '/flow_runs/', {
          flow_id: flowId,
          state: { type: 'SCHEDULED', state_details: { scheduled_time: at(minute) } },
        })
      const window = { history_start: at(0), history_end: at(15), history_interval_seconds: 300 }
      const { body } = await call<{ interval_start: string; states: object[] }[]>(
        'POST',
        '/flow_runs/history',
        window,
      )
      expect(body.map(({ states }) => states)).toMatchObject([
        [{ state_type: 'SCHEDULED', state_name: 'Scheduled', count_runs: 1, sum_estimated_run_time: 0 }],
        [{ count_runs: 2 }],
        [{ count_runs: 1 }],
      ])
      expect(body[1]?.interval_start).toBe('2026-01-01T00:05:00.000000Z')
      const empty = await call('POST', '/task_runs/history', { ...window, history_end: at(0) })
      expect(empty.body).toEqual([])
      expect(
        (await call('POST', '/flow_runs/history', { ...window, history_interval_seconds: 0.5 })).status,
      ).toBe(422)
      const long = await call<object[]>('POST', '/flow_runs/history', {
        ...window,
        history_end: at(60 * 24),
        history_interval_seconds: 1,
      })
      expect(long.body).toHaveLength(500)
      expect((await call('POST', '/flow_runs/lateness', { flow_runs: { id: { any_: [] } } })).text).toBe(
        'null',
      )
    })

    it('the graph shows tasks and sub-flows with what they waited for', async () => {
      const { call, runId, flowId } = await withRun()
      const task = async (key: string, task_inputs: object = {}) =>
        (
          await call<TaskRun>('POST', '/task_runs/', {
            flow_run_id: runId,
            task_key: key,
            dynamic_key: '0',
            name: key,
            task_inputs,
          })
        ).body.id
      const input = (id: string) => [{ input_type: 'task_run', id }]
      const a = await task('a')
      const b = await task('b', { x: input(a), y: input(a) })
      const stand = await task('c', { __parents__: input(b) })
      const child = (
        await call<FlowRun>('POST', '/flow_runs/', {
          flow_id: flowId,
          name: 'kid',
          parent_task_run_id: stand,
        })
      ).body.id
      const { body } = await call<{
        root_node_ids: string[]
        nodes: [string, Record<string, unknown>][]
        states: object[]
      }>('GET', `/flow_runs/${runId}/graph-v2`)
      expect(body.nodes).toMatchObject([
        [a, { kind: 'task-run', label: 'a', parents: [], children: [{ id: b }], encapsulating: [] }],
        [b, { parents: [{ id: a }], children: [] }],
        [child, { kind: 'flow-run', label: 'flow / kid', parents: [], encapsulating: [{ id: b }] }],
      ])
      expect(body.root_node_ids).toEqual([a, child])
      expect(body.states).toMatchObject([{ type: 'PENDING' }, { type: 'RUNNING' }])
      const later = await call<{ nodes: unknown[] }>(
        'GET',
        `/flow_runs/${runId}/graph-v2?since=2099-01-01T00:00:00Z`,
      )
      expect(later.body.nodes).toHaveLength(3)
      const first = await call<{ id: string; upstream_dependencies: object[] }[]>(
        'GET',
        `/flow_runs/${runId}/graph`,
      )
      expect(first.body.find(({ id }) => id === b)?.upstream_dependencies).toEqual([
        { input_type: 'task_run', id: a },
      ])
    })

    it('observed states are the pairs that were ever entered', async () => {
      const { call } = await withRun()
      const names = async (query: string) =>
        (await call<{ state_name: string }[]>('GET', `/observed-states?order_by=NAME_ASC${query}`)).body.map(
          (state) => state.state_name,
        )
      expect(await names('')).toEqual(['Pending', 'Running'])
      expect(await names('&query=%20run')).toEqual(['Running'])
      expect(await names('&query=un')).toEqual([])
      expect(await names('&limit=1')).toEqual(['Pending'])
      expect((await call('GET', `/observed-states?query=${'x'.repeat(101)}`)).status).toBe(422)
    })

    it('the dashboard sums up the window', async () => {
      const { call, flowId, runId } = await withRun()
      for (const message of ['boom', 'boom', 'bang']) {
        const { body: run } = await call<FlowRun>('POST', '/flow_runs/', { flow_id: flowId })
        await call('POST', `/flow_runs/${run.id}/set_state`, { state: { type: 'FAILED', message } })
      }
      const due = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString()
      await call('POST', '/flow_runs/', {
        flow_id: flowId,
        state: { type: 'SCHEDULED', name: 'Late', state_details: { scheduled_time: due(-30) } },
      })
      const next = await call<FlowRun>('POST', '/flow_runs/', {
        flow_id: flowId,
        state: { type: 'SCHEDULED', state_details: { scheduled_time: due(50) } },
      })
      await call('POST', '/task_runs/', { flow_run_id: runId, task_key: 'k', dynamic_key: '0' })
      const body = { since: due(-60), until: due(60), buckets: 4 }
      const { body: seen } = await call('POST', '/ui/dashboard', body)
      expect(seen).toMatchObject({
        counts: { RUNNING: 1, FAILED: 3, SCHEDULED: 1, late: 1 },
        failures: [
          {
            flow_id: flowId,
            flow_name: 'flow',
            state_type: 'FAILED',
            state_name: 'Failed',
            message: 'boom',
            count: 2,
          },
          { message: 'bang', count: 1 },
        ],
        running: [{ id: runId }],
        late: [{ state_name: 'Late' }],
        upcoming: [{ id: next.body.id }],
        tasks: { completed: 0, failed: 0, running: 0, total: 1 },
      })
      const none = await call('POST', '/ui/dashboard', { ...body, flow_ids: [newId()], tags: ['x'] })
      expect(none.body).toMatchObject({
        counts: { late: 0 },
        failures: [],
        running: [],
        late: [],
        upcoming: [],
        tasks: { total: 0 },
      })
      expect((await call('POST', '/ui/flows/next-runs', { flow_ids: [flowId] })).body).toMatchObject({
        [flowId]: { state_name: 'Late' },
      })
      expect((await call('POST', '/ui/flow_runs/count-task-runs', { flow_run_ids: [runId] })).body).toEqual({
        [runId]: 1,
      })
      expect((await call('POST', '/ui/task_runs/count')).body).toMatchObject({ PENDING: 1, RUNNING: 0 })
      const bars = await call<{ completed: number; failed: number }[]>(
        'POST',
        '/ui/task_runs/dashboard/counts',
        { task_runs: { start_time: { after_: body.since } } },
      )
      expect(bars.body).toHaveLength(20)
      expect((await call('POST', '/ui/task_runs/dashboard/counts', { task_runs: {} })).status).toBe(422)
    })

    it('names of limits that do not exist hold nobody up', async () => {
      const { call } = app.workspace()
      const base = '/v2/concurrency_limits'
      const lease = await call<{ lease_id: string }>('POST', `${base}/increment-with-lease`, {
        names: ['tag:x'],
        slots: 1,
        mode: 'concurrency',
        lease_duration: 60,
        holder: { type: 'task_run', id: newId() },
      })
      expect([lease.status, lease.body]).toMatchObject([200, { limits: [] }])
      expect(
        (await call('POST', `${base}/leases/${lease.body.lease_id}/renew`, { lease_duration: 60 })).status,
      ).toBe(204)
      expect(
        (await call('POST', `${base}/decrement-with-lease`, { lease_id: lease.body.lease_id })).status,
      ).toBe(204)
      expect((await call('POST', `${base}/increment-with-lease`, { names: [], slots: 1 })).status).toBe(422)
    })
  })
})
