import { startServer, type TestServer } from '@orrery/testing'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { axe, hasBrowser, launchBrowser, newVisitor, type Visitor } from './browser.ts'

describe.runIf(hasBrowser)('local mode, in the browser', () => {
  let server: TestServer
  let browser: Browser
  let visitor: Visitor

  beforeAll(async () => {
    server = await startServer({ flags: { local: true } })
    browser = await launchBrowser()
    visitor = await newVisitor(browser, server.url)
  })
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
  })

  const path = () => new URL(visitor.page.url()).pathname

  it('opens on the dashboard of its one workspace, without sign-in and without prefix', async () => {
    const { page } = visitor
    await page.goto('/')
    await page.getByRole('link', { name: 'Runs', exact: true }).waitFor()
    expect(path()).toBe('/dashboard')
    await page.getByRole('link', { name: 'Runs', exact: true }).click()
    await page.waitForURL('**/runs')
    await page.reload()
    await page.getByRole('link', { name: 'Runs', exact: true }).waitFor()
    expect(path()).toBe('/runs')
  })

  it('shows the one setting that a client needs', async () => {
    const { page } = visitor
    await page.goto('/settings')
    await page.getByRole('heading', { name: 'Connect' }).waitFor()
    const { api_url } = (await (await fetch(`${server.url}/api/auth/config`)).json()) as { api_url: string }
    expect(await page.locator('[data-code=config]').textContent()).toContain(
      `prefect config set PREFECT_API_URL="${api_url}"`,
    )
    expect(await axe(page)).toEqual([])
  })

  it('has no pages of persons and accounts', async () => {
    const { page } = visitor
    for (const address of ['/sign-in', '/my/profile', '/workspaces', '/instance']) {
      await page.goto(address)
      await page.waitForURL('**/dashboard')
    }
    await page.getByTitle('Account').click()
    await page.getByRole('menu').waitFor()
    expect(await page.getByRole('menuitem', { name: 'Sign out' }).count()).toBe(0)
    await page.keyboard.press('Escape')
  })

  it('opens the links that the Prefect client prints', async () => {
    const { page } = visitor
    const json = async (address: string, body: unknown) => {
      const response = await fetch(`${server.url}/api${address}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      return (await response.json()) as { id: string }
    }
    const flow = await json('/flows/', { name: 'hello' })
    const run = await json('/flow_runs/', {
      flow_id: flow.id,
      name: 'brisk-lemur',
      state: { type: 'PENDING' },
    })
    await page.goto(`/runs/flow-run/${run.id}`)
    await page.getByRole('heading', { level: 1, name: /brisk-lemur/ }).waitFor()
    expect(path()).toBe(`/runs/flow-run/${run.id}`)
    await page.goto(`/flow-runs/flow-run/${run.id}`)
    await page.waitForURL(`**/runs/flow-run/${run.id}`)
    expect(visitor.problems).toEqual([])
  })
})
