import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './genuine-server.ts'

const bin = new URL('../../../cli/src/bin.ts', import.meta.url).pathname

/** Whether the command line, which starts the server, is beside this package. */
export const hasServer = existsSync(bin)

/** One of our servers, as a process of its own. */
export interface OurServer {
  readonly apiUrl: string
  readonly home: string
  /** Ends the process, as gently as the signal says, and starts it again on the same data and port. */
  restart(signal: 'SIGTERM' | 'SIGKILL', pauseMillis: number): Promise<void>
  stop(): Promise<void>
}

/** Starts one with an empty database. */
export async function startOurServer(flags: readonly string[]): Promise<OurServer> {
  const home = mkdtempSync(join(tmpdir(), 'orrery-server-'))
  const port = await freePort()
  const apiUrl = `http://127.0.0.1:${port}/api`
  let child = await start(port, home, flags)
  return {
    apiUrl,
    home,
    async restart(signal, pauseMillis) {
      await end(child, signal)
      await new Promise((resolve) => setTimeout(resolve, pauseMillis))
      child = await start(port, home, flags)
    },
    async stop() {
      await end(child, 'SIGTERM')
      rmSync(home, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

async function start(port: number, home: string, flags: readonly string[]): Promise<ChildProcess> {
  const args = [
    '--conditions=@orrery/source',
    bin,
    'server',
    'start',
    '--host',
    '127.0.0.1',
    '--port',
    String(port),
    ...flags,
  ]
  const env = { PATH: process.env.PATH, HOME: home, ORRERY_HOME: home }
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'pipe'] })
  let trouble = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    trouble += chunk
  })
  for (let tries = 0; ; tries++) {
    const healthy = await fetch(`http://127.0.0.1:${port}/api/health`).then(
      (answer) => answer.ok,
      () => false,
    )
    if (healthy) return child
    if (tries > 600 || child.exitCode !== null) throw new Error(`our server did not start: ${trouble}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve()
    child.once('exit', () => resolve())
    child.kill(signal)
  })
}
