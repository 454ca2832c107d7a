/** The unmodified `prefect` command against our server: logging in, workspaces, flow runs, the API, and local mode. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { prefectEnvironment, type Server, venv } from './genuine.ts'
import { isObject, type Json, objects, text } from './json.ts'
import { type Bootstrapped, bootstrap, cloudTarget, owner, startOurs } from './ours.ts'
import { type Finished, run, sleep } from './process.ts'
import { request, type Target } from './target.ts'

export type Report = (ok: boolean, title: string, details?: string[]) => void

const basicFlow = join(import.meta.dirname, 'flows', 'basic_flow.py')
const taskFlow = join(import.meta.dirname, 'flows', 'tasks_direct.py')

/** A fresh user: an empty home, and the command line with nothing but what it is given. */
class User {
  readonly home: string
  private readonly settings: Record<string, string>

  constructor(root: string, name: string, settings: Record<string, string> = {}) {
    this.home = join(root, name)
    this.settings = settings
    mkdirSync(this.home, { recursive: true })
  }

  prefect(...args: string[]): Promise<Finished> {
    return run(join(venv, 'bin', 'prefect'), args, this.options())
  }

  python(...args: string[]): Promise<Finished> {
    return run(join(venv, 'bin', 'python'), args, this.options())
  }

  shell(command: string): Promise<Finished> {
    return run('bash', ['-c', command], this.options())
  }

  /** On a terminal, answering its questions. */
  terminal(answers: [string, string][], ...command: string[]): Promise<Finished> {
    return this.python(join(import.meta.dirname, 'terminal.py'), JSON.stringify(answers), ...command)
  }

  private options() {
    return { env: prefectEnvironment(this.home, this.settings), cwd: this.home }
  }
}

type Check = (title: string, work: () => Promise<string | undefined>) => Promise<void>

/** Undefined when the answer is as wanted, else what is wrong with it. */
function wrong(
  answer: Finished,
  wanted: { code?: number; includes?: string[]; excludes?: string[] },
): string | undefined {
  const output = `${answer.stdout}${answer.stderr}`
  const problems = [
    ...(answer.code === (wanted.code ?? 0) ? [] : [`exit code ${answer.code}`]),
    ...(wanted.includes ?? []).filter((part) => !output.includes(part)).map((part) => `no "${part}"`),
    ...(wanted.excludes ?? []).filter((part) => output.includes(part)).map((part) => `"${part}"`),
  ]
  return problems.length === 0 ? undefined : `${problems.join(', ')} in:\n${output.slice(-1500)}`
}

export function checkCommandLine(report: Report): Promise<void> {
  return inFolder(report, async (check, root) => {
    await checkCloud(check, root)
    await checkLocal(check, root)
  })
}

/** The commands that the genuine server knows too: what we expect of them is what it answers. */
export function checkCommonCommands(report: Report, target: Target): Promise<void> {
  return inFolder(report, async (check, root) => {
    const user = new User(root, 'user', target.settings)
    await checkFlowRuns(check, user, target)
    await checkStreams(check, user, target)
    await checkApi(check, user)
  })
}

async function inFolder(report: Report, work: (check: Check, root: string) => Promise<void>): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'orrery-command-line-'))
  try {
    await work(async (title, single) => {
      try {
        const problem = await single()
        report(problem === undefined, title, problem === undefined ? [] : problem.split('\n'))
      } catch (error) {
        report(false, title, [error instanceof Error ? error.message : String(error)])
      }
    }, root)
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

async function checkCloud(check: Check, root: string): Promise<void> {
  const options = { home: join(root, 'server') }
  const server = await startOurs(options)
  try {
    const made = await checkBootstrap(check, server, options)
    const target = cloudTarget(server, made)
    await checkSettings(check, root, target, made)
    await checkLogin(check, root, target, made)
    const user = new User(root, 'runs', target.settings)
    await checkFlowRuns(check, user, target)
    await checkStreams(check, user, target)
    await checkApi(check, user)
    await checkCloudApi(check, user, made)
    await checkFallbacks(check, root, target, made)
  } finally {
    await checkLog(check, server.logFile)
    await server.stop()
  }
}

/** Whatever the commands made of it, no request may have found a bug. */
async function checkLog(check: Check, logFile: string): Promise<void> {
  await check('the server logged no error', async () => {
    const errors = readFileSync(logFile, 'utf8')
      .split('\n')
      .filter((line) => /"level":"?(50|60|error|fatal)/.test(line))
    return errors.length === 0
      ? undefined
      : `${errors.length} errors, the first:\n${errors[0]?.slice(0, 1500)}`
  })
}

/** A key is shown once, so running it again makes another one, which takes the place of the first. */
async function checkBootstrap(
  check: Check,
  server: Server,
  options: { home: string },
): Promise<Bootstrapped> {
  const first = await bootstrap(options)
  const made = await bootstrap(options)
  await check('orrery admin bootstrap finds what it made before', async () => {
    const same = made.accountId === first.accountId && made.workspaceId === first.workspaceId
    return same ? undefined : JSON.stringify({ first, made }, null, 1)
  })
  await check('within a second, the key that it replaced is refused', async () => {
    await sleep(1000)
    const answer = await fetch(`${server.apiUrl}/me/workspaces`, {
      headers: { authorization: `Bearer ${first.apiKey}` },
    })
    return answer.status === 401 ? undefined : `it answered ${answer.status}`
  })
  return made
}

/** The line that the workspace settings page shows for copying. */
async function checkSettings(check: Check, root: string, target: Target, made: Bootstrapped): Promise<void> {
  const user = new User(root, 'settings')
  const line = Object.entries(target.settings)
    .map(([name, value]) => `${name}="${value}"`)
    .join(' ')
  await check('prefect config set with the one complete line', async () =>
    wrong(await user.shell(`prefect config set ${line}`), {
      includes: ['PREFECT_API_URL', 'PREFECT_CLOUD_API_URL'],
    }),
  )
  await check('after it, a script needs nothing else and its task runs arrive', async () => {
    const answer = await user.python(taskFlow)
    const problem = wrong(answer, {})
    if (problem) return problem
    await sleep(1000)
    const count = await request(target, 'POST', '/task_runs/count', {
      flows: { name: { any_: ['tasks-direct'] } },
    })
    return count === 3 ? undefined : `${count} task runs, not 3`
  })
  await check('the seed’s two lines configure the API and the key', async () => {
    const seed = new User(root, 'seed')
    await seed.shell(`prefect config set PREFECT_API_URL="${target.apiUrl}"`)
    await seed.shell(`prefect config set PREFECT_API_KEY="${made.apiKey}"`)
    return wrong(await seed.prefect('flow-run', 'ls'), { includes: ['Flow Runs'] })
  })
}

async function checkLogin(check: Check, root: string, target: Target, made: Bootstrapped): Promise<void> {
  const api = target.settings.PREFECT_CLOUD_API_URL ?? ''
  const workspaces = (await request({ ...target, apiUrl: api }, 'GET', '/me/workspaces')) as Json
  const row = objects(workspaces).find((each) => each.workspace_id === made.workspaceId) ?? {}
  const handle = `${text(row.account_handle)}/${text(row.workspace_handle)}`
  const user = new User(root, 'login')
  await user.prefect('config', 'set', `PREFECT_CLOUD_API_URL=${api}`)

  await check('prefect cloud login -k KEY -w ACCOUNT/WORKSPACE', async () =>
    wrong(await user.prefect('cloud', 'login', '-k', made.apiKey, '-w', handle), {
      includes: [`Authenticated with Prefect Cloud! Using workspace '${handle}'.`],
    }),
  )
  await check('after it, the profile holds the workspace’s URL', async () =>
    wrong(await user.prefect('config', 'view', '--show-secrets'), { includes: [target.apiUrl, made.apiKey] }),
  )
  await check('prefect cloud login with a wrong key says so', async () =>
    wrong(
      await new User(root, 'wrong', { PREFECT_CLOUD_API_URL: api }).prefect(
        ...['cloud', 'login', '-k', 'pnu_wrong', '-w', handle],
      ),
      {
        code: 1,
        includes: ['Unable to authenticate with Prefect Cloud'],
      },
    ),
  )
  await check('prefect cloud workspace ls', async () =>
    wrong(await user.prefect('cloud', 'workspace', 'ls'), { includes: [`* ${handle}`] }),
  )
  const second = await bootstrapSecond(target, made)
  await check('prefect cloud workspace set', async () => {
    const answer = await user.prefect(
      'cloud',
      'workspace',
      'set',
      '-w',
      `${text(row.account_handle)}/${second.handle}`,
    )
    const problem = wrong(answer, { includes: ['Successfully set workspace'] })
    if (problem) return problem
    return wrong(await user.prefect('config', 'view'), { includes: [`/workspaces/${second.id}`] })
  })
  await check('prefect cloud login through the browser page', async () => {
    const browser = new User(root, 'browser', {
      PREFECT_CLOUD_API_URL: api,
      BROWSER: `${join(venv, 'bin', 'python')} ${join(import.meta.dirname, 'save-url.py')} %s`,
      INTEROP_URL_FILE: join(root, 'browser', 'url'),
    })
    const answers: [string, string][] = [
      ['How would you like to authenticate?', '\r'],
      ['Which workspace would you like to use?', '\r'],
    ]
    const login = browser.terminal(answers, join(venv, 'bin', 'prefect'), 'cloud', 'login')
    const problem = await authorise(join(root, 'browser', 'url'), api)
    const answer = await login
    return problem ?? wrong(answer, { includes: ['Authenticated with Prefect Cloud!'] })
  })
  await check('prefect cloud logout', async () =>
    wrong(await user.prefect('cloud', 'logout'), { includes: ['Logged out from Prefect Cloud.'] }),
  )
}

async function bootstrapSecond(target: Target, made: Bootstrapped): Promise<{ id: string; handle: string }> {
  const api = target.settings.PREFECT_CLOUD_API_URL ?? ''
  const workspace = await request(
    { ...target, apiUrl: api },
    ...(['POST', `/accounts/${made.accountId}/workspaces/`, { name: 'Second Workspace' }] as const),
  )
  if (!isObject(workspace)) throw new Error('no second workspace')
  return { id: text(workspace.id), handle: text(workspace.handle) }
}

/** What the page /auth/client does once its reader agrees: a key of theirs, posted to the waiting command. */
async function authorise(urlFile: string, api: string): Promise<string | undefined> {
  for (let attempt = 0; !existsSync(urlFile) || readFileSync(urlFile, 'utf8') === ''; attempt++) {
    if (attempt > 300) return 'the command did not open a browser'
    await sleep(100)
  }
  const opened = new URL(readFileSync(urlFile, 'utf8'))
  if (opened.origin !== new URL(api).origin || opened.pathname !== '/auth/client')
    return `it opened ${opened.href}`
  const headers = { 'content-type': 'application/json', 'x-orrery-request': '1', origin: opened.origin }
  const post = (url: string, body: unknown, more: Record<string, string> = {}) =>
    fetch(url, { method: 'POST', headers: { ...headers, ...more }, body: JSON.stringify(body) })
  const signedIn = await post(`${api}/auth/sign-in`, { email: owner.email, password: owner.password })
  if (!signedIn.ok) return `sign-in answered ${signedIn.status}`
  const cookie = signedIn.headers
    .getSetCookie()
    .map((each) => each.split(';')[0])
    .join('; ')
  const session = (await (await fetch(`${api}/auth/session`, { headers: { cookie } })).json()) as {
    user: { id: string }
  }
  const created = await post(`${api}/users/${session.user.id}/api_keys`, { name: 'command line' }, { cookie })
  const { key } = (await created.json()) as { key: string }
  const answered = await post(`${opened.searchParams.get('callback')}/success`, { api_key: key })
  return answered.ok ? undefined : `the command's callback answered ${answered.status}`
}

async function checkFlowRuns(check: Check, user: User, target: Target): Promise<void> {
  await user.python(basicFlow)
  const runs = objects(
    await request(target, 'POST', '/flow_runs/filter', { flows: { name: { any_: ['Test Flow'] } } }),
  )
  const id = text(runs[0]?.id)
  await check('prefect flow-run ls', async () =>
    wrong(await user.prefect('flow-run', 'ls'), { includes: [id, 'Test Flow', 'COMPLETED'] }),
  )
  await check('prefect flow-run ls filters by flow and state', async () =>
    wrong(await user.prefect('flow-run', 'ls', '--flow-name', 'Test Flow', '--state', 'failed'), {
      excludes: [id],
    }),
  )
  await check('prefect flow-run inspect', async () =>
    wrong(await user.prefect('flow-run', 'inspect', id, '--output', 'json'), {
      includes: [id, '"COMPLETED"'],
    }),
  )
  await check('prefect flow-run logs', async () =>
    wrong(await user.prefect('flow-run', 'logs', id), { includes: ['The fun is about to begin'] }),
  )
  await check('prefect flow-run watch of a run that is over', async () =>
    wrong(await user.prefect('flow-run', 'watch', id), { includes: ['finished'] }),
  )
  const scheduled = await request(target, 'POST', '/flow_runs/', {
    flow_id: text(runs[0]?.flow_id),
    state: { type: 'SCHEDULED', state_details: {} },
  })
  const scheduledId = isObject(scheduled) ? text(scheduled.id) : ''
  await check('prefect flow-run cancel', async () =>
    wrong(await user.prefect('flow-run', 'cancel', scheduledId), {
      includes: ['was successfully scheduled for cancellation'],
    }),
  )
  await check('a scheduled run that is cancelled is Cancelled at once', async () => {
    const read = await request(target, 'GET', `/flow_runs/${scheduledId}`)
    return isObject(read) && read.state_type === 'CANCELLED' ? undefined : JSON.stringify(read)
  })
  await check('prefect flow-run cancel of a run that is over says so', async () =>
    wrong(await user.prefect('flow-run', 'cancel', id), {
      code: 1,
      includes: ['was unable to be cancelled'],
    }),
  )
  await check('prefect flow-run delete', async () =>
    wrong(await user.prefect('--no-prompt', 'flow-run', 'delete', scheduledId), {
      includes: ['Successfully deleted flow run'],
    }),
  )
  await check('a deleted run is gone for every command', async () =>
    wrong(await user.prefect('flow-run', 'inspect', scheduledId), { code: 1, includes: ['not found'] }),
  )
  await check('prefect flow ls', async () =>
    wrong(await user.prefect('flow', 'ls'), { includes: ['Test Flow'] }),
  )
}

/** The two sockets that the server writes to: what happens is seen while it happens. */
async function checkStreams(check: Check, user: User, target: Target): Promise<void> {
  await check('prefect flow-run watch shows the states and logs of a run under way', async () => {
    const script = user.python(join(import.meta.dirname, 'slow_flow.py'))
    let id = ''
    for (let attempt = 0; id === '' && attempt < 100; attempt++) {
      await sleep(200)
      const filter = {
        flows: { name: { any_: ['slow-flow'] } },
        flow_runs: { state: { type: { any_: ['RUNNING'] } } },
      }
      id = text(objects(await request(target, 'POST', '/flow_runs/filter', filter))[0]?.id)
    }
    const watched = await user.prefect('flow-run', 'watch', id)
    await script
    return wrong(watched, {
      includes: ['line 19 of the slow flow', 'prefect.flow-run.Completed', 'finished successfully'],
    })
  })
  await check('prefect events stream shows an event that prefect events emit sends', async () => {
    const answer = await user.shell(`
      prefect events stream --format text > seen & stream=$!
      # The genuine server loses what arrives between its backfill and its subscription, so one event is not enough.
      for attempt in $(seq 5); do
        prefect events emit interop.emitted --resource-id interop.thing
        sleep 1; grep -q interop.emitted seen && break
      done
      kill $stream; cat seen`)
    return wrong(answer, { includes: ['interop.emitted interop.thing'] })
  })
}

async function checkApi(check: Check, user: User): Promise<void> {
  await check('prefect api POST /flows/filter', async () =>
    wrong(await user.prefect('api', 'POST', '/flows/filter', '--data', '{"limit": 1}'), {
      includes: ['"Test Flow"'],
    }),
  )
  await check('prefect api GET /hello', async () => wrong(await user.prefect('api', 'GET', '/hello'), {}))
  await check('prefect api of an unknown id answers 404', async () =>
    wrong(await user.prefect('api', 'GET', '/flow_runs/00000000-0000-7000-8000-000000000000'), {
      code: 4,
      includes: ['404'],
    }),
  )
}

async function checkCloudApi(check: Check, user: User, made: Bootstrapped): Promise<void> {
  await check('prefect api --root GET /me/workspaces', async () =>
    wrong(await user.prefect('api', '--root', 'GET', '/me/workspaces'), { includes: [made.workspaceId] }),
  )
  await check('prefect api --account POST /workspaces/filter', async () =>
    wrong(await user.prefect('api', '--account', 'POST', '/workspaces/filter', '--data', '{}'), {
      includes: [made.workspaceId],
    }),
  )
  await check('prefect version asks nothing it does not get', async () =>
    wrong(await user.prefect('version'), { includes: ['cloud'] }),
  )
}

/** Clients that are set up in another way than ours. */
async function checkFallbacks(check: Check, root: string, target: Target, made: Bootstrapped): Promise<void> {
  const taskRunsOf = async (name: string, settings: Record<string, string>): Promise<number> => {
    const since = new Date().toISOString()
    const answer = await new User(root, name, { PREFECT_API_URL: target.apiUrl, ...settings }).python(
      taskFlow,
    )
    if (answer.code !== 0) throw new Error(answer.stderr.slice(-1500))
    await sleep(1000)
    const filter = { task_runs: { expected_start_time: { after_: since } } }
    return Number(await request(target, 'POST', '/task_runs/count', filter))
  }
  const authorization = JSON.stringify({ Authorization: `Bearer ${made.apiKey}` })
  await check('with custom headers instead of a key, task runs arrive', async () => {
    const count = await taskRunsOf('headers', { PREFECT_CLIENT_CUSTOM_HEADERS: authorization })
    return count === 3 ? undefined : `${count} task runs`
  })
  await check('with the key as authentication string, task runs arrive', async () => {
    const count = await taskRunsOf('auth-string', { PREFECT_API_AUTH_STRING: made.apiKey })
    return count === 3 ? undefined : `${count} task runs`
  })
  await check(
    'without PREFECT_CLOUD_API_URL the events are refused, and the workspace names the cure',
    async () => {
      const count = await taskRunsOf('no-cloud-url', { PREFECT_API_KEY: made.apiKey })
      const warnings = objects(await request(target, 'GET', '/ui/warnings'))
      const cure = warnings.map((warning) => text(warning.cure)).join(' ')
      if (count !== 0) return `${count} task runs arrived without credentials`
      return cure.includes('PREFECT_CLOUD_API_URL') ? undefined : `warnings: ${JSON.stringify(warnings)}`
    },
  )
}

async function checkLocal(check: Check, root: string): Promise<void> {
  const server = await startOurs({ home: join(root, 'local-server'), local: true })
  try {
    const target: Target = { name: 'local', apiUrl: server.apiUrl, headers: {}, settings: {} }
    const user = new User(root, 'local', { PREFECT_API_URL: server.apiUrl })
    await check('local mode: a script with nothing but PREFECT_API_URL', async () =>
      wrong(await user.python(taskFlow), {}),
    )
    await check('local mode: its task runs arrive', async () => {
      await sleep(1000)
      const count = await request(target, 'POST', '/task_runs/count', {})
      return count === 3 ? undefined : `${count} task runs, not 3`
    })
    await check('local mode: prefect flow-run ls', async () =>
      wrong(await user.prefect('flow-run', 'ls'), { includes: ['tasks-direct'] }),
    )
    await check('local mode: prefect version sees a server', async () =>
      wrong(await user.prefect('version'), { includes: ['server'] }),
    )
    await check('local mode: prefect api GET /admin/version', async () =>
      wrong(await user.prefect('api', 'GET', '/admin/version'), { includes: ['3.9.'] }),
    )
  } finally {
    await checkLog(check, server.logFile)
    await server.stop()
  }
}
