import { afterEach, describe, expect, it, vi } from 'vitest'
import { ApiError, apiAt, onSignedOut, problemOf, request, root } from './api.ts'

function answer(status: number, body?: unknown, headers: Record<string, string> = {}) {
  const fetch = vi.fn(
    async (_path: string, _init: RequestInit) =>
      new Response(body === undefined ? null : JSON.stringify(body), { status, headers }),
  )
  vi.stubGlobal('fetch', fetch)
  return fetch
}

const failureOf = (promise: Promise<unknown>): Promise<ApiError> =>
  promise.then(
    () => {
      throw new Error('it did not fail')
    },
    (error: unknown) => error as ApiError,
  )

afterEach(() => vi.unstubAllGlobals())

describe('a request', () => {
  it('carries the header against cross-site requests, its body as JSON, and the cookie of this origin only', async () => {
    const fetch = answer(201, { id: 'w' })
    const made = await apiAt('/api/accounts/A').post<{ id: string }>('/workspaces/', { name: 'etl' })
    expect(made).toEqual({ id: 'w' })
    const [path, init] = fetch.mock.calls[0] as [string, RequestInit]
    expect(path).toBe('/api/accounts/A/workspaces/')
    expect(init).toMatchObject({
      method: 'POST',
      credentials: 'same-origin',
      body: '{"name":"etl"}',
      headers: { 'x-orrery-request': '1', 'content-type': 'application/json' },
    })
  })

  it('says nothing of a content type when it has no body', async () => {
    const fetch = answer(204)
    expect(await root.delete('/me/x')).toBeUndefined()
    expect(fetch.mock.calls[0]?.[1].headers).not.toHaveProperty('content-type')
  })

  it('leaves out query values that are undefined', async () => {
    const fetch = answer(200, [])
    await request('GET', '/api/x', { query: { a: 1, b: undefined, c: 'd e' } })
    expect(fetch.mock.calls[0]?.[0]).toBe('/api/x?a=1&c=d+e')
  })
})

describe('a refused request', () => {
  it('is an error with the detail, the code and the id of the request', async () => {
    answer(409, { detail: 'The handle is taken.', code: 'handle_taken' }, { 'x-request-id': '0193-77b2' })
    const error = await failureOf(root.post('/x', {}))
    expect(error).toBeInstanceOf(ApiError)
    expect(error).toMatchObject({
      status: 409,
      message: 'The handle is taken.',
      code: 'handle_taken',
      requestId: '0193-77b2',
    })
  })

  it('names the fields of a validation error, in the shape of Prefect', async () => {
    answer(422, {
      exception_message: 'Invalid request received.',
      exception_detail: [{ type: 'x', loc: ['body', 'name'], msg: 'is too long' }],
    })
    const error = await failureOf(root.post('/x', {}))
    expect(error.message).toBe('name: is too long')
    expect(problemOf(error, 'name')).toBe('is too long')
    expect(problemOf(error, 'handle')).toBeUndefined()
  })

  it('belongs to the field that its code is about', async () => {
    answer(422, { detail: 'This password is among the first that are tried.', code: 'password_too_common' })
    const error = await failureOf(root.post('/x', {}))
    expect(problemOf(error, 'password')).toBe('This password is among the first that are tried.')
    expect(problemOf(error, 'email')).toBeUndefined()
  })

  it('knows how long to wait when it was throttled', async () => {
    answer(429, { detail: 'Too many attempts.' }, { 'retry-after': '42' })
    expect((await failureOf(root.post('/x'))).retryAfter).toBe(42)
  })

  it('has words of its own when the answer is not JSON', async () => {
    vi.stubGlobal('fetch', async () => new Response('<html>', { status: 502 }))
    expect((await failureOf(root.get('/x'))).message).toBe('The server is not reachable at the moment.')
  })

  it('has status 0 when no answer came', async () => {
    vi.stubGlobal('fetch', async () => {
      throw new TypeError('Failed to fetch')
    })
    expect(await failureOf(root.get('/x'))).toMatchObject({ status: 0, requestId: undefined })
  })
})

describe('the end of a session', () => {
  it('is told by a 401 of any route but those of signing in', async () => {
    const listener = vi.fn()
    const off = onSignedOut(listener)
    answer(401, { detail: 'Invalid authentication credentials' })
    await failureOf(root.post('/auth/sign-in', {}))
    expect(listener).not.toHaveBeenCalled()
    await failureOf(root.get('/me/workspaces'))
    expect(listener).toHaveBeenCalledTimes(1)
    off()
    await failureOf(root.get('/me/workspaces'))
    expect(listener).toHaveBeenCalledTimes(1)
  })
})
