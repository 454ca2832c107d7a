import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'

export interface PostgresCluster {
  /** A fresh, empty database. */
  createDatabase(): Promise<string>
  stop(): Promise<void>
}

/** Where PostgreSQL's server programs lie (`ORRERY_TEST_PG_BIN`, or Debian's folder, newest first); null without them. */
export function findPostgresBin(): string | null {
  const wanted = process.env.ORRERY_TEST_PG_BIN
  if (wanted) return wanted
  const root = '/usr/lib/postgresql'
  if (!existsSync(root)) return null
  const versions = readdirSync(root).sort((a, b) => Number(b) - Number(a))
  const found = versions
    .map((version) => join(root, version, 'bin'))
    .find((bin) => existsSync(join(bin, 'initdb')))
  return found ?? null
}

/**
 * A throw-away cluster on a free port of loopback. As root it runs as the user `postgres`, since the server
 * refuses root. `durable` keeps fsync on, for crash tests and benches.
 */
export async function startPostgres(options: { durable?: boolean } = {}): Promise<PostgresCluster> {
  const bin = findPostgresBin()
  if (!bin)
    throw new Error('No PostgreSQL programs found; install the package postgresql, or set ORRERY_TEST_PG_BIN')
  const folder = mkdtempSync(join(tmpdir(), 'orrery-pg-'))
  const port = await freePort()
  const owner = process.getuid?.() === 0 ? postgresIds() : null
  if (owner) {
    chmodSync(folder, 0o755)
    chownSync(folder, owner.uid, owner.gid)
  }
  const data = join(folder, 'data')
  const as = owner ?? {}
  execFileSync(
    join(bin, 'initdb'),
    ['-D', data, '-U', 'orrery', '-A', 'trust', '-E', 'UTF8', '--no-locale', '-N'],
    {
      ...as,
      stdio: 'pipe',
      cwd: folder,
    },
  )
  const settings = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: folder,
    max_connections: '200',
    ...(options.durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  }
  const args = ['-D', data, ...Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`])]
  const child = spawn(join(bin, 'postgres'), args, { ...as, stdio: 'ignore', cwd: folder })
  const url = (database: string) => `postgresql://orrery@127.0.0.1:${port}/${database}`
  await waitUntilReady(url('postgres'), () => child.exitCode)
  let made = 0
  return {
    async createDatabase() {
      const name = `orrery_${process.pid}_${made++}`
      const client = new pg.Client({ connectionString: url('postgres') })
      await client.connect()
      await client.query(`CREATE DATABASE ${name}`)
      await client.end()
      return url(name)
    },
    async stop() {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      if (child.exitCode === null) {
        child.kill('SIGQUIT')
        await ended
      }
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function postgresIds(): { uid: number; gid: number } {
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}

async function waitUntilReady(url: string, exitCode: () => number | null): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (exitCode() !== null) throw new Error(`PostgreSQL ended with exit code ${exitCode()} while starting`)
    const client = new pg.Client({ connectionString: url })
    try {
      await client.connect()
      await client.end()
      return
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
  throw new Error('PostgreSQL did not answer within 10 seconds')
}

/** A port of loopback that nothing listens on. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
