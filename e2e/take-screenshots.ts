/**
 * Photographs the main pages in both themes into docs/screenshots, to be looked at before they are committed:
 * `node --conditions=@orrery/source e2e/take-screenshots.ts`. The data is made through the API.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { startServer } from '@orrery/testing'
import { createWorkspace, launchBrowser, newVisitor, signUp } from './browser.ts'

const OUT = join(import.meta.dirname, '../docs/screenshots')
const DAY = 86_400_000

/** What ended today. The server dates states itself, so there is no past to make. */
const TODAY = { COMPLETED: 14, FAILED: 2, CRASHED: 1 }

const server = await startServer()
const browser = await launchBrowser()
const { page, context } = await newVisitor(browser, server.url)
await signUp(page, 'mira@northwind.example')
const paths: Record<string, string> = {}
for (const [name, description] of [
  ['production', 'Everything the business wakes up to'],
  ['ml-research', 'Feature builds and training sweeps'],
  ['ops-housekeeping', ''],
] as const) {
  paths[name] = await createWorkspace(page, name, description)
}

const { user } = (await (await context.request.get('/api/auth/session')).json()) as { user: { id: string } }
const headers = { 'x-orrery-request': '1', origin: server.url }
const keys = `/api/users/${user.id}/api_keys`
const made = await context.request.post(keys, { headers, data: { name: 'laptop-mira' } })
await context.request.post(keys, {
  headers,
  data: { name: 'ci-deploy', expiration: new Date(Date.now() + 90 * DAY).toISOString() },
})
await context.request.post(keys, {
  headers,
  data: { name: 'notebook', expiration: new Date(Date.now() + 5 * DAY).toISOString() },
})
const { key } = (await made.json()) as { key: string }

async function fill(name: string, ended: Record<string, number>): Promise<void> {
  const api = `${server.url}${paths[name]?.replace('/account/', '/api/accounts/').replace('/workspace/', '/workspaces/')}`
  const post = async (path: string, body: unknown) => {
    const response = await fetch(api + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`)
    return (await response.json()) as { id: string }
  }
  const flow = await post('/flows/', { name: 'nightly-revenue-etl' })
  for (const [type, count] of Object.entries(ended)) {
    for (let n = 0; n < count; n++) {
      const run = await post('/flow_runs/', { flow_id: flow.id, state: { type: 'PENDING' } })
      for (const each of ['RUNNING', type]) {
        await post(`/flow_runs/${run.id}/set_state`, { state: { type: each }, force: true })
      }
    }
  }
}
await fill('production', TODAY)
await fill('ml-research', { COMPLETED: 9 })

mkdirSync(OUT, { recursive: true })
const state = await context.storageState()
const shots: [name: string, path: string, signedIn: boolean][] = [
  ['sign-in', '/sign-in', false],
  ['workspaces', '/workspaces', true],
  ['api-keys', '/my/api-keys', true],
  ['settings', `${paths.production}/settings`, true],
]
for (const [name, path, signedIn] of shots) {
  for (const colorScheme of ['light', 'dark'] as const) {
    const visitor = await newVisitor(browser, server.url, {
      colorScheme,
      ...(signedIn && { storageState: state }),
    })
    await visitor.page.goto(path)
    await visitor.page.getByRole('heading', { level: 1 }).waitFor()
    await visitor.page.waitForTimeout(1500)
    await visitor.page.screenshot({ path: join(OUT, `${name}-${colorScheme}.png`) })
    await visitor.context.close()
  }
}
await browser.close()
await server.stop()
