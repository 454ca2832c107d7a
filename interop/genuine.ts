/** The genuine Prefect server and client, from the venv that scripts/setup-interop.sh makes. */
import type { ChildProcess } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { freePort, healthy, run, start, stop } from './process.ts'

export const repository = join(import.meta.dirname, '..')
export const venv = join(repository, '.cache', 'interop-venv')
export const prefectVersion = '3.9.1'

export async function setUp(): Promise<void> {
  const answer = await run('bash', [join(repository, 'scripts', 'setup-interop.sh')], {
    env: process.env,
    timeoutSeconds: 600,
  })
  if (answer.code !== 0) throw new Error(`scripts/setup-interop.sh failed:\n${answer.stderr}${answer.stdout}`)
}

/** An environment in which nothing of the caller's Prefect settings is left and nothing asks the network. */
export function prefectEnvironment(home: string, settings: Record<string, string> = {}): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(PREFECT|ORRERY)_/.test(name))
  return {
    ...Object.fromEntries(inherited),
    HOME: home,
    PATH: `${join(venv, 'bin')}:${process.env.PATH}`,
    PREFECT_HOME: join(home, '.prefect'),
    PREFECT_SERVER_ANALYTICS_ENABLED: 'false',
    DO_NOT_TRACK: '1',
    PYTHONDONTWRITEBYTECODE: '1',
    // Sets iterate in the order of their hashes; two servers can only be compared when both see the same order.
    PYTHONHASHSEED: '0',
    PREFECT_CLI_COLORS: 'false',
    PREFECT_CLI_WRAP_LINES: 'false',
    NO_COLOR: '1',
    COLUMNS: '400',
    ...settings,
  }
}

export type Server = {
  /** Without a trailing slash, with `/api`. */
  apiUrl: string
  pid: number
  /** Milliseconds from the start of the process to the first healthy answer. */
  startedIn: number
  stop(): Promise<void>
}

export async function startGenuine(options: {
  home: string
  databaseUrl?: string
  port?: number
  settings?: Record<string, string>
}): Promise<Server> {
  if (!existsSync(join(venv, 'bin', 'prefect'))) await setUp()
  mkdirSync(options.home, { recursive: true })
  const port = options.port ?? (await freePort())
  const log = openSync(join(options.home, 'server.log'), 'a')
  const since = performance.now()
  const child: ChildProcess = start(
    join(venv, 'bin', 'prefect'),
    ['server', 'start', '--host', '127.0.0.1', '--port', String(port)],
    {
      env: prefectEnvironment(options.home, {
        ...(options.databaseUrl ? { PREFECT_API_DATABASE_CONNECTION_URL: options.databaseUrl } : {}),
        ...options.settings,
      }),
      cwd: options.home,
      stdio: ['ignore', log, log],
    },
  )
  closeSync(log)
  const apiUrl = `http://127.0.0.1:${port}/api`
  const startedIn = await healthy(`${apiUrl}/health`, child, since, 120)
  return { apiUrl, pid: child.pid ?? 0, startedIn, stop: () => stop(child) }
}
