// The run side of the UI, in a real browser against the real server, with runs made over the API.
import { randomUUID } from 'node:crypto'
import { startServer, type TestServer } from '@orrery/testing'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { axe, hasBrowser, launchBrowser, newVisitor } from './browser.ts'

interface Created {
  id: string
}

describe.runIf(hasBrowser)('runs in the browser', () => {
  let server: TestServer
  let browser: Browser
  let failed: string
  let enrich: string
  let finished: string
  let flow: string

  const api = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const response = await fetch(`${server.url}/api${path}`, {
      method,
      ...(body !== undefined && {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    })
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
    const text = await response.text()
    return (text ? JSON.parse(text) : undefined) as T
  }
  const flowState = (id: string, type: string, more: object = {}) =>
    api('POST', `/flow_runs/${id}/set_state`, { state: { type, ...more } })
  const startRun = async (name: string, parameters: object = {}): Promise<string> => {
    const { id } = await api<Created>('POST', '/flow_runs/', {
      flow_id: flow,
      name,
      parameters,
      state: { type: 'PENDING' },
    })
    await flowState(id, 'RUNNING')
    return id
  }
  const task = async (
    run: string,
    name: string,
    upstream: string[],
    states: [string, object?][],
  ): Promise<string> => {
    const { id } = await api<Created>('POST', '/task_runs/', {
      flow_run_id: run,
      name,
      task_key: name,
      dynamic_key: '0',
      task_inputs: { x: upstream.map((each) => ({ input_type: 'task_run', id: each })) },
      state: { type: 'PENDING' },
    })
    for (const [type, more] of states)
      await api('POST', `/task_runs/${id}/set_state`, { state: { type, ...more }, force: true })
    return id
  }
  const log = (run: string, message: string, level = 20, taskRun: string | null = null) =>
    api('POST', '/logs/', [
      {
        name: 'prefect',
        level,
        message,
        timestamp: new Date().toISOString(),
        flow_run_id: run,
        task_run_id: taskRun,
      },
    ])

  /** A state of a task run as the client tells it: an event. */
  const tell = async (run: string, taskRun: string, name: string, type: string): Promise<void> => {
    const state = type.charAt(0) + type.slice(1).toLowerCase()
    await api('POST', '/events', [
      {
        id: randomUUID(),
        occurred: new Date().toISOString(),
        event: `prefect.task-run.${state}`,
        resource: {
          'prefect.resource.id': `prefect.task-run.${taskRun}`,
          'prefect.resource.name': name,
          'prefect.state-type': type,
          'prefect.state-name': state,
          'prefect.orchestration': 'client',
        },
        related: [{ 'prefect.resource.id': `prefect.flow-run.${run}`, 'prefect.resource.role': 'flow-run' }],
        payload: {
          intended: { from: null, to: type },
          validated_state: { type, name: state, message: '', state_details: {} },
          task_run: {
            name,
            task_key: name,
            dynamic_key: '0',
            task_inputs: {},
            run_count: 1,
            start_time: new Date().toISOString(),
          },
        },
      },
    ])
  }

  beforeAll(async () => {
    server = await startServer({ flags: { local: true } })
    browser = await launchBrowser()
    flow = (await api<Created>('POST', '/flows/', { name: 'nightly-revenue' })).id
    failed = await startRun('peach-marmot', { region: 'eu' })
    const extract = await task(failed, 'extract', [], [['RUNNING'], ['COMPLETED']])
    const clean = await task(failed, 'clean', [extract], [['RUNNING'], ['COMPLETED']])
    enrich = await task(
      failed,
      'enrich',
      [clean],
      [['RUNNING'], ['FAILED', { message: 'ValueError: duplicate key 8841207' }]],
    )
    await task(failed, 'load', [enrich], [['PENDING', { name: 'NotReady' }]])
    await log(failed, 'reading orders', 20, extract)
    await log(failed, 'low on memory', 30, enrich)
    await log(failed, 'Task run failed: <img src=x onerror=alert(1)>', 40, enrich)
    await flowState(failed, 'FAILED', { message: 'Flow run encountered an exception: ValueError' })
    for (const name of ['calm-heron', 'brisk-lemur']) {
      finished = await startRun(name)
      await task(finished, 'extract', [], [['RUNNING'], ['COMPLETED']])
      await flowState(finished, 'COMPLETED')
    }
  })
  afterAll(async () => {
    await browser?.close()
    await server?.stop()
  })

  const open = async (
    path: string,
    options = {},
  ): Promise<{ page: Page; problems: string[]; close(): Promise<void> }> => {
    const { page, context, problems } = await newVisitor(browser, server.url, options)
    await page.goto(path)
    return { page, problems, close: () => context.close() }
  }
  const radar = (page: Page) => page.locator('[aria-roledescription=radar]')

  it('the run page says in one sentence what failed and what that took down', async () => {
    const { page, problems, close } = await open(`/runs/flow-run/${failed}`)
    await page.getByText('enrich failed, so 1 task never started.').waitFor()
    expect(await page.title()).toBe('Failed: peach-marmot · Orrery')
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toContain('peach-marmot')
    expect(await page.getByText('2 of 4').isVisible()).toBe(true)
    expect(await page.getByText('ValueError: duplicate key 8841207').first().isVisible()).toBe(true)
    // What cannot be done stays visible and says why.
    expect(await page.getByRole('button', { name: 'Retry' }).getAttribute('title')).toContain(
      'started by a script',
    )
    expect(problems).toEqual([])
    await close()
  })

  it('the Radar draws every task, and choosing one shows only its lines', async () => {
    const { page, problems, close } = await open(`/runs/flow-run/${failed}?view=radar&sel=none`)
    await radar(page).and(page.locator('[data-nodes="4"]')).waitFor()
    expect(await radar(page).getAttribute('aria-label')).toContain(
      '4 tasks: 2 completed, 1 failed, 1 not ready',
    )
    expect(Number(await radar(page).getAttribute('data-edges'))).toBe(3)
    await page.getByText('reading orders').waitFor()
    // By the keyboard: the root, then outwards along the edges.
    await radar(page).focus()
    for (const _ of ['extract', 'clean', 'enrich']) await page.keyboard.press('ArrowRight')
    await page.getByRole('heading', { level: 2, name: 'enrich' }).waitFor()
    expect(new URL(page.url()).searchParams.get('sel')).toBe(enrich)
    await page.getByText('low on memory').waitFor()
    expect(await page.getByText('reading orders').count()).toBe(0)
    // Messages of users are text.
    expect(await page.getByText('<img src=x onerror=alert(1)>').isVisible()).toBe(true)
    await page.keyboard.press('Escape')
    await page.getByText('reading orders').waitFor()
    expect(problems).toEqual([])
    await close()
  })

  it('Timeline and Table are other views of the same tasks, and the address knows which', async () => {
    const { page, close } = await open(`/runs/flow-run/${failed}?view=radar&sel=none`)
    await page.getByRole('button', { name: 'Timeline' }).click()
    await page.getByRole('button', { name: /^extract ?, Completed/ }).click()
    await page.getByRole('heading', { level: 2, name: 'extract' }).waitFor()
    expect(await page.getByText('1 task never started: load').isVisible()).toBe(true)
    await page.getByRole('button', { name: 'Table' }).click()
    await page.getByRole('row', { name: /Not ready load/ }).waitFor()
    expect(new URL(page.url()).searchParams.get('view')).toBe('table')
    await page.goBack()
    await page.getByRole('button', { name: /^extract ?, Completed/ }).waitFor()
    await close()
  })

  it('log lines and states arrive while one looks', async () => {
    const run = await startRun('lucid-marten')
    const { page, problems, close } = await open(`/runs/flow-run/${run}`)
    await page.getByText('No line yet').waitFor()
    await page.getByText('Live', { exact: true }).waitFor()
    await log(run, 'first line')
    await page.getByText('first line').waitFor()
    await log(run, 'second line')
    await page.getByText('second line').waitFor()
    const id = randomUUID()
    await tell(run, id, 'late-task', 'RUNNING')
    await page.getByRole('button', { name: /^late-task ?, Running/ }).waitFor()
    await tell(run, id, 'late-task', 'COMPLETED')
    await page.getByRole('button', { name: /^late-task ?, Completed/ }).waitFor()
    await flowState(run, 'COMPLETED')
    await page.getByRole('heading', { level: 1, name: /Completed/ }).waitFor()
    expect(problems).toEqual([])
    await close()
  })

  it('a running run is cancelled from its page', async () => {
    const run = await startRun('stoic-puffin')
    const { page, close } = await open(`/runs/flow-run/${run}`)
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('button', { name: 'Cancel stoic-puffin' }).click()
    await page.getByRole('heading', { level: 1, name: /Cancel/ }).waitFor()
    const { state_type } = await api<{ state_type: string }>('GET', `/flow_runs/${run}`)
    expect(['CANCELLING', 'CANCELLED']).toContain(state_type)
    await close()
  })

  it('the state of a run is changed by hand, with a reason that its history keeps', async () => {
    const run = await startRun('mellow-dingo')
    const { page, problems, close } = await open(`/runs/flow-run/${run}?tab=history`)
    await page.getByRole('button', { name: 'More actions' }).click()
    await page.getByRole('menuitem', { name: 'Change state' }).click()
    await page.getByLabel('New state').selectOption('FAILED')
    await page.getByLabel('Why').fill('The numbers were wrong')
    await page.getByRole('button', { name: 'Change the state' }).click()
    await page.getByRole('heading', { level: 1, name: /Failed/ }).waitFor()
    await page.getByRole('listitem').filter({ hasText: 'The numbers were wrong' }).waitFor()
    expect(problems).toEqual([])
    await close()
  })

  it('the dashboard counts what the API counts, in at most three requests', async () => {
    const { page, context, problems } = await newVisitor(browser, server.url)
    const asked: string[] = []
    page.on('request', (request) => {
      const { pathname } = new URL(request.url())
      if (
        pathname.startsWith('/api/') &&
        !/\/(auth|me)\/|ui\/(warnings|onboarding)|saved_searches|\/out$/.test(pathname)
      )
        asked.push(pathname)
    })
    await page.goto('/dashboard')
    await page.getByRole('heading', { level: 1, name: /runs? failed/ }).waitFor()
    const count = (type: string) =>
      api<number>('POST', '/flow_runs/count', { flow_runs: { state: { type: { any_: [type] } } } })
    for (const [name, type] of [
      ['Failed', 'FAILED'],
      ['Completed', 'COMPLETED'],
    ] as const) {
      const cell = page.getByRole('link', { name: new RegExp(`^${name}`) })
      expect(Number((await cell.locator('b').textContent())?.replaceAll(',', ''))).toBe(await count(type))
    }
    expect(asked.length).toBeLessThanOrEqual(3)
    // A count leads to the runs it counts.
    await page.getByRole('link', { name: /^Failed/ }).click()
    await page.waitForURL(/\/runs\?state=failed/)
    await page.getByRole('link', { name: 'peach-marmot' }).waitFor()
    expect(problems).toEqual([])
    await context.close()
  })

  it('filters of the runs list live in the address', async () => {
    const { page, problems, close } = await open('/runs')
    await page.getByRole('link', { name: 'calm-heron' }).waitFor()
    await page.getByRole('combobox', { name: 'Filter runs' }).fill('state:failed run:peach')
    await page.keyboard.press('Enter')
    await page.waitForURL(/state=failed/)
    await page.getByRole('link', { name: 'peach-marmot' }).waitFor()
    await page.getByRole('link', { name: 'calm-heron' }).waitFor({ state: 'detached' })
    await page.reload()
    await page.getByRole('button', { name: 'Remove the filter state failed' }).click()
    await page.getByRole('button', { name: 'Remove the filter run has peach' }).click()
    await page.getByRole('link', { name: 'calm-heron' }).waitFor()
    await page.goBack()
    await page.getByRole('link', { name: 'calm-heron' }).waitFor({ state: 'detached' })
    expect(problems).toEqual([])
    await close()
  })

  it('new runs wait behind a line, so that no row moves under the pointer', async () => {
    const { page, problems, close } = await open('/runs')
    await page.getByRole('link', { name: 'calm-heron' }).waitFor()
    await page.getByText('Live', { exact: true }).waitFor()
    const before = await page.locator('[data-run]').first().getAttribute('data-run')
    const run = await startRun('eager-newt')
    await page.getByRole('button', { name: '1 new run' }).waitFor()
    expect(await page.locator('[data-run]').first().getAttribute('data-run')).toBe(before)
    await page.getByRole('button', { name: '1 new run' }).click()
    await page.locator(`[data-run="${run}"]`).getByText('Running').waitFor()
    // What is on the screen is patched where it stands.
    await flowState(run, 'COMPLETED')
    await page.locator(`[data-run="${run}"]`).getByText('Completed').waitFor()
    expect(problems).toEqual([])
    await close()
  })

  it('an empty list fills itself, and the other kind is counted too', async () => {
    const { page, problems, close } = await open('/runs?name=lonely')
    await page.getByText('Nothing matches').waitFor()
    await page.getByText('Live', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Task runs 0', exact: true }).waitFor()
    const run = await startRun('lonely-newt')
    await page.locator(`[data-run="${run}"]`).getByText('Running').waitFor()
    await task(run, 'lonely-0', [], [['RUNNING'], ['COMPLETED']])
    await flowState(run, 'COMPLETED')
    await page.locator(`[data-run="${run}"]`).getByText('Completed').waitFor()
    await page.getByRole('button', { name: 'Task runs 1', exact: true }).waitFor()
    expect(problems).toEqual([])
    await close()
  })

  it('a sub-flow opens where it stands', async () => {
    const parent = await startRun('outer')
    const link = await task(parent, 'child-0', [], [['RUNNING']])
    const { id: child } = await api<Created>('POST', '/flow_runs/', {
      flow_id: flow,
      name: 'inner',
      parent_task_run_id: link,
      state: { type: 'PENDING' },
    })
    await flowState(child, 'RUNNING')
    await task(child, 'innermost', [], [['RUNNING'], ['COMPLETED']])
    await flowState(child, 'COMPLETED')
    const { page, problems, close } = await open(`/runs/flow-run/${parent}?view=table&sel=none`)
    await page.getByRole('button', { name: /^Sub-flow/ }).click()
    await page.getByRole('button', { name: 'innermost' }).waitFor()
    await page.getByRole('button', { name: 'Radar' }).click()
    await radar(page).and(page.locator('[data-nodes="2"]')).waitFor()
    expect(problems).toEqual([])
    await close()
  })

  it('selected runs are deleted together', async () => {
    const ids = [await startRun('doomed-one'), await startRun('doomed-two')]
    for (const id of ids) await flowState(id, 'COMPLETED')
    const { page, close } = await open('/runs?name=doomed')
    for (const name of ['doomed-one', 'doomed-two'])
      await page.getByRole('checkbox', { name: `Select ${name}` }).check()
    await page.getByRole('button', { name: 'Delete 2' }).click()
    await page.getByRole('button', { name: 'Delete 2 runs' }).click()
    await page.getByText('Nothing matches').waitFor()
    expect(await api<number>('POST', '/flow_runs/count', { flow_runs: { id: { any_: ids } } })).toBe(0)
    await close()
  })

  const pages: [string, () => string][] = [
    ['the dashboard', () => '/dashboard'],
    ['the runs list', () => '/runs'],
    ['the runs list with columns and a filter', () => '/runs?chart=columns&state=failed'],
    ['the runs list when nothing matches', () => '/runs?name=no-such-run'],
    ['the task runs', () => '/runs?tab=task-runs'],
    ['a run as Radar', () => `/runs/flow-run/${failed}?view=radar`],
    ['a run as Timeline', () => `/runs/flow-run/${failed}?view=timeline&sel=none&tab=history`],
    ['a run as Table', () => `/runs/flow-run/${failed}?view=table&sel=none&tab=parameters`],
    ['a task run', () => `/runs/task-run/${enrich}`],
    ['the flows', () => '/flows'],
    ['a flow', () => `/flows/flow/${flow}`],
    ['a run that does not exist', () => '/runs/flow-run/00000000-0000-4000-8000-000000000000'],
  ]
  for (const colorScheme of ['light', 'dark'] as const)
    for (const [name, path] of pages)
      it(`${name} passes axe in ${colorScheme}`, async () => {
        const { page, close } = await open(path(), { colorScheme })
        await page.waitForLoadState('networkidle')
        await page.waitForTimeout(400)
        expect(await axe(page)).toEqual([])
        await close()
      })

  for (const [width, height] of [
    [360, 740],
    [2560, 1200],
  ] as const)
    it(`nothing scrolls sideways at ${width} px`, async () => {
      for (const [, path] of pages) {
        const { page, close } = await open(path(), { viewport: { width, height } })
        await page.waitForLoadState('networkidle')
        expect([path(), await page.evaluate('document.documentElement.scrollWidth')]).toEqual([path(), width])
        await close()
      }
    })
})
