import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Fastify, { type FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readConfig } from '../config.ts'
import type { Context } from './context.ts'
import { installErrorHandler } from './errors.ts'
import { webRoutes } from './web.ts'

const config = readConfig({}, { ORRERY_URL: 'https://orrery.example.com' })

async function serve(root: string): Promise<FastifyInstance> {
  const app = Fastify()
  installErrorHandler(app, config)
  // Only the configuration is used.
  await webRoutes(app, { config } as Context, root)
  await app.ready()
  return app
}

describe('the web pages', () => {
  const folder = mkdtempSync(join(tmpdir(), 'orrery-web-'))
  let app: FastifyInstance
  beforeAll(async () => {
    mkdirSync(join(folder, 'dist', 'assets'), { recursive: true })
    writeFileSync(join(folder, 'dist', 'index.html'), '<!doctype html><title>Orrery</title>')
    writeFileSync(join(folder, 'dist', 'assets', 'index-1a2b3c.js'), 'export {}')
    writeFileSync(join(folder, 'dist', 'theme.js'), '0')
    writeFileSync(join(folder, 'secret.txt'), 'not yours')
    app = await serve(join(folder, 'dist'))
  })
  afterAll(async () => {
    await app.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const get = (url: string, accept = 'text/html') => app.inject({ url, headers: { accept } })

  it('every path that a browser opens answers the index page, not to be cached', async () => {
    for (const url of ['/', '/sign-in', '/account/a/workspace/w/runs/flow-run/1.2?tab=logs']) {
      const answer = await get(url)
      expect(answer.statusCode).toBe(200)
      expect(answer.body).toContain('<title>Orrery</title>')
      expect(answer.headers['cache-control']).toBe('no-cache')
    }
  })

  it('hashed assets may be kept for ever, other files are checked again', async () => {
    const asset = await get('/assets/index-1a2b3c.js', '*/*')
    expect(asset.headers['content-type']).toContain('javascript')
    expect(asset.headers['cache-control']).toBe('public, max-age=31536000, immutable')
    const theme = await get('/theme.js', '*/*')
    expect(theme.body).toBe('0')
    expect(theme.headers['cache-control']).toBe('no-cache')
  })

  it('a missing asset is 404, not the index page', async () => {
    expect((await get('/assets/old-000000.js')).statusCode).toBe(404)
  })

  it('nothing outside the folder is served', async () => {
    for (const url of [
      '/../secret.txt',
      '/..%2fsecret.txt',
      '/assets/..%2f..%2fsecret.txt',
      '/%2e%2e/secret.txt',
    ])
      expect((await get(url)).body).not.toContain('not yours')
  })

  it('the policy allows no eval, no foreign scripts and no frames', async () => {
    const { headers } = await get('/')
    const policy = String(headers['content-security-policy'])
    expect(policy).toContain("script-src 'self';")
    expect(policy).not.toContain('unsafe-eval')
    expect(policy).not.toContain('unsafe-inline')
    expect(policy).toContain("frame-ancestors 'none'")
    expect(headers['x-content-type-options']).toBe('nosniff')
    expect(headers['referrer-policy']).toBe('same-origin')
  })

  it('unknown API addresses answer JSON, and those without a workspace say what is missing', async () => {
    const unknown = await get('/api/nothing-here')
    expect(unknown.statusCode).toBe(404)
    expect(unknown.json()).toMatchObject({ detail: 'Not Found' })
    const unscoped = await app.inject({ method: 'POST', url: '/api/flows/', payload: { name: 'x' } })
    expect(unscoped.statusCode).toBe(400)
    expect(unscoped.json()).toMatchObject({ code: 'workspace_missing' })
    expect(unscoped.json().detail).toContain('account and workspace are missing in the URL')
    const doubled = await app.inject({ method: 'POST', url: '/api/accounts/a/workspaces/w/api/flows/' })
    expect(doubled.statusCode).toBe(400)
    expect(doubled.json()).toMatchObject({ code: 'api_repeated' })
  })

  it('/ui-settings names the API', async () => {
    expect((await get('/ui-settings', '*/*')).json()).toMatchObject({
      api_url: 'https://orrery.example.com/api',
      csrf_enabled: false,
      auth: null,
    })
  })

  it('without a build the page says how to make one', async () => {
    const bare = await serve(join(folder, 'nowhere'))
    const answer = await bare.inject({ url: '/', headers: { accept: 'text/html' } })
    expect(answer.statusCode).toBe(503)
    expect(answer.body).toContain('npm run build:web')
    await bare.close()
  })
})
