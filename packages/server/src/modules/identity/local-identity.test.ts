import { request } from 'node:http'
import { startServer, type TestServer } from '@orrery/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

// `fetch` refuses to set Host and Origin.
function ask(server: TestServer, headers: Record<string, string>): Promise<number> {
  const { port } = new URL(server.url)
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port, path: '/api/flow_runs/count', method: 'POST', headers },
      (answer) => {
        answer.resume()
        resolve(answer.statusCode ?? 0)
      },
    )
    sent.on('error', reject)
    sent.end('{}')
  })
}

describe('local mode', () => {
  let server: TestServer
  beforeAll(async () => {
    server = await startServer({ flags: { local: true } })
  })
  afterAll(() => server.stop())

  it('clients on this machine need no credentials', async () => {
    const host = new URL(server.url).host
    expect(await ask(server, { host })).toBe(200)
    expect(await ask(server, { host, origin: `http://${host}` })).toBe(200)
    expect(await ask(server, { host: 'localhost:4200', origin: 'http://localhost:5173' })).toBe(200)
    expect(await ask(server, { host: 'host.docker.internal:4200' })).toBe(200)
  })

  it('a page of another site in a browser of this machine is refused', async () => {
    const host = new URL(server.url).host
    expect(await ask(server, { host, origin: 'https://evil.example', 'content-type': 'text/plain' })).toBe(
      403,
    )
    expect(await ask(server, { host, origin: 'null' })).toBe(403)
  })

  it('a name that was pointed at loopback is refused', async () => {
    expect(await ask(server, { host: 'evil.example:4200', origin: 'http://evil.example:4200' })).toBe(403)
  })

  it('the pages learn that there is no signing in', async () => {
    const config = await (await fetch(`${server.url}/api/auth/config`)).json()
    expect(config).toMatchObject({
      mode: 'local',
      api_url: `${server.url}/api`,
      workspace: {
        account_id: '00000000-0000-7000-8000-000000000001',
        workspace_id: '00000000-0000-7000-8000-000000000002',
      },
    })
    expect(await (await fetch(`${server.url}/api/auth/session`)).json()).toEqual({ user: null })
  })
})
