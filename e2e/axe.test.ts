import { startServer, type TestServer } from '@orrery/testing'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { axe, createWorkspace, hasBrowser, launchBrowser, newVisitor, PASSWORD, signUp } from './browser.ts'

/** Pages for anybody, then pages behind the sign-in; `W` stands for the workspace. */
const OPEN = ['/sign-in', '/sign-up', '/forgot-password', '/reset-password?token=x', '/no-such-page']
const INSIDE = [
  '/workspaces',
  '/workspaces/new',
  '/my/profile',
  '/my/api-keys',
  '/my/sessions',
  '/instance',
  '/auth/client?callback=http%3A%2F%2Flocalhost%3A54321',
  'W/dashboard',
  'W/settings',
]

describe.runIf(hasBrowser)('the pages, by axe', () => {
  let server: TestServer
  let browser: Browser
  let workspace: string
  let state: Awaited<ReturnType<Awaited<ReturnType<typeof newVisitor>>['context']['storageState']>>

  beforeAll(async () => {
    server = await startServer()
    browser = await launchBrowser()
    const { page, context } = await newVisitor(browser, server.url)
    await signUp(page, 'mira@northwind.example')
    workspace = await createWorkspace(page, 'production', 'Everything the business wakes up to')
    state = await context.storageState()
    await context.close()
  })
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
  })

  /** The violations of the open page, in light and in dark. */
  async function inBothThemes(page: Page): Promise<string[]> {
    const found: string[] = []
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      for (const line of await axe(page)) found.push(`${colorScheme}: ${line}`)
    }
    return found
  }

  it.each(OPEN)('%s has no violation in either theme', async (path) => {
    const { page, context } = await newVisitor(browser, server.url)
    await page.goto(path)
    await page.getByRole('heading', { level: 1 }).waitFor()
    expect(await inBothThemes(page)).toEqual([])
    await context.close()
  })

  it.each(INSIDE)('%s has no violation in either theme', async (path) => {
    const { page, context } = await newVisitor(browser, server.url, { storageState: state })
    await page.goto(path.replace('W', workspace))
    await page.getByRole('heading', { level: 1 }).waitFor()
    await page.waitForLoadState('networkidle')
    expect(await inBothThemes(page)).toEqual([])
    await context.close()
  })

  it.each([360, 2560])('no page is wider than a screen of %i pixels', async (width) => {
    const { page, context } = await newVisitor(browser, server.url, {
      viewport: { width, height: 800 },
      storageState: state,
    })
    for (const path of [...INSIDE]) {
      await page.goto(path.replace('W', workspace))
      await page.getByRole('heading', { level: 1 }).waitFor()
      const over = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')
      expect(`${path} ${Math.max(0, over)}`).toBe(`${path} 0`)
    }
    await context.close()
  })

  it('open dialogs, menus and the palette have no violation', async () => {
    const { page, context } = await newVisitor(browser, server.url, { storageState: state })
    // What floats is outside of the landmarks by its nature.
    const floating = { disable: ['region'] }
    await page.goto('/my/api-keys')
    await page.getByRole('button', { name: 'Create key' }).first().click()
    await page.getByRole('dialog').waitFor()
    expect(await axe(page, floating)).toEqual([])
    await page.getByLabel('Name').fill('laptop')
    await page.getByRole('button', { name: 'Confirm' }).click()
    await page.getByTestId('new-key').waitFor()
    expect(await axe(page, floating)).toEqual([])
    await page.getByLabel(/I have copied/).check()
    await page.getByRole('button', { name: 'Done' }).click()
    await page.getByTitle('Account').click()
    await page.getByRole('menu').waitFor()
    expect(await axe(page, floating)).toEqual([])
    await page.keyboard.press('Escape')
    await page.keyboard.press('Control+k')
    await page.getByPlaceholder(/Go to a page/).waitFor()
    expect(await axe(page, floating)).toEqual([])
    await page.keyboard.press('Escape')
    await page.keyboard.press('?')
    await page.getByRole('heading', { name: 'Keyboard shortcuts' }).waitFor()
    expect(await axe(page, floating)).toEqual([])
    await context.close()
  })

  it('signing in and creating a key need no mouse', async () => {
    const { page, context } = await newVisitor(browser, server.url)
    await page.goto('/my/api-keys')
    await page.getByLabel('E-mail').waitFor()
    // The first field has the focus; Tab passes the link for a forgotten password on its way.
    await page.keyboard.type('mira@northwind.example')
    await page.getByLabel('Password').focus()
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'API keys' }).waitFor()
    for (let i = 0; i < 40; i++) {
      await page.keyboard.press('Tab')
      if (await page.evaluate<boolean>('document.activeElement?.textContent === "Create key"')) break
    }
    await page.keyboard.press('Enter')
    await page.getByLabel('Name').waitFor()
    await page.keyboard.type('keyboard')
    await page.keyboard.press('Enter')
    await page.getByTestId('new-key').waitFor()
    await page.getByLabel(/I have copied/).focus()
    await page.keyboard.press('Space')
    await page.getByRole('button', { name: 'Done' }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('cell', { name: /^keyboard/ }).waitFor()
    await context.close()
  })
})
