import { setTimeout as sleep } from 'node:timers/promises'
import { findBackgroundServer, isAlive, removePidFile } from '../../background-server.ts'
import type { Cli } from '../../cli.ts'
import { CliError } from '../../errors.ts'

// The server gives requests in flight ten seconds.
const PATIENCE_MILLIS = 20_000

export async function run(cli: Cli): Promise<void> {
  const { env } = cli.world
  const server = findBackgroundServer(env)
  if (!server) {
    removePidFile(env)
    cli.print('No server runs in the background.')
    return
  }
  process.kill(server.pid, 'SIGTERM')
  const deadline = Date.now() + PATIENCE_MILLIS
  while (isAlive(server.pid)) {
    if (Date.now() > deadline) {
      throw new CliError(
        `The server (process ${server.pid}) is still busy after ${PATIENCE_MILLIS / 1000} seconds. Its log: ${server.log}. End it now with: kill -9 ${server.pid}`,
      )
    }
    await sleep(50)
  }
  removePidFile(env)
  cli.success(`Stopped the server at ${server.url}`)
}
