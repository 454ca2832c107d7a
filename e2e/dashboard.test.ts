// The dashboard and the flows in a real browser, on the scenery: a company with a week of runs.
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { axe, hasBrowser, launchBrowser, newVisitor, type SignedIn, sessionOf } from './browser.ts'
import { type Northwind, northwind } from './scenery/northwind.ts'

const HOUR = 3_600_000
const iso = (ms: number) => new Date(ms).toISOString()

interface Counted {
  counts: Record<string, number>
  before: Record<string, number>
  open: { running: number; late: number }
  next_day: { count: number; until: string; flows: { flow_name: string; count: number }[] }
  now: string
  failures: { flow_name: string; count: number; since_succeeded: boolean; message: string | null }[]
  failed_runs: { standing: number; since_succeeded: number }
  lanes: { flow_name: string; good: number; ended: number }[]
}

describe.runIf(hasBrowser)('the dashboard', () => {
  let scene: Northwind
  let browser: Browser
  let state: SignedIn
  beforeAll(async () => {
    scene = await northwind()
    browser = await launchBrowser()
    state = await sessionOf(browser, scene)
  }, 180_000)
  afterAll(async () => {
    await browser?.close()
    await scene?.stop()
  })

  const open = async (path: string, options: BrowserContextOptions = {}) => {
    const visitor = await newVisitor(browser, scene.url, { storageState: state, ...options })
    await visitor.page.goto(scene.path + path)
    return { ...visitor, close: () => visitor.context.close() }
  }
  const asked = (more: object = {}) => {
    const now = Date.now()
    return scene.api<Counted>('POST', '/ui/dashboard', {
      since: iso(now - 24 * HOUR),
      until: iso(now + 12 * HOUR),
      buckets: 72,
      ...more,
    })
  }
  const card = (page: Page, name: string) =>
    page.getByRole('region', { name: 'Runs by state' }).getByRole('link', { name: new RegExp(`^${name}`) })
  const number = async (page: Page, name: string): Promise<number> =>
    Number((await card(page, name).locator('b').textContent())?.replaceAll(',', ''))
  const ready = (page: Page) => page.getByRole('heading', { level: 1, name: /failed/ }).waitFor()

  it('the numbers are those of the API, with what they were before, in one request', async () => {
    const { page, problems, close } = await open('/settings')
    await page.getByRole('heading', { level: 1 }).waitFor()
    const requests: string[] = []
    page.on('request', (request) => {
      const { pathname } = new URL(request.url())
      // What the frame asks on every page (who, which workspace, warnings, the welcome) is not the dashboard's.
      if (
        pathname.startsWith('/api/') &&
        !/\/(auth|me)\/|ui\/(warnings|onboarding)|saved_searches|count-many|\/out$/.test(pathname)
      )
        requests.push(pathname.replace(/.*\/workspaces\/[^/]+/, ''))
    })
    await page.getByRole('link', { name: 'Home', exact: true }).first().click()
    await ready(page)
    await page.waitForLoadState('networkidle')
    expect(requests.length).toBeLessThanOrEqual(3)
    expect(requests).toContain('/ui/dashboard')
    const seen = await asked()
    const bad = (seen.counts.FAILED ?? 0) + (seen.counts.CRASHED ?? 0)
    expect(await number(page, 'Failed')).toBe(bad)
    expect(await number(page, 'Late')).toBe(2)
    expect(await number(page, 'Running')).toBe(seen.open.running)
    expect(await number(page, 'Completed')).toBe(seen.counts.COMPLETED)
    expect(await number(page, 'Upcoming')).toBe(seen.next_day.count)
    const before = (seen.before.FAILED ?? 0) + (seen.before.CRASHED ?? 0)
    const words =
      bad === before
        ? 'as many as the day before'
        : bad > before
          ? `${bad - before} more than the day before`
          : `${before - bad} fewer than the day before`
    expect(await card(page, 'Failed').textContent()).toContain(words)
    expect(await page.title()).toMatch(/runs? failed, .* are late/)
    expect(problems).toEqual([])
    await close()
  })

  it('each number is the number of the runs that its link leads to', async () => {
    const { page, problems, close } = await open('/dashboard')
    await ready(page)
    for (const name of ['Failed', 'Late', 'Running', 'Completed', 'Upcoming']) {
      const shown = await number(page, name)
      const paginated = page.waitForResponse((response) => response.url().endsWith('/flow_runs/paginate'))
      await card(page, name).click()
      const { count } = (await (await paginated).json()) as { count: number }
      expect([name, count]).toEqual([name, shown])
      await page.getByRole('heading', { level: 1, name: 'Runs' }).waitFor()
      const rows = page.locator('[data-run]')
      await rows.first().waitFor()
      // Long lists are virtual; short ones are all there.
      if (shown < 15) expect([name, await rows.count()]).toEqual([name, shown])
      await page.goBack()
      await ready(page)
    }
    expect(problems).toEqual([])
    await close()
  })

  it('causes are rows: what is late, what failed, and apart from them what has since succeeded', async () => {
    const { page, problems, close } = await open('/dashboard')
    await ready(page)
    const seen = await asked()
    const causes = page.getByRole('list', { name: 'Causes' }).getByRole('listitem')
    const standing = seen.failures.filter((group) => !group.since_succeeded)
    expect(await causes.count()).toBe(1 + Math.min(7, standing.length))
    const late = causes.filter({ hasText: 'churn-report' })
    await late.getByText('2 runs').waitFor()
    if (scene.failedRun) {
      const row = causes.filter({ hasText: 'nightly-revenue-etl' })
      await row.getByText('peach-marmot').waitFor()
      await row.getByRole('link', { name: /Show failed runs of/ }).waitFor()
    }
    const healed = seen.failures.filter((group) => group.since_succeeded)
    expect(healed.length).toBeGreaterThan(0)
    expect(seen.failed_runs.since_succeeded).toBe(healed.reduce((sum, group) => sum + group.count, 0))
    const rows = await causes.count()
    await page.getByRole('button', { name: /since succeeded/ }).click()
    expect(await causes.count()).toBe(rows + healed.length)
    await late.getByRole('link', { name: /^Show 2/ }).click()
    await page.waitForURL(/state=late/)
    await page.getByText('churn-report').first().waitFor()
    expect(problems).toEqual([])
    await close()
  })

  it('lanes share the one clock: the worst flow first, a mark leads to its run, dragging chooses a time', async () => {
    const { page, problems, close } = await open('/dashboard')
    await ready(page)
    const seen = await asked()
    const lanes = page.getByRole('list', { name: 'Flows, worst first' }).getByRole('listitem')
    expect(await lanes.count()).toBe(seen.lanes.length)
    const [worst] = seen.lanes
    const first = lanes.first()
    await first.getByRole('link', { name: worst?.flow_name ?? '' }).waitFor()
    await first.getByText(`${worst?.good} of ${worst?.ended}`).last().waitFor()
    // All rows of the clock begin and end at the same pixels.
    const boxes = await page
      .getByRole('region', { name: 'Runs over time' })
      .locator('.cursor-crosshair')
      .evaluateAll((rows) =>
        rows.map((row) => [row.getBoundingClientRect().x, row.getBoundingClientRect().width]),
      )
    expect(boxes).toHaveLength(3 + seen.lanes.length)
    expect(new Set(boxes.map(String)).size).toBe(1)

    // Dragging over the middle third leaves that third.
    const chart = page.getByRole('img', { name: /^Runs over time/ })
    const box = (await chart.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 }
    await page.mouse.move(box.x + box.width * 0.2, box.y + 40)
    await page.mouse.down()
    await page.mouse.move(box.x + box.width * 0.4, box.y + 40, { steps: 4 })
    await page.mouse.up()
    await page.waitForURL(/from=.*&to=/)
    const search = new URL(page.url()).searchParams
    const from = Date.parse((search.get('from') ?? '').replaceAll('"', ''))
    const to = Date.parse((search.get('to') ?? '').replaceAll('"', ''))
    expect((to - from) / HOUR).toBeCloseTo(36 * 0.2, 0)
    await page.getByRole('heading', { level: 1, name: /went well|failed|crashed|late/ }).waitFor()
    await page.goBack()
    await page.waitForURL((url) => !url.search.includes('from='))
    await ready(page)

    // A bar of the lane of demand-forecast, which runs for 48 minutes: its run's page opens.
    const lane = lanes.filter({ hasText: 'demand-forecast' })
    const bar = await lane.locator('rect').last().boundingBox()
    await page.mouse.click((bar?.x ?? 0) + (bar?.width ?? 0) / 2, (bar?.y ?? 0) + (bar?.height ?? 0) / 2)
    await page.waitForURL(/\/runs\/flow-run\//)
    expect(problems).toEqual([])
    await close()
  })

  it('the charts can be read as tables, which say the same', async () => {
    const { page, problems, close } = await open('/dashboard')
    await ready(page)
    await page
      .getByRole('radio', { name: 'Tables' })
      .or(page.getByRole('button', { name: 'Tables' }))
      .first()
      .click()
    await page.waitForURL(/view=table/)
    const seen = await asked()
    const sums = page.getByRole('row', { name: /^All/ })
    await sums.waitFor()
    const cells = await sums.getByRole('cell').allTextContents()
    expect(cells[1]).toBe(String(seen.counts.COMPLETED))
    expect(cells[4]).toBe(String(seen.counts.FAILED))
    const flows = page.getByRole('region', { name: 'Flows, worst first' })
    expect(await flows.getByRole('row').count()).toBe(seen.lanes.length + 1)
    await page.reload()
    await sums.waitFor()
    expect(await axe(page)).toEqual([])
    expect(problems).toEqual([])
    await close()
  })

  it('the next 24 hours are told by flow', async () => {
    const { page, problems, close } = await open('/dashboard')
    await ready(page)
    const seen = await asked()
    const next = page.getByRole('region', { name: /^Next 24 hours/ })
    expect(await next.getByRole('listitem').count()).toBe(seen.next_day.flows.length)
    for (const flow of seen.next_day.flows)
      await next
        .getByRole('listitem')
        .filter({ hasText: flow.flow_name })
        .getByText(`${flow.count} run${flow.count === 1 ? '' : 's'}`)
        .waitFor()
    await next.getByRole('link', { name: 'Show all' }).click()
    await page.waitForURL(/state=scheduled/)
    expect(problems).toEqual([])
    await close()
  })

  it('a run that fails is counted where it stands, without a reload', async () => {
    const { page, problems, close } = await open('/dashboard')
    await ready(page)
    await page.getByText('Live', { exact: true }).waitFor()
    const before = await number(page, 'Failed')
    const flow = await scene.api<{ id: string }>('POST', '/flows/', { name: 'data-quality' })
    const run = await scene.api<{ id: string }>('POST', '/flow_runs/', {
      flow_id: flow.id,
      name: 'loud-heron',
    })
    await scene.api('POST', `/flow_runs/${run.id}/set_state`, {
      state: { type: 'FAILED', message: 'AssertionError: orders is 4 h behind' },
      force: true,
    })
    await page.getByRole('list', { name: 'Causes' }).getByText('loud-heron').waitFor()
    expect(await number(page, 'Failed')).toBe(before + 1)
    expect(problems).toEqual([])
    await close()
  })

  it('a time without runs says so, and can be widened', async () => {
    const to = Date.now() - 20 * 24 * HOUR
    const { page, problems, close } = await open(`/dashboard?from=${iso(to - HOUR)}&to=${iso(to)}`)
    // What is late is so whatever the window; nothing else is told of a time in which nothing was.
    await page.getByRole('heading', { level: 1, name: '2 runs are late' }).waitFor()
    expect(await number(page, 'Failed')).toBe(0)
    await page.getByText(/^No run was due from/).waitFor()
    await page.getByText('Nothing was due in this time').waitFor()
    await page.getByRole('button', { name: 'Show the last 24 hours' }).click()
    await ready(page)
    expect(new URL(page.url()).search).toBe('')
    expect(await number(page, 'Failed')).toBeGreaterThan(0)
    expect(problems).toEqual([])
    await close()
  })

  it('an empty workspace says how to begin', async () => {
    const { page, context, problems, close } = await open('/dashboard')
    await ready(page)
    const account = scene.path.split('/')[2] ?? ''
    const answer = await context.request.post(`/api/accounts/${account}/workspaces/`, {
      headers: { 'x-orrery-request': '1', origin: scene.url },
      data: { name: 'empty' },
    })
    const { id } = (await answer.json()) as { id: string }
    await page.goto(`/account/${account}/workspace/${id}/dashboard`)
    await page.getByRole('heading', { level: 1, name: 'No run yet' }).waitFor()
    // Once: by the welcome, or where that was put away by the page itself.
    await page.getByText('Run a flow there').waitFor()
    expect(await page.getByText('python my_flow.py').count()).toBe(0)
    expect(await axe(page)).toEqual([])
    await page.evaluate(`localStorage.setItem('orrery.onboarded.${id}', 'yes')`)
    await page.reload()
    await page.getByText('python my_flow.py').waitFor()
    expect(await page.getByText('Run a flow there').count()).toBe(0)
    await page.goto(`/account/${account}/workspace/${id}/flows`)
    await page.getByText('No flows yet').waitFor()
    expect(await axe(page)).toEqual([])
    expect(problems).toEqual([])
    await close()
  })

  it('an answer that fails is told with the id of the request, and tried again', async () => {
    const visitor = await newVisitor(browser, scene.url, { storageState: state })
    let broken = true
    await visitor.page.route('**/ui/dashboard', (route) =>
      broken
        ? route.fulfill({
            status: 500,
            headers: { 'x-request-id': 'req-4711' },
            json: { detail: 'Internal Server Error', request_id: 'req-4711' },
          })
        : route.continue(),
    )
    await visitor.page.goto(`${scene.path}/dashboard`)
    await visitor.page.getByText('The dashboard could not be loaded').waitFor()
    await visitor.page.getByText('req-4711').waitFor()
    broken = false
    await visitor.page.getByRole('button', { name: 'Try again' }).click()
    await ready(visitor.page)
    await visitor.context.close()
  })

  it('what stands on top does not move when the answer comes', async () => {
    const visitor = await newVisitor(browser, scene.url, { storageState: state })
    let release = (): void => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    await visitor.page.route('**/ui/dashboard', async (route) => {
      await held
      await route.continue()
    })
    await visitor.page.goto(`${scene.path}/dashboard`)
    const boxes = () =>
      Promise.all(
        [
          visitor.page.getByRole('region', { name: 'Runs by state' }),
          visitor.page.getByRole('heading', { name: /^Needs attention/ }),
          visitor.page.getByRole('heading', { name: 'Running now' }),
        ].map(async (each) => {
          const box = await each.boundingBox()
          return [box?.x, box?.y]
        }),
      )
    await visitor.page.getByRole('heading', { name: 'Running now' }).waitFor()
    const before = await boxes()
    release()
    await ready(visitor.page)
    expect(await boxes()).toEqual(before)
    expect(visitor.problems).toEqual([])
    await visitor.context.close()
  })

  it('the keyboard reaches a number and Enter opens its list', async () => {
    const { page, problems, close } = await open('/dashboard')
    await ready(page)
    for (let n = 0; n < 60; n++) {
      await page.keyboard.press('Tab')
      if (String(await page.evaluate('document.activeElement?.textContent')).startsWith('Failed')) break
    }
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/runs\?state=failed/)
    await page.getByRole('heading', { level: 1, name: 'Runs' }).waitFor()
    expect(problems).toEqual([])
    await close()
  })

  describe('the flows', () => {
    it('each flow has the strip of its last runs, what it usually takes and when it runs next', async () => {
      const { page, problems, close } = await open('/settings')
      await page.getByRole('heading', { level: 1 }).waitFor()
      const requests: string[] = []
      page.on('request', (request) => {
        const { pathname } = new URL(request.url())
        if (/\/flow_runs\/|\/flows\//.test(pathname))
          requests.push(pathname.replace(/.*\/workspaces\/[^/]+/, ''))
      })
      await page.getByRole('link', { name: 'Flows', exact: true }).first().click()
      const row = page.getByRole('row').filter({ hasText: 'orders-sync' })
      await row.getByRole('img', { name: /^30 runs, / }).waitFor()
      await row.getByText('Completed').waitFor()
      await row.getByText(/^in \d+ min$|^any moment$/).waitFor()
      await page.getByText('Live', { exact: true }).waitFor()
      // However many flows: the list, and the health of all of them.
      expect(requests).toEqual(['/flows/paginate', '/ui/flows/health'])
      expect(problems).toEqual([])
      await close()
    })

    it('search, tag, order and page live in the address', async () => {
      const { page, problems, close } = await open('/flows')
      await page.getByRole('link', { name: 'churn-report' }).waitFor()
      await page.keyboard.press('/')
      await page.keyboard.type('orders')
      await page.waitForURL(/name=orders/)
      await page.getByRole('link', { name: 'churn-report' }).waitFor({ state: 'detached' })
      await page.getByLabel('Search flows by name').fill('nothing like it')
      await page.getByText('Nothing matches').waitFor()
      await page.getByRole('button', { name: 'Clear the filter' }).click()
      await page.getByRole('link', { name: 'churn-report' }).waitFor()
      await page.getByRole('link', { name: 'ml', exact: true }).first().click()
      await page.waitForURL(/tag=ml/)
      await page.getByRole('link', { name: 'churn-report' }).waitFor({ state: 'detached' })
      await page.getByRole('link', { name: 'demand-forecast' }).waitFor()
      await page.reload()
      await page.getByRole('button', { name: 'Remove the filter tag ml' }).click()
      await page.getByRole('button', { name: 'Flow', exact: true }).click()
      await page.waitForURL(/sort=NAME_DESC/)
      await page.getByRole('link', { name: 'quality-checks' }).waitFor()
      const names = await page.locator('[data-flow] td:nth-child(2)').allTextContents()
      expect(names).toEqual(names.toSorted().toReversed())
      await page.goto(`${scene.path}/flows?page=9`)
      await page.getByRole('button', { name: 'To the first page' }).click()
      await page.getByRole('link', { name: 'churn-report' }).waitFor()
      expect(problems).toEqual([])
      await close()
    })

    it('many are deleted with the keyboard: j and x choose them, a dialog asks', async () => {
      for (const name of ['aaa-one', 'aaa-two']) await scene.api('POST', '/flows/', { name })
      const { page, problems, close } = await open('/flows')
      await page.getByRole('link', { name: 'aaa-two' }).waitFor()
      for (const key of ['j', 'x', 'j', 'x']) await page.keyboard.press(key)
      await page.getByRole('toolbar', { name: '2 flows selected' }).waitFor()
      await page.getByRole('button', { name: 'Delete 2…' }).click()
      const dialog = page.getByRole('dialog', { name: 'Delete 2 flows?' })
      await dialog.getByText(/aaa-one, aaa-two/).waitFor()
      await dialog.getByRole('button', { name: 'Delete 2 flows' }).click()
      await page.getByText('2 flows are deleted').waitFor()
      await page.getByRole('link', { name: 'aaa-one' }).waitFor({ state: 'detached' })
      expect(await page.getByRole('toolbar').count()).toBe(0)
      expect(problems).toEqual([])
      await close()
    })

    it('a flow page has its health, its charts and its runs, which its states narrow', async () => {
      const { page, problems, close } = await open('/flows')
      await page.getByRole('link', { name: 'orders-sync' }).click()
      await page.getByRole('heading', { level: 1, name: 'orders-sync' }).waitFor()
      const health = page.getByRole('region', { name: 'Health' })
      await health.getByRole('img', { name: /of its last 50 runs went well|All of its last 50/ }).waitFor()
      await health.getByText(/^in \d+ min$|^any moment$/).waitFor()
      await page.getByRole('img', { name: /^Duration: median \d+s, 95th percentile/ }).waitFor()
      const facet = page.getByRole('group', { name: 'State' }).getByRole('button', { name: /^Completed/ })
      const shown = Number((await facet.locator('b').textContent())?.replaceAll(',', ''))
      const paginated = page.waitForResponse((response) => response.url().endsWith('/flow_runs/paginate'))
      await facet.click()
      expect(((await (await paginated).json()) as { count: number }).count).toBe(shown)
      await page.waitForURL(/state=completed/)
      await page.locator('[data-run]').first().waitFor()
      for (const key of ['j', 'x']) await page.keyboard.press(key)
      await page.getByRole('toolbar', { name: '1 runs selected' }).waitFor()
      expect(problems).toEqual([])
      await close()
    })

    for (const colorScheme of ['light', 'dark'] as const)
      it(`the list and a flow pass axe in ${colorScheme}`, async () => {
        const { page, problems, close } = await open('/flows', { colorScheme })
        await page
          .getByRole('img', { name: /^30 runs, / })
          .first()
          .waitFor()
        expect(await axe(page)).toEqual([])
        await page.getByRole('link', { name: 'demand-forecast' }).click()
        await page.getByRole('heading', { level: 1, name: 'demand-forecast' }).waitFor()
        await page.locator('[data-run]').first().waitFor()
        expect(await axe(page)).toEqual([])
        expect(problems).toEqual([])
        await close()
      })

    for (const width of [360, 2560])
      it(`the list and a flow fit into ${width} px`, async () => {
        const { page, problems, close } = await open('/flows', { viewport: { width, height: 900 } })
        await page
          .getByRole('img', { name: /^\d+ runs, |^Last/ })
          .first()
          .waitFor()
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
        await page.getByRole('link', { name: /orders-sync/ }).click()
        await page.getByRole('heading', { level: 1, name: 'orders-sync' }).waitFor()
        await page.getByRole('img', { name: /^Duration: median/ }).waitFor()
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
        expect(problems).toEqual([])
        await close()
      })
  })

  for (const colorScheme of ['light', 'dark'] as const)
    it(`passes axe in ${colorScheme}`, async () => {
      const { page, problems, close } = await open('/dashboard', { colorScheme })
      await ready(page)
      await page.getByRole('button', { name: /since succeeded/ }).click()
      await page.waitForLoadState('networkidle')
      expect(await axe(page)).toEqual([])
      expect(problems).toEqual([])
      await close()
    })

  for (const width of [360, 2560])
    it(`nothing scrolls sideways at ${width} px`, async () => {
      const { page, problems, close } = await open('/dashboard', { viewport: { width, height: 900 } })
      await ready(page)
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
      expect(problems).toEqual([])
      await close()
    })
})
