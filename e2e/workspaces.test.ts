import { startServer, type TestServer } from '@orrery/testing'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createWorkspace, hasBrowser, launchBrowser, newVisitor, signUp, type Visitor } from './browser.ts'

describe.runIf(hasBrowser)('workspaces, in the browser', () => {
  let server: TestServer
  let browser: Browser
  let visitor: Visitor
  let production: string

  beforeAll(async () => {
    server = await startServer()
    browser = await launchBrowser()
    visitor = await newVisitor(browser, server.url, { permissions: ['clipboard-read', 'clipboard-write'] })
    await signUp(visitor.page, 'mira@northwind.example')
  })
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
  })

  const clipboard = () => visitor.page.evaluate<string>('navigator.clipboard.readText()')

  it('the first workspace is created from the prompt, with a name and a description', async () => {
    const { page } = visitor
    await page.getByRole('heading', { name: 'Create your first workspace' }).waitFor()
    await page.getByRole('main').getByRole('link', { name: 'Create workspace' }).click()
    await page.getByLabel('Name').fill('Production 1')
    await page.getByText(/\/production-1$/).waitFor()
    await page.getByLabel('Description').fill('Everything the business wakes up to')
    await page.getByRole('button', { name: 'Create', exact: true }).click()
    await page.waitForURL(/\/account\/[^/]+\/workspace\/[^/]+\/dashboard/)
    production = new URL(page.url()).pathname.replace('/dashboard', '')
    await page.getByRole('region', { name: 'Getting started' }).waitFor()
  })

  it('the logo always returns to the list, where the card leads to the dashboard', async () => {
    const { page } = visitor
    await page.goto(`${production}/settings`)
    await page.getByRole('link', { name: 'Orrery: your workspaces' }).click()
    await page.getByRole('heading', { level: 1, name: '1 workspace, all well today' }).waitFor()
    const card = page.getByRole('article')
    expect(await card.textContent()).toContain('Everything the business wakes up to')
    expect(await card.textContent()).toContain('Nothing has run here yet')
    await card.getByRole('link', { name: 'Production 1', exact: true }).click()
    await page.waitForURL(`**${production}/dashboard`)
  })

  it('the settings hold the command of the seed and the complete one, and the key is made in place', async () => {
    const { page } = visitor
    const [, account, workspace] = /account\/([^/]+)\/workspace\/([^/]+)/.exec(production) ?? []
    await page.goto(`${production}/settings`)
    await page.getByRole('tab', { name: 'URL only' }).click()
    await page.getByRole('button', { name: 'Copy', exact: true }).click()
    await page.getByText('Copied').first().waitFor()
    const config = (await (await fetch(`${server.url}/api/auth/config`)).json()) as { api_url: string }
    expect(await clipboard()).toBe(
      `prefect config set PREFECT_API_URL="${config.api_url}/accounts/${account}/workspaces/${workspace}"`,
    )
    await page.getByRole('tab', { name: 'prefect config' }).click()
    await page.getByRole('button', { name: 'Create a key and put it in' }).click()
    await page.getByRole('button', { name: 'Confirm' }).click()
    await page.getByText('is in the command').waitFor()
    await page.getByRole('button', { name: /^Cop/ }).first().click()
    await expect.poll(clipboard).toMatch(/PREFECT_API_KEY="pnu_/)
    const command = await clipboard()
    expect(command).toMatch(
      /^prefect config set PREFECT_CLOUD_API_URL="[^"]+\/api" PREFECT_API_URL="[^"]+" PREFECT_API_KEY="pnu_[^"]+"$/,
    )
    expect(command).not.toContain('\n')
  })

  it('the welcome turns green by itself when the first run of a client arrives', async () => {
    const { page } = visitor
    const key = /PREFECT_API_KEY="([^"]+)"/.exec(await clipboard())?.[1]
    await page.goto(`${production}/dashboard`)
    const card = page.getByRole('region', { name: 'Getting started' })
    await card.getByText('Nothing has arrived here yet').waitFor()
    const [, account, workspace] = /account\/([^/]+)\/workspace\/([^/]+)/.exec(production) ?? []
    const api = `${server.url}/api/accounts/${account}/workspaces/${workspace}`
    const post = async (path: string, body: unknown) => {
      const response = await fetch(api + path, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      expect(response.status).toBeLessThan(300)
      return (await response.json()) as { id: string }
    }
    const flow = await post('/flows/', { name: 'hello' })
    await post('/flow_runs/', {
      flow_id: flow.id,
      name: 'brisk-lemur',
      state: { type: 'RUNNING', name: 'Running' },
    })
    await card.getByText('Connected. The first event arrived').waitFor()
    expect(await card.getAttribute('data-connected')).toBe('yes')
    await page.goto(`${production}/settings`)
    await page.getByText('Connected', { exact: true }).waitFor()
  })

  it('name, handle and description are edited, and the handle of another is refused', async () => {
    const { page } = visitor
    await createWorkspace(page, 'staging')
    await page.goto(`${production}/settings`)
    await page.getByLabel('Handle').fill('staging')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.locator('#details [role=alert]').waitFor()
    await page.getByLabel('Handle').fill('production')
    await page.getByLabel('Name').fill('production')
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText('Saved', { exact: true }).waitFor()
    await page.reload()
    await expect.poll(() => page.getByLabel('Name').inputValue()).toBe('production')
    expect(await page.getByLabel('Handle').inputValue()).toBe('production')
    expect(await page.getByRole('navigation', { name: 'Breadcrumb' }).textContent()).toContain('production')
  })

  it('a second one of the same name gets a handle of its own, which the form says before', async () => {
    const { page } = visitor
    await page.goto('/workspaces/new')
    await page.getByLabel('Name').fill('staging')
    await page.getByText(/\/staging-2$/).waitFor()
    await page.getByRole('button', { name: 'Create', exact: true }).click()
    await page.waitForURL(/\/account\/[^/]+\/workspace\/[^/]+\/dashboard/)
    const api = new URL(page.url()).pathname
      .replace('/dashboard', '')
      .replace('/account/', '/api/accounts/')
      .replace('/workspace/', '/workspaces/')
    const read = `fetch(${JSON.stringify(api)}).then((r) => r.json()).then((w) => w.handle)`
    expect(await page.evaluate<string>(read)).toBe('staging-2')
    await page.goto(`${new URL(page.url()).pathname.replace('/dashboard', '')}/settings`)
    await page.getByRole('button', { name: 'Delete staging…' }).click()
    await page.getByLabel('Type staging to confirm').fill('staging')
    await page.getByRole('button', { name: 'Delete workspace' }).click()
    await page.waitForURL(/\/workspaces$/)
  })

  it('the switcher and the palette lead to another workspace', async () => {
    const { page } = visitor
    await page.goto(`${production}/settings`)
    await page.getByTitle('Switch workspace').click()
    await page.getByLabel('Find a workspace').fill('stag')
    await page.keyboard.press('Enter')
    await page.getByTitle('Switch workspace').filter({ hasText: 'staging' }).waitFor()
    await page.keyboard.press('Control+k')
    await page.getByPlaceholder(/Go to a page/).fill('production')
    await page.keyboard.press('Enter')
    await page.getByTitle('Switch workspace').filter({ hasText: 'production' }).waitFor()
    await page.keyboard.press('g')
    await page.keyboard.press('s')
    await page.waitForURL(`**${production}/settings`)
  })

  it('links as the Prefect client prints them open here, also without the workspace', async () => {
    const { page } = visitor
    const id = '0193a000-0000-7000-8000-0000000000ff'
    for (const path of [
      `/runs/flow-run/${id}`,
      `/flow-runs/flow-run/${id}`,
      `${production}/runs/flow-run/${id}`,
    ]) {
      await page.goto(path)
      await page.waitForURL(`**${production}/runs/flow-run/${id}`)
    }
    await page.goto(`/runs/task-run/${id}`)
    await page.waitForURL(`**${production}/runs/task-run/${id}`)
  })

  it('stars keep a workspace first, and stay', async () => {
    const { page } = visitor
    await page.goto('/workspaces')
    await page.getByRole('button', { name: 'Star staging' }).click()
    await page.reload()
    await page.getByRole('article').first().waitFor()
    expect(await page.getByRole('article').first().textContent()).toContain('staging')
  })

  it('a deleted workspace asks for its name, and is gone for the API too', async () => {
    const { page } = visitor
    await page.goto(`${production}/settings`)
    await page.getByRole('button', { name: 'Delete production…' }).click()
    const confirm = page.getByRole('button', { name: 'Delete workspace' })
    expect(await confirm.isDisabled()).toBe(true)
    await page.getByLabel('Type production to confirm').fill('production')
    await confirm.click()
    await page.waitForURL(/\/workspaces$/)
    await page.getByRole('heading', { level: 1, name: /^1 workspace/ }).waitFor()
    await page.goto(`${production}/dashboard`)
    await page.getByText('You can’t see this workspace').waitFor()
    const api = production.replace('/account/', '/api/accounts/').replace('/workspace/', '/workspaces/')
    expect(await page.evaluate<number>(`fetch(${JSON.stringify(api)}).then((r) => r.status)`)).toBe(404)
  })
})
