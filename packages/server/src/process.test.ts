import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { freePort } from '@orrery/testing'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'

// The program as its user starts it: a process of its own, its output and its exit code.
const BIN = join(import.meta.dirname, '../../cli/src/bin.ts')
const folder = mkdtempSync(join(tmpdir(), 'orrery-process-'))
const children = new Set<ChildProcess>()

interface Ended {
  code: number | null
  stdout: string
  stderr: string
}

function start(args: string[], env: Record<string, string> = {}) {
  const child = spawn(
    process.execPath,
    ['--conditions=@orrery/source', '--disable-warning=ExperimentalWarning', BIN, 'server', 'start', ...args],
    { env: { ...process.env, ORRERY_HOME: join(folder, 'home'), ORRERY_LOG_FORMAT: 'json', ...env } },
  )
  children.add(child)
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (data) => (stdout += data))
  child.stderr.on('data', (data) => (stderr += data))
  const ended = new Promise<Ended>((resolve) =>
    child.once('exit', (code) => resolve({ code, stdout, stderr })),
  )
  return { child, ended, stdout: () => stdout }
}

async function untilHealthy(port: number): Promise<void> {
  for (let attempt = 0; attempt < 400; attempt++) {
    const answer = await fetch(`http://127.0.0.1:${port}/api/health`).catch(() => null)
    if (answer?.ok) return
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  throw new Error('The server did not become healthy')
}

afterEach(() => {
  for (const child of children) child.kill('SIGKILL')
  children.clear()
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('a start that cannot work says one line and exits with 1', () => {
  let holder: Server
  let taken = 0
  beforeAll(async () => {
    holder = createServer()
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve))
    const address = holder.address()
    taken = typeof address === 'object' && address ? address.port : 0
  })
  afterAll(() => new Promise((resolve) => holder.close(resolve)))

  it('when the port is taken', async () => {
    const { code, stderr } = await start(['--port', String(taken)]).ended
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `Port ${taken} on 127.0.0.1 is taken. Stop what listens there, or start with --port.\n`,
    })
  })

  it('when the data folder cannot be written', async () => {
    const { code, stderr } = await start(['--port', '0'], { ORRERY_HOME: '/dev/null/home' }).ended
    expect(code).toBe(1)
    expect(stderr).toMatch(
      /^The data folder \/dev\/null\/home cannot be written \(.*\)\. Set ORRERY_HOME to a folder of yours\.\n$/,
    )
  })

  it('when the database is newer than the program', async () => {
    const path = join(folder, 'newer.db')
    const database = new DatabaseSync(path)
    database.exec('CREATE TABLE schema_migrations (name TEXT PRIMARY KEY, applied BIGINT NOT NULL)')
    database.exec("INSERT INTO schema_migrations VALUES ('9999-later', 1)")
    database.close()
    const { code, stderr } = await start(['--port', '0', '--database-url', `sqlite://${path}`]).ended
    expect(code).toBe(1)
    expect(stderr).toBe(
      'The database is newer than this program (it has 9999-later). Install the release that wrote it, or point to another database.\n',
    )
  })

  it('when PostgreSQL cannot be reached, without showing the password', async () => {
    const port = await freePort()
    const url = `postgresql://orrery:secret-word@127.0.0.1:${port}/orrery`
    const { code, stderr } = await start(['--port', '0', '--database-url', url]).ended
    expect(code).toBe(1)
    expect(stderr).toMatch(
      /^The database postgresql:\/\/orrery:\*\*\*@127\.0\.0\.1:\d+\/orrery cannot be opened: .*ECONNREFUSED.*\n$/,
    )
    expect(stderr).not.toContain('secret-word')
  })

  it('when local mode would listen beyond loopback', async () => {
    const { code, stderr } = await start(['--local', '--host', '0.0.0.0', '--port', '0']).ended
    expect(code).toBe(1)
    expect(stderr).toContain('Local mode has no accounts and listens on loopback only, not on 0.0.0.0')
  })
})

describe('a running server', () => {
  it('says where it listens, where its data lies and what to do next', async () => {
    const port = await freePort()
    const server = start(['--port', String(port), '--local'])
    await untilHealthy(port)
    expect(server.stdout()).toContain(`http://127.0.0.1:${port}`)
    expect(server.stdout()).toContain(join(folder, 'home', 'orrery.db'))
    expect(server.stdout()).toContain(`PREFECT_API_URL=http://127.0.0.1:${port}/api`)
  })

  it('finishes on SIGTERM what is in flight, then exits with 0, and what it acknowledged is there', async () => {
    const port = await freePort()
    const env = { ORRERY_HOME: join(folder, 'graceful') }
    const first = start(['--port', String(port), '--local'], env)
    await untilHealthy(port)
    const created = Array.from({ length: 40 }, (_, index) =>
      fetch(`http://127.0.0.1:${port}/api/flows/`, {
        method: 'POST',
        body: JSON.stringify({ name: `flow-${index}` }),
        headers: { 'content-type': 'application/json' },
      }).then((answer) => answer.status),
    )
    // Some are answered, some are in flight when the signal comes; none may be cut off.
    await Promise.race(created)
    first.child.kill('SIGTERM')
    const statuses = await Promise.allSettled(created)
    expect((await first.ended).code).toBe(0)
    const accepted = statuses.filter((status) => status.status === 'fulfilled' && status.value === 201).length
    expect(accepted).toBeGreaterThan(0)
    const again = start(['--port', String(port), '--local'], env)
    await untilHealthy(port)
    const count = await fetch(`http://127.0.0.1:${port}/api/flows/count`, { method: 'POST' })
    expect(await count.json()).toBeGreaterThanOrEqual(accepted)
    again.child.kill('SIGTERM')
    expect((await again.ended).code).toBe(0)
  })
})
