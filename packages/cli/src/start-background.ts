import { spawn } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { answers, birthOf, findBackgroundServer, logFile, writePidFile } from './background-server.ts'
import type { Cli } from './cli.ts'
import type { StartOptions } from './commands/server/start.ts'
import { CliError } from './errors.ts'

// A first start migrates the database; a big one takes a while.
const PATIENCE_MILLIS = 60_000

/** Starts the server as a process of its own and returns when it answers. Throws when it ends or does not answer. */
export async function startInBackground(cli: Cli, options: StartOptions): Promise<void> {
  const { env } = cli.world
  const running = findBackgroundServer(env)
  if (running) {
    throw new CliError(
      `A server runs in the background already, at ${running.url} (process ${running.pid}). Stop it with: orrery server stop`,
    )
  }
  const log = logFile(env)
  mkdirSync(dirname(log), { recursive: true, mode: 0o700 })
  // The log of the start before this one is kept, no more.
  if (existsSync(log)) renameSync(log, `${log}.1`)
  const output = openSync(log, 'a', 0o600)
  const entry = process.argv[1] ?? ''
  const child = spawn(process.execPath, [...process.execArgv, entry, ...argumentsOf(options)], {
    cwd: cli.world.cwd,
    env: { ...env, ORRERY_LOG_FORMAT: env.ORRERY_LOG_FORMAT ?? 'json' },
    stdio: ['ignore', output, output],
    detached: true,
  })
  closeSync(output)
  let ended: string | undefined
  child.once('error', (error) => {
    ended = error.message
  })
  child.once('exit', (code, signal) => {
    ended = `it ended with ${signal ?? `exit code ${code}`}`
  })
  const deadline = Date.now() + PATIENCE_MILLIS
  const written = () => readFileSync(log, 'utf8')
  for (;;) {
    const url = /^Orrery is up at (\S+)$/m.exec(written())?.[1]
    if (url && (await answers(url))) {
      const pid = child.pid ?? 0
      writePidFile(env, { pid, url, log, birth: birthOf(pid) })
      child.unref()
      cli.success(`The server is up at ${url}`)
      cli.print(`  Process: ${pid}`)
      cli.print(`  Log:     ${log}`)
      cli.print('  Stop:    orrery server stop')
      return
    }
    if (ended !== undefined) throw new CliError(`The server did not start: ${ended}.\n${written().trim()}`)
    if (Date.now() > deadline) {
      child.kill('SIGTERM')
      throw new CliError(
        `The server did not answer within ${PATIENCE_MILLIS / 1000} seconds and was stopped. Its log: ${log}`,
      )
    }
    await sleep(50)
  }
}

function argumentsOf(options: StartOptions): string[] {
  const { host, port, local, databaseUrl, logLevel, services } = options
  return [
    'server',
    'start',
    ...(host === undefined ? [] : ['--host', host]),
    ...(port === undefined ? [] : ['--port', String(port)]),
    ...(local ? ['--local'] : []),
    ...(databaseUrl === undefined ? [] : ['--database-url', databaseUrl]),
    ...(logLevel === undefined ? [] : ['--log-level', logLevel]),
    ...(services ? [] : ['--no-services']),
  ]
}
