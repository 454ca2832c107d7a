import { type FlowRun, newId, type OrchestrationResult, type State, type TaskRun } from '@orrery/schemas'
import { eachDatabase } from '@orrery/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TestApp, type TestWorkspace, testApp } from '../../testing/test-app.ts'

eachDatabase((database) => {
  let app: TestApp
  beforeAll(async () => {
    app = await testApp(await database.open())
  })
  afterAll(() => app.close())

  async function withFlow(name = 'flow', more: object = {}) {
    const workspace = app.workspace()
    const { body } = await workspace.call<{ id: string }>('POST', '/flows/', { name, ...more })
    return { ...workspace, flowId: body.id }
  }
  const create = async (
    { call, flowId }: { call: TestWorkspace['call']; flowId: string },
    more: object = {},
  ) => (await call<FlowRun>('POST', '/flow_runs/', { flow_id: flowId, ...more })).body
  const propose = (call: TestWorkspace['call'], id: string, state: object, force = false) =>
    call<OrchestrationResult>('POST', `/flow_runs/${id}/set_state`, { state, force })
  const eventsOf = async (workspaceId: string) =>
    app.db.read
      .selectFrom('events')
      .select(['event', 'id', 'resource', 'related', 'follows'])
      .where('workspace_id', '=', workspaceId)
      .where('event', 'like', 'prefect.flow-run.%')
      .orderBy('seq')
      .execute()

  describe('creating flow runs', () => {
    it('a run without a name or state gets a slug and is PENDING; every key is answered', async () => {
      const place = await withFlow()
      const answer = await place.call<FlowRun>('POST', '/flow_runs/', {
        flow_id: place.flowId,
        name: null,
        parameters: { n: 1 },
        tags: ['a', 'a', 'b'],
      })
      expect(answer.status).toBe(201)
      expect(answer.body.name).toMatch(/^[a-z]+-[a-z]+$/)
      expect(answer.body).toMatchObject({
        flow_id: place.flowId,
        state_type: 'PENDING',
        state_name: 'Pending',
        run_count: 0,
        tags: ['a', 'b'],
        labels: { 'prefect.flow.id': place.flowId },
        parameters: { n: 1 },
        context: {},
        deployment_id: null,
        work_pool_id: null,
        total_run_time: 0,
        empirical_policy: { retries: null, pause_keys: [], resuming: false, retry_type: null },
        created_by: { type: 'USER', display_value: 'tester' },
      })
      expect(answer.body.state).toMatchObject({ id: answer.body.state_id, type: 'PENDING', data: null })
      expect(answer.body.expected_start_time).toBe(answer.body.state?.timestamp)
      const read = await place.call<FlowRun>('GET', `/flow_runs/${answer.body.id}`)
      expect({ ...read.body, estimated_start_time_delta: 0 }).toEqual({
        ...answer.body,
        estimated_start_time_delta: 0,
      })
      const events = await eventsOf(place.id)
      expect(events.map(({ event, id }) => [event, id])).toEqual([
        ['prefect.flow-run.Pending', answer.body.state_id],
      ])
    })

    it('an idempotency key makes one run a flow, also when used at once', async () => {
      const place = await withFlow()
      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, index) =>
          place.call<FlowRun>('POST', '/flow_runs/', {
            flow_id: place.flowId,
            idempotency_key: 'same',
            name: `try-${index}`,
          }),
        ),
      )
      expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
      expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1)
      const made = answers.find(({ status }) => status === 201)?.body
      const again = await place.call<FlowRun>('POST', '/flow_runs/', {
        flow_id: place.flowId,
        idempotency_key: 'same',
        state: { type: 'RUNNING' },
      })
      expect([again.status, again.body.id, again.body.state_type]).toEqual([200, made?.id, 'PENDING'])
      expect(await eventsOf(place.id)).toHaveLength(1)
      const other = await place.call<{ id: string }>('POST', '/flows/', { name: 'other' })
      const elsewhere = await place.call('POST', '/flow_runs/', {
        flow_id: other.body.id,
        idempotency_key: 'same',
      })
      expect(elsewhere.status).toBe(201)
    })

    it('integers past 64 bits keep their digits in every answer', async () => {
      const place = await withFlow()
      const big = '123456789012345678901234567890'
      const body = `{"flow_id":"${place.flowId}","parameters":{"big":${big},"list":[-9007199254740993]},"context":{"n":${big}}}`
      const made = await place.call<FlowRun>('POST', '/flow_runs/', body)
      const [row] = await app.db.read
        .selectFrom('flow_runs')
        .select(['parameters', 'context'])
        .where('id', '=', made.body.id)
        .execute()
      expect(row).toEqual({
        parameters: `{"big":${big},"list":[-9007199254740993]}`,
        context: `{"n":${big}}`,
      })
      for (const [method, path, payload] of [
        ['GET', `/flow_runs/${made.body.id}`, undefined],
        ['POST', '/flow_runs/filter', {}],
        ['POST', '/flow_runs/paginate', {}],
      ] as const)
        expect((await place.call(method, path, payload)).text).toContain(
          `"big":${big},"list":[-9007199254740993]`,
        )
    })

    it('a flow of another workspace is no flow', async () => {
      const mine = await withFlow()
      const theirs = app.workspace()
      const answer = await theirs.call('POST', '/flow_runs/', { flow_id: mine.flowId })
      expect([answer.status, answer.body]).toMatchObject([404, { code: 'flow_not_found' }])
      expect((await mine.call('POST', '/flow_runs/', { flow_id: 'x' })).status).toBe(422)
      expect((await mine.call('POST', '/flow_runs/', {})).body).toMatchObject({
        exception_message: 'Invalid request received.',
        exception_detail: [{ type: 'missing', loc: ['body', 'flow_id'] }],
      })
    })

    it('an automation named in the headers is the creator', async () => {
      const place = await withFlow()
      const id = newId()
      const { body } = await place.call<FlowRun>(
        'POST',
        '/flow_runs/',
        { flow_id: place.flowId },
        {
          'prefect-automation-id': id,
          'prefect-automation-name': Buffer.from('nightly').toString('base64'),
        },
      )
      expect(body.created_by).toEqual({ id, type: 'AUTOMATION', display_value: 'nightly' })
      const [event] = await eventsOf(place.id)
      expect(JSON.parse(event?.related ?? '[]')).toContainEqual({
        'prefect.resource.id': `prefect.automation.${id}`,
        'prefect.resource.role': 'creator',
        'prefect.resource.name': 'nightly',
      })
    })
  })

  describe('setting states', () => {
    it('a stored state answers 201 with a fresh id, a refused one 200 with the current', async () => {
      const place = await withFlow('flow', { tags: ['of-flow'] })
      const run = await create(place, { tags: ['of-run'] })
      const running = await propose(place.call, run.id, { type: 'RUNNING', message: 'go' })
      expect([running.status, running.body.status, running.body.details]).toEqual([
        201,
        'ACCEPT',
        { type: 'accept_details' },
      ])
      expect(running.body.state).toMatchObject({
        type: 'RUNNING',
        name: 'Running',
        message: 'go',
        state_details: { flow_run_id: run.id, pause_reschedule: false },
      })
      const refused = await propose(place.call, run.id, { type: 'PENDING' })
      expect([refused.status, refused.body.status, refused.body.details.type]).toEqual([
        200,
        'ABORT',
        'abort_details',
      ])
      expect(refused.body.state?.id).toBe(running.body.state?.id)
      const done = await propose(place.call, run.id, { type: 'COMPLETED', data: { storage_key: 'k', n: 1 } })
      expect(done.body.state?.data).toEqual({ storage_key: 'k', n: 1 })
      const { body: after } = await place.call<FlowRun>('GET', `/flow_runs/${run.id}`)
      expect(after).toMatchObject({
        state_type: 'COMPLETED',
        state_id: done.body.state?.id,
        run_count: 1,
        start_time: running.body.state?.timestamp,
        end_time: done.body.state?.timestamp,
      })
      expect(after.total_run_time).toBeGreaterThan(0)
      expect(after.state).toEqual(done.body.state)
      const states = (await place.call<State[]>('GET', `/flow_run_states/?flow_run_id=${run.id}`)).body
      expect(states.map((state) => state.type)).toEqual(['PENDING', 'RUNNING', 'COMPLETED'])
      expect((await place.call('GET', `/flow_run_states/${states[1]?.id}`)).body).toEqual(states[1])
      const events = await eventsOf(place.id)
      expect(events.map(({ id, follows }) => [id, follows])).toEqual([
        [states[0]?.id, null],
        [states[1]?.id, states[0]?.id],
        [states[2]?.id, states[1]?.id],
      ])
      expect(JSON.parse(events[2]?.related ?? '[]')).toEqual([
        {
          'prefect.resource.id': `prefect.flow.${place.flowId}`,
          'prefect.resource.role': 'flow',
          'prefect.resource.name': 'flow',
        },
        { 'prefect.resource.id': 'prefect.tag.of-flow', 'prefect.resource.role': 'tag' },
        { 'prefect.resource.id': 'prefect.tag.of-run', 'prefect.resource.role': 'tag' },
      ])
    })

    it('the same transition id is stored once', async () => {
      const place = await withFlow()
      const run = await create(place)
      const state = { type: 'RUNNING', state_details: { transition_id: newId() } }
      const answers = await Promise.all(Array.from({ length: 5 }, () => propose(place.call, run.id, state)))
      expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 200, 200, 200, 201])
      expect(new Set(answers.map(({ body }) => body.state?.id)).size).toBe(1)
      expect((await place.call<State[]>('GET', `/flow_run_states/?flow_run_id=${run.id}`)).body).toHaveLength(
        2,
      )
    })

    it('states side by side on many runs are each answered their own', async () => {
      const place = await withFlow()
      const runs = await Promise.all(Array.from({ length: 40 }, () => create(place)))
      const answers = await Promise.all(
        runs.map(({ id }, index) =>
          propose(place.call, index % 10 === 9 ? newId() : id, { type: 'RUNNING', message: id }),
        ),
      )
      answers.forEach(({ status, body }, index) => {
        if (index % 10 === 9) expect(status).toBe(404)
        else expect([status, body.state?.message]).toEqual([201, runs[index]?.id])
      })
    })

    it('a client of an API older than 0.8.0 is refused', async () => {
      const { call } = app.workspace()
      const statusOf = async (version: string) =>
        (await call('POST', '/flow_runs/count', undefined, { 'x-prefect-api-version': version })).status
      expect(await Promise.all(['0.8.4', '0.8.0', '1.0.0', '0.7.9', 'new', '0.8'].map(statusOf))).toEqual([
        200, 200, 200, 400, 400, 400,
      ])
    })

    it('a malformed instant or type is refused with its place', async () => {
      const place = await withFlow()
      const run = await create(place)
      const answer = await propose(place.call, run.id, {
        type: 'SCHEDULED',
        state_details: { scheduled_time: 'soon' },
      })
      expect([answer.status, answer.body]).toMatchObject([422, { code: 'instant_malformed' }])
      expect((await propose(place.call, run.id, { type: 'DONE' })).status).toBe(422)
    })

    it('another workspace cannot read or change a run', async () => {
      const place = await withFlow()
      const run = await create(place)
      const { call } = app.workspace()
      for (const [method, path, body] of [
        ['GET', '', undefined],
        ['PATCH', '', { name: 'x' }],
        ['PATCH', '/labels', { a: 1 }],
        ['POST', '/set_state', { state: { type: 'RUNNING' } }],
        ['POST', '/resume', {}],
        ['GET', '/graph-v2', undefined],
        ['GET', '/graph', undefined],
        ['POST', '/input', { key: 'k', value: 'v' }],
        ['GET', '/input/k', undefined],
        ['DELETE', '', undefined],
      ] as const)
        expect([method, path, (await call(method, `/flow_runs/${run.id}${path}`, body)).status]).toEqual([
          method,
          path,
          404,
        ])
      expect((await call('GET', `/flow_run_states/?flow_run_id=${run.id}`)).body).toEqual([])
      expect((await call('GET', `/flow_run_states/${run.state_id}`)).status).toBe(404)
      expect(
        (await call('POST', '/flow_runs/filter', { flow_runs: { id: { any_: [run.id] } } })).body,
      ).toEqual([])
      expect(
        (await call('POST', '/flow_runs/bulk_delete', { flow_runs: { id: { any_: [run.id] } } })).body,
      ).toEqual({ deleted: [] })
      expect((await place.call<FlowRun>('GET', `/flow_runs/${run.id}`)).body.state_type).toBe('PENDING')
    })
  })

  describe('sub-flows', () => {
    it('each state of a child is mirrored to the task run that stands for it', async () => {
      const place = await withFlow()
      const parent = await create(place)
      const { body: task, status } = await place.call<TaskRun>('POST', '/task_runs/', {
        flow_run_id: parent.id,
        task_key: 'child',
        dynamic_key: '0',
        name: 'child-0',
        state: { type: 'PENDING' },
        tags: ['of-task'],
      })
      expect(status).toBe(201)
      expect(task.labels).toEqual({ 'prefect.flow.id': place.flowId, 'prefect.flow-run.id': parent.id })
      const child = await create(place, { parent_task_run_id: task.id, state: { type: 'PENDING' } })
      await propose(place.call, child.id, { type: 'RUNNING' })
      const done = await propose(place.call, child.id, { type: 'COMPLETED', message: 'all well' })
      expect(done.body.state?.state_details.task_run_id).toBe(task.id)
      const { body: mirrored } = await place.call<TaskRun>('GET', `/task_runs/${task.id}`)
      expect(mirrored).toMatchObject({
        state_type: 'COMPLETED',
        run_count: 1,
        state: { message: 'all well' },
      })
      expect(mirrored.state?.state_details).toMatchObject({
        child_flow_run_id: child.id,
        task_run_id: task.id,
        flow_run_id: parent.id,
      })
      expect(mirrored.state?.id).not.toBe(done.body.state?.id)
      const states = await place.call<State[]>('GET', `/task_run_states/?task_run_id=${task.id}`)
      expect(states.body.map((state) => state.type)).toEqual(['PENDING', 'PENDING', 'RUNNING', 'COMPLETED'])
      const related = JSON.parse((await eventsOf(place.id)).at(-1)?.related ?? '[]') as Record<
        string,
        string
      >[]
      expect(related.map((resource) => resource['prefect.resource.id'])).toContain(
        `prefect.task-run.${task.id}`,
      )
      expect(related.map((resource) => resource['prefect.resource.id'])).toContain('prefect.tag.of-task')
    })

    it('a deleted parent leaves its child as a root', async () => {
      const place = await withFlow()
      const parent = await create(place)
      const task = (
        await place.call<TaskRun>('POST', '/task_runs/', {
          flow_run_id: parent.id,
          task_key: 'c',
          dynamic_key: '0',
        })
      ).body
      const child = await create(place, { parent_task_run_id: task.id })
      await place.call('POST', `/flow_runs/${parent.id}/input`, { key: 'k', value: 'v' })
      expect((await place.call('DELETE', `/flow_runs/${parent.id}`)).status).toBe(204)
      expect((await place.call('GET', `/task_runs/${task.id}`)).status).toBe(404)
      expect((await place.call('GET', `/flow_run_states/?flow_run_id=${parent.id}`)).body).toEqual([])
      expect((await place.call('GET', `/task_run_states/?task_run_id=${task.id}`)).body).toEqual([])
      const inputs = await app.db.read
        .selectFrom('flow_run_inputs')
        .select('id')
        .where('flow_run_id', '=', parent.id)
        .execute()
      expect(inputs).toEqual([])
      const orphan = await place.call<FlowRun>('GET', `/flow_runs/${child.id}`)
      expect(orphan.body.parent_task_run_id).toBeNull()
      expect((await propose(place.call, child.id, { type: 'RUNNING' })).status).toBe(201)
    })
  })

  describe('changing flow runs', () => {
    it('PATCH changes what it names, and only that', async () => {
      const place = await withFlow()
      const run = await create(place, { tags: ['t'], parameters: { a: 1 } })
      await place.call('PATCH', `/flow_runs/${run.id}`, {
        name: 'renamed',
        flow_version: 'v2',
        infrastructure_pid: 'host:7',
      })
      await place.call('PATCH', `/flow_runs/${run.id}`, { empirical_policy: { retries: 3, retry_delay: 2 } })
      const { body } = await place.call<FlowRun>('GET', `/flow_runs/${run.id}`)
      expect(body).toMatchObject({
        name: 'renamed',
        flow_version: 'v2',
        infrastructure_pid: 'host:7',
        tags: ['t'],
        parameters: { a: 1 },
        empirical_policy: { retries: 3, retry_delay: 2, pause_keys: [] },
      })
      const refused = await place.call('PATCH', `/flow_runs/${run.id}`, { job_variables: { image: 'x' } })
      expect([refused.status, refused.body]).toMatchObject([400, { code: 'job_variables_fixed' }])
    })

    it('labels are merged', async () => {
      const place = await withFlow()
      const run = await create(place, { labels: { a: 1, b: true } })
      await place.call('PATCH', `/flow_runs/${run.id}/labels`, { b: 'new', c: 2.5 })
      const { body } = await place.call<FlowRun>('GET', `/flow_runs/${run.id}`)
      expect(body.labels).toEqual({ 'prefect.flow.id': place.flowId, a: 1, b: 'new', c: 2.5 })
    })

    it('bulk routes touch at most 50 runs', async () => {
      const place = await withFlow()
      const runs = await Promise.all(Array.from({ length: 3 }, () => create(place)))
      const { body } = await place.call<{ results: { flow_run_id: string; status: string }[] }>(
        'POST',
        '/flow_runs/bulk_set_state',
        {
          flow_runs: { id: { any_: [runs[0]?.id, runs[1]?.id] } },
          state: { type: 'CANCELLED' },
          force: true,
        },
      )
      expect(body.results.map(({ flow_run_id, status }) => [flow_run_id, status])).toEqual([
        [runs[1]?.id, 'ACCEPT'],
        [runs[0]?.id, 'ACCEPT'],
      ])
      const deleted = await place.call<{ deleted: string[] }>('POST', '/flow_runs/bulk_delete', {
        flow_runs: { state: { type: { any_: ['CANCELLED'] } } },
      })
      expect(deleted.body.deleted.toSorted()).toEqual([runs[0]?.id, runs[1]?.id].toSorted())
      expect((await place.call('POST', '/flow_runs/count')).body).toBe(1)
      expect((await place.call('POST', '/flow_runs/bulk_delete', { limit: 51 })).status).toBe(422)
    })
  })

  describe('pausing and resuming', () => {
    const pause = {
      type: 'PAUSED',
      state_details: {
        pause_timeout: '2099-01-01T00:00:00Z',
        pause_key: 'p',
        run_input_keyset: { schema: 'p-schema', response: 'p-response' },
      },
    }
    const schema = JSON.stringify({ type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] })

    it('input is checked against the schema that the run left, and stored with the transition', async () => {
      const place = await withFlow()
      const run = await create(place)
      await propose(place.call, run.id, { type: 'RUNNING' })
      const paused = await propose(place.call, run.id, pause)
      const resume = (body?: object) =>
        place.call<OrchestrationResult>('POST', `/flow_runs/${run.id}/resume`, body)
      expect((await resume({ run_input: { n: 1 } })).body.details.reason).toBe('Run input schema not found.')
      await place.call('POST', `/flow_runs/${run.id}/input`, { key: 'p-schema', value: schema })
      const wrong = await resume({ run_input: { n: 'one' } })
      expect([wrong.status, wrong.body.status, wrong.body.details.type, wrong.body.state?.id]).toEqual([
        200,
        'REJECT',
        'abort_details',
        paused.body.state?.id,
      ])
      const right = await resume({ run_input: { n: { __prefect_kind: 'json', value: '1' } } })
      expect([right.status, right.body.status, right.body.state?.type]).toEqual([201, 'ACCEPT', 'RUNNING'])
      const input = await place.call('GET', `/flow_runs/${run.id}/input/p-response`)
      expect([input.body, input.headers['content-type']]).toEqual(['{"n":1}', 'text/plain; charset=utf-8'])
      const again = await resume()
      expect([again.status, again.body]).toEqual([
        200,
        {
          state: null,
          status: 'ABORT',
          details: { type: 'abort_details', reason: 'Cannot resume a flow run that is not paused.' },
        },
      ])
    })

    it('inputs are texts under keys that are used once', async () => {
      const place = await withFlow()
      const run = await create(place)
      const base = `/flow_runs/${run.id}/input`
      for (const key of ['a-1', 'a-2', 'b_1'])
        expect((await place.call('POST', base, { key, value: `"${key}"`, sender: 'me' })).status).toBe(201)
      expect((await place.call('POST', base, { key: 'a-1', value: 'x' })).status).toBe(409)
      const keys = async (body: object) =>
        (await place.call<{ key: string }[]>('POST', `${base}/filter`, body)).body.map(({ key }) => key)
      expect(await keys({ prefix: 'a-' })).toEqual(['a-1'])
      expect(await keys({ prefix: 'a-', limit: 10 })).toEqual(['a-1', 'a-2'])
      expect(await keys({ prefix: 'a-', limit: 10, exclude_keys: ['a-1'] })).toEqual(['a-2'])
      expect(await keys({ prefix: 'b%', limit: 10 })).toEqual([])
      expect((await place.call('GET', `${base}/a-2`)).body).toBe('"a-2"')
      expect((await place.call('DELETE', `${base}/a-2`)).status).toBe(204)
      expect((await place.call('DELETE', `${base}/a-2`)).status).toBe(404)
      expect((await place.call('GET', `${base}/a-2`)).status).toBe(404)
    })
  })
})
