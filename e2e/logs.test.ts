// A log of 100,000 lines in a real browser: open, scroll, search; and a short one with everything that can be done to it.
import { startServer, type TestServer } from '@orrery/testing'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { axe, hasBrowser, launchBrowser, newVisitor } from './browser.ts'

const LINES = 100_000
const BATCH = 2_500
/** 23:59:30 UTC, so that the lines go over midnight. */
const START = Date.UTC(2026, 2, 14, 23, 59, 30)

describe.runIf(hasBrowser)('logs in the browser', () => {
  let server: TestServer
  let browser: Browser
  let long: string
  let short: string
  const tasks: string[] = []

  const api = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const response = await fetch(`${server.url}/api${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
    const text = await response.text()
    return (text ? JSON.parse(text) : undefined) as T
  }
  const startRun = async (flow: string, name: string): Promise<string> => {
    const { id } = await api<{ id: string }>('POST', '/flow_runs/', {
      flow_id: flow,
      name,
      state: { type: 'RUNNING' },
    })
    return id
  }
  const line = (i: number) => ({
    name: 'prefect',
    level: i % 1_000 === 999 ? 40 : i % 100 === 50 ? 30 : 20,
    message:
      i % 10_000 === 7_777
        ? `line ${i}: a needle, size=${i % 7}`
        : `line ${i}: read partition ${i % 512} of orders in ${i % 90} ms, nothing to complain about`,
    // Several lines share each instant.
    timestamp: new Date(START + Math.floor(i / 3)).toISOString(),
    flow_run_id: long,
    task_run_id: i % 2 ? tasks[i % 3] : null,
  })

  beforeAll(async () => {
    server = await startServer({ flags: { local: true } })
    browser = await launchBrowser()
    const { id: flow } = await api<{ id: string }>('POST', '/flows/', { name: 'wordy' })
    long = await startRun(flow, 'long-winded')
    short = await startRun(flow, 'terse')
    for (const name of ['extract', 'clean', 'load']) {
      const { id } = await api<{ id: string }>('POST', '/task_runs/', {
        flow_run_id: long,
        name,
        task_key: name,
        dynamic_key: '0',
        state: { type: 'RUNNING' },
      })
      tasks.push(id)
    }
    for (let at = 0; at < LINES; at += BATCH)
      await api(
        'POST',
        '/logs/',
        Array.from({ length: BATCH }, (_, i) => line(at + i)),
      )
    const words = [
      [20, 'plain words'],
      [30, '\u001b[33myellow\u001b[0m words'],
      [10, 'quiet words'],
      [40, 'loud words: <b>no markup</b>'],
    ] as const
    await api(
      'POST',
      '/logs/',
      words.map(([level, message], i) => ({
        name: 'prefect',
        level,
        message,
        timestamp: new Date(Date.now() + i).toISOString(),
        flow_run_id: short,
      })),
    )
    for (const id of [long, short])
      await api('POST', `/flow_runs/${id}/set_state`, { state: { type: 'COMPLETED' } })
  }, 120_000)
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
  })

  const log = (page: Page) => page.getByRole('log')
  const whole = (page: Page) => log(page).and(page.locator(`[data-lines="${LINES}"]`))

  it('the pages of 100,000 lines lose none and double none', async () => {
    interface Answer {
      lines: { message: string }[]
      next: string | null
    }
    let next: string | null = ''
    let read = 0
    while (next !== null) {
      const after: string = next ? `&after=${encodeURIComponent(next)}` : ''
      const answer: Answer = await api<Answer>('GET', `/ui/logs?flow_run_id=${long}${after}`)
      for (const { message } of answer.lines) {
        if (!message.startsWith(`line ${read}:`)) expect(message).toBe(`line ${read}: …`)
        read++
      }
      next = answer.next
    }
    expect(read).toBe(LINES)
  })

  it('100,000 lines are opened, scrolled and searched with few rows, little script and little memory', async () => {
    const { page, problems, context } = await newVisitor(browser, server.url)
    const requests: string[] = []
    page.on('request', (request) => {
      if (request.url().includes('/ui/logs')) requests.push(request.url())
    })
    const opened = Date.now()
    await page.goto(`/runs/flow-run/${long}?sel=none`)
    await page.getByText('line 0:').waitFor()
    const first = Date.now() - opened
    await whole(page).waitFor({ timeout: 60_000 })
    const all = Date.now() - opened
    expect(requests.length).toBeLessThanOrEqual(22)
    const rows = () => page.locator('[role=log] [data-index]').count()
    expect(await rows()).toBeLessThan(120)

    const cdp = await context.newCDPSession(page)
    await cdp.send('Performance.enable')
    const metric = async (name: string): Promise<number> => {
      const { metrics } = await cdp.send('Performance.getMetrics')
      return metrics.find((each) => each.name === name)?.value ?? Number.NaN
    }
    // Down through the lines, two notches of the wheel a frame.
    const FRAMES = 120
    const script = await metric('ScriptDuration')
    const frames = await page.evaluate<number>(`new Promise((resolve) => {
      const element = document.querySelector('[role=log]')
      let n = 0
      const step = () => {
        element.scrollTop += 240
        requestAnimationFrame(++n < ${FRAMES} ? step : () => resolve(n))
      }
      requestAnimationFrame(step)
    })`)
    const perFrame = (((await metric('ScriptDuration')) - script) * 1000) / frames
    expect(await rows()).toBeLessThan(120)
    await log(page).focus()
    await page.keyboard.press('End')
    await page.getByText(`line ${LINES - 1}:`).waitFor()

    await page.getByRole('button', { name: 'Search in the logs' }).click()
    const typed = Date.now()
    await page.getByRole('textbox', { name: 'Search in the logs' }).fill('needle')
    await page.getByText('1 / 10', { exact: true }).waitFor()
    const searched = Date.now() - typed
    await page.getByText('line 7777: a').waitFor()
    await page.keyboard.press('Enter')
    await page.getByText('line 17777: a').waitFor()
    await page.keyboard.press('Shift+Enter')
    await page.keyboard.press('Shift+Enter')
    await page.getByText('10 / 10', { exact: true }).waitFor()
    await page.getByText('line 97777: a').waitFor()
    expect(await rows()).toBeLessThan(120)

    await cdp.send('HeapProfiler.collectGarbage')
    const heap = (await metric('JSHeapUsedSize')) / 2 ** 20
    console.log(
      `100,000 lines: the first after ${first} ms, all after ${all} ms in ${requests.length} requests; ` +
        `${perFrame.toFixed(2)} ms of script a scrolled frame, ${await rows()} rows in the page, ` +
        `searched in ${searched} ms, ${heap.toFixed(0)} MB of heap`,
    )
    // 13 ms when the places of all lines are computed anew at each frame.
    expect(perFrame).toBeLessThan(10)
    expect(searched).toBeLessThan(3_000)
    expect(heap).toBeLessThan(200)
    expect(problems).toEqual([])
    await context.close()
  }, 120_000)

  it('a link to a line among 100,000 scrolls to it and marks it', async () => {
    const { page, problems, context } = await newVisitor(browser, server.url, {
      permissions: ['clipboard-read', 'clipboard-write'],
    })
    await page.goto(`/runs/flow-run/${long}?sel=none&q=line+87777`)
    await page.getByText('1 / 1', { exact: true }).waitFor({ timeout: 60_000 })
    const row = page.locator('.log-line', { hasText: 'line 87777:' })
    await row.hover()
    await row.getByRole('link', { name: /^Copy the link to the line/ }).click()
    await page.getByText('Link to the line copied').waitFor()
    const link = await page.evaluate<string>('navigator.clipboard.readText()')
    expect(new URL(link).searchParams.get('line')).toBe(new URL(page.url()).searchParams.get('line'))

    const reader = await context.newPage()
    await reader.goto(link.replace(/&?q=[^&]*/, ''))
    const marked = reader.locator('.log-line.here')
    await marked.getByText('line 87777:').waitFor({ timeout: 60_000 })
    expect(await marked.isVisible()).toBe(true)
    expect(problems).toEqual([])
    await context.close()
  }, 120_000)

  it('lines are chosen by level, by task and by pattern, and the address knows it', async () => {
    const { page, problems, context } = await newVisitor(browser, server.url)
    await page.goto(`/runs/flow-run/${long}?sel=none`)
    await whole(page).waitFor({ timeout: 60_000 })
    await page.getByRole('button', { name: 'Everything' }).click()
    await page.getByRole('menuitem', { name: 'Error and above' }).click()
    await log(page).and(page.locator('[data-lines="100"]')).waitFor()
    await page.reload()
    await log(page).and(page.locator('[data-lines="100"]')).waitFor({ timeout: 60_000 })
    await page.getByRole('button', { name: 'Error and above' }).click()
    await page.getByRole('menuitem', { name: 'Everything' }).click()

    await page.getByRole('button', { name: 'All tasks' }).click()
    const extract = page.getByRole('menuitem', { name: /^extract/ })
    const own = Number((await extract.textContent())?.replace(/\D/g, ''))
    await extract.click()
    await log(page)
      .and(page.locator(`[data-lines="${own}"]`))
      .waitFor()
    expect(new URL(page.url()).searchParams.get('sel')).toBe(tasks[0])
    await page.getByRole('button', { name: 'Show the lines of all tasks' }).click()
    await whole(page).waitFor()

    await log(page).focus()
    await page.keyboard.press('Control+f')
    await page.getByRole('button', { name: /^Search by a pattern/ }).click()
    await page.getByRole('textbox', { name: 'Search in the logs' }).fill('size=[12]$')
    const matching = Array.from({ length: 10 }, (_, i) => (i * 10_000 + 7_777) % 7).filter(
      (size) => size === 1 || size === 2,
    ).length
    await page.getByText(`1 / ${matching}`, { exact: true }).waitFor()
    await page.getByRole('textbox', { name: 'Search in the logs' }).fill('size=[')
    await page.getByText('no pattern').waitFor()
    expect(new URL(page.url()).searchParams.get('re')).toBe('1')
    expect(problems).toEqual([])
    await context.close()
  }, 120_000)

  it('time is shown of the day or since the start; colours are colours, markup is text; lines are copied', async () => {
    const { page, problems, context } = await newVisitor(browser, server.url, {
      permissions: ['clipboard-read', 'clipboard-write'],
    })
    await page.goto(`/runs/flow-run/${short}`)
    await page.getByText('plain words').waitFor()
    expect(await page.getByText('loud words: <b>no markup</b>').isVisible()).toBe(true)
    expect(await page.locator('.log-line .text-scheduled').textContent()).toBe('yellow')
    expect(await page.locator('.log-day').first().textContent()).toMatch(/^\w+day \d+ \w+$/)
    expect(await page.locator('.log-time').first().textContent()).toMatch(/^\d\d:\d\d:\d\d\.\d{3}$/)
    await page.getByRole('button', { name: 'More about the logs' }).click()
    await page.getByRole('menuitem', { name: 'Time since the start' }).click()
    expect(await page.locator('.log-time').first().textContent()).toMatch(/^[+−]\d+(:\d\d)*\.\d{3}$/)
    await page.getByRole('button', { name: 'More about the logs' }).click()
    await page.getByRole('menuitem', { name: 'Copy the lines shown' }).click()
    await page.getByText('4 lines copied').waitFor()
    const copied = (await page.evaluate<string>('navigator.clipboard.readText()')).split('\n')
    expect(copied.map((each) => each.split('\t').slice(1))).toEqual([
      ['20', 'plain words'],
      ['30', 'yellow words'],
      ['10', 'quiet words'],
      ['40', 'loud words: <b>no markup</b>'],
    ])
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Download all lines' }).click(),
    ])
    expect(download.suggestedFilename()).toBe('terse-logs.csv')
    const wrap = page.getByRole('button', { name: 'Wrap long lines' })
    expect(await wrap.getAttribute('aria-pressed')).toBe('true')
    await wrap.click()
    expect(await wrap.getAttribute('aria-pressed')).toBe('false')
    expect(problems).toEqual([])
    await context.close()
  })

  it('the tail is followed until the reader scrolls away, and again when asked to', async () => {
    const { id: flow } = await api<{ id: string }>('POST', '/flows/', { name: 'wordy' })
    const run = await startRun(flow, 'talkative')
    const write = (from: number, count: number) =>
      api(
        'POST',
        '/logs/',
        Array.from({ length: count }, (_, i) => ({
          ...line(from + i),
          message: `live ${from + i}.`,
          timestamp: new Date(Date.now() + i).toISOString(),
          flow_run_id: run,
          task_run_id: null,
        })),
      )
    await write(0, 100)
    const { page, problems, context } = await newVisitor(browser, server.url)
    await page.goto(`/runs/flow-run/${run}`)
    await page.getByText('live 99.').waitFor()
    await page.getByText('Live', { exact: true }).waitFor()
    await write(100, 50)
    await page.getByText('live 149.').waitFor()
    await log(page).hover()
    await page.mouse.wheel(0, -600)
    await page.getByRole('button', { name: 'Follow' }).waitFor()
    await write(150, 7)
    await page.getByRole('button', { name: '7 new lines' }).waitFor()
    expect(await page.getByText('live 156.').count()).toBe(0)
    await page.getByRole('button', { name: '7 new lines' }).click()
    await page.getByText('live 156.').waitFor()
    await write(157, 3)
    await page.getByText('live 159.').waitFor()
    expect(await log(page).getAttribute('data-lines')).toBe('160')
    expect(problems).toEqual([])
    await context.close()
  })

  it('a jump to the tail that is still being told does not pull back who scrolls away', async () => {
    const { id: flow } = await api<{ id: string }>('POST', '/flows/', { name: 'wordy' })
    const run = await startRun(flow, 'hasty')
    const lines = Array.from({ length: 100 }, (_, i) => ({
      ...line(i),
      message: `hasty ${i}.`,
      flow_run_id: run,
      task_run_id: null,
    }))
    await api('POST', '/logs/', lines)
    const { page, context } = await newVisitor(browser, server.url)
    await page.goto(`/runs/flow-run/${run}`)
    await page.getByText('hasty 99.').waitFor()
    const follow = page.getByRole('button', { name: 'Follow' })
    // The wheel is heard before the browser scrolls; what the jump set off may be heard in between.
    await expect
      .poll(() => log(page).evaluate((el) => el.scrollHeight - el.scrollTop - el.clientHeight))
      .toBeLessThan(12)
    await log(page).dispatchEvent('wheel', { deltaY: -5 })
    await follow.waitFor()
    await log(page).dispatchEvent('scroll')
    await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))')
    expect(await follow.count()).toBe(1)
    await log(page).hover()
    await page.mouse.wheel(0, -300)
    await page.mouse.wheel(0, 600)
    await follow.waitFor({ state: 'detached' })
    await context.close()
  })

  for (const colorScheme of ['light', 'dark'] as const)
    it(`a log with an open search passes axe in ${colorScheme}`, async () => {
      const { page, context } = await newVisitor(browser, server.url, { colorScheme })
      await page.goto(`/runs/flow-run/${short}?q=words&line=x`)
      await page.getByText('1 / 4', { exact: true }).waitFor()
      expect(await axe(page)).toEqual([])
      await context.close()
    })

  it('a log that cannot be read says which request failed and is asked for again', async () => {
    const { page, context } = await newVisitor(browser, server.url)
    let broken = true
    await page.route('**/ui/logs?*', (route) =>
      broken
        ? route.fulfill({
            status: 503,
            headers: { 'x-request-id': 'req-log-1' },
            json: { detail: 'The database is away.' },
          })
        : route.continue(),
    )
    await page.goto(`/runs/flow-run/${short}`)
    await page.getByText('The logs could not be loaded').waitFor()
    await page.getByText('req-log-1').waitFor()
    broken = false
    await page
      .getByRole('button', { name: /again|Retry/ })
      .last()
      .click()
    await page.getByText('plain words').waitFor()
    await context.close()
  })
})
