// The frame around every page: sidebar, switcher, palette, time range, shortcuts, and the links of the Python client.
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { run } from '../interop/process.ts'
import { createWorkspace, hasBrowser, launchBrowser, newVisitor, signIn } from './browser.ts'
import { hasPython, type Northwind, northwind } from './scenery/northwind.ts'

const ID = '0193a000-0000-7000-8000-0000000000ff'
const URLS = `
import json, sys
from prefect.utilities.urls import UI_URL_FORMATS, url_for
extra = {'occurred': '2026-11-24', 'work_pool_name': 'k8s'}
print(json.dumps([url_for(kind, obj_id=sys.argv[1], **extra) for kind in UI_URL_FORMATS]))
`

describe.runIf(hasBrowser)('the frame', () => {
  let world: Northwind
  let browser: Browser
  let page: Page
  let problems: string[]
  let running: { id: string; name: string }

  beforeAll(async () => {
    world = await northwind({ days: 1 })
    browser = await launchBrowser()
    const visitor = await newVisitor(browser, world.url, {
      timezoneId: 'America/New_York',
      permissions: ['clipboard-read', 'clipboard-write'],
    })
    ;({ page, problems } = visitor)
    await signIn(page, world.email, world.password)
    await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'))
    await createWorkspace(page, 'ml-research')
    const { id: flow } = await world.api<{ id: string }>('POST', '/flows/', { name: 'nightly-close' })
    running = await world.api('POST', '/flow_runs/', {
      flow_id: flow,
      name: 'umber-falcon',
      state: { type: 'PENDING' },
    })
    await world.api('POST', `/flow_runs/${running.id}/set_state`, { state: { type: 'RUNNING' } })
  }, 120_000)
  afterAll(async () => {
    await browser?.close()
    await world?.stop()
  })

  const open = async (address: string): Promise<void> => {
    await page.goto(world.path + address)
    await page.getByRole('heading', { level: 1 }).waitFor()
  }
  const sidebar = () => page.getByRole('complementary', { name: 'Sidebar' })
  const choose = async (typed: string, option: string | RegExp): Promise<void> => {
    await page.keyboard.press('Control+k')
    await page.getByPlaceholder(/Go to a page/).fill(typed)
    await page.getByRole('option', { name: option }).first().click()
  }

  it('the sidebar narrows and widens by [ and by its button, and stays so after a reload', async () => {
    await open('/runs')
    const width = async () => (await sidebar().boundingBox())?.width
    expect(await width()).toBe(232)
    await page.keyboard.press('[')
    await expect.poll(width).toBe(52)
    await page.reload()
    await page.getByRole('heading', { level: 1 }).waitFor()
    expect(await width()).toBe(52)
    await page.getByRole('button', { name: 'Widen the sidebar' }).click()
    await expect.poll(width).toBe(232)
    // The page of a run is narrow by itself, and widened by the same key.
    await open(`/runs/flow-run/${running.id}`)
    await expect.poll(width).toBe(52)
    await page.keyboard.press('[')
    await expect.poll(width).toBe(232)
    await page.keyboard.press('[')
    await expect.poll(width).toBe(52)
  })

  it('the switcher searches, counts what failed today, and puts starred workspaces first', async () => {
    await open('/runs')
    await sidebar()
      .getByRole('button', { name: /^production/ })
      .click()
    const list = page.getByRole('dialog', { name: 'Workspaces' })
    const names = () => list.locator('li > button:first-child').allTextContents()
    await expect.poll(async () => (await names()).length).toBe(2)
    expect((await names())[0]).toMatch(/production/)
    expect((await names())[0]).toMatch(/\d+ failed today$/)
    await list.getByRole('button', { name: 'Star ml-research' }).click()
    expect((await names())[0]).toMatch(/ml-research/)
    await list.getByRole('textbox').fill('prod')
    await expect.poll(async () => (await names()).length).toBe(1)
    await page.keyboard.press('Escape')
    await page.keyboard.press('Control+Shift+K')
    await page.getByPlaceholder('Switch to a workspace').fill('ml')
    await page.keyboard.press('Enter')
    await page.waitForURL((url) => !url.pathname.startsWith(world.path))
    await page.getByRole('navigation', { name: 'Breadcrumb' }).getByText('ml-research').waitFor()
  })

  it('the time range is in the address, goes from page to page, and follows the zone', async () => {
    await open('/runs')
    await page.getByRole('button', { name: 'Last 24 hours' }).click()
    await page.getByRole('button', { name: 'Last 7 days' }).click()
    await page.waitForURL('**/runs?range=7d')
    await sidebar().getByRole('link', { name: 'Home' }).click()
    await page.waitForURL('**/dashboard?range=7d')
    await page.getByRole('button', { name: 'Last 7 days' }).click()
    await page.getByLabel('From').fill('2026-11-20T08:00')
    await page.getByLabel('To').fill('2026-11-20T20:30')
    await page.getByRole('button', { name: 'Show', exact: true }).click()
    await page.waitForURL(/from=/)
    const search = new URL(page.url()).searchParams
    expect(search.get('from')).toBe('2026-11-20T13:00:00.000Z')
    expect(search.get('to')).toBe('2026-11-21T01:30:00.000Z')
    const range = page.getByRole('banner').getByRole('button', { name: /Nov/ })
    const local = await range.textContent()
    await choose('utc', 'Show times in UTC')
    await expect.poll(() => range.textContent()).not.toBe(local)
    expect(await range.textContent()).toMatch(/13:00.*01:30/)
    await page.reload()
    await expect.poll(() => range.textContent()).toMatch(/13:00.*01:30/)
    await choose('local', 'Show times in local time')
    await page.goBack()
    await page.waitForURL('**/dashboard?range=7d')
  })

  it('the palette finds a run on the server, and cancels the one that is open', async () => {
    await open('/dashboard')
    await page.keyboard.press('Control+k')
    await page.getByRole('option', { name: /umber-falcon/ }).waitFor()
    await page.keyboard.press('Escape')
    await choose('umber', /umber-falcon/)
    await page.waitForURL(`**/runs/flow-run/${running.id}*`)
    await page.getByRole('button', { name: 'Cancel', exact: true }).waitFor()
    await choose('copy the id', /Copy the id/)
    expect(await page.evaluate<string>('navigator.clipboard.readText()')).toBe(running.id)
    await choose('cancel', /Cancel this run/)
    const dialog = page.getByRole('dialog')
    await dialog
      .getByRole('button', { name: /^Cancel/ })
      .last()
      .click()
    await expect
      .poll(
        async () => (await world.api<{ state_type: string }>('GET', `/flow_runs/${running.id}`)).state_type,
      )
      .toMatch(/CANCEL/)
    await choose('dark', 'Dark theme')
    expect(await page.evaluate('document.documentElement.dataset.theme')).toBe('dark')
    await choose('theme', 'Theme as the system')
  })

  it('g and a letter goes to a page; the sheet lists the keys and turns single ones off', async () => {
    await open('/dashboard')
    for (const [key, place] of [
      ['r', 'runs'],
      ['f', 'flows'],
      ['a', 'artifacts'],
      ['s', 'settings'],
      ['h', 'dashboard'],
    ] as const) {
      await page.keyboard.press('g')
      await page.keyboard.press(key)
      await page.waitForURL((url) => url.pathname === `${world.path}/${place}`)
    }
    await page.keyboard.press('?')
    const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
    for (const what of [
      'Switch workspace',
      'Cancel what is selected',
      'The run before, the run after',
      'Critical path',
    ])
      await sheet.getByText(what, { exact: true }).waitFor()
    await sheet.getByRole('checkbox', { name: 'Shortcuts of a single key' }).uncheck()
    await sheet.getByRole('button', { name: 'Close' }).last().click()
    await page.keyboard.press('?')
    await page.keyboard.press('g')
    await page.keyboard.press('r')
    // What needs Control still works.
    await page.keyboard.press('Control+k')
    await page.getByPlaceholder(/Go to a page/).waitFor()
    expect(await sheet.count()).toBe(0)
    expect(new URL(page.url()).pathname).toBe(`${world.path}/dashboard`)
    await page.getByPlaceholder(/Go to a page/).fill('shortcuts')
    await page.keyboard.press('Enter')
    await sheet.getByRole('checkbox', { name: 'Shortcuts of a single key' }).check()
    await sheet.getByRole('button', { name: 'Close' }).last().click()
    expect(problems).toEqual([])
  })

  it.runIf(hasPython)('every address that the Python client builds is a page in the frame', async () => {
    const { code, stdout, stderr } = await run(
      join(import.meta.dirname, '../.cache/interop-venv/bin/python'),
      ['-c', URLS, ID],
      { cwd: import.meta.dirname, env: { ...process.env, ...world.settings }, timeoutSeconds: 60 },
    )
    expect(code, stderr).toBe(0)
    const urls = JSON.parse(stdout.trim().split('\n').at(-1) ?? '[]') as string[]
    expect(urls).toHaveLength(13)
    for (const url of urls) {
      expect(url.startsWith(`${world.url}${world.path}/`), url).toBe(true)
      await page.goto(url)
      await page.getByRole('heading', { level: 1 }).first().waitFor()
      expect(await page.getByText('No page has this address').count(), url).toBe(0)
      expect(await page.getByRole('navigation', { name: 'Main' }).count(), url).toBe(1)
    }
  })
})
