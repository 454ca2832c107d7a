// Views and ways between pages, on a server with a day of runs: keys, time range, palette, themes, links. The parts of the
// frame itself are in frame.test.ts.
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasBrowser, launchBrowser, newVisitor, type SignedIn, sessionOf } from './browser.ts'
import { type Northwind, northwind } from './scenery/northwind.ts'

describe.runIf(hasBrowser)('the shell', () => {
  let scene: Northwind
  let browser: Browser
  let state: SignedIn

  beforeAll(async () => {
    scene = await northwind({ days: 1 })
    browser = await launchBrowser()
    state = await sessionOf(browser, scene)
  })
  afterAll(async () => {
    await browser?.close()
    await scene?.stop()
  })

  const open = async (path: string, options = {}): Promise<{ page: Page; close(): Promise<void> }> => {
    const { page, context, problems } = await newVisitor(browser, scene.url, {
      storageState: state,
      permissions: ['clipboard-read', 'clipboard-write'],
      ...options,
    })
    await page.goto(scene.path + path)
    await page.getByRole('heading', { level: 1 }).waitFor()
    return {
      page,
      close: async () => {
        expect(problems).toEqual([])
        await context.close()
      },
    }
  }
  /** Types into the palette and takes what it offers first. */
  const choose = async (page: Page, words: string) => {
    await page.keyboard.press('Control+k')
    await page.getByPlaceholder(/find a run/).waitFor()
    await page.keyboard.type(words)
    await page.getByRole('option', { selected: true, name: new RegExp(words, 'i') }).waitFor()
    await page.keyboard.press('Enter')
  }
  const heading = (page: Page, name: string | RegExp) =>
    page.getByRole('heading', { level: 1, name }).waitFor()

  it('letters after g lead to the pages', async () => {
    const { page, close } = await open('/dashboard')
    for (const [key, path] of [
      ['r', '/runs'],
      ['f', '/flows'],
      ['a', '/artifacts'],
      ['s', '/settings'],
      ['h', '/dashboard'],
    ] as const) {
      await page.keyboard.press('g')
      await page.keyboard.press(key)
      await page.waitForURL((url) => url.pathname === scene.path + path)
      await page.getByRole('heading', { level: 1 }).waitFor()
    }
    await close()
  })

  it('the time range is in the address, goes along from page to page, and back undoes it', async () => {
    const { page, close } = await open('/dashboard')
    await page.getByRole('button', { name: 'Last 24 hours' }).click()
    await page.getByRole('button', { name: 'Last hour' }).click()
    await page.waitForURL(/range=1h/)
    await page.keyboard.press('g')
    await page.keyboard.press('r')
    await page.waitForURL(/\/runs\?.*range=1h/)
    await page.getByRole('button', { name: 'Last hour' }).waitFor()
    await page.goBack()
    await page.goBack()
    await page.getByRole('button', { name: 'Last 24 hours' }).waitFor()
    expect(new URL(page.url()).search).toBe('')
    await close()
  })

  it('an absolute range is given in the zone that all times are shown in', async () => {
    const { page, close } = await open('/runs', { timezoneId: 'Asia/Tokyo' })
    await page.getByRole('button', { name: 'Last 24 hours' }).click()
    const dialog = page.getByRole('dialog', { name: 'Time range' })
    await dialog.getByText('UTC', { exact: true }).click()
    await dialog.getByLabel('From').fill('2026-11-20T06:00')
    await dialog.getByLabel('To').fill('2026-11-20T18:00')
    await dialog.getByRole('button', { name: 'Show' }).click()
    await page.waitForURL(/from=2026-11-20T06/)
    await page.getByRole('button', { name: /06:00.*18:00/ }).click()
    await dialog.getByText('Local', { exact: true }).click()
    expect(await dialog.getByLabel('From').inputValue()).toBe('2026-11-20T15:00')
    expect(await dialog.getByLabel('To').inputValue()).toBe('2026-11-21T03:00')
    await close()
  })

  it('the palette finds a run by a part of its name and opens it', async () => {
    const { page, close } = await open('/dashboard')
    await choose(page, 'quiet-h')
    await page.waitForURL(`**/runs/flow-run/${scene.completedRun}*`)
    await heading(page, /quiet-heron/)
    // What the page is about can be copied from wherever the hands are.
    await choose(page, 'copy the id')
    await page.getByText('The id is copied').waitFor()
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(scene.completedRun)
    await close()
  })

  it('light, dark and as the system: the palette switches, a reload keeps it', async () => {
    const { page, close } = await open('/flows', { colorScheme: 'light' })
    const ground = () => page.evaluate<string>('getComputedStyle(document.documentElement).backgroundColor')
    const light = await ground()
    await choose(page, 'dark theme')
    await expect.poll(ground).not.toBe(light)
    const dark = await ground()
    await page.reload()
    await heading(page, /Flows/)
    expect(await ground()).toBe(dark)
    await page.emulateMedia({ colorScheme: 'dark' })
    await choose(page, 'theme as the system')
    await expect.poll(ground).toBe(dark)
    await page.emulateMedia({ colorScheme: 'light' })
    await expect.poll(ground).toBe(light)
    await close()
  })

  it('a link that the Python client prints without a workspace opens in the current one', async () => {
    const { page, close } = await open('/flows')
    await page.goto(`/runs/flow-run/${scene.completedRun}`)
    await heading(page, /quiet-heron/)
    expect(new URL(page.url()).pathname).toBe(`${scene.path}/runs/flow-run/${scene.completedRun}`)
    await page.goto('/deployments/deployment/0193a000-0000-7000-8000-0000000000ff')
    await heading(page, 'Deployments are not here yet')
    await page.getByRole('link', { name: 'Show the runs' }).click()
    await heading(page, /Runs/)
    await close()
  })

  it('a view is its address: another person who opens it sees the same', async () => {
    const { page, close } = await open('/runs?state=failed|crashed&chart=columns&range=7d')
    await page.getByRole('button', { name: 'Last 7 days' }).waitFor()
    const ids = (of: Page) =>
      of.locator('[data-run]').evaluateAll((rows) => rows.map((row) => row.getAttribute('data-run')))
    await expect.poll(async () => (await ids(page)).length).toBeGreaterThan(0)
    const other = await open(page.url().slice(scene.url.length + scene.path.length))
    await expect.poll(() => ids(other.page)).toEqual(await ids(page))
    await other.close()
    await close()
  })
})
