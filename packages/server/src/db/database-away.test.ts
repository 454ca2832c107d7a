import { findPostgresBin, startPostgres, startServer } from '@orrery/testing'
import { expect, it } from 'vitest'

const present = findPostgresBin() !== null

it.skipIf(!present)(
  'a database that goes away answers 503 with Retry-After, which clients try again',
  async () => {
    const cluster = await startPostgres()
    const server = await startServer({
      flags: { local: true, databaseUrl: await cluster.createDatabase(), logLevel: 'silent' },
    })
    const read = () => fetch(`${server.url}/api/flows/filter`, { method: 'POST', body: '{}' })
    expect((await read()).status).toBe(200)
    await cluster.stop()
    const answer = await read()
    expect(answer.status).toBe(503)
    expect(answer.headers.get('retry-after')).toBe('1')
    expect(await answer.json()).toMatchObject({ code: 'database_away' })
    expect((await fetch(`${server.url}/api/ready`)).status).toBe(503)
    expect((await fetch(`${server.url}/api/health`)).status).toBe(200)
    await server.stop()
  },
  60_000,
)
