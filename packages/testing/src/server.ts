import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Clock,
  type ConfigFlags,
  type RunningServer,
  readConfig,
  startServer as start,
} from '@orrery/server'

export interface TestServer extends RunningServer {
  home: string
  stop(): Promise<void>
}

/**
 * A server in this process on a free port, with a fresh home that `stop` removes. `env` adds `ORRERY_…` settings; a
 * `clock` of the test's own lets it make a past.
 */
export async function startServer(
  options: { flags?: ConfigFlags; env?: Record<string, string>; home?: string; clock?: Clock } = {},
): Promise<TestServer> {
  const home = options.home ?? mkdtempSync(join(tmpdir(), 'orrery-test-'))
  const config = readConfig(
    { port: 0, logLevel: 'warn', ...options.flags },
    { ORRERY_HOME: home, ORRERY_LOG_FORMAT: 'json', ...options.env },
  )
  const server = await start(config, { ...(options.clock && { clock: options.clock }) })
  return {
    ...server,
    home,
    async stop() {
      await server.close()
      if (!options.home) rmSync(home, { recursive: true, force: true })
    },
  }
}
