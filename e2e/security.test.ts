/** What the browser is allowed, what it keeps, and what it loads: policy, storage and weight of the pages. */
import { randomBytes } from 'node:crypto'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { run } from '../interop/process.ts'
import { hasBrowser, launchBrowser, newVisitor, requireWebBuild, signIn } from './browser.ts'
import { INSIDE_PAGES, OPEN_PAGES, open, type Scene, scene } from './pages.ts'

const repository = join(import.meta.dirname, '..')
const DIST = join(repository, 'packages/web/dist')

/** What a script on the page can read: both storages and the cookies that are not hidden from it. */
const READABLE = `JSON.stringify({ local: { ...localStorage }, session: { ...sessionStorage }, cookie: document.cookie })`

/** The directives of a policy, each with its sources. */
const directives = (policy: string): Record<string, string[]> =>
  Object.fromEntries(
    policy.split(';').map((each) => {
      const [name = '', ...sources] = each.trim().split(/\s+/)
      return [name, sources]
    }),
  )

describe.runIf(hasBrowser)('what the browser is trusted with', () => {
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

  it('every page comes with a policy that allows neither eval nor foreign or inline scripts', async () => {
    for (const page of [...OPEN_PAGES, ...INSIDE_PAGES]) {
      const answer = await fetch(here.url + here.address(page), { headers: { accept: 'text/html' } })
      const { headers } = answer
      const policy = directives(headers.get('content-security-policy') ?? '')
      const scripts = policy['script-src'] ?? policy['default-src'] ?? []
      expect(`${page} ${scripts.join(' ')}`).toBe(`${page} 'self'`)
      const [, nonce = ''] = /name="style-nonce" content="([\w-]{22})"/.exec(await answer.text()) ?? []
      expect(policy['style-src']).toEqual(["'self'", `'nonce-${nonce}'`])
      expect(policy['object-src'] ?? policy['default-src']).toEqual(["'none'"])
      expect(policy['base-uri']).toEqual(["'none'"])
      expect(policy['frame-ancestors']).toEqual(["'none'"])
      expect(JSON.stringify(policy)).not.toContain('unsafe-')
      expect(headers.get('x-content-type-options')).toBe('nosniff')
    }
  })

  it('the policy is enforced: a script in the page, and code from text, are refused', async () => {
    const { page, context } = await newVisitor(browser, here.url)
    await open(page, '/sign-in')
    const inline = await page.evaluate<boolean>(`(() => {
      const script = document.createElement('script')
      script.textContent = 'window.pwned = true'
      document.body.append(script)
      return window.pwned === true
    })()`)
    expect(inline).toBe(false)
    // The debugger may evaluate; the page may not, so a timer asks.
    const code = await page.evaluate<string>(`new Promise((done) => {
      addEventListener('securitypolicyviolation', (event) => done(event.violatedDirective + ' ' + event.blockedURI), { once: true })
      setTimeout("window.pwned = true", 0)
    })`)
    expect(code).toMatch(/^script-src.* eval$/)
    await context.close()
  })

  it('no page breaks the policy, nor writes an error', async () => {
    const { page, context, problems } = await newVisitor(browser, here.url, { storageState: here.state })
    await page.addInitScript(`addEventListener('securitypolicyviolation', (event) =>
      console.error('policy: ' + event.violatedDirective + ' ' + event.blockedURI + ' ' + event.sourceFile))`)
    for (const each of INSIDE_PAGES) {
      await open(page, here.address(each))
      expect({ page: each, problems: problems.splice(0) }).toEqual({ page: each, problems: [] })
    }
    await context.clearCookies()
    for (const each of OPEN_PAGES) {
      await open(page, each)
      // Chromium itself notes each answer of 4xx; the pages do not.
      const ours = problems.splice(0).filter((line) => !line.startsWith('Failed to load resource'))
      expect({ page: each, problems: ours }).toEqual({ page: each, problems: [] })
    }
    await context.close()
  })

  it('what floats over a page obeys the policy too', async () => {
    const { page, context, problems } = await newVisitor(browser, here.url, { storageState: here.state })
    await open(page, here.address('W/dashboard'))
    for (const key of ['Control+k', '?']) {
      await page.keyboard.press(key)
      await page.getByRole('dialog').waitFor()
      await page.keyboard.press('Escape')
      await page.getByRole('dialog').waitFor({ state: 'detached' })
    }
    for (const title of ['Account', 'Switch workspace']) {
      await page.getByTitle(title).click()
      await page.locator('[role=menu],[role=dialog]').first().waitFor()
      await page.keyboard.press('Escape')
    }
    await open(page, '/my/api-keys')
    await page.getByRole('button', { name: 'Create key' }).click()
    await page.getByRole('dialog').waitFor()
    // The page behind cannot be scrolled: the style sheet that says so was let in.
    expect(await page.evaluate<string>('getComputedStyle(document.body).overflow')).toBe('hidden')
    expect(problems).toEqual([])
    await context.close()
  })

  /** Fails when a script of the page could read what would let somebody in. */
  async function keepsNoSecret(page: Page, context: BrowserContext, secrets: string[]) {
    const readable = await page.evaluate<string>(READABLE)
    const cookies = await context.cookies()
    const session = cookies.find((cookie) => cookie.name.endsWith('orrery_session'))
    expect(session).toMatchObject({ httpOnly: true, sameSite: 'Lax' })
    for (const secret of [...secrets, session?.value ?? '?']) expect(readable).not.toContain(secret)
    expect(readable).not.toMatch(/pnu_|token|secret|password|bearer/i)
    expect((JSON.parse(readable) as { cookie: string }).cookie).toBe('')
  }

  it('nothing that lets somebody in is where a script can read it, signed in and with a new key', async () => {
    const { page, context } = await newVisitor(browser, here.url)
    await signIn(page, here.email, here.password)
    await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'))
    await page.getByRole('heading', { level: 1 }).waitFor()
    await keepsNoSecret(page, context, [here.password])
    await open(page, '/my/api-keys')
    await page.getByRole('button', { name: 'Create key' }).click()
    await page.getByLabel('Name').fill('kiosk')
    await page.getByRole('button', { name: 'Confirm' }).click()
    const key = (await page.getByTestId('new-key').textContent()) ?? ''
    expect(key).toMatch(/^pnu_\w{20,}$/)
    await keepsNoSecret(page, context, [here.password, key])
    await page.getByLabel(/I have copied/).check()
    await page.getByRole('button', { name: 'Done' }).click()
    await page.getByTestId('new-key').waitFor({ state: 'detached' })
    expect(await page.content()).not.toContain(key)
    await open(page, `${here.path}/settings`)
    await page.getByRole('button', { name: 'Create a key and put it in' }).click()
    await page.getByRole('button', { name: 'Confirm' }).click()
    await page.getByText('is in the command').waitFor()
    await keepsNoSecret(page, context, [here.password, key])
    await page.reload()
    await page.getByRole('button', { name: 'Create a key and put it in' }).waitFor()
    expect(await page.content()).not.toContain('pnu_')
    await context.close()
  })

  it('a page loads what it shows: signing in neither graph nor renderer nor Markdown', async () => {
    const { page, context } = await newVisitor(browser, here.url)
    const loaded: string[] = []
    page.on('request', (request) => loaded.push(new URL(request.url()).pathname))
    await open(page, '/sign-in')
    const scripts = loaded.filter((path) => path.endsWith('.js'))
    expect(scripts.length).toBeGreaterThan(1)
    const heavy = /graph|pixi|radar|timeline|markdown|flow-run|runs-page|dashboard|browserAll|palette/i
    expect(scripts.filter((path) => heavy.test(path))).toEqual([])
    await context.close()
  })

  it('an artifact brings the parser of Markdown, and the Radar its renderer, when they are opened', async () => {
    const { page, context } = await newVisitor(browser, here.url, { storageState: here.state })
    const loaded: string[] = []
    page.on('request', (request) => loaded.push(new URL(request.url()).pathname))
    await open(page, here.address('W/artifacts/key/report'))
    await page.getByRole('heading', { name: 'Sales' }).waitFor()
    expect(loaded.some((path) => /\/markdown-[^/]+\.js$/.test(path))).toBe(true)
    expect(loaded.some((path) => /pixi|flow-run-page/.test(path))).toBe(false)
    loaded.length = 0
    await open(page, here.address('W/runs/flow-run/RUN?view=radar'))
    expect(loaded.some((path) => /flow-run-page/.test(path))).toBe(true)
    await context.close()
  })
})

describe.runIf(hasBrowser)('the budgets of the build', () => {
  requireWebBuild()
  const check = (dist?: string) =>
    run(
      process.execPath,
      [join(repository, 'packages/web/scripts/check-budget.mjs'), ...(dist ? [dist] : [])],
      {
        cwd: repository,
        env: process.env as Record<string, string>,
        timeoutSeconds: 60,
      },
    )

  it('the first load is at most 250 KB, a route 80 KB and the run page 300 KB beyond it', async () => {
    const { code, stdout } = await check()
    expect(stdout).not.toContain('exceeds')
    expect(code).toBe(0)
    const beyond = (name: string) => Number(new RegExp(`([\\d.]+) KB {2}${name}$`, 'm').exec(stdout)?.[1])
    expect(Number(/([\d.]+) KB {2}of 250/.exec(stdout)?.[1])).toBeLessThan(250)
    expect(beyond('flow-run-page')).toBeLessThan(300)
    expect(beyond('dashboard-page')).toBeLessThan(80)
  })

  it.each([
    ['the entry', (chunk: Chunk) => chunk.isEntry === true, 'The budget is exceeded'],
    ['a route', (chunk: Chunk) => chunk.name === 'settings-page', 'settings-page  exceeds 80'],
  ] as const)('%s that grows too large fails the check', async (_, which, words) => {
    const dist = mkdtempSync(join(tmpdir(), 'orrery-budget-'))
    try {
      cpSync(DIST, dist, { recursive: true })
      const manifest = JSON.parse(readFileSync(join(dist, '.vite/manifest.json'), 'utf8')) as Record<
        string,
        Chunk
      >
      const chunk = Object.values(manifest).find(which)
      // Noise, which gzip cannot make smaller.
      writeFileSync(join(dist, chunk?.file ?? ''), randomBytes(260_000))
      const { code, stdout, stderr } = await check(dist)
      expect(code).toBe(1)
      expect(stdout + stderr).toContain(words)
    } finally {
      rmSync(dist, { recursive: true })
    }
  })
})

interface Chunk {
  file: string
  name?: string
  isEntry?: boolean
}
