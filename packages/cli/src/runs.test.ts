import { expect, test } from 'vitest'
import { newHome, type RunOptions, runCli } from './test-support/run-cli.ts'
import { StubServer } from './test-support/stub-server.ts'

const FLOW_ID = '0199aaaa-0000-7000-8000-0000000000f1'
const RUN_ID = '0199aaaa-0000-7000-8000-000000000001'
const state = (type: string, name: string) => ({
  id: RUN_ID,
  type,
  name,
  timestamp: new Date(Date.now() - 180_000).toISOString(),
  state_details: {},
})
const flowRun = (type = 'COMPLETED', name = 'Completed', more: object = {}) => ({
  id: RUN_ID,
  name: 'cosmic-otter',
  flow_id: FLOW_ID,
  deployment_id: null,
  created: '2026-01-01T00:00:00Z',
  start_time: '2026-01-01T00:00:00Z',
  state_type: type,
  state_name: name,
  state: state(type, name),
  parameters: { x: 1 },
  tags: [],
  ...more,
})
const log = (number: number, level = 20, message = `line ${number}`) => ({
  id: `0199aaaa-0000-7000-8000-00000001${String(number).padStart(4, '0')}`,
  name: 'prefect.flow_runs',
  level,
  message,
  timestamp: new Date(Date.UTC(2026, 0, 1, 0, 0, number)).toISOString(),
  flow_run_id: RUN_ID,
  task_run_id: null,
})

async function withApi(routes: Parameters<typeof StubServer.start>[0]) {
  const server = await StubServer.start({
    'POST /api/flows/filter': { body: [{ id: FLOW_ID, name: 'etl', created: '2026-01-01T00:00:00Z' }] },
    [`GET /api/flow_runs/${RUN_ID}`]: { body: flowRun() },
    'POST /api/flow_runs/filter': { body: [flowRun()] },
    ...routes,
  })
  const orrery = (args: string[], options: RunOptions = {}) =>
    runCli(newHome(), args, { ...options, env: { PREFECT_API_URL: server.api, TZ: 'UTC', ...options.env } })
  return { server, orrery, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
}

test('flow ls lists flows as a table and as JSON', async () => {
  await using api = await withApi({})
  expect((await api.orrery(['flow', 'ls'])).stdout).toMatch(
    /^ID +NAME +CREATED\n0199aaaa\S+ +etl +\d+ \w+ ago\n$/,
  )
  expect(JSON.parse((await api.orrery(['flows', 'ls', '-o', 'json'])).stdout)[0].name).toBe('etl')
})

test('flow-run ls shows the flow’s name, the state and its age; without a terminal nothing is cut or coloured', async () => {
  await using api = await withApi({})
  const { stdout } = await api.orrery(['flow-run', 'ls'])
  expect(stdout).toContain(RUN_ID)
  expect(stdout).toMatch(/etl +cosmic-otter +Completed +3 minutes ago/)
  expect(stdout).not.toContain('\u001b')
})

test('flow-run ls sends its filters, with the names of states as the server spells them', async () => {
  await using api = await withApi({ 'POST /api/flow_runs/filter': { body: [] } })
  const args = ['--flow-name', 'a', '--flow-name', 'b', '--state', 'awaitingretry', '--state-type', 'running']
  const answer = await api.orrery(['flow-run', 'ls', '--limit', '7', ...args])
  expect(answer.stdout).toBe('No flow runs found.\n')
  expect(api.server.asked('POST /api/flow_runs/filter')[0]?.body).toEqual({
    flows: { name: { any_: ['a', 'b'] } },
    flow_runs: { state: { name: { any_: ['AwaitingRetry'] }, type: { any_: ['RUNNING'] } } },
    sort: 'EXPECTED_START_TIME_DESC',
    limit: 7,
    offset: 0,
  })
  const wrong = await api.orrery(['flow-run', 'ls', '--state-type', 'busy'])
  expect(wrong).toMatchObject({ code: 1, stderr: expect.stringContaining('The types are: SCHEDULED') })
})

test('a list longer than a page is read page by page', async () => {
  await using api = await withApi({
    'POST /api/flow_runs/filter': ({ body }) => {
      const { limit, offset } = body as { limit: number; offset: number }
      return { body: Array.from({ length: Math.min(limit, 250 - offset) }, () => flowRun()) }
    },
  })
  const runs = JSON.parse((await api.orrery(['flow-run', 'ls', '--limit', '1000', '-o', 'json'])).stdout)
  expect(runs.length).toBe(250)
})

test('a run is found by id or by name; a name of several asks for the id', async () => {
  await using api = await withApi({})
  expect(JSON.parse((await api.orrery(['flow-run', 'inspect', RUN_ID, '-o', 'json'])).stdout).id).toBe(RUN_ID)
  expect((await api.orrery(['flow-run', 'inspect', 'cosmic-otter'])).stdout).toMatch(/^name +cosmic-otter$/m)
  api.server.routes['POST /api/flow_runs/filter'] = { body: [flowRun(), flowRun()] }
  const several = await api.orrery(['flow-run', 'inspect', 'cosmic-otter'])
  expect(several).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("2 flow runs named 'cosmic-otter'"),
  })
  const gone = await api.orrery(['flow-run', 'inspect', '0199aaaa-0000-7000-8000-00000000dead'])
  expect(gone).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('not found. Look for it with: orrery flow-run ls'),
  })
})

test('flow-run inspect --web and dashboard open open the page of the UI', async () => {
  await using api = await withApi({})
  const ui = api.server.api.replace('/api', '')
  expect((await api.orrery(['flow-run', 'inspect', RUN_ID, '--web'])).opened).toEqual([
    `${ui}/runs/flow-run/${RUN_ID}`,
  ])
  expect((await api.orrery(['dashboard', 'open'])).opened).toEqual([`${ui}/dashboard`])
})

test('flow-run logs prints all pages in order; --tail the last ones; --reverse the last first', async () => {
  const all = Array.from({ length: 205 }, (_, number) => log(number))
  await using api = await withApi({
    'POST /api/logs/filter': ({ body }) => {
      const { limit, offset, sort } = body as { limit: number; offset: number; sort: string }
      const ordered = sort === 'TIMESTAMP_DESC' ? all.toReversed() : all
      return { body: ordered.slice(offset, offset + limit) }
    },
  })
  const lines = async (...args: string[]) => {
    const { stdout } = await api.orrery(['flow-run', 'logs', RUN_ID, ...args])
    return stdout.trimEnd().split('\n')
  }
  const whole = await lines()
  expect(whole.length).toBe(205)
  expect(whole[0]).toMatch(/\.000 \| INFO {4}\| Flow run 'cosmic-otter' - line 0$/)
  expect((await lines('--tail', '-n', '2')).map((line) => line.split(' - ')[1])).toEqual([
    'line 203',
    'line 204',
  ])
  expect((await lines('-r', '-n', '2')).map((line) => line.split(' - ')[1])).toEqual(['line 204', 'line 203'])
  expect((await lines('--head')).length).toBe(20)
  expect((await api.orrery(['flow-run', 'logs', RUN_ID, '--head', '--tail'])).code).toBe(1)
})

test('flow-run cancel proposes Cancelling, and tells why it was refused', async () => {
  await using api = await withApi({
    [`POST /api/flow_runs/${RUN_ID}/set_state`]: {
      body: { status: 'ACCEPT', details: {}, state: state('CANCELLING', 'Cancelling') },
    },
  })
  expect((await api.orrery(['flow-run', 'cancel', RUN_ID])).stdout).toBe(
    `Flow run '${RUN_ID}' was successfully scheduled for cancellation.\n`,
  )
  expect(api.server.asked(`POST /api/flow_runs/${RUN_ID}/set_state`)[0]?.body).toEqual({
    state: { type: 'CANCELLING' },
    force: false,
  })
  api.server.routes[`POST /api/flow_runs/${RUN_ID}/set_state`] = {
    body: { status: 'ABORT', details: { reason: 'it is over' }, state: null },
  }
  const refused = await api.orrery(['flow-run', 'cancel', RUN_ID])
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining("Reason: 'it is over'") })
})

test('flow-run delete asks on a terminal and deletes only after a yes', async () => {
  await using api = await withApi({ [`DELETE /api/flow_runs/${RUN_ID}`]: { status: 204 } })
  const remove = ['flow-run', 'delete', RUN_ID]
  expect((await api.orrery(remove, { answers: [''] })).stderr).toBe('Deletion aborted.\n')
  expect(api.server.asked(`DELETE /api/flow_runs/${RUN_ID}`).length).toBe(0)
  expect((await api.orrery(remove, { answers: ['yes'] })).code).toBe(0)
  expect((await api.orrery(['--no-prompt', ...remove], { answers: [] })).code).toBe(0)
  expect(api.server.asked(`DELETE /api/flow_runs/${RUN_ID}`).length).toBe(2)
})

test('flow-run retry schedules the run of a deployment, and refuses what no worker could run', async () => {
  const route = `POST /api/flow_runs/${RUN_ID}/set_state`
  await using api = await withApi({ [route]: { body: { status: 'ACCEPT', details: {}, state: null } } })
  const alone = await api.orrery(['flow-run', 'retry', RUN_ID])
  expect(alone).toMatchObject({ code: 1, stderr: expect.stringContaining('has no deployment') })
  api.server.routes[`GET /api/flow_runs/${RUN_ID}`] = { body: flowRun('RUNNING', 'Running') }
  expect((await api.orrery(['flow-run', 'retry', RUN_ID])).stderr).toContain('Only a run that has ended')
  expect(api.server.asked(route)).toEqual([])
  api.server.routes[`GET /api/flow_runs/${RUN_ID}`] = {
    body: flowRun('FAILED', 'Failed', { deployment_id: FLOW_ID }),
  }
  expect((await api.orrery(['flow-run', 'retry', RUN_ID])).code).toBe(0)
  expect(api.server.asked(route)[0]?.body).toMatchObject({ state: { type: 'SCHEDULED' }, force: true })
})

test('flow-run watch prints states and new logs, and ends with the run: code 0 only if it completed', async () => {
  let polls = 0
  const ofTask = { ...log(2, 40, 'it broke'), task_run_id: FLOW_ID }
  const states: [string, string][] = [
    ['RUNNING', 'Running'],
    ['RUNNING', 'Running'],
    ['FAILED', 'Failed'],
  ]
  await using api = await withApi({
    [`GET /api/flow_runs/${RUN_ID}`]: () => ({
      body: flowRun(...(states[Math.min(polls++, 2)] ?? ['', ''])),
    }),
    'POST /api/logs/filter': () => ({ body: [log(1), ...(polls > 2 ? [ofTask] : [])] }),
    'POST /api/task_runs/filter': { body: [{ ...flowRun(), id: FLOW_ID, name: 'load-1' }] },
  })
  const answer = await api.orrery(['flow-run', 'watch', RUN_ID])
  expect(answer).toMatchObject({ code: 1, stderr: "Flow run 'cosmic-otter' finished in 'Failed'.\n" })
  const lines = answer.stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split(' | ').slice(1).join(' | '))
  expect(lines).toEqual([
    "INFO    | Flow run 'cosmic-otter' - line 1",
    'Running | cosmic-otter',
    "ERROR   | Task run 'load-1' - it broke",
    'Failed | cosmic-otter',
  ])
  api.server.routes[`GET /api/flow_runs/${RUN_ID}`] = { body: flowRun() }
  expect((await api.orrery(['flow-run', 'watch', RUN_ID])).stdout).toBe(
    "Flow run 'cosmic-otter' already finished in 'Completed'.\n",
  )
})

test('flow-run watch gives up after its timeout and says how to go on', async () => {
  await using api = await withApi({
    [`GET /api/flow_runs/${RUN_ID}`]: { body: flowRun('RUNNING', 'Running') },
    'POST /api/logs/filter': { body: [] },
  })
  const answer = await api.orrery(['flow-run', 'watch', RUN_ID, '--timeout', '1'])
  expect(answer).toMatchObject({ code: 1, stderr: expect.stringContaining('still Running after 1 seconds') })
})

test('task-run ls, inspect and logs', async () => {
  const taskRun = { ...flowRun(), name: 'extract-1', total_run_time: 62.4, flow_run_id: RUN_ID }
  await using api = await withApi({
    'POST /api/task_runs/filter': { body: [taskRun] },
    [`GET /api/task_runs/${RUN_ID}`]: { body: taskRun },
    'POST /api/logs/filter': { body: [log(1)] },
  })
  const listed = await api.orrery(['task-run', 'ls', '--flow-run', RUN_ID, '--state', 'Cached'])
  expect(listed.stdout).toMatch(/extract-1 +Completed +1m 2s +3 minutes ago/)
  expect(api.server.asked('POST /api/task_runs/filter')[0]?.body).toMatchObject({
    task_runs: { flow_run_id: { any_: [RUN_ID] }, state: { name: { any_: ['Cached'] } } },
  })
  expect(JSON.parse((await api.orrery(['task-run', 'inspect', RUN_ID, '-o', 'json'])).stdout).name).toBe(
    'extract-1',
  )
  expect((await api.orrery(['task-run', 'logs', 'extract-1'])).stdout).toContain(
    "Task run 'extract-1' - line 1",
  )
})

test('only "json" is an output format', async () => {
  await using api = await withApi({})
  const answer = await api.orrery(['flow', 'ls', '-o', 'yaml'])
  expect(answer).toMatchObject({ code: 1, stderr: expect.stringContaining('--output json') })
})
