/**
 * A server with a past, for pictures and tests of the UI: a company, its workspace, a week of runs, and what runs,
 * is late and comes now. The past is made through the API with a clock of our own; one run is made by the real Python
 * client and one by our SDK.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { newId, toIso } from '@orrery/schemas'
import { startServer, type TestServer } from '@orrery/testing'
import { run } from '../../interop/process.ts'
import { PASSWORD } from '../browser.ts'
import { nameBy, seeded } from './words.ts'

const MINUTE = 60
const HOUR = 3600
const DAY = 86_400
const MICROS = 1_000_000
const repository = join(import.meta.dirname, '../..')
const python = join(repository, '.cache/interop-venv/bin/python')

/** Whether the real Python client is there; without it no run is made by it. In CI it must be. */
export const hasPython: boolean = existsSync(python)
if (!hasPython) {
  const message = 'no Python client found: its runs are not made (scripts/setup-interop.sh installs it)'
  if (process.env.CI) throw new Error(message)
  console.warn(message)
}

/** How a flow behaves: seconds between its runs and of a run, and what goes wrong with which share of them. */
interface Habit {
  flow: string
  every: number
  takes: number
  tags: string[]
  tasks: string[]
  wrong: [share: number, type: 'FAILED' | 'CRASHED', message: string][]
}

const HABITS: Habit[] = [
  {
    flow: 'orders-sync',
    every: 15 * MINUTE,
    takes: 38,
    tags: ['orders'],
    tasks: ['fetch', 'upsert'],
    wrong: [
      [0.012, 'FAILED', 'Flow run encountered an exception: HTTPStatusError: 503 from orders.internal'],
    ],
  },
  {
    flow: 'hourly-ingest',
    every: HOUR,
    takes: 150,
    tags: ['ingest', 'eu-west'],
    tasks: ['list-files', 'parse', 'load'],
    wrong: [
      [0.03, 'CRASHED', 'Flow run infrastructure exited with non-zero status code 137.'],
      [0.02, 'FAILED', 'Flow run encountered an exception: FileNotFoundError: s3://landing/2026/index.csv'],
    ],
  },
  {
    flow: 'data-quality',
    every: 30 * MINUTE,
    takes: 22,
    tags: ['checks'],
    tasks: ['nulls', 'totals', 'freshness'],
    wrong: [[0.02, 'FAILED', 'Flow run encountered an exception: AssertionError: orders is 3 h behind']],
  },
  {
    flow: 'feature-build',
    every: 6 * HOUR,
    takes: 26 * MINUTE,
    tags: ['ml'],
    tasks: ['read', 'features', 'train'],
    wrong: [],
  },
  {
    flow: 'demand-forecast',
    every: 12 * HOUR,
    takes: 48 * MINUTE,
    tags: ['ml', 'weekly'],
    tasks: ['read', 'fit', 'score'],
    wrong: [[0.15, 'FAILED', 'Flow run encountered an exception: MemoryError']],
  },
  {
    flow: 'churn-report',
    every: DAY,
    takes: 6 * MINUTE,
    tags: ['reports'],
    tasks: ['query', 'render', 'mail'],
    wrong: [],
  },
]

export interface Northwind {
  server: TestServer
  url: string
  email: string
  password: string
  key: string
  /** `/account/A/workspace/W`, for addresses of pages. */
  path: string
  /** Calls the workspace's API, with the key. */
  api<T = unknown>(method: string, path: string, body?: unknown): Promise<T>
  /** The `PREFECT_…` settings of a client of this workspace. */
  settings: Record<string, string>
  /** The run of the real Python client, which failed; without that client, null. */
  failedRun: string | null
  /** The run of the SDK, which completed. */
  completedRun: string
  stop(): Promise<void>
}

interface Made {
  id: string
}
type Step = [at: number, act: () => Promise<unknown>]

/** Starts the server and fills it; takes about ten seconds. `days` is how long the past is. */
export async function northwind(options: { days?: number } = {}): Promise<Northwind> {
  const days = options.days ?? 7
  const real = () => Date.now() / 1000
  let behind = 0
  const server = await startServer({
    clock: { now: () => Math.round((real() - behind) * MICROS) },
    // What is late is told here: else a run that nobody takes becomes late while a test counts.
    env: { PREFECT_SERVER_SERVICES_LATE_RUNS_ENABLED: 'false' },
  })
  const email = 'mira@northwind.example'
  const cookie = await signUp(server.url, email)
  const ours = { cookie, origin: server.url, 'x-orrery-request': '1' }
  const { user } = await call<{ user: { id: string; personal_account_id: string } }>(
    `${server.url}/api/auth/session`,
    'GET',
    ours,
  )
  const { id: workspace } = await call<Made>(
    `${server.url}/api/accounts/${user.personal_account_id}/workspaces/`,
    'POST',
    ours,
    { name: 'production', description: 'Everything the business wakes up to' },
  )
  const { key } = await call<{ key: string }>(`${server.url}/api/users/${user.id}/api_keys`, 'POST', ours, {
    name: 'laptop-mira',
  })
  const apiUrl = `${server.url}/api/accounts/${user.personal_account_id}/workspaces/${workspace}`
  const api = <T = unknown>(method: string, path: string, body?: unknown): Promise<T> =>
    call<T>(apiUrl + path, method, { authorization: `Bearer ${key}` }, body)

  const random = seeded(2026)
  const now = Math.floor(real())
  const steps: Step[] = []
  for (const habit of HABITS) {
    const { id: flow } = await api<Made>('POST', '/flows/', { name: habit.flow, tags: habit.tags })
    const phase = Math.floor(random() * habit.every)
    for (let at = now - days * DAY + phase; at < now - habit.takes - 60; at += habit.every) {
      steps.push(...pastRun(api, habit, flow, at, random, now - at < DAY))
    }
    const coming = Math.min(8, Math.ceil(DAY / habit.every))
    for (let n = 1; n <= coming; n++) {
      const body = scheduled(flow, habit, nameBy(random), now + phase * 0.9 + (n - 1) * habit.every + 90)
      steps.push([now - 60, () => api('POST', '/flow_runs/', body)])
    }
    if (habit.flow === 'demand-forecast' || habit.flow === 'hourly-ingest')
      steps.push(...runningRun(api, habit, flow, now - habit.takes * 0.4, random))
    if (habit.flow === 'churn-report')
      for (const since of [14 * MINUTE, 9 * MINUTE])
        steps.push(...lateRun(api, habit, flow, now - since, random))
  }
  steps.sort(([a], [b]) => a - b)
  for (const [at, act] of steps) {
    behind = real() - at
    await act()
  }
  behind = 0

  const settings = {
    PREFECT_CLOUD_API_URL: `${server.url}/api`,
    PREFECT_API_URL: apiUrl,
    PREFECT_API_KEY: key,
  }
  if (hasPython) await runScript(python, ['-c', AS_FLOWS, 'revenue_etl.py'], server.home, settings)
  await runScript(
    process.execPath,
    ['--conditions=@orrery/source', 'feature-build.ts'],
    server.home,
    settings,
  )
  const named = async (name: string): Promise<string | null> => {
    const runs = await api<Made[]>('POST', '/flow_runs/filter', { flow_runs: { name: { any_: [name] } } })
    return runs[0]?.id ?? null
  }
  const completedRun = await named('quiet-heron')
  if (completedRun === null) throw new Error('the SDK made no run')
  return {
    server,
    url: server.url,
    email,
    password: PASSWORD,
    key,
    path: `/account/${user.personal_account_id}/workspace/${workspace}`,
    api,
    settings,
    failedRun: await named('peach-marmot'),
    completedRun,
    stop: () => server.stop(),
  }
}

async function signUp(url: string, email: string): Promise<string> {
  const answer = await fetch(`${url}/api/auth/sign-up`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url, 'x-orrery-request': '1' },
    body: JSON.stringify({ email, password: PASSWORD, first_name: 'Mira', last_name: 'Okafor' }),
  })
  if (!answer.ok) throw new Error(`sign-up answered ${answer.status}: ${await answer.text()}`)
  return answer.headers
    .getSetCookie()
    .map((each) => each.split(';')[0])
    .join('; ')
}

async function call<T>(
  url: string,
  method: string,
  headers: Record<string, string>,
  body?: unknown,
): Promise<T> {
  const answer = await fetch(url, {
    method,
    headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${method} ${url} answered ${answer.status}: ${text}`)
  return (text ? JSON.parse(text) : undefined) as T
}

const iso = (seconds: number): string => toIso(Math.round(seconds * MICROS))

function scheduled(flow: string, { tags }: Habit, name: string, at: number) {
  return {
    flow_id: flow,
    name,
    tags,
    state: { type: 'SCHEDULED', state_details: { scheduled_time: iso(at) } },
  }
}

type Api = Northwind['api']

/** A run that began a little after it was due, and ended: mostly well. The latest day has its tasks and logs. */
function pastRun(
  api: Api,
  habit: Habit,
  flow: string,
  due: number,
  random: () => number,
  whole: boolean,
): Step[] {
  const name = nameBy(random)
  const start = due + 1 + random() * 4
  let takes = habit.takes * (0.8 + random() * 0.5)
  if (random() < 0.02) takes *= 1.8
  let roll = random()
  const wrong = habit.wrong.find(([share]) => {
    roll -= share
    return roll < 0
  })
  if (wrong) takes *= 0.3 + random() * 0.5
  let id = ''
  const set = (type: string, message?: string) => () =>
    api('POST', `/flow_runs/${id}/set_state`, { state: { type, ...(message && { message }) }, force: true })
  const steps: Step[] = [
    [
      due - 120,
      async () => {
        id = (await api<Made>('POST', '/flow_runs/', scheduled(flow, habit, name, due))).id
      },
    ],
    [start - 0.6, set('PENDING')],
    [start, set('RUNNING')],
    [start + takes, wrong ? set(wrong[1], wrong[2]) : set('COMPLETED')],
  ]
  if (whole)
    steps.push([start + takes + 0.001, () => tellTasks(api, habit, id, start, takes, wrong !== undefined)])
  return steps
}

function runningRun(api: Api, habit: Habit, flow: string, start: number, random: () => number): Step[] {
  let id = ''
  return [
    [
      start - 60,
      async () => {
        id = (await api<Made>('POST', '/flow_runs/', scheduled(flow, habit, nameBy(random), start - 1))).id
      },
    ],
    [start - 1, () => api('POST', `/flow_runs/${id}/set_state`, { state: { type: 'PENDING' } })],
    [start, () => api('POST', `/flow_runs/${id}/set_state`, { state: { type: 'RUNNING' } })],
  ]
}

function lateRun(api: Api, habit: Habit, flow: string, due: number, random: () => number): Step[] {
  let id = ''
  const late = { type: 'SCHEDULED', name: 'Late', state_details: { scheduled_time: iso(due) } }
  return [
    [
      due - 60,
      async () => {
        id = (await api<Made>('POST', '/flow_runs/', scheduled(flow, habit, nameBy(random), due))).id
      },
    ],
    [due + 15, () => api('POST', `/flow_runs/${id}/set_state`, { state: late, force: true })],
  ]
}

/** The tasks of a run one after the other, as the client tells them by events; the last one is the one that fails. */
async function tellTasks(
  api: Api,
  { tasks }: Habit,
  run: string,
  start: number,
  takes: number,
  wrong: boolean,
) {
  const each = takes / tasks.length
  const events: unknown[] = []
  let upstream: string | undefined
  tasks.forEach((name, index) => {
    const id = newId()
    const from = start + index * each
    const ends = wrong && index === tasks.length - 1 ? 'FAILED' : 'COMPLETED'
    const times = { RUNNING: from + 0.1, [ends]: from + each - 0.1 }
    for (const [type, at] of Object.entries(times)) {
      events.push(taskEvent({ run, id, name, upstream, type, at, start: from + 0.1 }))
    }
    upstream = id
  })
  await api('POST', '/events', events)
}

interface Told {
  run: string
  id: string
  name: string
  upstream: string | undefined
  type: string
  at: number
  start: number
}
function taskEvent({ run, id, name, upstream, type, at, start }: Told) {
  const state = type.charAt(0) + type.slice(1).toLowerCase()
  return {
    id: newId(),
    occurred: iso(at),
    event: `prefect.task-run.${state}`,
    resource: {
      'prefect.resource.id': `prefect.task-run.${id}`,
      'prefect.resource.name': name,
      'prefect.state-type': type,
      'prefect.state-name': state,
      'prefect.state-timestamp': iso(at),
      'prefect.orchestration': 'client',
    },
    related: [{ 'prefect.resource.id': `prefect.flow-run.${run}`, 'prefect.resource.role': 'flow-run' }],
    payload: {
      intended: { from: null, to: type },
      validated_state: { type, name: state, message: '', state_details: {} },
      task_run: {
        name,
        task_key: name,
        dynamic_key: '0',
        task_inputs: upstream ? { rows: [{ input_type: 'task_run', id: upstream }] } : {},
        run_count: 1,
        expected_start_time: iso(start - 0.1),
        start_time: iso(start),
      },
    },
  }
}

/** Runs a script as if it lay in `flows/`, so that its tracebacks, and the pictures of them, name no folder of ours. */
const AS_FLOWS = `
import linecache, sys
source, name = open(sys.argv[1]).read(), 'flows/' + sys.argv[1]
linecache.cache[name] = (len(source), None, source.splitlines(True), name)
exec(compile(source, name, 'exec'))
`

async function runScript(program: string, args: string[], home: string, settings: Record<string, string>) {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(PREFECT|ORRERY)_/.test(name))
  const { code, stdout, stderr } = await run(program, args, {
    cwd: import.meta.dirname,
    env: { ...Object.fromEntries(inherited), PREFECT_HOME: join(home, 'client'), ...settings },
    timeoutSeconds: 120,
  })
  if (code !== 0) throw new Error(`${args.at(-1)} ended with ${code}: ${stdout}${stderr}`)
}
