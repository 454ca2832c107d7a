import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { axe, hasBrowser, launchBrowser, newVisitor, PASSWORD } from './browser.ts'
import { INSIDE_PAGES, OPEN_PAGES, open, type Scene, scene } from './pages.ts'

describe.runIf(hasBrowser)('the pages, by axe', () => {
  let here: Scene
  let browser: Browser

  beforeAll(async () => {
    here = await scene()
    browser = await launchBrowser()
  }, 180_000)
  afterAll(async () => {
    await browser?.close()
    await here?.stop()
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

  it.each(OPEN_PAGES)('%s has no violation in either theme, wide and at 360 pixels', async (path) => {
    const { page, context } = await newVisitor(browser, here.url)
    await open(page, path)
    expect(await inBothThemes(page)).toEqual([])
    await page.setViewportSize({ width: 360, height: 780 })
    expect(await inBothThemes(page)).toEqual([])
    await context.close()
  })

  it.each(INSIDE_PAGES)('%s has no violation in either theme', async (path) => {
    const { page, context } = await newVisitor(browser, here.url, { storageState: here.state })
    await open(page, here.address(path))
    expect(await inBothThemes(page)).toEqual([])
    await context.close()
  })

  it.each(INSIDE_PAGES)('%s has no violation in either theme at 360 pixels', async (path) => {
    const { page, context } = await newVisitor(browser, here.url, {
      storageState: here.state,
      viewport: { width: 360, height: 780 },
    })
    await open(page, here.address(path))
    expect(await inBothThemes(page)).toEqual([])
    await context.close()
  })

  it('the larger steps between the colours of states have no violation either', async () => {
    const { page, context } = await newVisitor(browser, here.url, { storageState: here.state })
    await open(page, '/my/profile')
    await page.getByRole('button', { name: 'More light and dark' }).click()
    for (const path of ['/my/profile', 'W/dashboard', 'W/runs']) {
      await open(page, here.address(path))
      expect(await page.evaluate<string>('document.documentElement.dataset.vision')).toBe('steps')
      expect(await inBothThemes(page)).toEqual([])
    }
    await context.close()
  })

  // 320 is what is left of 1,280 pixels at a zoom of 400 %.
  it.each([320, 360, 2560])('no page is wider than a screen of %i pixels', async (width) => {
    const { page, context } = await newVisitor(browser, here.url, {
      viewport: { width, height: 800 },
      storageState: here.state,
    })
    const over: string[] = []
    for (const path of [...OPEN_PAGES, ...INSIDE_PAGES]) {
      await open(page, here.address(path))
      const by = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')
      if (by > 0) over.push(`${path} by ${by}`)
    }
    expect(over).toEqual([])
    await context.close()
  })

  it('nothing moves for who asked for that', async () => {
    const moving = `document.getAnimations().filter((each) =>
      each.playState === 'running' && each.effect.getComputedTiming().duration > 0).length`
    const { page, context } = await newVisitor(browser, here.url, { storageState: here.state })
    for (const path of ['W/dashboard', 'W/runs', 'W/runs/flow-run/RUN?view=timeline', '/my/profile']) {
      await open(page, here.address(path))
      expect(`${path} ${await page.evaluate<number>(moving)}`).toBe(`${path} 0`)
    }
    // The same page moves for everybody else: a run is going on.
    await page.emulateMedia({ reducedMotion: 'no-preference' })
    await open(page, here.address('W/dashboard'))
    expect(await page.evaluate<number>(moving)).toBeGreaterThan(0)
    await context.close()
  })

  it('open dialogs, menus and the palette have no violation', async () => {
    const { page, context } = await newVisitor(browser, here.url, { storageState: here.state })
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
    const { page, context } = await newVisitor(browser, here.url)
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
