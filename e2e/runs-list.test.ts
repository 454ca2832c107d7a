// The list of runs as its users use it, on a workspace with a past: filter, chart, table, selection, saved views.
import { readFileSync } from 'node:fs'
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { axe, hasBrowser, launchBrowser, newVisitor, type SignedIn, sessionOf } from './browser.ts'
import { type Northwind, northwind } from './scenery/northwind.ts'

interface Run {
  id: string
  name: string
  state_type: string
  flow_id: string
}
interface Visit {
  page: Page
  problems: string[]
  close(): Promise<void>
}

describe.runIf(hasBrowser)('the list of runs', () => {
  let scene: Northwind
  let browser: Browser
  let state: SignedIn

  beforeAll(async () => {
    scene = await northwind({ days: 2 })
    browser = await launchBrowser()
    state = await sessionOf(browser, scene)
  }, 180_000)
  afterAll(async () => {
    await browser?.close()
    await scene?.stop()
  })

  /** Opens the list; `search` is what stands behind the question mark. */
  const open = async (
    search = '',
    options = {},
    before?: (page: Page) => Promise<unknown>,
  ): Promise<Visit> => {
    const { page, context, problems } = await newVisitor(browser, scene.url, {
      storageState: state,
      ...options,
    })
    await before?.(page)
    await page.goto(`${scene.path}/runs${search && `?${search}`}`)
    await page.getByRole('heading', { level: 1, name: 'Runs' }).waitFor()
    return { page, problems, close: () => context.close() }
  }
  const box = (page: Page) => page.getByRole('combobox', { name: 'Filter runs' })
  const chips = (page: Page) => page.locator('[data-chip]').allInnerTexts()
  const rows = (page: Page) => page.locator('[data-run]')
  const total = async (page: Page): Promise<number> =>
    Number(await page.getByRole('table').getAttribute('aria-rowcount')) - 1
  const type = async (page: Page, words: string): Promise<void> => {
    await box(page).fill(words)
    await page.keyboard.press('Enter')
  }
  const searchOf = (page: Page): Record<string, string> =>
    Object.fromEntries(new URL(page.url()).searchParams)
  const counted = (filters: object): Promise<number> => scene.api<number>('POST', '/flow_runs/count', filters)
  const settled = async (page: Page, n: number): Promise<void> => {
    await page.locator(`table[aria-rowcount="${n + 1}"][aria-busy="false"]`).waitFor()
  }
  /** The list holds so many runs, or one more or less: time goes on. */
  const about = (page: Page, n: number): Promise<void> =>
    expect.poll(async () => Math.abs((await total(page)) - n)).toBeLessThanOrEqual(1)
  const day = () => ({ after_: new Date(Date.now() - 86_400_000).toISOString() })
  /** A run of its own for a test that changes it. */
  const makeRun = async (name: string, type: string, more: object = {}): Promise<string> => {
    const flow = await scene.api<{ id: string }>('POST', '/flows/', { name: 'scratch' })
    const { id } = await scene.api<{ id: string }>('POST', '/flow_runs/', {
      flow_id: flow.id,
      name,
      state: { type: 'PENDING' },
      ...more,
    })
    if (type !== 'PENDING')
      await scene.api('POST', `/flow_runs/${id}/set_state`, { state: { type: 'RUNNING' } })
    if (type !== 'PENDING' && type !== 'RUNNING')
      await scene.api('POST', `/flow_runs/${id}/set_state`, { state: { type } })
    return id
  }
  const inBothThemes = async (page: Page): Promise<string[]> => {
    const found: string[] = []
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      for (const line of await axe(page)) found.push(`${colorScheme}: ${line}`)
    }
    return found
  }

  describe('the filter', () => {
    it('takes the language of 2022, keeps it in the address, and shows what the API would', async () => {
      const { page, problems, close } = await open()
      await type(page, 'f:sync|quality state:completed duration:<10m')
      await page.waitForURL(/duration=/)
      expect(searchOf(page)).toEqual({ flow: 'sync|quality', state: 'completed', duration: '<10m' })
      expect(await chips(page)).toEqual([
        'state\ncompleted',
        'flow has\nsync or quality',
        'took\nat most 10m 00s',
      ])
      const n = await counted({
        flow_runs: { state: { type: { any_: ['COMPLETED'] } }, expected_start_time: day() },
        flows: { name: { any_: ['orders-sync', 'data-quality', 'quality-checks'] } },
      })
      await about(page, n)
      const flows = await rows(page).locator('td:nth-child(4)').allInnerTexts()
      expect(flows.every((text) => /orders-sync|data-quality|quality-checks/.test(text))).toBe(true)
      expect(problems).toEqual([])
      await close()
    })

    it('is undone by Back, done by Forward, kept by a reload, and the same for whoever gets the address', async () => {
      const { page, close } = await open()
      await type(page, 'flow:"orders-sync"')
      await page.waitForURL(/flow=/)
      await type(page, 'state:completed')
      await page.waitForURL(/state=completed/)
      const n = await total(page)
      await page.goBack()
      await page.waitForURL((url) => !url.search.includes('state'))
      expect(await chips(page)).toEqual(['flow\norders-sync'])
      await page.goForward()
      await page.waitForURL(/state=completed/)
      await page.reload()
      await rows(page).first().waitFor()
      expect(await chips(page)).toEqual(['state\ncompleted', 'flow\norders-sync'])
      const other = await open(new URL(page.url()).search.slice(1))
      await rows(other.page).first().waitFor()
      expect(await chips(other.page)).toEqual(await chips(page))
      expect(Math.abs((await total(other.page)) - n)).toBeLessThanOrEqual(1)
      await other.close()
      await close()
    })

    it('is worked by the keyboard alone: completion, chips, taking the last one off', async () => {
      const { page, close } = await open()
      await rows(page).first().waitFor()
      await page.keyboard.press('/')
      expect(await box(page).getAttribute('aria-expanded')).toBe('true')
      await page.keyboard.type('sta')
      await page.keyboard.press('ArrowDown')
      const active = async (): Promise<string> => {
        const id = await box(page).getAttribute('aria-activedescendant')
        return (await page.locator(`[id="${id}"]`).textContent()) ?? ''
      }
      expect(await active()).toContain('state:')
      await page.keyboard.press('Enter')
      await page.keyboard.type('fai')
      await page.keyboard.press('ArrowDown')
      expect(await active()).toMatch(/state:failed\s*Failed · \d/)
      await page.keyboard.press('Enter')
      await page.waitForURL(/state=failed/)
      await page.keyboard.type('tag:ord')
      await page.keyboard.press('ArrowDown')
      expect(await chips(page)).toEqual(['state\nfailed'])
      await page.keyboard.press('Escape')
      expect(await box(page).getAttribute('aria-expanded')).toBe('false')
      expect(await box(page).inputValue()).toBe('tag:ord')
      await page.keyboard.press('Enter')
      await page.waitForURL(/tag=ord/)
      await page.keyboard.press('Backspace')
      await page.waitForURL((url) => !url.search.includes('tag'))
      await page.keyboard.press('Backspace')
      await page.waitForURL((url) => !url.search.includes('state'))
      expect(await chips(page)).toEqual([])
      await page.keyboard.press('Escape')
      await page.keyboard.press('Escape')
      expect(await page.evaluate('document.activeElement === document.body')).toBe(true)
      await close()
    })

    it.each([
      ['state:la', 'state:late'],
      ['flow:hour', 'flow:"hourly-ingest"'],
      ['tag:eu', 'tag:eu-west'],
      ['run:quiet', 'run:"quiet-heron"'],
      ['by:mir', 'by:mira'],
      ['parent:quiet', 'parent:quiet-heron'],
      ['newer:6', 'newer:6h'],
      ['duration:>1', 'duration:>1m'],
      ['after:2', 'after:20'],
      ['state:failed|cr', 'state:failed|crashed'],
      ['dur', 'duration:'],
    ])('completes %s to %s', async (typed, wanted) => {
      const { page, close } = await open()
      await rows(page).first().waitFor()
      await box(page).fill(typed)
      const option = page.getByRole('option').filter({ hasText: wanted }).first()
      await option.waitFor()
      await close()
    })

    it('says of each word that makes no sense what is wrong, and loses nothing', async () => {
      const { page, close } = await open()
      await type(page, 'state:sad flow:orders newer:soon')
      const alert = page.getByRole('alert')
      expect(await alert.textContent()).toContain('“state:sad”: there is no state “sad”')
      expect(await alert.textContent()).toContain(
        '“newer:soon”: “soon” is no length of time. Write 30m, 2h or 7d.',
      )
      expect(await box(page).inputValue()).toBe('state:sad newer:soon')
      expect(await box(page).getAttribute('aria-invalid')).toBe('true')
      expect(await chips(page)).toEqual(['flow has\norders'])
      expect(await inBothThemes(page)).toEqual([])
      await close()
    })

    it('a time of its own takes the place of the shared range', async () => {
      const { page, close } = await open()
      await rows(page).first().waitFor()
      await type(page, 'newer:3h')
      await page.waitForURL(/newer=3h/)
      const n = await counted({
        flow_runs: {
          expected_start_time: {
            after_: new Date(Date.now() - 3 * 3600_000).toISOString(),
            before_: new Date().toISOString(),
          },
        },
      })
      await about(page, n)
      await page.getByRole('button', { name: /Last 24 hours/ }).waitFor({ state: 'detached' })
      await close()
    })
  })

  describe('the chart', () => {
    it('has three forms, each also as a table', async () => {
      const { page, problems, close } = await open()
      await page.getByRole('img', { name: /Start against duration of \d+ runs/ }).waitFor()
      await page
        .getByRole('radio', { name: 'Runs over time' })
        .or(page.getByRole('button', { name: 'Runs over time' }))
        .first()
        .click()
      await page.getByRole('img', { name: 'Runs over time by state' }).waitFor()
      await page
        .getByRole('radio', { name: 'Runs at once' })
        .or(page.getByRole('button', { name: 'Runs at once' }))
        .first()
        .click()
      await page.waitForURL(/chart=concurrency/)
      const label = await page
        .getByRole('img', { name: /^How many runs ran at once: at most \d+/ })
        .getAttribute('aria-label')
      const most = Number(/\d+/.exec(label ?? '')?.[0])
      expect(most).toBeGreaterThanOrEqual(2)
      await page.getByRole('button', { name: 'Chart as a table' }).click()
      const table = page.getByRole('region', { name: 'Runs at once' })
      const cells = await table.locator('td:nth-child(2)').allInnerTexts()
      expect(Math.max(...cells.map(Number))).toBe(most)
      await page.reload()
      await table.waitFor()
      expect(await inBothThemes(page)).toEqual([])
      expect(problems).toEqual([])
      await close()
    })

    it('does not say that there are none while it is loading', async () => {
      let answer = () => {}
      const held = new Promise<void>((resolve) => {
        answer = resolve
      })
      const { page, close } = await open('chart=concurrency', {}, (page) =>
        page.route('**/ui/flow_runs/concurrency', async (route) => {
          await held
          await route.continue()
        }),
      )
      await page.getByText('Loading the chart').waitFor({ state: 'attached' })
      const chart = page.getByRole('img', { name: /^How many runs ran at once/ })
      expect(await chart.count()).toBe(0)
      answer()
      await chart.waitFor()
      await close()
    })

    it('is narrowed by dragging, and Back takes it back', async () => {
      const { page, close } = await open()
      const plot = page.getByRole('slider', { name: /^Time of the chart/ })
      const area = (await plot.boundingBox())!
      await rows(page).first().waitFor()
      await page.mouse.move(area.x + area.width * 0.25, area.y + 40)
      await page.mouse.down()
      await page.mouse.move(area.x + area.width * 0.5, area.y + 40, { steps: 4 })
      await page.mouse.up()
      await page.waitForURL(/from=.*to=/)
      const { from = '', to = '' } = searchOf(page)
      expect((Date.parse(to) - Date.parse(from)) / 3_600_000).toBeCloseTo(6, 0)
      const n = await counted({ flow_runs: { expected_start_time: { after_: from, before_: to } } })
      await settled(page, n)
      await page.goBack()
      await page.waitForURL((url) => !url.search.includes('from'))
      await close()
    })

    it('is narrowed by the keyboard', async () => {
      const { page, close } = await open()
      const slider = page.getByRole('slider', { name: /^Time of the chart/ })
      await slider.waitFor()
      await rows(page).first().waitFor()
      await slider.focus()
      for (let n = 0; n < 3; n++) await page.keyboard.press('PageUp')
      await page.keyboard.down('Shift')
      for (let n = 0; n < 4; n++) await page.keyboard.press('ArrowLeft')
      await page.keyboard.up('Shift')
      expect(await slider.getAttribute('aria-valuetext')).toMatch(/ to .*Enter shows only this/)
      await page.keyboard.press('Enter')
      await page.waitForURL(/from=.*to=/)
      const { from = '', to = '' } = searchOf(page)
      expect(Math.round((Date.parse(to) - Date.parse(from)) / 60_000)).toBe(60)
      await close()
    })
  })

  describe('the table', () => {
    it('has the columns that were chosen in this browser, and sorts in the address', async () => {
      const { page, close } = await open()
      await rows(page).first().waitFor()
      await page.getByRole('button', { name: 'Columns' }).click()
      await page.getByRole('menuitemcheckbox', { name: 'Tags' }).click()
      await page.getByRole('menuitemcheckbox', { name: 'Pool' }).click()
      await page.keyboard.press('Escape')
      const heads = () => page.getByRole('columnheader').allInnerTexts()
      expect(await heads()).toContain('Tags')
      expect(await heads()).not.toContain('Pool')
      await page.getByRole('columnheader', { name: 'Run', exact: true }).getByRole('button').click()
      await page.waitForURL(/sort=NAME_/)
      await page.reload()
      await rows(page).first().waitFor()
      expect(await heads()).toContain('Tags')
      const names = await rows(page).locator('td:nth-child(3)').allInnerTexts()
      const sorted = [...names].sort((a, b) => (a < b ? 1 : -1))
      expect(names).toEqual(sorted)
      expect(
        await page.getByRole('columnheader', { name: 'Run', exact: true }).getAttribute('aria-sort'),
      ).toBe('descending')
      await close()
    })

    it('has the height that the person prefers', async () => {
      const height = async (page: Page) => (await rows(page).nth(3).boundingBox())!.height
      const dense = await open()
      await rows(dense.page).first().waitFor()
      expect(await height(dense.page)).toBe(32)
      await dense.close()
      const roomy = await open('', {}, (page) =>
        page.addInitScript("localStorage.setItem('orrery.density', 'roomy')"),
      )
      await rows(roomy.page).first().waitFor()
      await roomy.page.locator('html[data-density=roomy]').waitFor()
      expect(await height(roomy.page)).toBe(40)
      // What is left out above the window is as high as what would be there.
      await roomy.page.mouse.wheel(0, 3000)
      await roomy.page.waitForTimeout(300)
      const places = await rows(roomy.page).evaluateAll((all) =>
        all.map((row) => row.getBoundingClientRect().top),
      )
      expect(places.every((top, i) => i === 0 || Math.round(top - places[i - 1]!) === 40)).toBe(true)
      await roomy.close()
    })

    it('is walked by j and k, selected by x, summed up by o, opened by Enter', async () => {
      const { page, problems, close } = await open()
      await rows(page).nth(5).waitFor()
      const names = await rows(page).locator('td:nth-child(3)').allInnerTexts()
      for (const key of ['j', 'j', 'j', 'k']) await page.keyboard.press(key)
      expect(await page.evaluate('document.activeElement.textContent')).toBe(names[1])
      await page.keyboard.press('x')
      await page.getByText('1 selected').waitFor()
      await page.keyboard.press('j')
      await page.keyboard.press('j')
      await page.keyboard.press('Shift+X')
      await page.getByText('3 selected').waitFor()
      await page.keyboard.press('o')
      const peek = page.getByRole('complementary', { name: 'Summary of the run' })
      await peek.getByRole('heading', { name: names[3]! }).waitFor()
      await page.waitForURL(/peek=/)
      await page.keyboard.press('k')
      await peek.getByRole('heading', { name: names[2]! }).waitFor()
      expect(await inBothThemes(page)).toEqual([])
      await page.reload()
      await peek.getByRole('heading', { name: names[2]! }).waitFor()
      await page.keyboard.press('Escape')
      await peek.waitFor({ state: 'detached' })
      await page.keyboard.press('j')
      const first = await page.evaluate<string>('document.activeElement.textContent')
      await page.keyboard.press('Enter')
      await page.waitForURL(/flow-run\//)
      await page.getByRole('heading', { level: 1, name: first }).waitFor()
      expect(problems).toEqual([])
      await close()
    })

    it('is selected by a click with Shift, by page, and by everything that matches', async () => {
      const { page, close } = await open('flow=%3Dorders-sync&range=3d')
      await rows(page).nth(8).waitFor()
      const tick = (n: number): Locator => rows(page).nth(n).getByRole('checkbox')
      await tick(1).click()
      await tick(5).click({ modifiers: ['Shift'] })
      await page.getByText('5 selected').waitFor()
      const n = await total(page)
      expect(n).toBeGreaterThan(100)
      await page.getByRole('checkbox', { name: 'Select all that are loaded' }).click()
      await page.getByText('100 selected').waitFor()
      await page.getByRole('button', { name: `Select all ${n}` }).click()
      await page.getByText(`${n} selected`).waitFor()
      await page.keyboard.press('Escape')
      await page.getByText(`${n} selected`).waitFor({ state: 'detached' })
      await close()
    })

    it.each(['CSV', 'JSON'])('is exported whole as %s', async (format) => {
      const { page, close } = await open('flow=%3Dorders-sync&range=3d')
      await rows(page).first().waitFor()
      const n = await total(page)
      await page.getByRole('button', { name: 'More about this list' }).click()
      const download = page.waitForEvent('download')
      await page.getByRole('menuitem', { name: `Export all that match as ${format}` }).click()
      const file = await download
      expect(file.suggestedFilename()).toMatch(new RegExp(`^flow-runs-.*\\.${format.toLowerCase()}$`))
      const text = readFileSync(await file.path(), 'utf8')
      if (format === 'CSV') {
        const lines = text.trimEnd().split('\r\n')
        expect(lines[0]).toMatch(/^id,name,state_type,/)
        expect(lines.length - 1).toBe(n)
        expect(lines[1]).toContain('orders-sync')
      } else {
        const list = JSON.parse(text) as { id: string; flow_name: string }[]
        expect(new Set(list.map((run) => run.id)).size).toBe(n)
        expect(list[0]?.flow_name).toBe('orders-sync')
      }
      await close()
    })

    it('an export can be stopped', async () => {
      const { page, close } = await open('range=3d', {}, (fresh) =>
        fresh.route('**/flow_runs/paginate', async (route) => {
          if (route.request().postDataJSON().limit === 200)
            await new Promise((done) => setTimeout(done, 1_500))
          await route.continue().catch(() => {})
        }),
      )
      await rows(page).first().waitFor()
      await page.getByRole('button', { name: 'More about this list' }).click()
      await page.getByRole('menuitem', { name: 'Export all that match as CSV' }).click()
      await page.getByRole('button', { name: 'Stop' }).click()
      await page.getByText('Export stopped').waitFor()
      await close()
    })
  })

  describe('work on many runs', () => {
    it('c cancels the selected ones, and the server has it', async () => {
      const ids = [await makeRun('cancel-one', 'RUNNING'), await makeRun('cancel-two', 'RUNNING')]
      const { page, problems, close } = await open('name=cancel-')
      await settled(page, 2)
      await page.keyboard.press('j')
      await page.keyboard.press('x')
      await page.keyboard.press('j')
      await page.keyboard.press('x')
      await page.keyboard.press('c')
      const dialog = page.getByRole('dialog', { name: 'Cancel 2 runs?' })
      await dialog.getByRole('button', { name: 'Cancel 2 runs' }).click()
      await page.getByText('2 runs will be cancelled').waitFor()
      for (const id of ids)
        expect((await scene.api<Run>('GET', `/flow_runs/${id}`)).state_type).toMatch(/^CANCELL/)
      expect(problems).toEqual([])
      await close()
    })

    it('r says why a run without a deployment is not retried', async () => {
      await makeRun('retry-me', 'FAILED')
      const { page, close } = await open('name=retry-me')
      await settled(page, 1)
      await page.keyboard.press('j')
      await page.keyboard.press('r')
      await page.getByText('Nothing to retry').waitFor()
      await page.getByText('It was started by a script, not by a deployment: run the script again.').waitFor()
      await page.keyboard.press('x')
      const retry = page.getByRole('toolbar').getByRole('button', { name: 'Retry' })
      expect(await retry.isDisabled()).toBe(true)
      await close()
    })

    it('names each run that was refused and why', async () => {
      const [a, b] = [await makeRun('refused-a', 'RUNNING'), await makeRun('refused-b', 'RUNNING')]
      const { page, close } = await open('name=refused-', {}, (fresh) =>
        fresh.route(`**/flow_runs/${a}/set_state`, (route) =>
          route.fulfill({
            json: { status: 'ABORT', details: { reason: 'This run has just ended.' }, state: null },
          }),
        ),
      )
      await settled(page, 2)
      await page.getByRole('checkbox', { name: 'Select all that are loaded' }).click()
      await page.getByRole('toolbar').getByRole('button', { name: 'Cancel 2' }).click()
      await page.getByRole('dialog').getByRole('button', { name: 'Cancel 2 runs' }).click()
      const report = page.getByRole('dialog', { name: '1 run not cancelled' })
      await report.waitFor()
      expect(await report.getByRole('listitem').allInnerTexts()).toEqual([
        'refused-a\nThis run has just ended.',
      ])
      expect((await scene.api<Run>('GET', `/flow_runs/${b}`)).state_type).toMatch(/^CANCELL/)
      expect(await inBothThemes(page)).toEqual([])
      await report.getByRole('button', { name: 'Close' }).click()
      await close()
    })

    it('deletes, with a count and a way to stop', async () => {
      const made: string[] = []
      for (let n = 0; n < 60; n++) made.push(await makeRun(`delete-${n}`, 'PENDING'))
      let first = true
      const { page, close } = await open('name=delete-', {}, (fresh) =>
        fresh.route('**/flow_runs/bulk_delete', async (route) => {
          if (first) await new Promise((done) => setTimeout(done, 2_000))
          first = false
          await route.continue()
        }),
      )
      await settled(page, 60)
      await page.getByRole('checkbox', { name: 'Select all that are loaded' }).click()
      const remove = async () => {
        await page
          .getByRole('toolbar')
          .getByRole('button', { name: /^Delete/ })
          .click()
        await page
          .getByRole('dialog')
          .getByRole('button', { name: /^Delete/ })
          .click()
      }
      await remove()
      await page.getByText('Deleting 0 of 60 runs').waitFor()
      await page.getByRole('button', { name: 'Stop' }).click()
      await page.getByText('Stopped: 50 runs are deleted').waitFor()
      await page.getByText('10 runs left as they were.').waitFor()
      await settled(page, 10)
      await page.keyboard.press('Escape')
      await page.getByRole('checkbox', { name: 'Select all that are loaded' }).click()
      await remove()
      await page.getByText('10 runs are deleted').waitFor()
      await page.getByText('Nothing matches').waitFor()
      expect(await counted({ flow_runs: { id: { any_: made } } })).toBe(0)
      await close()
    })
  })

  describe('live', () => {
    it('what is new waits behind a line, and nothing moves under the pointer until it is asked for', async () => {
      const { page, close } = await open()
      await rows(page).nth(3).waitFor()
      await page.getByText('Live', { exact: true }).waitFor()
      const place = (await rows(page).nth(2).boundingBox())!
      const name = await rows(page).nth(2).locator('td:nth-child(3)').textContent()
      await makeRun('arrives-now', 'RUNNING')
      const more = page.getByRole('button', { name: /^\d+ new runs?$/ })
      await more.waitFor()
      expect(await rows(page).nth(2).boundingBox()).toEqual(place)
      expect(await rows(page).nth(2).locator('td:nth-child(3)').textContent()).toBe(name)
      await more.click()
      await page.getByRole('link', { name: 'arrives-now' }).waitFor()
      await close()
    })

    it('a run on the screen takes its new state in its place', async () => {
      const id = await makeRun('changes-now', 'RUNNING')
      const { page, close } = await open('name=changes-now')
      await page.getByText('Live', { exact: true }).waitFor()
      await rows(page).filter({ hasText: 'Running' }).waitFor()
      await scene.api('POST', `/flow_runs/${id}/set_state`, { state: { type: 'COMPLETED' } })
      await rows(page).filter({ hasText: 'Completed' }).waitFor()
      await close()
    })
  })

  describe('saved views', () => {
    it('are saved on the server, pinned with a live count, opened, shared, renamed and removed', async () => {
      const { page, problems, close } = await open('state=failed|crashed&range=3d')
      await rows(page).first().waitFor()
      await page.getByRole('button', { name: 'Views' }).click()
      await page.getByRole('menuitem', { name: 'Save this view…' }).click()
      const dialog = page.getByRole('dialog', { name: 'Save this view' })
      await dialog.getByLabel('Name').fill('Bad news')
      expect(await inBothThemes(page)).toEqual([])
      await dialog.getByRole('button', { name: 'Save view' }).click()
      await dialog.waitFor({ state: 'detached' })
      const pinned = page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: /Bad news/ })
      const n = await total(page)
      await pinned
        .filter({ hasText: `Bad news${n}` })
        .or(pinned.filter({ hasText: String(n) }))
        .first()
        .waitFor()
      await page.goto(`${scene.path}/dashboard`)
      await pinned.waitFor()
      await makeRun('one-more-failure', 'FAILED')
      await pinned.filter({ hasText: String(n + 1) }).waitFor({ timeout: 15_000 })
      await pinned.click()
      await page.waitForURL((url) => url.pathname.endsWith('/runs'))
      expect(searchOf(page)).toEqual({ state: 'failed|crashed', range: '3d' })

      // In another browser of the same person.
      const other = await open()
      await other.page.getByRole('button', { name: 'Views' }).click()
      await other.page.getByRole('menuitem', { name: 'Bad news' }).click()
      await other.page.waitForURL(/state=failed/)
      await other.close()

      await page.getByRole('button', { name: 'Bad news' }).click()
      await page.getByRole('menuitem', { name: 'Pin, share, rename, remove…' }).click()
      const manage = page.getByRole('dialog', { name: 'Saved views' })
      await manage.getByRole('checkbox', { name: 'Bad news shared' }).click()
      await manage.getByRole('button', { name: 'Rename Bad news' }).click()
      await page.keyboard.press('Control+A')
      await page.keyboard.type('What broke')
      await page.keyboard.press('Enter')
      await manage.getByText('What broke').waitFor()
      const [view] = await scene.api<{ name: string; shared: boolean; pinned: boolean }[]>(
        'POST',
        '/saved_searches/filter',
        {},
      )
      expect(view).toMatchObject({ name: 'What broke', shared: true, pinned: true })
      expect(await inBothThemes(page)).toEqual([])
      await manage.getByRole('button', { name: 'Remove What broke' }).click()
      await manage.getByText('There are none.').waitFor()
      expect(await scene.api('POST', '/saved_searches/filter', {})).toEqual([])
      expect(problems).toEqual([])
      await close()
    })

    it('that a browser had kept are moved to the server, once', async () => {
      const workspace = scene.path.split('/').at(-1)
      const kept = JSON.stringify([{ name: 'From before', search: { state: 'late' } }])
      const { page, close } = await open('', {}, (fresh) =>
        fresh.addInitScript(
          `if (!sessionStorage.moved) localStorage.setItem('orrery.views.${workspace}', ${JSON.stringify(kept)}); sessionStorage.moved = 1`,
        ),
      )
      await page.getByText('1 view moved from this browser to the server').waitFor()
      await page.reload()
      await rows(page).first().waitFor()
      expect(await page.evaluate(`localStorage.getItem('orrery.views.${workspace}')`)).toBeNull()
      const views = await scene.api<{ name: string; shared: boolean }[]>('POST', '/saved_searches/filter', {})
      expect(views.map(({ name, shared }) => [name, shared])).toEqual([['From before', false]])
      await close()
    })
  })

  describe('when there is nothing to show', () => {
    it('what matches nothing can be cleared', async () => {
      const { page, close } = await open('flow=no-such-flow&tag=nope')
      await page.getByText('Nothing matches').waitFor()
      expect(await inBothThemes(page)).toEqual([])
      await page.getByRole('button', { name: 'Clear 2 filters' }).click()
      await rows(page).first().waitFor()
      await close()
    })

    it('a time without runs says how to make one', async () => {
      const { page, close } = await open('from=2020-01-01T00:00:00.000Z&to=2020-01-02T00:00:00.000Z')
      await page.getByText(/^No runs in/).waitFor()
      await page.getByText('python my_flow.py').waitFor()
      await page.getByRole('button', { name: 'Look at the last 30 days' }).click()
      await rows(page).first().waitFor()
      await close()
    })

    it('a role that may not look says what it takes and whom to ask', async () => {
      const { page, close } = await open('', {}, (fresh) =>
        fresh.route('**/flow_runs/paginate', (route) =>
          route.fulfill({
            status: 403,
            json: { detail: 'The role lacks see_flows', code: 'permission_missing' },
          }),
        ),
      )
      await page.getByText(/Ask an owner of the workspace for a role with see_flows/).waitFor()
      expect(await inBothThemes(page)).toEqual([])
      await close()
    })

    it('an error has the request’s id and another try', async () => {
      let broken = true
      const { page, close } = await open('', {}, (fresh) =>
        fresh.route('**/flow_runs/paginate', (route) =>
          broken
            ? route.fulfill({
                status: 500,
                headers: { 'x-request-id': '0193aaaa-1111' },
                json: { exception_message: 'Internal Server Error' },
              })
            : route.continue(),
        ),
      )
      await page.getByText('The flow runs could not be loaded').waitFor({ timeout: 30_000 })
      await page.getByText('request 0193aaaa-1111').waitFor()
      broken = false
      await page.getByRole('button', { name: 'Try again' }).click()
      await rows(page).first().waitFor()
      await close()
    })

    it('nothing jumps while it loads', async () => {
      const held: (() => void)[] = []
      const { page, close } = await open('', {}, (fresh) =>
        fresh.route('**/flow_runs/**', async (route) => {
          await new Promise<void>((go) => held.push(go))
          await route.continue().catch(() => {})
        }),
      )
      await page.locator('tbody tr').nth(5).waitFor()
      const places = () =>
        page.evaluate<number[]>(
          `['thead tr', 'tbody tr:nth-child(5)', '[data-filter]'].map((at) => Math.round(document.querySelector(at).getBoundingClientRect().top))`,
        )
      await page.getByRole('slider', { name: /^Time of the chart/ }).waitFor()
      const before = await places()
      for (const go of held.splice(0)) go()
      await page.unroute('**/flow_runs/**')
      for (const go of held.splice(0)) go()
      await rows(page).nth(5).waitFor()
      expect(await places()).toEqual(before)
      await close()
    })
  })

  describe('task runs', () => {
    it('are filtered, sorted, summed up and deleted like flow runs', async () => {
      const { page, problems, close } = await open('tab=task-runs')
      await rows(page).first().waitFor()
      await type(page, 'parse')
      await page.waitForURL(/task=parse/)
      await rows(page).filter({ hasText: 'parse' }).first().waitFor()
      await page.getByRole('columnheader', { name: 'Took' }).getByRole('button').click()
      await page.waitForURL(/sort=DURATION_DESC/)
      await page.keyboard.press('j')
      await page.keyboard.press('o')
      await page.getByRole('complementary', { name: 'Summary of the run' }).getByText('Belongs to').waitFor()
      await page.keyboard.press('Escape')
      await page.locator('table[aria-busy=false]').waitFor()
      const n = await total(page)
      await page.keyboard.press('x')
      await page.getByRole('toolbar').getByRole('button', { name: 'Delete 1' }).click()
      await page
        .getByRole('dialog')
        .getByRole('button', { name: /^Delete/ })
        .click()
      await page.getByText('1 run is deleted').waitFor()
      await settled(page, n - 1)
      expect(await inBothThemes(page)).toEqual([])
      expect(problems).toEqual([])
      await close()
    })
  })

  it.each([360, 2560])('nothing is wider than a screen of %i pixels', async (width) => {
    const { page, close } = await open('', { viewport: { width, height: 900 } })
    await page.getByText('quiet-heron').first().waitFor()
    for (const search of [
      '',
      'tab=task-runs',
      'state=failed|crashed&chart=columns&flow=orders',
      'flow=nothing',
    ]) {
      await page.goto(`${scene.path}/runs?${search}`)
      await page.getByRole('heading', { level: 1 }).waitFor()
      await page.waitForLoadState('networkidle')
      const over = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')
      expect(`${search} ${Math.max(0, over)}`).toBe(`${search} 0`)
    }
    expect(await inBothThemes(page)).toEqual([])
    await close()
  })

  it('the page has no violation in either theme, and asks for little', async () => {
    const asked: string[] = []
    const { page, problems, close } = await open('', {}, async (fresh) => {
      fresh.on('request', (request) => {
        const { pathname } = new URL(request.url())
        if (pathname.startsWith('/api/accounts/')) asked.push(pathname.split('/').slice(6).join('/'))
      })
    })
    await rows(page).first().waitFor()
    await page.waitForLoadState('networkidle')
    expect(await inBothThemes(page)).toEqual([])
    const counts = Object.fromEntries(
      asked.map((each) => [each, asked.filter((other) => other === each).length]),
    )
    expect(counts).toMatchObject({
      'flow_runs/paginate': 1,
      'flow_runs/history': 1,
      'ui/flow_runs/history': 1,
      'saved_searches/filter': 1,
      'flows/filter': 1,
    })
    expect(problems).toEqual([])
    await close()
  })
})
