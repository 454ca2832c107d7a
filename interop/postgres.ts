/** A PostgreSQL of its own in a temporary folder, from whatever version's binaries the machine has. */
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, run, start, stop } from './process.ts'

export type Postgres = {
  port: number
  /** Makes an empty database; its URL in libpq's form. */
  createDatabase(name: string): Promise<string>
  stop(): Promise<void>
}

export function postgresBinaries(): string | undefined {
  const fromEnvironment = process.env.ORRERY_POSTGRES_BIN
  if (fromEnvironment) return fromEnvironment
  const root = '/usr/lib/postgresql'
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : []
  return versions
    .map((version) => join(root, version, 'bin'))
    .find((folder) => existsSync(join(folder, 'postgres')))
}

export async function startPostgres(): Promise<Postgres> {
  const binaries = postgresBinaries()
  if (!binaries) throw new Error('no PostgreSQL binaries found; set ORRERY_POSTGRES_BIN to their folder')
  const folder = mkdtempSync(join(tmpdir(), 'orrery-postgres-'))
  // The server refuses to run as root, as which containers and CI often run.
  const asRoot = process.getuid?.() === 0
  if (asRoot) {
    const ids = await run('id', ['-u', 'postgres'], { env: process.env })
    const uid = Number(ids.stdout)
    chownSync(folder, uid, uid)
  }
  const command = (name: string, args: string[]): [string, string[]] =>
    asRoot
      ? ['setpriv', ['--reuid=postgres', '--regid=postgres', '--clear-groups', join(binaries, name), ...args]]
      : [join(binaries, name), args]
  const data = join(folder, 'data')
  const environment = { PATH: process.env.PATH, LC_ALL: 'C.UTF-8', HOME: folder }
  const initialised = await run(
    ...command('initdb', ['-D', data, '-U', 'postgres', '--auth=trust', '--encoding=UTF8', '--no-sync']),
    { env: environment, cwd: folder },
  )
  if (initialised.code !== 0) throw new Error(`initdb failed: ${initialised.stderr}`)
  const port = await freePort()
  const settings = [
    `port=${port}`,
    'listen_addresses=127.0.0.1',
    `unix_socket_directories=${folder}`,
    'max_connections=200',
  ]
  const server = start(
    ...command('postgres', ['-D', data, ...settings.flatMap((setting) => ['-c', setting])]),
    { env: environment, cwd: folder, stdio: 'ignore' },
  )
  const psql = (sql: string) =>
    run(join(binaries, 'psql'), ['-h', '127.0.0.1', '-p', String(port), '-U', 'postgres', '-qc', sql], {
      env: environment,
      cwd: '/',
    })
  for (let attempt = 0; (await psql('select 1')).code !== 0; attempt++) {
    if (attempt > 100 || server.exitCode !== null) throw new Error('PostgreSQL did not start')
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return {
    port,
    async createDatabase(name) {
      const answer = await psql(`create database "${name}"`)
      if (answer.code !== 0) throw new Error(`create database failed: ${answer.stderr}`)
      return `postgres://postgres@127.0.0.1:${port}/${name}`
    },
    async stop() {
      await stop(server, 10)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
