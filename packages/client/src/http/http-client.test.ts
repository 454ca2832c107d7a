import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import {
  InvalidRequestError,
  NotFoundError,
  ServerUnreachableError,
  ServerVersionError,
  UnauthorizedError,
} from './errors.ts'
import { type Connection, HttpClient } from './http-client.ts'

interface Recorded {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
}

const open: { close(): void }[] = []
afterEach(() => {
  for (const server of open.splice(0)) server.close()
})

async function stub(
  answer: (
    request: Recorded,
    count: number,
  ) => { status?: number; body?: unknown; headers?: Record<string, string> },
  connection: Partial<Connection> = {},
) {
  const requests: Recorded[] = []
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const recorded = { method: request.method ?? '', url: request.url ?? '', headers: request.headers }
    if (recorded.url !== '/api/admin/version' || connection.versionCheck) requests.push(recorded)
    request.resume()
    const built = recorded.url.startsWith('/api/csrf-token')
      ? {
          status: 422,
          body: { detail: 'CSRF protection is disabled.' },
          ...answer(recorded, requests.length),
        }
      : answer(recorded, requests.length)
    response.writeHead(built.status ?? 200, { 'content-type': 'application/json', ...built.headers })
    response.end(built.body === undefined ? '' : JSON.stringify(built.body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  open.push(server)
  const { port } = server.address() as AddressInfo
  const client = new HttpClient({
    apiUrl: `http://127.0.0.1:${port}/api`,
    versionCheck: false,
    retryJitter: 0,
    ...connection,
  })
  return { client, requests, port }
}

test('every request carries the headers that servers read', async () => {
  const { client, requests } = await stub(() => ({ body: true }), {
    apiKey: 'pnu_x',
    headers: { 'X-Mine': '1', 'User-Agent': 'no' },
  })
  await client.get('/health')
  expect(requests[0]?.headers).toMatchObject({
    authorization: 'Bearer pnu_x',
    'x-prefect-api-version': '0.8.4',
    'x-mine': '1',
  })
  expect(requests[0]?.headers['user-agent']).toMatch(/^prefect\/(\d+\.\d+\.\d+[a-z.+0-9]*) \(API \S+\)$/)
})

test('a password wins over a key', async () => {
  const { client, requests } = await stub(() => ({ body: 1 }), {
    apiKey: 'pnu_x',
    authString: 'admin:pässword',
  })
  await client.get('/x')
  expect(requests[0]?.headers.authorization).toBe(`Basic ${Buffer.from('admin:pässword').toString('base64')}`)
})

test('the first write asks for a CSRF token once, and a refused token is asked for again', async () => {
  let issued = 0
  const { client, requests } = await stub(
    (request) => {
      if (request.url.startsWith('/api/csrf-token')) return { status: 200, body: { token: `t${++issued}` } }
      if (request.headers['prefect-csrf-token'] === 't1')
        return { status: 403, body: { detail: 'Invalid CSRF token or client identifier.' } }
      return { status: 201, body: { ok: true } }
    },
    { maxRetries: 1 },
  )
  expect(await client.post('/flows/', {})).toEqual({ ok: true })
  await client.post('/flows/', {})
  expect(
    requests.map((request) => [request.url.split('?')[0], request.headers['prefect-csrf-token']]),
  ).toEqual([
    ['/api/csrf-token', undefined],
    ['/api/flows/', 't1'],
    ['/api/csrf-token', undefined],
    ['/api/flows/', 't2'],
    ['/api/flows/', 't2'],
  ])
})

test('a server with CSRF switched off is asked once', async () => {
  const { client, requests } = await stub((request) =>
    request.url.startsWith('/api/csrf') ? {} : { body: 1 },
  )
  await client.post('/a', {})
  await client.post('/b', {})
  expect(requests.filter((request) => request.url.startsWith('/api/csrf-token'))).toHaveLength(1)
})

test.each([408, 429, 502, 503, 418])(
  '%i is tried again, after the time that the server names',
  async (status) => {
    const { client, requests } = await stub(
      (_request, count) => (count < 3 ? { status, headers: { 'retry-after': '0' } } : { body: 'done' }),
      { retryExtraCodes: [418] },
    )
    expect(await client.get('/x')).toBe('done')
    expect(requests).toHaveLength(3)
  },
)

test('500 is not tried again', async () => {
  const { client, requests } = await stub(() => ({
    status: 500,
    body: { exception_message: 'Internal Server Error' },
  }))
  await expect(client.get('/x')).rejects.toThrow(/answered 500: Internal Server Error/)
  expect(requests).toHaveLength(1)
})

test('after its retries a request gives the last answer as an error', async () => {
  const { client, requests } = await stub(() => ({ status: 503, headers: { 'retry-after': '0' } }), {
    maxRetries: 2,
  })
  await expect(client.get('/x')).rejects.toMatchObject({ status: 503 })
  expect(requests).toHaveLength(3)
})

test('each status is its own error, and names the cure', async () => {
  const { client } = await stub((request) => {
    if (request.url === '/api/404')
      return { status: 404, body: { detail: 'Flow run not found' }, headers: { 'x-request-id': 'r1' } }
    if (request.url === '/api/401')
      return { status: 401, body: { detail: 'Invalid authentication credentials' } }
    return { status: 422, body: { exception_detail: [{ loc: ['body', 'name'], msg: 'Field required' }] } }
  })
  await expect(client.get('/404')).rejects.toMatchObject({ constructor: NotFoundError, requestId: 'r1' })
  await expect(client.get('/401')).rejects.toThrow(UnauthorizedError)
  await expect(client.get('/401')).rejects.toThrow(/PREFECT_API_KEY/)
  await expect(client.get('/422')).rejects.toThrow(InvalidRequestError)
  await expect(client.get('/422')).rejects.toThrow(/body\.name: Field required/)
})

test('a server that was never there is reported at once, with the cure', async () => {
  const { client, port } = await stub(() => ({}))
  for (const server of open.splice(0)) server.close()
  const started = Date.now()
  await expect(client.get('/x')).rejects.toThrow(ServerUnreachableError)
  await expect(client.get('/x')).rejects.toThrow(
    new RegExp(`127.0.0.1:${port}.*ECONNREFUSED.*orrery server start --local`),
  )
  expect(Date.now() - started).toBeLessThan(1000)
})

test('the version is probed once, and something that is no Prefect API is named', async () => {
  const good = await stub(() => ({ body: '3.9.1' }), { versionCheck: true })
  await good.client.get('/x')
  await good.client.get('/y')
  expect(good.requests.map((request) => request.url)).toEqual(['/api/admin/version', '/api/x', '/api/y'])
  const bad = await stub(() => ({ status: 404, body: { detail: 'Not Found' } }), { versionCheck: true })
  await expect(bad.client.get('/x')).rejects.toThrow(ServerVersionError)
  const old = await stub(() => ({ body: '2.20.1' }), { versionCheck: true })
  await expect(old.client.get('/x')).rejects.toThrow(/version 2.20.1; this client speaks version 3/)
})

test('an address under the cloud address is a cloud: no probe and no CSRF token', async () => {
  const { requests, port } = await stub(() => ({ body: {} }))
  const root = `http://127.0.0.1:${port}/api`
  const client = new HttpClient({ apiUrl: `${root}/accounts/a/workspaces/b`, cloudApiUrl: root })
  await client.post('/flows/', {})
  expect(requests.map((request) => request.url)).toEqual(['/api/accounts/a/workspaces/b/flows/'])
})

test('no more than sixteen requests are under way at once', async () => {
  let running = 0
  let most = 0
  const slow: typeof fetch = async () => {
    most = Math.max(most, ++running)
    await new Promise((resolve) => setTimeout(resolve, 5))
    running--
    return new Response('1')
  }
  const client = new HttpClient({ apiUrl: 'http://stub/api', versionCheck: false, fetch: slow })
  expect(await Promise.all(Array.from({ length: 100 }, () => client.get('/x')))).toEqual(Array(100).fill(1))
  expect(most).toBe(16)
})
