import { afterEach, describe, expect, it, vi } from 'vitest'
import { parseCallback, postToCallback } from './cli-callback.ts'
import { randomUuid } from './client-page.tsx'

afterEach(() => vi.unstubAllGlobals())

describe('the callback of a CLI', () => {
  it.each(['http://localhost:54321', 'http://127.0.0.1:8080/', 'http://[::1]:9000'])('may be %s', (text) => {
    expect(parseCallback(text)?.href).toBe(new URL(text).href)
  })
  it.each([
    undefined,
    '',
    'localhost:5000',
    'http://localhost',
    'https://localhost:5000',
    'http://localhost.evil.example:5000',
    'http://evil.example:5000',
    'http://127.0.0.1.evil.example:80',
    'http://user:pw@localhost:5000',
    'http://evil@localhost:5000',
    'http://localhost:5000/?x=1',
    'http://0.0.0.0:5000',
    'http://192.168.1.4:5000',
    'javascript:alert(1)',
    'file:///etc/passwd',
  ])('is refused when it is %s', (text) => {
    expect(parseCallback(text)).toBeUndefined()
  })
  it('gets the key as JSON at /success, without our cookie', async () => {
    const fetch = vi.fn(async () => new Response('{}', { status: 200 }))
    vi.stubGlobal('fetch', fetch)
    await postToCallback(new URL('http://localhost:5000/'), 'success', { api_key: 'pnu_x' })
    expect(fetch).toHaveBeenCalledWith(
      'http://localhost:5000/success',
      expect.objectContaining({
        method: 'POST',
        credentials: 'omit',
        headers: { 'content-type': 'application/json' },
        body: '{"api_key":"pnu_x"}',
      }),
    )
  })
  it('has not got it when it answers an error', async () => {
    vi.stubGlobal('fetch', async () => new Response('', { status: 500 }))
    await expect(postToCallback(new URL('http://localhost:5000'), 'success', {})).rejects.toThrow(
      'The CLI answered 500.',
    )
  })
})

describe('the name of a key for a CLI', () => {
  it('ends in a UUID of version 4, also where the browser has no randomUUID', () => {
    expect(randomUuid()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(randomUuid()).not.toBe(randomUuid())
  })
})
