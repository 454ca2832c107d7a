/**
 * A real Chromium for the end-to-end tests. Without one the browser pass is not run, and says so; in CI that is a
 * failure, because a check that silently does not run is none.
 */
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core'

const CANDIDATES = [
  process.env.ORRERY_TEST_CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

export const chromiumPath: string | undefined = CANDIDATES.find(
  (path) => path !== undefined && path !== '' && existsSync(path),
)

if (!chromiumPath) {
  const message = 'no Chromium found: browser pass not run (package chromium, or ORRERY_TEST_CHROMIUM)'
  if (process.env.CI) throw new Error(message)
  console.warn(message)
}

/** For `describe.runIf(hasBrowser)`. */
export const hasBrowser: boolean = chromiumPath !== undefined

/** Fails early, and in words, when the server would have no pages to serve. */
export function requireWebBuild(): void {
  const index = fileURLToPath(new URL('../packages/web/dist/index.html', import.meta.url))
  if (!existsSync(index)) throw new Error('packages/web/dist is missing: run `npm run build:web` first')
}

export async function launchBrowser(): Promise<Browser> {
  if (!chromiumPath) throw new Error('no Chromium found')
  requireWebBuild()
  return chromium.launch({
    executablePath: chromiumPath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  })
}

export interface Visitor {
  context: BrowserContext
  page: Page
  /** What the page wrote to the console as errors, and what it threw. A test ends with it empty. */
  problems: string[]
}

/** A new person at the browser: own cookies, own storage. Errors of the page are collected. */
export async function newVisitor(
  browser: Browser,
  baseURL: string,
  options: BrowserContextOptions = {},
): Promise<Visitor> {
  const context = await browser.newContext({
    baseURL,
    viewport: { width: 1440, height: 900 },
    reducedMotion: 'reduce',
    ...options,
  })
  context.setDefaultTimeout(20_000)
  const problems: string[] = []
  const page = await context.newPage()
  page.on('pageerror', (error) => problems.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text())
  })
  return { context, page, problems }
}

export const PASSWORD = 'seven quiet lamps hum'

/** Signs up through the page; the first one becomes the owner of the instance. */
export async function signUp(page: Page, email: string, name = 'Mira Okafor'): Promise<void> {
  const [first = '', last = ''] = name.split(' ')
  await page.goto('/sign-up')
  await page.getByLabel('First name').fill(first)
  await page.getByLabel('Last name').fill(last)
  await page.getByLabel('E-mail').fill(email)
  await page.getByLabel('Password').fill(PASSWORD)
  await page.getByRole('button', { name: /^Create/ }).click()
  await page.waitForURL((url) => !url.pathname.startsWith('/sign-up'))
}

export async function signIn(page: Page, email: string, password = PASSWORD): Promise<void> {
  await page.goto('/sign-in')
  await page.getByLabel('E-mail').fill(email)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
}

export type SignedIn = Awaited<ReturnType<BrowserContext['storageState']>>

/** Signs a person in through the page and answers the session, for the `storageState` of visitors. */
export async function sessionOf(
  browser: Browser,
  { url, email, password }: { url: string; email: string; password: string },
): Promise<SignedIn> {
  const { page, context } = await newVisitor(browser, url)
  await signIn(page, email, password)
  await page.waitForURL((to) => !to.pathname.startsWith('/sign-in'))
  const state = await context.storageState()
  await context.close()
  return state
}

/** Creates a workspace through the form and answers its path, `/account/A/workspace/W`. */
export async function createWorkspace(page: Page, name: string, description = ''): Promise<string> {
  await page.goto('/workspaces/new')
  await page.getByLabel('Name').fill(name)
  if (description) await page.getByLabel('Description').fill(description)
  await page.getByRole('button', { name: 'Create', exact: true }).click()
  await page.waitForURL(/\/account\/[^/]+\/workspace\/[^/]+\/dashboard/)
  return new URL(page.url()).pathname.replace(/\/dashboard$/, '')
}

const require = createRequire(import.meta.url)
const axeSource = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8')

interface AxeViolation {
  id: string
  impact: string | null
  nodes: { html: string; target: string[] }[]
}

/**
 * WCAG 2.2 AA by axe, and its best practices. Answers one line for each violation, so that an empty list is a pass.
 * The policy of our pages forbids foreign scripts, also this one, so it comes by the debugger and not by a tag.
 */
export async function axe(page: Page, options: { disable?: string[] } = {}): Promise<string[]> {
  await page.evaluate(axeSource)
  const settings = {
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    rules: Object.fromEntries((options.disable ?? []).map((id) => [id, { enabled: false }])),
  }
  const { violations } = (await page.evaluate(`axe.run(document, ${JSON.stringify(settings)})`)) as {
    violations: AxeViolation[]
  }
  return violations.map(
    (each) =>
      `${each.id} (${each.impact}): ${each.nodes.map((node) => `${node.target.join(' ')} ${node.html.slice(0, 160)}`).join(' | ')}`,
  )
}
