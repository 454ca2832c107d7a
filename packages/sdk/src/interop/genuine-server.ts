import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const venv = new URL('../../../../.cache/interop-venv/', import.meta.url).pathname

/** The Python of the venv with the genuine Prefect. */
export const python = join(venv, 'bin/python')

/** Whether scripts/setup-interop.sh has been run here. */
export const hasPrefect = existsSync(join(venv, 'bin/prefect'))

/** A genuine Prefect server on a free port with an empty database. */
export interface GenuineServer {
  readonly apiUrl: string
  /** A folder that goes with the server. */
  readonly home: string
  stop(): Promise<void>
}

/** Starts one; rejects when it does not answer within a minute. */
export async function startGenuineServer(): Promise<GenuineServer> {
  const home = mkdtempSync(join(tmpdir(), 'orrery-genuine-'))
  const port = await freePort()
  const env = {
    PATH: process.env.PATH,
    PREFECT_HOME: home,
    PREFECT_SERVER_ANALYTICS_ENABLED: 'false',
    PREFECT_SERVER_LOGGING_LEVEL: 'ERROR',
    DO_NOT_TRACK: '1',
  }
  const args = ['server', 'start', '--host', '127.0.0.1', '--port', String(port)]
  const child = spawn(join(venv, 'bin/prefect'), args, { env, stdio: 'ignore', detached: true })
  const apiUrl = `http://127.0.0.1:${port}/api`
  for (let tries = 0; ; tries++) {
    const healthy = await fetch(`${apiUrl}/health`).then(
      (answer) => answer.ok,
      () => false,
    )
    if (healthy) break
    if (tries > 300) throw new Error('the genuine server did not start')
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  return {
    apiUrl,
    home,
    async stop() {
      await stopGroup(child)
      rmSync(home, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

/** The server has children of its own, so its whole group ends. */
function stopGroup(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || !child.pid) return resolve()
    child.once('exit', () => resolve())
    process.kill(-child.pid, 'SIGTERM')
    setTimeout(
      () => child.exitCode === null && child.pid && process.kill(-child.pid, 'SIGKILL'),
      5000,
    ).unref()
  })
}

/** A port that nothing listens on. */
export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer()
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = typeof address === 'object' && address ? address.port : 0
      server.close(() => resolve(port))
    })
  })
}

/** Runs a program to its end; what it wrote and how it ended. `onOutput` may act on what it writes. */
export function runProgram(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  onOutput: (text: string) => unknown = () => undefined,
): Promise<{ code: number | null; signal: NodeJS.Signals | null; stdout: string; stderr: string }> {
  const child = spawn(command, args, { env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env } })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk
    onOutput(String(chunk))
  })
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk
  })
  return new Promise((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr }))
  })
}
