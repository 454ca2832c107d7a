import { newId, systemNow, toIso } from '@orrery/schemas'
import { startServer, type TestServer } from '@orrery/testing'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { TestSocket } from '../modules/events/testing/sockets.ts'

interface Warning {
  id: string
  code: string
  client: string
  count: number
  cure: string
}

describe('sockets of a workspace', () => {
  let server: TestServer
  let workspace: string
  let cookie: string
  let key: string
  const clients: TestSocket[] = []

  const call = async <T>(method: string, path: string, body?: unknown) => {
    const response = await fetch(`${server.url}${path}`, {
      method,
      headers: { 'content-type': 'application/json', 'x-orrery-request': '1', origin: server.url, cookie },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return { response, body: (text ? JSON.parse(text) : null) as T }
  }
  const connect = (path: string, options: ConstructorParameters<typeof TestSocket>[1] = {}) => {
    const client = new TestSocket(`${server.url}${workspace}${path}`, options)
    clients.push(client)
    return client
  }
  const event = () => ({
    id: newId(),
    occurred: toIso(systemNow()),
    event: 'thing.happened',
    resource: { 'prefect.resource.id': 'thing.1' },
  })

  beforeAll(async () => {
    server = await startServer()
    cookie = ''
    const signUp = await call<{ user: { id: string; personal_account_id: string } }>(
      'POST',
      '/api/auth/sign-up',
      {
        email: 'ada@example.com',
        password: 'a long enough passphrase',
      },
    )
    cookie = (signUp.response.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
    const me = signUp.body.user
    const account = `/api/accounts/${me.personal_account_id}`
    const made = await call<{ id: string }>('POST', `${account}/workspaces/`, { name: 'Prod' })
    workspace = `${account}/workspaces/${made.body.id}`
    const created = await call<{ key: string }>('POST', `/api/users/${me.id}/api_keys`, { name: 'ci' })
    key = created.body.key
  })
  afterEach(() => {
    for (const client of clients.splice(0)) client.ws.terminate()
  })
  afterAll(() => server.stop())

  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`

  it.each([
    ['bearer in lower case', () => `bearer ${key}`],
    ['Bearer', () => `Bearer ${key}`],
    ['Basic with the key alone', () => basic(key)],
    ['Basic with the key as password', () => basic(`me:${key}`)],
  ])('takes events at once from a client that sends only a header (%s)', async (_name, authorization) => {
    const client = await connect('/events/in', {
      plain: true,
      headers: { authorization: authorization() },
    }).open()
    expect(client.ws.protocol).toBe('')
    client.send(event())
    await client.ping()
    expect(client.messages).toEqual([])
    expect(client.closed).toBeNull()
  })

  it('answers a ping before the authentication', async () => {
    const client = await connect('/events/in').open()
    await client.ping()
    client.send({ type: 'auth', token: key })
    await client.until(() => client.messages.length > 0)
    expect(client.messages).toEqual([{ type: 'auth_success', now: expect.any(String) }])
    expect(Math.abs(Date.parse(String(client.messages[0]?.now)) - Date.now())).toBeLessThan(60_000)
  })

  it('takes the key from the auth message', async () => {
    const client = await connect('/events/in').authenticated(key)
    client.send(event())
    await client.ping()
    expect(client.ws.protocol).toBe('prefect')
    expect(client.closed).toBeNull()
  })

  it('lets a valid header stand for an auth message without a token', async () => {
    const client = await connect('/events/out', {
      headers: { authorization: `Bearer ${key}` },
    }).authenticated(null)
    expect(client.closed).toBeNull()
  })

  it('takes the session of a browser on our own page', async () => {
    const client = await connect('/events/out', { headers: { cookie, origin: server.url } }).authenticated(
      null,
    )
    expect(client.closed).toBeNull()
  })

  it('refuses the session of a browser on another page', async () => {
    const client = await connect('/events/out', {
      headers: { cookie, origin: 'https://evil.example' },
    }).open()
    client.send({ type: 'auth', token: null })
    await client.until(() => client.closed !== null)
    expect(client.closed?.code).toBe(1008)
  })

  it('closes with 1008 and a reason when the key is wrong', async () => {
    const wrong = `pnu_${'0'.repeat(36)}`
    const byMessage = await connect('/events/in').open()
    byMessage.send({ type: 'auth', token: wrong })
    await byMessage.until(() => byMessage.closed !== null)
    expect(byMessage.closed).toEqual({ code: 1008, reason: 'Invalid authentication credentials' })
    const byHeader = await connect('/events/in', {
      plain: true,
      headers: { authorization: `Bearer ${wrong}` },
    }).open()
    await byHeader.until(() => byHeader.closed !== null)
    expect(byHeader.closed?.code).toBe(1008)
  })

  it('closes with 1008 when the first message is no auth', async () => {
    const client = await connect('/events/out').open()
    client.send({ type: 'filter', filter: {} })
    await client.until(() => client.closed !== null)
    expect(client.closed).toEqual({ code: 1008, reason: "Expected 'auth' message" })
  })

  it('lets nobody into a workspace that is not theirs', async () => {
    const path = workspace.replace(/[^/]+$/, newId())
    const client = new TestSocket(`${server.url}${path}/events/in`, {
      plain: true,
      headers: { authorization: `Bearer ${key}` },
    })
    clients.push(client)
    await client.open()
    await client.until(() => client.closed !== null)
    expect(client.closed?.code).toBe(1008)
  })

  it('warns the workspace of a client that came without credentials', async () => {
    for (let round = 0; round < 3; round++) {
      const client = await connect('/events/in').open()
      client.send({ type: 'auth', token: null })
      await client.until(() => client.closed !== null)
      expect(client.closed).toEqual({ code: 1008, reason: 'Authentication required' })
    }
    let warnings: Warning[] = []
    for (let attempt = 0; attempt < 400 && (warnings[0]?.count ?? 0) < 3; attempt++) {
      warnings = (await call<Warning[]>('GET', `${workspace}/ui/warnings`)).body
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toMatchObject({
      code: 'anonymous_events',
      client: 'prefect/3.9.1 (API 0.8.4)',
      count: 3,
      cure: expect.stringContaining('PREFECT_CLOUD_API_URL'),
    })
    const deleted = await call('DELETE', `${workspace}/ui/warnings/${warnings[0]?.id}`)
    expect(deleted.response.status).toBe(204)
    expect((await call('GET', `${workspace}/ui/warnings`)).body).toEqual([])
  })

  it('is cut when its key is deleted', async () => {
    const me = (await call<{ id: string }>('GET', '/api/me/')).body
    const { body: made } = await call<{ id: string; key: string }>('POST', `/api/users/${me.id}/api_keys`, {
      name: 'short',
    })
    const client = await connect('/events/in').authenticated(made.key)
    await call('DELETE', `/api/users/${me.id}/api_keys/${made.id}`)
    await client.until(() => client.closed !== null, 10_000)
    expect(client.closed?.code).toBe(1008)
  })

  it('tells when the first event came', async () => {
    const { body } = await call('GET', `${workspace}/ui/onboarding`)
    expect(body).toEqual({ first_event_at: expect.stringMatching(/Z$/), first_flow_run_at: null })
  })
})

describe('sockets in local mode', () => {
  it('refuses the page of another site', async () => {
    const server = await startServer({ flags: { local: true } })
    const foreign = new TestSocket(`${server.url}/api/events/in`, {
      headers: { origin: 'https://evil.example' },
    })
    await foreign.open()
    await foreign.until(() => foreign.closed !== null)
    expect(foreign.closed?.code).toBe(1008)
    const own = new TestSocket(`${server.url}/api/events/out`, {
      headers: { origin: 'http://localhost:5173' },
    })
    await own.authenticated()
    own.ws.terminate()
    await server.stop()
  })
})
