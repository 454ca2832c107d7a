/**
 * kill -9 under load, restart, and everything that was acknowledged is there, once.
 *
 *   node interop/crash.ts [--db sqlite,postgres] [--kills 20] [--server genuine] [--seed n]
 *
 * The load is what a Python client does: flow runs with an idempotency key, states with a transition id, both repeated
 * until they are answered; logs, which are not repeated; task-run events over `/events/in`, which are forgotten when
 * the pong to a later ping comes and sent again after a reconnect when it does not.
 * `--server genuine` shows that the test sees a loss: the genuine server answers the ping before it has stored.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { openEventsIn } from '../bench/event-load.ts'
import { CrashLoad } from './crash-load.ts'
import { type Server, startGenuine } from './genuine.ts'
import { bootstrap, cloudTarget, startOurs } from './ours.ts'
import { type Postgres, startPostgres } from './postgres.ts'
import { freePort, sleep } from './process.ts'
import type { Target } from './target.ts'

const { values: options } = parseArgs({
  options: {
    db: { type: 'string', default: 'sqlite,postgres' },
    kills: { type: 'string', default: '20' },
    server: { type: 'string', default: 'ours' },
  },
})

type Killable = Server & { kill(): Promise<void> }

async function crashTest(database: string, kills: number, postgres: Postgres | undefined): Promise<string[]> {
  const genuine = options.server === 'genuine'
  const home = mkdtempSync(join(tmpdir(), `orrery-crash-${database}-`))
  const url = database === 'postgres' ? await postgres?.createDatabase('crash') : undefined
  const databaseUrl = genuine ? url?.replace('postgres:', 'postgresql+asyncpg:') : url
  const port = await freePort()
  const where = { home, port, ...(databaseUrl ? { databaseUrl } : {}) }
  const startServer = async (): Promise<Killable> => {
    if (!genuine) return startOurs(where)
    const server = await startGenuine(where)
    return {
      ...server,
      kill: async () => {
        process.kill(server.pid, 'SIGKILL')
        await sleep(300)
      },
    }
  }
  let server = await startServer()
  const problems: string[] = []
  try {
    const target: Target = genuine
      ? { name: 'genuine', apiUrl: server.apiUrl, headers: {}, settings: {} }
      : cloudTarget(server, await bootstrap(where))
    const socketUrl = `${target.apiUrl.replace(/^http/, 'ws')}/events/in`
    const load = new CrashLoad(target, () =>
      openEventsIn({ url: socketUrl, headers: genuine ? {} : target.headers, subprotocol: genuine }),
    )
    let restarts = 0
    for (let kill = 1; kill <= kills; kill++) {
      load.start(await load.newRound())
      // Not a whole number of commits, so that kills fall everywhere in one.
      await sleep(200 + Math.random() * 600)
      await server.kill()
      server = await startServer()
      restarts += server.startedIn
      // What was not answered is sent again and must not be doubled; then the round is complete and is read back.
      await load.drain()
      problems.push(...(await load.verify()).map((problem) => `kill ${kill}: ${problem}`))
    }
    problems.push(...(await load.verifyEverything()))
    const mean = (restarts / kills / 1000).toFixed(1)
    process.stdout.write(
      `${database}: ${kills} kills, ${load.acknowledged()}, restarted in ${mean} s on average\n`,
    )
  } finally {
    await server.stop()
    rmSync(home, { recursive: true, force: true })
  }
  return problems
}

const databases = options.db.split(',')
const postgres = databases.includes('postgres') ? await startPostgres() : undefined
let failed = 0
try {
  for (const database of databases) {
    const problems = await crashTest(database, Number(options.kills), postgres)
    failed += problems.length
    for (const problem of problems.slice(0, 20)) process.stdout.write(`  ${database}: ${problem}\n`)
  }
} catch (error) {
  failed++
  process.stdout.write(
    `the crash test itself: ${error instanceof Error ? (error.stack ?? error.message) : error}\n`,
  )
} finally {
  await postgres?.stop()
}
process.stdout.write(`crash: ${failed === 0 ? 'nothing lost, nothing twice' : `${failed} problems`}\n`)
process.exit(failed > 0 ? 1 : 0)
