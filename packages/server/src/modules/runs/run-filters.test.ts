import { type FlowRun, newId, systemNow, type TaskRun, toIso } from '@orrery/schemas'
import { eachDatabase } from '@orrery/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TestApp, type TestWorkspace, testApp } from '../../testing/test-app.ts'

/** Microseconds before now. */
const ago = (seconds: number) => toIso(systemNow() - seconds * 1_000_000)

interface World {
  call: TestWorkspace['call']
  ids: Record<string, string>
}

/** Two flows, five flow runs and three task runs that differ in everything a filter looks at. */
async function makeWorld(app: TestApp): Promise<World> {
  const { call, id: workspaceId } = app.workspace()
  const ids: Record<string, string> = {}
  const remember = (name: string, id: string) => {
    ids[name] = id
    return id
  }
  for (const name of ['etl', 'report'])
    remember(name, (await call<{ id: string }>('POST', '/flows/', { name, tags: [name] })).body.id)
  const deploymentId = remember('deployment', newId())
  await app.db.write((trx) =>
    trx
      .insertInto('deployments')
      .values({
        id: deploymentId,
        workspace_id: workspaceId,
        created: 1,
        updated: 1,
        flow_id: ids.etl ?? '',
        name: 'nightly',
        tags: '["prod","eu"]',
      })
      .execute(),
  )
  const run = async (name: string, flow: string, body: object, ...states: object[]) => {
    const made = await call<FlowRun>('POST', '/flow_runs/', { flow_id: ids[flow], name, ...body })
    remember(name, made.body.id)
    for (const state of states) await call('POST', `/flow_runs/${made.body.id}/set_state`, { state })
  }
  await run(
    'one',
    'etl',
    { tags: ['a', 'b'], deployment_id: deploymentId },
    { type: 'RUNNING' },
    { type: 'COMPLETED' },
  )
  await run('two', 'etl', { tags: ['b'], flow_version: 'v1', idempotency_key: 'key-2' }, { type: 'RUNNING' })
  await run('three_x', 'report', {
    state: { type: 'SCHEDULED', state_details: { scheduled_time: ago(600) } },
  })
  await run('four', 'report', {
    state: { type: 'SCHEDULED', name: 'Late', state_details: { scheduled_time: ago(-600) } },
  })
  const task = async (name: string, body: object, state?: object) => {
    const made = await call<TaskRun>('POST', '/task_runs/', {
      flow_run_id: ids.two,
      task_key: name,
      dynamic_key: '0',
      name,
      ...body,
    })
    remember(name, made.body.id)
    if (state) await call('POST', `/task_runs/${made.body.id}/set_state`, { state })
  }
  await task('load', { tags: ['io'] }, { type: 'RUNNING' })
  await task('stand-in', {})
  await task('alone', { flow_run_id: null, tags: ['io', 'bg'] })
  await run('child', 'report', { parent_task_run_id: ids['stand-in'] })
  return { call, ids }
}

eachDatabase((database) => {
  let app: TestApp
  let world: World
  beforeAll(async () => {
    app = await testApp(await database.open())
    // A second world in another workspace: nothing of it may ever show.
    await makeWorld(app)
    world = await makeWorld(app)
  }, 60_000)
  afterAll(() => app.close())

  /** Replaces `$name` by the id of what has the name. */
  const withIds = (body: unknown): unknown =>
    JSON.parse(
      JSON.stringify(body).replace(/"\$([^"]+)"/g, (_, name: string) => JSON.stringify(world.ids[name])),
    )

  const ALL = ['child', 'four', 'one', 'three_x', 'two']

  describe('flow runs', () => {
    const cases: [string, unknown, string[]][] = [
      ['nothing', {}, ALL],
      ['nulls', { flows: null, flow_runs: null, sort: null, limit: null, offset: null }, ALL],
      ['unknown keys', { future: { any_: [1] } }, ALL],
      ['id any_', { flow_runs: { id: { any_: ['$one', '$two'] } } }, ['one', 'two']],
      ['id any_ of none', { flow_runs: { id: { any_: [] } } }, []],
      ['id not_any_', { flow_runs: { id: { not_any_: ['$one'] } } }, ['child', 'four', 'three_x', 'two']],
      ['empty not_any_', { flow_runs: { id: { not_any_: [] } } }, ALL],
      ['name any_', { flow_runs: { name: { any_: ['one', 'nobody'] } } }, ['one']],
      ['name like_, any case', { flow_runs: { name: { like_: 'REE' } } }, ['three_x']],
      ['name like_ takes _ and % for themselves', { flow_runs: { name: { like_: '_' } } }, ['three_x']],
      ['name like_ of nothing', { flow_runs: { name: { like_: '' } } }, ALL],
      ['tags all_', { flow_runs: { tags: { all_: ['a', 'b'] } } }, ['one']],
      ['tags any_', { flow_runs: { tags: { any_: ['a', 'b'] } } }, ['one', 'two']],
      ['tags any_ of none', { flow_runs: { tags: { any_: [] } } }, []],
      ['tags is_null_', { flow_runs: { tags: { is_null_: true } } }, ['child', 'four', 'three_x']],
      [
        'tags or_',
        { flow_runs: { tags: { operator: 'or_', all_: ['a'], is_null_: true } } },
        ['child', 'four', 'one', 'three_x'],
      ],
      ['deployment_id any_', { flow_runs: { deployment_id: { any_: ['$deployment'] } } }, ['one']],
      [
        'deployment_id is_null_',
        { flow_runs: { deployment_id: { is_null_: true } } },
        ['child', 'four', 'three_x', 'two'],
      ],
      ['work_queue_name is_null_', { flow_runs: { work_queue_name: { is_null_: false } } }, []],
      [
        'state type any_',
        { flow_runs: { state: { type: { any_: ['RUNNING', 'COMPLETED'] } } } },
        ['one', 'two'],
      ],
      [
        'state type not_any_',
        { flow_runs: { state: { type: { not_any_: ['SCHEDULED'] } } } },
        ['child', 'one', 'two'],
      ],
      [
        'state type any_ and not_any_',
        { flow_runs: { state: { type: { any_: ['RUNNING', 'PENDING'], not_any_: ['PENDING'] } } } },
        ['two'],
      ],
      ['state name any_', { flow_runs: { state: { name: { any_: ['Late'] } } } }, ['four']],
      [
        'state name not_any_',
        { flow_runs: { state: { name: { not_any_: ['Late'] } } } },
        ['child', 'one', 'three_x', 'two'],
      ],
      [
        'state or_',
        { flow_runs: { state: { operator: 'or_', type: { any_: ['RUNNING'] }, name: { any_: ['Late'] } } } },
        ['four', 'two'],
      ],
      ['flow_version any_', { flow_runs: { flow_version: { any_: ['v1'] } } }, ['two']],
      [
        'start_time after_, on the expected start too',
        { flow_runs: { start_time: { after_: ago(300) } } },
        ['child', 'four', 'one', 'two'],
      ],
      ['start_time before_', { flow_runs: { start_time: { before_: ago(300) } } }, ['three_x']],
      ['start_time is_null_', { flow_runs: { start_time: { is_null_: false } } }, ['one', 'two']],
      ['end_time is_null_', { flow_runs: { end_time: { is_null_: false } } }, ['one']],
      ['end_time after_', { flow_runs: { end_time: { after_: ago(300) } } }, ['one']],
      [
        'expected_start_time between',
        { flow_runs: { expected_start_time: { after_: ago(700), before_: ago(500) } } },
        ['three_x'],
      ],
      [
        'next_scheduled_start_time before_, a space instead of T',
        {
          flow_runs: {
            next_scheduled_start_time: { before_: ago(-700).replace('T', ' ').replace('Z', '+00:00') },
          },
        },
        ['four', 'three_x'],
      ],
      ['parent_flow_run_id any_', { flow_runs: { parent_flow_run_id: { any_: ['$two'] } } }, ['child']],
      ['parent_task_run_id any_', { flow_runs: { parent_task_run_id: { any_: ['$stand-in'] } } }, ['child']],
      [
        'parent_task_run_id is_null_',
        { flow_runs: { parent_task_run_id: { is_null_: true } } },
        ['four', 'one', 'three_x', 'two'],
      ],
      ['idempotency_key any_', { flow_runs: { idempotency_key: { any_: ['key-2'] } } }, ['two']],
      ['created_by type_', { flow_runs: { created_by: { type_: ['USER'] } } }, ALL],
      [
        'created_by id_',
        { flow_runs: { created_by: { id_: ['01900000-0000-7000-8000-000000000001'] } } },
        [],
      ],
      ['created_by is_null_', { flow_runs: { created_by: { is_null_: true } } }, []],
      [
        'or_ over fields',
        { flow_runs: { operator: 'or_', name: { any_: ['one'] }, state: { type: { any_: ['RUNNING'] } } } },
        ['one', 'two'],
      ],
      ['flows by name', { flows: { name: { any_: ['report'] } } }, ['child', 'four', 'three_x']],
      ['flows by id', { flows: { id: { any_: ['$etl'] } } }, ['one', 'two']],
      [
        'flows by id or tag',
        { flows: { operator: 'or_', id: { any_: ['$etl'] }, tags: { all_: ['report'] } } },
        ALL,
      ],
      ['deployments by name', { deployments: { name: { like_: 'NIGHT' } } }, ['one']],
      ['deployments by tag', { deployments: { tags: { any_: ['eu', 'us'] } } }, ['one']],
      [
        'deployments by flow or own name',
        { deployments: { flow_or_deployment_name: { like_: 'etl' } } },
        ['one'],
      ],
      ['deployments paused', { deployments: { paused: { eq_: true } } }, []],
      ['deployments by id', { deployments: { id: { any_: ['$deployment'] } } }, ['one']],
      ['task_runs by name', { task_runs: { name: { any_: ['load'] } } }, ['two']],
      [
        'task_runs and flows',
        { task_runs: { name: { any_: ['load'] } }, flows: { name: { any_: ['report'] } } },
        [],
      ],
      ['any task run', { task_runs: {} }, ['two']],
      ['work_pools', { work_pools: { name: { any_: ['none'] } } }, []],
    ]
    it.each(cases)('by %s', async (_, body, names) => {
      const filter = withIds(body)
      const rows = (await world.call<FlowRun[]>('POST', '/flow_runs/filter', filter)).body
      expect(rows.map((run) => run.name).toSorted()).toEqual(names)
      expect((await world.call('POST', '/flow_runs/count', filter)).body).toBe(names.length)
    })

    it.each([
      ['ID_DESC', ['child', 'four', 'three_x', 'two', 'one']],
      ['START_TIME_ASC', ['three_x', 'one', 'two', 'child', 'four']],
      ['START_TIME_DESC', ['four', 'child', 'two', 'one', 'three_x']],
      ['EXPECTED_START_TIME_ASC', ['three_x', 'one', 'two', 'child', 'four']],
      ['EXPECTED_START_TIME_DESC', ['four', 'child', 'two', 'one', 'three_x']],
      ['NAME_ASC', ['child', 'four', 'one', 'three_x', 'two']],
      ['NAME_DESC', ['two', 'three_x', 'one', 'four', 'child']],
      ['NEXT_SCHEDULED_START_TIME_ASC', ['three_x', 'four', 'one', 'two', 'child']],
      ['END_TIME_DESC', ['one', 'child', 'four', 'three_x', 'two']],
    ])('sorted by %s', async (sort, names) => {
      const listed = async (page: object) =>
        (await world.call<FlowRun[]>('POST', '/flow_runs/filter', { sort, ...page })).body.map(
          (run) => run.name,
        )
      expect(await listed({})).toEqual(names)
      expect(await listed({ limit: 2, offset: 1 })).toEqual(names.slice(1, 3))
    })

    it('limits are checked, also of pages', async () => {
      for (const [body, detail] of [
        [{ limit: 201 }, 'Invalid limit: must be less than or equal to 200.'],
        [{ limit: -1 }, 'Invalid limit: must be 0 or more.'],
        [{ offset: -1 }, 'Invalid offset: must be 0 or more.'],
      ] as const) {
        const answer = await world.call('POST', '/flow_runs/filter', body)
        expect([answer.status, answer.body]).toMatchObject([422, { detail }])
      }
      expect((await world.call('POST', '/flow_runs/filter', { limit: 0 })).body).toEqual([])
      expect((await world.call('POST', '/flow_runs/paginate', { page: 3, limit: 2 })).body).toMatchObject({
        results: [{ name: 'one' }],
        count: 5,
        pages: 3,
        page: 3,
        limit: 2,
      })
      expect((await world.call('POST', '/flow_runs/paginate', { page: 0 })).status).toBe(422)
      expect(
        (await world.call('POST', '/flow_runs/filter', { flow_runs: { id: { any_: ['x'] } } })).status,
      ).toBe(422)
    })
  })

  describe('task runs', () => {
    const TASKS = ['alone', 'load', 'stand-in']
    it.each<[string, unknown, string[]]>([
      ['nothing', {}, TASKS],
      ['id any_', { task_runs: { id: { any_: ['$load'] } } }, ['load']],
      ['name like_', { task_runs: { name: { like_: 'AND' } } }, ['stand-in']],
      ['tags all_', { task_runs: { tags: { all_: ['io'] } } }, ['alone', 'load']],
      ['tags is_null_', { task_runs: { tags: { is_null_: true } } }, ['stand-in']],
      ['state type any_', { task_runs: { state: { type: { any_: ['RUNNING'] } } } }, ['load']],
      ['state name any_', { task_runs: { state: { name: { any_: ['Pending'] } } } }, ['alone', 'stand-in']],
      ['start_time is_null_', { task_runs: { start_time: { is_null_: false } } }, ['load']],
      ['end_time is_null_', { task_runs: { end_time: { is_null_: false } } }, []],
      ['expected_start_time after_', { task_runs: { expected_start_time: { after_: ago(300) } } }, TASKS],
      ['subflow_runs exist', { task_runs: { subflow_runs: { exists_: true } } }, ['stand-in']],
      ['subflow_runs do not exist', { task_runs: { subflow_runs: { exists_: false } } }, ['alone', 'load']],
      ['flow_run_id any_', { task_runs: { flow_run_id: { any_: ['$two'] } } }, ['load', 'stand-in']],
      ['flow_run_id is_null_', { task_runs: { flow_run_id: { is_null_: true } } }, ['alone']],
      ['flow_runs by id', { flow_runs: { id: { any_: ['$two'] } } }, ['load', 'stand-in']],
      ['flow_runs by state', { flow_runs: { state: { type: { any_: ['COMPLETED'] } } } }, []],
      ['flows by name', { flows: { name: { any_: ['etl'] } } }, ['load', 'stand-in']],
      ['deployments by name', { deployments: { name: { any_: ['nightly'] } } }, []],
    ])('by %s', async (_, body, names) => {
      const filter = withIds(body)
      const rows = (await world.call<TaskRun[]>('POST', '/task_runs/filter', filter)).body
      expect(rows.map((run) => run.name).toSorted()).toEqual(names)
      expect((await world.call('POST', '/task_runs/count', filter)).body).toBe(names.length)
    })

    it.each([
      ['ID_DESC', ['alone', 'stand-in', 'load']],
      ['EXPECTED_START_TIME_ASC', ['load', 'stand-in', 'alone']],
      ['NAME_DESC', ['stand-in', 'load', 'alone']],
      ['DURATION_DESC', ['load', 'alone', 'stand-in']],
      ['DURATION_ASC', ['alone', 'stand-in', 'load']],
    ])('sorted by %s', async (sort, names) => {
      const rows = (await world.call<TaskRun[]>('POST', '/task_runs/filter', { sort })).body
      expect(rows.map((run) => run.name)).toEqual(names)
    })
  })
})
