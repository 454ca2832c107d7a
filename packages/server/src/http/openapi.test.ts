import { startServer, type TestServer } from '@orrery/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'

let server: TestServer
beforeAll(async () => {
  server = await startServer({ flags: { local: true } })
})
afterAll(() => server.stop())

it('the OpenAPI document names the workspace routes and what they need', async () => {
  const document = (await (await fetch(`${server.url}/api/openapi.json`)).json()) as {
    openapi: string
    paths: Record<string, Record<string, { description?: string; tags: string[] }>>
  }
  expect(document.openapi).toBe('3.1.0')
  const setState = document.paths['/api/flow_runs/{id}/set_state']?.post
  expect(setState?.tags).toEqual(['flow_runs'])
  expect(setState?.description).toContain('run_flows')
})

it('the pages that show it load nothing from elsewhere and allow no eval', async () => {
  const page = await fetch(`${server.url}/api/docs`)
  const html = await page.text()
  expect(html.match(/(?:src|href)="[^"]+"/g)?.every((link) => /="\/api\/docs\//.test(link))).toBe(true)
  expect(page.headers.get('content-security-policy')).not.toContain('unsafe-eval')
  for (const file of ['swagger-ui-bundle.js', 'swagger-ui.css', 'start.js'])
    expect((await fetch(`${server.url}/api/docs/${file}`)).status).toBe(200)
  expect((await fetch(`${server.url}/api/docs/package.json`)).status).toBe(404)
})

it('every answer carries a request id', async () => {
  const answer = await fetch(`${server.url}/api/nothing-here`)
  expect(answer.status).toBe(404)
  expect(await answer.json()).toEqual({ detail: 'Not Found', request_id: answer.headers.get('x-request-id') })
})
