import { spawn } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { orreryHome, type Settings } from '@orrery/client'
import { systemNow } from '@orrery/schemas/instants'
import { OrreryError } from '../errors.ts'
import { printLine } from '../logger.ts'

const START_TIMEOUT_MILLIS = 60_000

/** No local server could be started, though none is configured. */
export class EphemeralServerError extends OrreryError {
  override name = 'EphemeralServerError'
}

interface Running {
  readonly pid: number
  readonly apiUrl: string
}

/**
 * The address of a local server on `$ORRERY_HOME`: one that runs already, or one started now, which ends with the last
 * program that uses it. Its data stays.
 * @throws EphemeralServerError
 */
export async function startEphemeralServer(settings: Settings): Promise<string> {
  const home = orreryHome()
  const folder = join(home, 'ephemeral')
  mkdirSync(join(folder, 'users'), { recursive: true })
  const port = settings.number('PREFECT_SERVER_API_PORT', 4200)
  // On the default home a server of the user may hold the same database.
  if (!process.env.ORRERY_HOME && (await isLocalServer(`http://127.0.0.1:${port}/api`)))
    return `http://127.0.0.1:${port}/api`
  useUntilExit(folder)
  const running = await withLock(folder, async () => {
    const known = readRunning(folder)
    if (known && (await isLocalServer(known.apiUrl))) return known
    return launch(folder, home)
  })
  const root = running.apiUrl.replace(/\/api$/, '')
  const say = (text: string) => printLine(systemNow(), 'INFO', 'orrery', text)
  say(
    `No PREFECT_API_URL is set: using a local server at ${root} while this program runs. Its data is in ${home}.`,
  )
  say('To look at the runs later: orrery server start --local')
  return running.apiUrl
}

async function launch(folder: string, home: string): Promise<Running> {
  const bin = findCli()
  const port = await freePort()
  const apiUrl = `http://127.0.0.1:${port}/api`
  const logPath = join(folder, 'server.log')
  const log = openSync(logPath, 'a')
  const flags = bin.endsWith('.ts') ? ['--conditions=@orrery/source'] : []
  const child = spawn(
    process.execPath,
    [...flags, bin, 'server', 'start', '--local', '--host', '127.0.0.1', '--port', String(port)],
    // Its own process group: a Ctrl-C for this program must not take the server first.
    { detached: true, stdio: ['ignore', log, log], env: { ...process.env, ORRERY_HOME: home } },
  )
  child.unref()
  let exited = false
  child.once('exit', () => {
    exited = true
  })
  const running = { pid: child.pid ?? 0, apiUrl }
  writeFileSync(join(folder, 'server.json'), JSON.stringify(running))
  const deadline = Date.now() + START_TIMEOUT_MILLIS
  while (!(await isLocalServer(apiUrl))) {
    if (exited || Date.now() > deadline) {
      throw new EphemeralServerError(
        `The local server did not start. Its log is ${logPath}. Start one yourself with: orrery server start --local, ` +
          'and set PREFECT_API_URL to its address.',
      )
    }
    await pause(50)
  }
  return running
}

async function isLocalServer(apiUrl: string): Promise<boolean> {
  try {
    const answer = await fetch(`${apiUrl}/health`, { signal: AbortSignal.timeout(2000) })
    return answer.ok && (await answer.text()) === 'true'
  } catch {
    return false
  }
}

/** The command line's program: beside this package, or in the project of the script. */
function findCli(): string {
  const places = [import.meta.url, pathToFileURL(join(process.cwd(), 'package.json')).href]
  for (const place of places) {
    for (const name of ['@orrery/cli', 'orrery']) {
      try {
        const main = createRequire(place).resolve(name)
        for (const bin of ['bin.js', 'bin.ts']) {
          const path = join(dirname(main), bin)
          if (existsSync(path)) return path
        }
      } catch {
        // Not installed here.
      }
    }
  }
  const source = fileURLToPath(new URL('../../../cli/src/bin.ts', import.meta.url))
  if (existsSync(source)) return source
  throw new EphemeralServerError(
    'No API is configured and the server is not installed. Install it with: npm install orrery, or set PREFECT_API_URL.',
  )
}

/** Marks this process as a user; the last user that ends stops the server. */
function useUntilExit(folder: string): void {
  const mark = join(folder, 'users', String(process.pid))
  writeFileSync(mark, '')
  process.once('exit', () => {
    rmSync(mark, { force: true })
    const others = readdirSync(join(folder, 'users')).filter((pid) => {
      if (isAlive(Number(pid))) return true
      rmSync(join(folder, 'users', pid), { force: true })
      return false
    })
    const running = readRunning(folder)
    if (others.length > 0 || !running) return
    rmSync(join(folder, 'server.json'), { force: true })
    if (isAlive(running.pid)) process.kill(running.pid, 'SIGTERM')
  })
}

function readRunning(folder: string): Running | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, 'server.json'), 'utf8')) as Running
  } catch {
    return undefined
  }
}

function isAlive(pid: number): boolean {
  if (!(pid > 0)) return false
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

/** One starter at a time; a lock that its maker left behind is taken over. */
async function withLock<T>(folder: string, fn: () => Promise<T>): Promise<T> {
  const lock = join(folder, 'lock')
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' })
      break
    } catch {
      const stale = existsSync(lock) && Date.now() - statSync(lock).mtimeMs > START_TIMEOUT_MILLIS
      const holder = existsSync(lock) ? Number(readFileSync(lock, 'utf8')) : 0
      if (stale || (holder > 0 && !isAlive(holder))) rmSync(lock, { force: true })
      await pause(50)
    }
  }
  try {
    return await fn()
  } finally {
    rmSync(lock, { force: true })
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = typeof address === 'object' && address ? address.port : 0
      server.close(() => resolve(port))
    })
  })
}

const pause = (millis: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, millis))
