/** Every page by the keyboard alone: what can be pressed is reached by Tab, shows that it is, and lets go again. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasBrowser, launchBrowser, newVisitor, type Visitor } from './browser.ts'
import { INSIDE_PAGES, OPEN_PAGES, open, type Scene, scene } from './pages.ts'

const ROUTES = join(import.meta.dirname, '../packages/web/src/routes')

/** Marks what Tab must reach, and notes where the focus goes and whether it can be seen there. */
const WATCH = `(() => {
  const shown = (el) => el.checkVisibility({ visibilityProperty: true, opacityProperty: false })
    && el.getClientRects().length > 0 && !el.closest('[inert],[aria-hidden=true]')
  const name = (el) => el.tagName.toLowerCase() + ' '
    + (el.getAttribute('aria-label') || el.getAttribute('title') || el.textContent || el.id || el.className).trim().slice(0, 50)
  const must = [...document.querySelectorAll('a[href],button,input,select,textarea,summary,[tabindex],[role=button],[role=link],[role=tab]')]
    .filter((el) => shown(el) && !el.disabled && el.tabIndex >= 0)
    // Of radio buttons of one name the chosen one is reached; the arrows do the rest.
    .filter((el) => el.type !== 'radio' || el.checked)
  const ring = (el) => {
    const near = [el, el.nextElementSibling, el.parentElement, el.closest('label')]
    const drawn = (style) => style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2
    // Where a whole card is the link, the ring is that of what makes it so.
    return drawn(getComputedStyle(el, '::after')) || near.some((each) => each && drawn(getComputedStyle(each)))
  }
  const reached = new Set()
  const dim = new Set()
  let strokes = 0
  document.addEventListener('focusin', (event) => {
    const el = event.target
    reached.add(el)
    strokes++
    // Groups pass the focus on to one of theirs at once.
    if (document.activeElement !== el) return
    if (el.id !== 'page' && !el.hasAttribute('data-radix-focus-guard') && !ring(el)) dim.add(name(el))
  })
  if (document.activeElement && document.activeElement !== document.body) reached.add(document.activeElement)
  window.kbd = {
    count: must.length,
    missing: () => must.filter((el) => !reached.has(el) && el.isConnected && shown(el) && !el.disabled && el.tabIndex >= 0).map(name),
    dim: () => [...dim],
    strokes: () => strokes,
  }
})()`

/** What has the focus, in a word. */
const FOCUSED = `(() => {
  const el = document.activeElement
  return el ? (el.getAttribute('aria-label') || el.textContent || '').trim() : ''
})()`

/** As far as these tests look at an element. The type of a browser's is not known in Node. */
interface Seen {
  matches(selector: string): boolean
  getAttribute(name: string): string | null
  textContent: string | null
}
const has = (it: Locator, selector: string): Promise<boolean> =>
  it.evaluate((el, asked) => (el as unknown as Seen).matches(asked), selector)
const nameOf = (it: Locator): Promise<string> =>
  it.evaluate((each) => {
    const el = each as unknown as Seen
    return (el.getAttribute('aria-label') ?? el.getAttribute('title') ?? el.textContent ?? '').trim()
  })

describe.runIf(hasBrowser)('the pages, by keyboard alone', () => {
  let here: Scene
  let browser: Browser
  let visitor: Visitor

  beforeAll(async () => {
    here = await scene()
    browser = await launchBrowser()
    visitor = await newVisitor(browser, here.url, { storageState: here.state })
  }, 180_000)
  afterAll(async () => {
    await browser?.close()
    await here?.stop()
  })

  it('the walk has a page of every route', () => {
    const routes = readdirSync(ROUTES)
      .filter((file) => file.endsWith('-routes.tsx'))
      .flatMap((file) => readFileSync(join(ROUTES, file), 'utf8').split('createRoute(').slice(1))
      // What only redirects has no page.
      .filter((route) => route.includes('component:'))
      .map((route) => /path: '([^']+)'/.exec(route)?.[1] ?? '')
      .filter((path) => path !== '')
    expect(routes.length).toBeGreaterThan(15)
    const walked = [...OPEN_PAGES, ...INSIDE_PAGES].map((page) =>
      page.replace(/^W\//, '').replace(/\?.*/, ''),
    )
    const isWalked = (route: string) =>
      walked.some((page) => new RegExp(`^${route.replaceAll(/\$\w*/g, '[^/]+')}$`).test(page))
    expect(routes.filter((route) => !isWalked(route))).toEqual([])
  })

  /** Presses Tab until everything was reached, or long after it should have been. */
  async function tabThrough(page: Page): Promise<{ missing: string[]; dim: string[] }> {
    await page.evaluate(WATCH)
    const count = await page.evaluate<number>('kbd.count')
    expect(count).toBeGreaterThan(0)
    for (let pressed = 0; pressed < count * 1.3 + 30; pressed += 15) {
      for (let n = 0; n < 15; n++) await page.keyboard.press('Tab')
      if ((await page.evaluate<string[]>('kbd.missing()')).length === 0) break
    }
    const before = await page.evaluate<number>('kbd.strokes()')
    await page.keyboard.press('Shift+Tab')
    await page.keyboard.press('Shift+Tab')
    expect(await page.evaluate<number>('kbd.strokes()')).toBeGreaterThan(before)
    return page.evaluate<{ missing: string[]; dim: string[] }>('({ missing: kbd.missing(), dim: kbd.dim() })')
  }

  it.each(OPEN_PAGES)('Tab reaches everything on %s, and shows where it is', async (path) => {
    const { page, context } = await newVisitor(browser, here.url)
    await open(page, path)
    expect(await tabThrough(page)).toEqual({ missing: [], dim: [] })
    await context.close()
  })

  it.each(INSIDE_PAGES)('Tab reaches everything on %s, and shows where it is', async (path) => {
    const { page } = visitor
    await open(page, here.address(path))
    expect(await tabThrough(page)).toEqual({ missing: [], dim: [] })
  })

  const framed = INSIDE_PAGES.filter((path) => !path.startsWith('/auth/client'))

  it.each(framed)('the first stop on %s leads past the navigation', async (path) => {
    const { page } = visitor
    await open(page, here.address(path))
    await page.evaluate('document.activeElement?.blur()')
    // From the top, also where a page has given a field the focus.
    await page.evaluate(`(() => { const top = document.querySelector('a[href="#page"]'); top.focus(); })()`)
    expect(await page.evaluate<string>(FOCUSED)).toBe('Skip to the page')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    expect(await page.evaluate<boolean>(`document.activeElement.closest('main') !== null`)).toBe(true)
  })

  it.each(framed)('what opens on %s closes with Escape, and gives the focus back', async (path) => {
    const { page } = visitor
    await open(page, here.address(path))
    const openers = page.locator('button[aria-haspopup]:visible:enabled')
    const count = Math.min(await openers.count(), 14)
    expect(count).toBeGreaterThan(0)
    for (let n = 0; n < count; n++) {
      const opener = openers.nth(n)
      const name = await nameOf(opener)
      await opener.focus()
      await page.keyboard.press('Enter')
      const popup = page.locator('[role=menu],[role=dialog]').filter({ visible: true })
      await popup.first().waitFor()
      const inside = async () =>
        `${name}: the focus ${(await has(popup.first(), ':focus-within')) ? 'goes in' : 'stays out'}`
      await expect.poll(inside, { timeout: 10_000 }).toBe(`${name}: the focus goes in`)
      await page.keyboard.press('Escape')
      await popup.first().waitFor({ state: 'detached' })
      const back = async () => `${name}: the focus is ${(await has(opener, ':focus')) ? 'back' : 'lost'}`
      await expect.poll(back, { timeout: 10_000 }).toBe(`${name}: the focus is back`)
    }
  })

  it.each([
    ['/my/api-keys', 'Create key'],
    ['/my/api-keys', /^Delete laptop-mira/],
    ['W/settings', 'Create a key and put it in'],
    ['W/settings', /^Delete production/],
  ] as const)('the dialog on %s of “%s” gives the focus back to it', async (path, name) => {
    const { page } = visitor
    await open(page, here.address(path))
    const opener = page.getByRole('button', { name })
    await opener.focus()
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog')
    await dialog.waitFor()
    // Tab stays within: what is behind cannot be used.
    for (let n = 0; n < 12; n++) {
      await page.keyboard.press('Tab')
      expect(await has(dialog, ':focus-within')).toBe(true)
    }
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    await expect.poll(() => has(opener, ':focus')).toBe(true)
  })

  it.each([
    ['Control+k', 'Find or do'],
    ['?', 'Keyboard shortcuts'],
  ])('%s opens its dialog, Escape closes it, and the focus is where it was', async (keys) => {
    const { page } = visitor
    await open(page, here.address('W/dashboard'))
    const link = page.getByRole('link', { name: 'Runs', exact: true }).first()
    await link.focus()
    await page.keyboard.press(keys)
    await page.getByRole('dialog').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await expect.poll(() => has(link, ':focus')).toBe(true)
  })

  it('no page wrote an error on the way', () => {
    expect(visitor.problems).toEqual([])
  })
})
