// The pages of one run, as their users read and work them: runs of the real Python client and of the SDK.
import { newId } from '@orrery/schemas'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  axe,
  hasBrowser,
  launchBrowser,
  newVisitor,
  type SignedIn,
  sessionOf,
  type Visitor,
} from './browser.ts'
import { hasPython, type Northwind, northwind } from './scenery/northwind.ts'
import { addViewer } from './scenery/viewer.ts'

interface Row {
  id: string
  name: string
  flow_id: string
  state: { message: string }
}

describe.runIf(hasBrowser && hasPython)('the page of a run', () => {
  let scene: Northwind
  let browser: Browser
  let state: SignedIn
  let failed: Row
  let again: string

  const open = async (path: string, options: BrowserContextOptions = {}): Promise<Visitor> => {
    const visitor = await newVisitor(browser, scene.url, { storageState: state, ...options })
    await visitor.page.goto(scene.path + path)
    return visitor
  }
  const openRun = (id: string, search = '', options: BrowserContextOptions = {}) =>
    open(`/runs/flow-run/${id}${search}`, options)
  const close = async ({ context, problems }: Visitor): Promise<void> => {
    expect(problems).toEqual([])
    await context.close()
  }
  const api = <T = { id: string }>(method: string, path: string, body?: unknown): Promise<T> =>
    scene.api<T>(method, path, body)
  const makeRun = async (flow: string, name: string, more: object = {}): Promise<string> =>
    (await api('POST', '/flow_runs/', { flow_id: flow, name, state: { type: 'PENDING' }, ...more })).id
  const propose = (kind: 'flow_runs' | 'task_runs', id: string, proposed: object, force = false) =>
    api<{ status: string }>('POST', `/${kind}/${id}/set_state`, { state: proposed, force })
  const makeTask = async (run: string, name: string, key: string, states: object[]): Promise<string> => {
    const { id } = await api('POST', '/task_runs/', {
      flow_run_id: run,
      name,
      task_key: name.replace(/-\w+$/, ''),
      dynamic_key: key,
      state: { type: 'PENDING' },
    })
    for (const each of states) await propose('task_runs', id, each, true)
    return id
  }
  const taskOf = async (name: string): Promise<string> => {
    const [row] = await api<Row[]>('POST', '/task_runs/filter', {
      task_runs: { name: { any_: [name] } },
      limit: 1,
    })
    if (!row) throw new Error(`no task run ${name}`)
    return row.id
  }
  /** Names of the run's tasks and sub-flows, those that took longest first. */
  const byDuration = async (run: string): Promise<string[]> => {
    const { nodes } = await api<{
      nodes: [string, { label: string; start_time: string; end_time: string }][]
    }>('GET', `/flow_runs/${run}/graph-v2`)
    const took = ([, node]: (typeof nodes)[number]) => Date.parse(node.end_time) - Date.parse(node.start_time)
    return nodes
      .filter(([, node]) => node.end_time)
      .sort((a, b) => took(b) - took(a))
      .map(([, node]) => node.label)
  }
  const search = (page: Page, key: string) => new URL(page.url()).searchParams.get(key)

  beforeAll(async () => {
    scene = await northwind({ days: 1 })
    browser = await launchBrowser()
    state = await sessionOf(browser, scene)
    failed = await api<Row>('GET', `/flow_runs/${scene.failedRun}`)
    // The same error once more, with other parameters.
    again = await makeRun(failed.flow_id, 'plum-badger', {
      parameters: { regions: ['emea', 'apac', 'amer'], dry_run: true, since: { days: 2 } },
      tags: ['finance', 'tier-1'],
    })
    await propose('flow_runs', again, { type: 'RUNNING' })
    await propose('flow_runs', again, {
      type: 'FAILED',
      message: failed.state.message.replace('8841207', '77'),
    })
  }, 120_000)
  afterAll(async () => {
    await browser?.close()
    await scene?.stop()
  })

  it('answers in its first screen why the run failed and which task was slowest', async () => {
    const visitor = await openRun(failed.id)
    const { page } = visitor
    await page.getByText('enrich failed, so 2 tasks never started.').waitFor()
    expect(await page.getByText('ValueError: duplicate key 8841207 in orders.emea').first().isVisible()).toBe(
      true,
    )
    const header = page.locator('header', { has: page.getByRole('heading', { level: 1 }) })
    expect(await header.getByText('Slowest').locator('..').textContent()).toMatch(
      /^Slowestclean-apac[\d.]+s$/,
    )
    expect(await page.title()).toBe('Failed: peach-marmot · Orrery')
    const icon = page.locator('link[rel~=icon]')
    expect(await icon.getAttribute('href')).toMatch(/^data:image\/png/)
    // The line that says it, in its log.
    await page.getByRole('button', { name: 'Go to line' }).click()
    await page
      .getByRole('log')
      .getByText('raise ValueError("duplicate key 8841207 in orders.emea")')
      .waitFor()
    await page
      .getByRole('button', { name: /frames? in prefect/ })
      .first()
      .click()
    await close(visitor)
  })

  it('loads without a jump: nothing moves once it stands', async () => {
    const visitor = await newVisitor(browser, scene.url, { storageState: state })
    const { page } = visitor
    await page.addInitScript(`
      window.shifts = []
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries())
          if (!entry.hadRecentInput) window.shifts.push(entry.value)
      }).observe({ type: 'layout-shift', buffered: true })`)
    for (const path of [`runs/flow-run/${failed.id}`, `runs/task-run/${await taskOf('clean-apac')}`]) {
      await page.goto(`${scene.path}/${path}`)
      await page.getByRole('log').locator('.log-line').first().waitFor()
      await page.waitForTimeout(500)
      const moved = await page.evaluate<number>('window.shifts.reduce((sum, each) => sum + each, 0)')
      console.log(`layout shift of ${path.split('/')[1]}: ${moved.toFixed(3)}`)
      expect(moved).toBeLessThan(0.1)
    }
    await close(visitor)
  })

  it('sums a run up: tasks by state, the slowest five, the first error and what was different this time', async () => {
    const visitor = await openRun(failed.id, '?sel=none&view=timeline')
    const { page } = visitor
    await page.getByRole('tab', { name: 'Summary' }).click()
    const counts = page.getByRole('region', { name: '12 tasks' })
    expect(await counts.getByRole('listitem').allTextContents()).toEqual([
      '9Completed',
      '1Failed',
      '2Not ready',
    ])
    const slowest = page.getByRole('region', { name: 'Slowest tasks' }).getByRole('button')
    expect(await slowest.count()).toBe(5)
    const names = (await byDuration(failed.id)).slice(0, 5)
    expect((await slowest.allTextContents()).map((text, i) => text.startsWith(names[i] ?? '-'))).toEqual(
      Array(5).fill(true),
    )
    const error = page.getByRole('region', { name: 'First error' })
    expect(await error.textContent()).toContain('ValueError: duplicate key 8841207 in orders.emea')
    await error.getByRole('button', { name: 'Show in the log' }).click()
    await page.locator('.log-line.here', { hasText: 'duplicate key 8841207' }).waitFor()
    await page.getByRole('tab', { name: 'Summary' }).click()
    await slowest.first().click()
    await page.getByRole('heading', { level: 2, name: names[0] ?? '' }).waitFor()
    await close(visitor)

    const second = await openRun(again, '?tab=summary')
    const diff = second.page.getByRole('region', { name: 'Parameters against the run before' })
    await diff.waitFor()
    expect(await diff.getByRole('row').allTextContents()).toEqual([
      'Parameterpeach-marmotThis run',
      'dry_runfalsetrue',
      'since.days–2',
    ])
    await close(second)
  })

  it('leads to the runs before and after by `,` and `.`, and to those with the same error', async () => {
    const visitor = await openRun(failed.id)
    const { page } = visitor
    await page.getByRole('button', { name: 'Same error in 1 other run' }).click()
    await page.getByRole('menuitem', { name: /plum-badger/ }).click()
    await page.getByRole('heading', { level: 1, name: /plum-badger/ }).waitFor()
    await page.getByRole('link', { name: 'Previous run: peach-marmot' }).waitFor()
    await page.keyboard.press(',')
    await page.getByRole('heading', { level: 1, name: /peach-marmot/ }).waitFor()
    await page.getByRole('link', { name: 'Next run: plum-badger' }).waitFor()
    await page.keyboard.press('.')
    await page.getByRole('heading', { level: 1, name: /plum-badger/ }).waitFor()
    // Tags, and the words of a state that nothing else explains.
    expect(await page.getByRole('link', { name: 'tier-1' }).isVisible()).toBe(true)
    await close(visitor)
  })

  it('shows each attempt of a retried task, and the lines of the one that is chosen', async () => {
    const visitor = await openRun(failed.id, `?view=timeline&sel=${await taskOf('clean-apac')}`)
    const { page } = visitor
    const lines = page.getByRole('log')
    await lines.getByText('connection reset by peer').waitFor()
    const cards = page.getByRole('group', { name: 'Attempts' }).getByRole('button')
    expect((await cards.allTextContents()).map((text) => /^Attempt \d[\d.]+m?s$/.test(text))).toEqual([
      true,
      true,
    ])
    await cards.nth(1).click()
    await lines.getByText('apac: 12 orders cleaned').waitFor()
    expect(await lines.getByText('connection reset by peer').count()).toBe(0)
    expect(search(page, 'attempt')).toBe('2')
    await page.goBack()
    await lines.getByText('connection reset by peer').waitFor()
    // One bar each in the Timeline, with the pause between them.
    const row = page.locator('button[data-node]', { hasText: 'clean-apac' })
    await row.locator('.tl-rest').waitFor()
    expect(await row.locator('.tl-bar').count()).toBe(2)
    expect(await row.locator('.tl-rest').count()).toBe(1)
    await close(visitor)
  })

  it('shows attempts also of the 1,200th task', async () => {
    const flow = await api('POST', '/flows/', { name: 'wide' })
    const run = await makeRun(flow.id, 'wide-run')
    await propose('flow_runs', run, { type: 'RUNNING' })
    const start = Date.now() - 60_000
    const iso = (ms: number) => new Date(start + ms).toISOString()
    const tell = (id: string, index: number, type: string, name: string, at: number, count: number) => ({
      id: newId(),
      occurred: iso(at),
      event: `prefect.task-run.${name}`,
      resource: {
        'prefect.resource.id': `prefect.task-run.${id}`,
        'prefect.resource.name': `part-${index}`,
        'prefect.state-type': type,
        'prefect.state-name': name,
        'prefect.state-timestamp': iso(at),
        'prefect.orchestration': 'client',
      },
      related: [{ 'prefect.resource.id': `prefect.flow-run.${run}`, 'prefect.resource.role': 'flow-run' }],
      payload: {
        intended: { from: null, to: type },
        validated_state: { type, name, message: '', state_details: {} },
        task_run: {
          name: `part-${index}`,
          task_key: 'part',
          dynamic_key: `${index}`,
          task_inputs: {},
          run_count: count,
          expected_start_time: iso(index),
          start_time: iso(index),
          ...(type === 'COMPLETED' && { end_time: iso(at) }),
        },
      },
    })
    const events: object[] = []
    for (let i = 0; i < 1_200; i++) {
      const id = newId()
      events.push(tell(id, i, 'RUNNING', 'Running', i + 1, 1))
      if (i === 1_199) {
        events.push(tell(id, i, 'SCHEDULED', 'AwaitingRetry', i + 9_000, 1))
        events.push(tell(id, i, 'RUNNING', 'Retrying', i + 12_000, 2))
      }
      events.push(
        tell(id, i, 'COMPLETED', 'Completed', i + (i === 1_199 ? 30_000 : 900), i === 1_199 ? 2 : 1),
      )
    }
    for (let at = 0; at < events.length; at += 400) await api('POST', '/events', events.slice(at, at + 400))
    await propose('flow_runs', run, { type: 'COMPLETED' })
    const visitor = await openRun(run, '?view=timeline')
    const { page } = visitor
    await page.getByText('1,200 tasks, by start').waitFor()
    await page.locator('button[data-node]').first().focus()
    await page.keyboard.press('End')
    const last = page.locator('button[data-node]', { hasText: 'part-1199' })
    await last.waitFor()
    await last.getByText('2 attempts · slowest').waitFor()
    expect(await last.locator('.tl-bar').count()).toBe(2)
    // Rows out of sight are not in the page.
    expect(await page.locator('button[data-node]').count()).toBeLessThan(80)
    await close(visitor)
  })

  it('is read by the keyboard alone: rows, edges, zoom, find, the task and back', async () => {
    const visitor = await openRun(failed.id, '?view=timeline&sel=none')
    const { page } = visitor
    const row = (name: RegExp | string) => page.locator('button[data-node]', { hasText: name })
    await row('extract-orders').waitFor()
    await row(/./).first().focus()
    await page.keyboard.press('Home')
    await page.getByRole('heading', { level: 2, name: /extract-/ }).waitFor()
    const names = await page.locator('button[data-node]').allTextContents()
    const clean = names.findIndex((name) => name.startsWith('clean-emea'))
    for (let i = 0; i < clean; i++) await page.keyboard.press('ArrowDown')
    await page.getByRole('heading', { level: 2, name: 'clean-emea' }).waitFor()
    // Along the edges: to what waited for it, and back to what it waited for.
    await page.keyboard.press('ArrowRight')
    await page.getByRole('heading', { level: 2, name: /enrich-/ }).waitFor()
    await page.keyboard.press('ArrowLeft')
    await page.keyboard.press('+')
    await page.waitForURL(/t0=\d+&t1=\d+/)
    await page.keyboard.press('0')
    await page.waitForURL((url) => !url.searchParams.has('t0'))
    await page.keyboard.press('i')
    await page.waitForURL(/idle=hide/)
    await page.keyboard.press('/')
    await page.keyboard.type('clean-')
    await page.getByText('3 tasks, by start').waitFor()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 2, name: /clean-/ }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByText('10 tasks, by start').waitFor()
    await row('clean-apac').focus()
    await page.keyboard.press('Escape')
    await page.waitForURL(/sel=none/)
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { level: 2, name: 'clean-apac' }).waitFor()
    await page.keyboard.press('Enter')
    await page.waitForURL(/\/runs\/task-run\//)
    await page.getByRole('heading', { level: 1, name: /clean-apac/ }).waitFor()
    await page.goBack()
    await page.getByRole('heading', { level: 2, name: 'clean-apac' }).waitFor()
    // The Table in the same way, sorted by what took longest.
    await page.getByRole('button', { name: 'Table' }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: /^Took/ }).focus()
    await page.keyboard.press('Enter')
    const cells = page.getByRole('region', { name: 'Tasks of the run' }).locator('[data-node]')
    const longest = (await byDuration(failed.id)).slice(0, 2)
    expect((await cells.allTextContents()).slice(0, 2)).toEqual(longest)
    expect(search(page, 'sort')).toBe('-took')
    await page.getByRole('region', { name: 'Tasks of the run' }).focus()
    await page.keyboard.press('Home')
    await page.keyboard.press('ArrowDown')
    await page.getByRole('heading', { level: 2, name: longest[1] ?? '' }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('tab', { name: 'Summary' }).waitFor()
    await close(visitor)
  })

  it('folds idle time and puts the slowest first; the address keeps both', async () => {
    const flow = await api('POST', '/flows/', { name: 'sleepy' })
    const run = await makeRun(flow.id, 'idle-run')
    await propose('flow_runs', run, { type: 'RUNNING' })
    await makeTask(run, 'early', '0', [{ type: 'RUNNING' }, { type: 'COMPLETED' }])
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    await makeTask(run, 'late', '0', [{ type: 'RUNNING' }])
    const late = await taskOf('late')
    await new Promise((resolve) => setTimeout(resolve, 300))
    await propose('task_runs', late, { type: 'COMPLETED' }, true)
    await propose('flow_runs', run, { type: 'COMPLETED' })
    const visitor = await openRun(run, '?view=timeline')
    const { page } = visitor
    const bar = page.locator('button[data-node]', { hasText: 'late' }).locator('.tl-bar')
    const width = async () => (await bar.boundingBox())?.width ?? 0
    await bar.waitFor()
    const before = await width()
    await page.getByRole('button', { name: 'Hide idle time' }).click()
    await page.locator('.tl-gap').first().waitFor()
    expect(await width()).toBeGreaterThan(before * 2)
    await page.getByRole('button', { name: '2 tasks, by start' }).click()
    await page.reload()
    await page.getByRole('button', { name: '2 tasks, slowest first' }).waitFor()
    expect(await page.locator('button[data-node]').first().textContent()).toContain('late')
    await page.locator('.tl-gap').first().waitFor()
    await close(visitor)
  })

  it('keeps what was refused, with the reason, beside the states, also while one looks', async () => {
    const flow = await api('POST', '/flows/', { name: 'patient' })
    const run = await makeRun(flow.id, 'waiting-run', {
      state: {
        type: 'SCHEDULED',
        state_details: { scheduled_time: new Date(Date.now() + 3.6e6).toISOString() },
      },
    })
    await propose('flow_runs', run, { type: 'PENDING' })
    for (let i = 0; i < 3; i++)
      expect((await propose('flow_runs', run, { type: 'RUNNING' })).status).toBe('WAIT')
    const visitor = await openRun(run, '?tab=history')
    const { page } = visitor
    const rows = page.getByRole('region', { name: 'History' }).getByRole('listitem')
    await rows.nth(2).waitFor()
    const words = async () =>
      (await rows.allTextContents()).map((text) => text.replace(/\d\d:\d\d:\d\d(\.\d+)?/g, 'T'))
    expect((await words())[2]).toBe(
      'TRunning was proposed; the client was told to waitThe scheduled time of this run is in the future.3 times, last at TWAIT',
    )
    await propose('flow_runs', run, { type: 'PENDING' })
    await page.getByText('was proposed; the client was told to stop').waitFor()
    expect((await words())[3]).toContain(
      'This run is in a PENDING state and cannot transition to a PENDING state.',
    )
    await propose('flow_runs', run, { type: 'CANCELLED' }, true)
    await page.getByRole('heading', { level: 1, name: /Cancelled/ }).waitFor()
    await rows.nth(4).getByText('Cancelled').waitFor()
    await close(visitor)
  })

  it('shows a person who may only look what the role lacks, and the server agrees', async () => {
    const viewer = await addViewer(browser, scene, state)
    const visitor = await newVisitor(browser, scene.url, { storageState: viewer })
    const { page, context } = visitor
    await page.goto(`${scene.path}/runs/flow-run/${failed.id}`)
    await page.getByText('enrich failed, so 2 tasks never started.').waitFor()
    const retry = page.getByRole('button', { name: 'Retry' })
    await retry.and(page.locator('[title*="needs the role Runner"]')).waitFor()
    expect(await retry.getAttribute('aria-disabled')).toBe('true')
    await page.getByRole('button', { name: 'More actions' }).click()
    const remove = page.getByRole('menuitem', { name: /^Delete run/ })
    expect(await remove.textContent()).toContain('needs the role Developer; you are a Viewer.')
    expect(await remove.getAttribute('aria-disabled')).toBe('true')
    const api = scene.path.replace('/account/', '/api/accounts/').replace('/workspace/', '/workspaces/')
    const headers = { 'x-orrery-request': '1', origin: scene.url }
    const answer = await context.request.delete(`${api}/flow_runs/${failed.id}`, { headers })
    expect([answer.status(), (await answer.json()).code]).toEqual([403, 'permission_missing'])
    // Actions of the selection bar of the list likewise.
    await page.goto(`${scene.path}/runs`)
    await page.getByRole('checkbox', { name: 'Select peach-marmot' }).check()
    const del = page.getByRole('button', { name: /^Delete/ })
    await del.waitFor()
    expect(await del.getAttribute('aria-disabled')).toBe('true')
    await close(visitor)
  })

  it('copies its id, its link, a command and a curl', async () => {
    const visitor = await openRun(failed.id, '', { permissions: ['clipboard-read', 'clipboard-write'] })
    const { page } = visitor
    const copied: string[] = []
    for (const name of ['Copy link', 'Copy ID', 'Copy as command', 'Copy as curl']) {
      await page.getByRole('button', { name: 'More actions' }).click()
      await page.getByRole('menuitem', { name }).click()
      await page.waitForTimeout(100)
      copied.push(await page.evaluate<string>('navigator.clipboard.readText()'))
    }
    expect(copied).toEqual([
      page.url(),
      failed.id,
      `prefect flow-run inspect ${failed.id}`,
      `curl -H "Authorization: Bearer $PREFECT_API_KEY" ${scene.settings.PREFECT_API_URL}/flow_runs/${failed.id}`,
    ])
    await close(visitor)
  })

  it('opens a sub-flow where it stands, and the sub-flow names its parent', async () => {
    const visitor = await openRun(failed.id, '?view=timeline&sel=none')
    const { page } = visitor
    await page.getByTitle('Open the sub-flow here (e)').click()
    await page.locator('button[data-node]', { hasText: 'check_nulls' }).waitFor()
    await page.reload()
    await page.locator('button[data-node]', { hasText: 'check_nulls' }).click()
    await page.getByRole('heading', { level: 2, name: /check_nulls/ }).waitFor()
    await page.getByRole('log').getByText('Finished in state Completed()').waitFor()
    await page.locator('button[data-node]', { hasText: 'quality-checks' }).click()
    await page.getByRole('link', { name: 'Open the sub-flow' }).click()
    const crumbs = page.getByRole('navigation', { name: 'Breadcrumb' })
    await crumbs.getByRole('link', { name: 'peach-marmot' }).click()
    await page.getByRole('heading', { level: 1, name: /peach-marmot/ }).waitFor()
    await close(visitor)
  })

  it('a task run has its attempts, its producers, its siblings and its history on a page of its own', async () => {
    const visitor = await open(`/runs/task-run/${await taskOf('clean-apac')}`)
    const { page } = visitor
    await page.getByRole('heading', { level: 1, name: /Completed clean-apac/ }).waitFor()
    expect(await page.title()).toBe('Completed: clean-apac · Orrery')
    expect(await page.getByText('2 of 3').isVisible()).toBe(true)
    const strip = page.getByRole('navigation', { name: 'Runs of the same task' })
    expect(await strip.getByRole('link').count()).toBe(3)
    await page.getByRole('group', { name: 'Attempts' }).getByRole('button', { name: 'Attempt 1' }).click()
    await page.getByRole('log').getByText('connection reset by peer').waitFor()
    expect(await page.getByRole('log').getByText('apac: 12 orders cleaned').count()).toBe(0)
    await page.getByRole('tab', { name: 'History' }).click()
    const rows = page.getByRole('region', { name: 'History' }).getByRole('listitem')
    await rows.nth(4).waitFor()
    expect((await rows.allTextContents()).map((text) => /[A-Z][a-z ]+/.exec(text)?.[0])).toEqual([
      'Pending',
      'Running',
      'Awaiting retry',
      'Retrying',
      'Completed',
    ])
    const names = await strip.getByRole('link').allTextContents()
    await page.keyboard.press(names.at(-1)?.includes('this one') ? ',' : '.')
    await page.getByRole('heading', { level: 1, name: /clean-(emea|amer)/ }).waitFor()
    await page.goBack()
    await page.getByRole('tab', { name: 'Inputs' }).click()
    await page.getByRole('link', { name: 'extract-orders' }).first().click()
    await page.getByRole('heading', { level: 1, name: /extract-orders/ }).waitFor()
    await page.getByRole('link', { name: 'peach-marmot' }).first().click()
    await page.getByRole('heading', { level: 1, name: /peach-marmot/ }).waitFor()
    await close(visitor)
  })

  it('a cached task run leads to the one whose result it took', async () => {
    const flow = await api('POST', '/flows/', { name: 'thrifty' })
    const key = { state_details: { cache_key: 'rates-2026-11-24' } }
    const made = await makeRun(flow.id, 'first-run', { state: { type: 'RUNNING' } })
    await makeTask(made, 'rates-0', '0', [
      { type: 'RUNNING', ...key },
      { type: 'COMPLETED', ...key },
    ])
    const run = await makeRun(flow.id, 'second-run', { state: { type: 'RUNNING' } })
    const cached = await makeTask(run, 'rates-1', '1', [{ type: 'COMPLETED', name: 'Cached', ...key }])
    const visitor = await open(`/runs/task-run/${cached}`)
    const { page } = visitor
    await page.getByRole('heading', { level: 1, name: /Cached rates-1/ }).waitFor()
    expect(await page.getByText('rates-2026-11-24').isVisible()).toBe(true)
    await page.getByText('Cached from').locator('..').getByRole('link', { name: 'rates-0' }).click()
    await page.getByRole('heading', { level: 1, name: /Completed rates-0/ }).waitFor()
    await close(visitor)
  })

  it('a run of the SDK completed: its page is calm and says so', async () => {
    const visitor = await openRun(scene.completedRun)
    const { page } = visitor
    await page.getByRole('heading', { level: 1, name: /Completed quiet-heron/ }).waitFor()
    await page.getByText('6 tasks, by start').waitFor()
    expect(await page.title()).toBe('Completed: quiet-heron · Orrery')
    expect(await page.locator('.bg-failed-tint').count()).toBe(0)
    await close(visitor)
  })

  it('a page that cannot be loaded says which request failed, and is asked for again', async () => {
    const { page, context } = await newVisitor(browser, scene.url, { storageState: state })
    let broken = true
    await page.route(`**/flow_runs/${failed.id}`, (route) =>
      broken
        ? route.fulfill({
            status: 503,
            headers: { 'x-request-id': 'req-run-1' },
            json: { detail: 'The database is away.' },
          })
        : route.continue(),
    )
    await page.goto(`${scene.path}/runs/flow-run/${failed.id}`)
    await page.getByText('The run could not be loaded').waitFor()
    await page.getByText('req-run-1').waitFor()
    broken = false
    await page.getByRole('button', { name: /again|Retry/ }).click()
    await page.getByRole('heading', { level: 1, name: /peach-marmot/ }).waitFor()
    for (const kind of ['flow-run', 'task-run']) {
      await page.goto(`${scene.path}/runs/${kind}/${newId()}`)
      await page.getByText(/There is no such (run|task run)/).waitFor()
    }
    await context.close()
  })

  const pages: [string, () => Promise<string>][] = [
    ['summed up', async () => `/runs/flow-run/${failed.id}?view=timeline&sel=none&tab=summary`],
    [
      'with a task and its attempts',
      async () => `/runs/flow-run/${failed.id}?sel=${await taskOf('clean-apac')}`,
    ],
    ['with parameters that differ', async () => `/runs/flow-run/${again}?tab=summary&view=table`],
    ['folded, slowest first', async () => `/runs/flow-run/${failed.id}?view=timeline&idle=hide&order=took`],
    ['by its history', async () => `/runs/flow-run/${failed.id}?view=timeline&sel=none&tab=history`],
    ['of a task', async () => `/runs/task-run/${await taskOf('clean-apac')}?tab=history`],
  ]
  for (const colorScheme of ['light', 'dark'] as const)
    for (const [name, path] of pages)
      it(`the page of a run ${name} passes axe in ${colorScheme}`, async () => {
        const { page, context } = await open(await path(), { colorScheme })
        await page.getByRole('heading', { level: 1 }).waitFor()
        await page.waitForLoadState('networkidle')
        await page.waitForTimeout(400)
        expect(await axe(page)).toEqual([])
        await context.close()
      })

  it('nothing scrolls sideways at 360 px', async () => {
    for (const [, path] of pages) {
      const where = await path()
      const { page, context } = await open(where, { viewport: { width: 360, height: 740 } })
      await page.getByRole('heading', { level: 1 }).waitFor()
      await page.waitForLoadState('networkidle')
      expect([where, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([where, 360])
      await context.close()
    }
  })
})
