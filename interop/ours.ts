/** Our server as its users start it, by the command line, in both of its modes. */
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { repository, type Server } from './genuine.ts'
import { isObject, parseJson, text } from './json.ts'
import { freePort, healthy, run, start, stop } from './process.ts'
import type { Target } from './target.ts'

export const orreryCommand: [string, string[]] = [
  process.execPath,
  [
    // As `npm start`.
    '--max-semi-space-size=2',
    '--conditions=@orrery/source',
    join(repository, 'packages/cli/bin/orrery.js'),
  ],
]

export type OursOptions = {
  home: string
  local?: boolean
  databaseUrl?: string
  port?: number
  /** Options for node, such as `--cpu-prof`. */
  nodeOptions?: string[]
  settings?: Record<string, string>
}

export type OurServer = Server & { port: number; logFile: string; kill(): Promise<void> }

export function oursEnvironment(options: OursOptions): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(PREFECT|ORRERY)_/.test(name))
  return {
    ...Object.fromEntries(inherited),
    HOME: options.home,
    ORRERY_HOME: join(options.home, 'orrery'),
    ...(options.databaseUrl ? { ORRERY_DATABASE_URL: options.databaseUrl } : {}),
    ...options.settings,
  }
}

export async function startOurs(options: OursOptions): Promise<OurServer> {
  mkdirSync(options.home, { recursive: true })
  const port = options.port ?? (await freePort())
  const logFile = join(options.home, 'server.log')
  const log = openSync(logFile, 'a')
  const since = performance.now()
  const [node, script] = orreryCommand
  const child = start(
    node,
    [
      ...(options.nodeOptions ?? []),
      ...script,
      ...['server', 'start', '--host', '127.0.0.1', '--port', String(port)],
      ...(options.local ? ['--local'] : []),
    ],
    { env: oursEnvironment(options), cwd: options.home, stdio: ['ignore', log, log] },
  )
  closeSync(log)
  const apiUrl = `http://127.0.0.1:${port}/api`
  try {
    const startedIn = await healthy(`${apiUrl}/health`, child, since)
    return {
      apiUrl,
      port,
      logFile,
      pid: child.pid ?? 0,
      startedIn,
      stop: () => stop(child),
      kill: async () => {
        const gone = new Promise((resolve) => child.once('exit', resolve))
        child.kill('SIGKILL')
        await gone
      },
    }
  } catch (error) {
    await stop(child)
    const tail = readFileSync(logFile, 'utf8').slice(-2000)
    throw new Error(`our server did not start: ${String(error)}\n${tail}`)
  }
}

export const owner = {
  email: 'interop@example.com',
  password: 'a password for interop',
  workspace: 'interop',
}

export type Bootstrapped = {
  accountId: string
  workspaceId: string
  apiUrl: string
  cloudApiUrl: string
  apiKey: string
}

/** `orrery admin bootstrap`, as a container would run it: before the server or beside it. */
export async function bootstrap(options: OursOptions, workspace = owner.workspace): Promise<Bootstrapped> {
  const [node, script] = orreryCommand
  const answer = await run(
    node,
    [
      ...script,
      ...[
        'admin',
        'bootstrap',
        '--email',
        owner.email,
        '--password',
        owner.password,
        '--workspace',
        workspace,
      ],
      ...['--output', 'json'],
    ],
    { env: oursEnvironment(options), cwd: options.home },
  )
  if (answer.code !== 0) throw new Error(`orrery admin bootstrap failed: ${answer.stderr}${answer.stdout}`)
  const made = parseJson(answer.stdout)
  if (!isObject(made)) throw new Error(`orrery admin bootstrap printed no object: ${answer.stdout}`)
  return {
    accountId: text(made.account_id),
    workspaceId: text(made.workspace_id),
    apiUrl: text(made.api_url),
    cloudApiUrl: text(made.cloud_api_url),
    apiKey: text(made.api_key),
  }
}

/** The target and the client's settings for a server that is listening. */
export function cloudTarget(server: Server, made: Bootstrapped): Target {
  // The bootstrap ran without knowing the port that the test gave the server.
  const apiUrl = `${server.apiUrl}/accounts/${made.accountId}/workspaces/${made.workspaceId}`
  return {
    name: 'cloud',
    apiUrl,
    headers: { authorization: `Bearer ${made.apiKey}` },
    settings: { PREFECT_CLOUD_API_URL: server.apiUrl, PREFECT_API_URL: apiUrl, PREFECT_API_KEY: made.apiKey },
  }
}

export async function withOurs<T>(
  mode: 'cloud' | 'local',
  databaseUrl: string | undefined,
  use: (target: Target) => Promise<T>,
): Promise<T> {
  const home = mkdtempSync(join(tmpdir(), `orrery-ours-${mode}-`))
  const options = { home, local: mode === 'local', ...(databaseUrl ? { databaseUrl } : {}) }
  const server = await startOurs(options)
  try {
    const local = {
      name: mode,
      apiUrl: server.apiUrl,
      headers: {},
      settings: { PREFECT_API_URL: server.apiUrl },
    }
    const target = mode === 'cloud' ? cloudTarget(server, await bootstrap(options)) : local
    return await use({ ...target, logFile: server.logFile })
  } finally {
    await server.stop()
    rmSync(home, { recursive: true, force: true })
  }
}
