/**
 * Photographs the main pages in both themes into docs/screenshots, to be looked at before they are committed:
 * `node --conditions=@orrery/source e2e/take-screenshots.ts [--only run,dashboard] [--out FOLDER]`.
 * The data is that of e2e/scenery: a week of runs, one of the Python client and one of the SDK among them.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { graphOf as graphFrom, layered, mapped } from '../packages/web/src/features/graph/fixture.ts'
import { launchBrowser, newVisitor, signIn } from './browser.ts'
import { hasPython, northwind } from './scenery/northwind.ts'
import { weeklyReport } from './scenery/weekly-report.ts'

const { values } = parseArgs({
  options: { only: { type: 'string' }, out: { type: 'string' } },
})
const out = values.out ?? join(import.meta.dirname, '../docs/screenshots')
const only = values.only?.split(',')
const PHONE = { viewport: { width: 390, height: 844 } }

const scene = await northwind()
const browser = await launchBrowser()
const { page, context } = await newVisitor(browser, scene.url)
await signIn(page, scene.email, scene.password)
await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'))
await moreWorkspaces()
if (hasPython) await weeklyReport(scene.server.home, scene.settings)
const state = await context.storageState()

interface Shot {
  name: string
  /** After the workspace's path when it begins with `W`. */
  path: string
  options?: BrowserContextOptions
  before?(page: Page): Promise<unknown>
}

/** A graph of so many tasks in place of the run's own. */
const graphOf = (tasks: number) => (page: Page) =>
  page.route('**/graph-v2*', (route) =>
    route.fulfill({ json: layered(tasks, Math.min(20, Math.ceil(Math.sqrt(tasks))), 3) }),
  )
/** A graph of four steps, mapped over 4,000 items: rings so full that they fold. */
const mappedGraph = (page: Page) =>
  page.route('**/graph-v2*', (route) => route.fulfill({ json: mapped(4_000) }))

/** A run with two sub-flows, one of which has a sub-flow of its own. */
const nestedGraph = (page: Page) =>
  page.route('**/graph-v2*', (route) => {
    const id = route
      .request()
      .url()
      .match(/flow_runs\/([^/]+)/)?.[1]
    const steps = (names: string[], from: number) =>
      names.map((name, i): [string, string, number, number, string[]] => [
        name,
        'COMPLETED',
        from + i,
        from + i + 2,
        i === 0 ? [] : [names[i > 2 ? i - 2 : 0]!],
      ])
    const json =
      id === 'quality-checks'
        ? graphFrom([
            ...steps(['read_tables', 'nulls', 'totals', 'freshness', 'verdict'], 12),
            ['row-samples', 'COMPLETED', 14, 17, ['read_tables'], 'flow-run'],
          ])
        : id === 'row-samples'
          ? graphFrom(steps(['sample', 'compare', 'plot'], 14))
          : graphFrom([
              ['extract-orders', 'COMPLETED', 0, 6],
              ['extract-rates', 'COMPLETED', 0, 3],
              ['clean', 'COMPLETED', 6, 11, ['extract-orders']],
              ['convert', 'FAILED', 6, 9, ['extract-orders', 'extract-rates']],
              ['quality-checks', 'COMPLETED', 11, 20, ['clean'], 'flow-run'],
              ['forecast', 'COMPLETED', 11, 19, ['clean'], 'flow-run'],
              ['report', 'COMPLETED', 20, 24, ['quality-checks', 'forecast']],
              ['publish', 'PENDING', null, null, ['convert', 'report']],
            ])
    return route.fulfill({ json })
  })

const failed = `W/runs/flow-run/${scene.failedRun ?? scene.completedRun}`
const completed = `W/runs/flow-run/${scene.completedRun}`
/** A task run of the failed run by its name; without that run, any. */
async function taskOf(name: string): Promise<string> {
  const rows = await scene.api<{ id: string }[]>('POST', '/task_runs/filter', {
    task_runs: scene.failedRun ? { name: { any_: [name] } } : {},
    limit: 1,
  })
  return rows[0]?.id ?? ''
}
const { id: ordersSync } = await scene.api<{ id: string }>('GET', '/flows/name/orders-sync')
const shots: Shot[] = [
  { name: 'sign-in', path: '/sign-in', options: {} },
  { name: 'workspaces', path: '/workspaces' },
  { name: 'api-keys', path: '/my/api-keys' },
  { name: 'settings', path: 'W/settings' },
  { name: 'profile', path: '/my/profile' },
  { name: 'sessions', path: '/my/sessions' },
  { name: 'sign-up', path: '/sign-up' },
  { name: 'new-workspace', path: '/workspaces/new' },
  { name: 'dashboard', path: 'W/dashboard' },
  { name: 'dashboard-phone', path: 'W/dashboard', options: PHONE },
  { name: 'runs', path: 'W/runs' },
  { name: 'runs-failed', path: 'W/runs?state=failed|crashed&chart=columns' },
  { name: 'runs-phone', path: 'W/runs', options: PHONE },
  { name: 'task-runs', path: 'W/runs?tab=task-runs' },
  { name: 'run-radar', path: `${failed}?view=radar` },
  { name: 'run-timeline', path: `${failed}?view=timeline` },
  { name: 'run-table', path: `${failed}?view=table&tab=history` },
  { name: 'run-phone', path: `${failed}?view=radar`, options: PHONE },
  { name: 'run-summary', path: `${failed}?view=timeline&sel=none&tab=summary` },
  { name: 'run-idle', path: `${failed}?view=timeline&order=took&idle=hide&sel=none` },
  { name: 'run-attempts', path: `${failed}?view=timeline&sel=${await taskOf('clean-apac')}` },
  { name: 'run-search', path: `${failed}?view=timeline&sel=none&q=rows` },
  { name: 'run-task', path: `W/runs/task-run/${await taskOf('clean-apac')}?tab=history` },
  { name: 'run-task-phone', path: `W/runs/task-run/${await taskOf('clean-apac')}`, options: PHONE },
  { name: 'run-completed', path: `${completed}?view=radar&sel=none` },
  { name: 'flows', path: 'W/flows' },
  { name: 'flows-phone', path: 'W/flows', options: PHONE },
  { name: 'flow', path: `W/flows/flow/${ordersSync}` },
  { name: 'flow-phone', path: `W/flows/flow/${ordersSync}`, options: PHONE },
  { name: 'dashboard-table', path: 'W/dashboard?view=table' },
  { name: 'dashboard-wide', path: 'W/dashboard', options: { viewport: { width: 2560, height: 1300 } } },
  { name: 'artifacts', path: 'W/artifacts' },
  { name: 'artifacts-list', path: 'W/artifacts?view=list' },
  { name: 'artifacts-phone', path: 'W/artifacts', options: PHONE },
  { name: 'artifacts-markdown', path: 'W/artifacts/key/weekly-report' },
  { name: 'artifacts-table', path: 'W/artifacts/key/top-customers' },
  { name: 'artifacts-progress', path: 'W/artifacts/key/backfill' },
  ...(await compared()),
  ...[1, 3, 12, 100, 10_000].map((tasks) => ({
    name: `radar-${tasks}`,
    path: `${completed}?view=radar&sel=none`,
    before: graphOf(tasks),
  })),
  {
    name: 'radar-nested',
    path: `${completed}?view=radar&sel=none&open=quality-checks,row-samples`,
    before: nestedGraph,
  },
  { name: 'radar-focus', path: `${completed}?view=radar&focus=quality-checks`, before: nestedGraph },
  { name: 'radar-replay', path: `${completed}?view=radar&sel=none&t=60000`, before: graphOf(100) },
  {
    name: 'radar-duration',
    path: `${completed}?view=radar&sel=none&colour=duration`,
    before: graphOf(100),
  },
  { name: 'radar-task', path: `${failed}?view=radar&sel=none&colour=task` },
  {
    name: 'radar-path',
    path: `${completed}?view=radar&sel=task-0,task-3,task-8,task-9`,
    before: graphOf(12),
  },
  {
    name: 'radar-opened',
    path: `${completed}?view=radar&sel=none&groups=1~extract&cam=0,-500,0.5`,
    before: mappedGraph,
  },
  { name: 'radar-mapped', path: `${completed}?view=radar&sel=none`, before: mappedGraph },
]

/** Two versions of a report beside each other; the ids are those of what the Python client made. */
async function compared(): Promise<Shot[]> {
  const versions = await scene.api<{ id: string; flow_run_id: string }[]>('POST', '/artifacts/filter', {
    artifacts: { key: { any_: ['weekly-report'] } },
    sort: 'CREATED_DESC',
  })
  const [after, before] = versions
  if (!after || !before) return []
  const path = `W/artifacts/key/weekly-report?version=${after.id}&against=${before.id}`
  const run = `W/runs/flow-run/${after.flow_run_id}?tab=artifacts&sel=none`
  return [
    { name: 'artifacts-compare', path },
    { name: 'artifacts-run', path: run },
  ]
}

mkdirSync(out, { recursive: true })
for (const { name, path, options, before } of shots) {
  if (only && !only.some((each) => name === each || name.startsWith(`${each}-`))) continue
  for (const colorScheme of ['light', 'dark'] as const) {
    const visitor = await newVisitor(browser, scene.url, {
      colorScheme,
      ...(name !== 'sign-in' && { storageState: state }),
      ...options,
    })
    await before?.(visitor.page)
    await visitor.page.goto(path.startsWith('W') ? scene.path + path.slice(1) : path)
    await visitor.page.getByRole('heading', { level: 1 }).waitFor()
    await visitor.page.waitForLoadState('networkidle')
    await visitor.page.waitForTimeout(1200)
    await visitor.page.screenshot({ path: join(out, `${name}-${colorScheme}.png`) })
    if (visitor.problems.length > 0) console.error(name, visitor.problems)
    await visitor.context.close()
  }
}
await browser.close()
await scene.stop()

/** What the lists of workspaces and keys show beside the one that is full. */
async function moreWorkspaces(): Promise<void> {
  const headers = { 'x-orrery-request': '1', origin: scene.url }
  const post = async (path: string, data: object) => {
    const response = await context.request.post(path, { headers, data })
    if (!response.ok()) throw new Error(`${path} answered ${response.status()}: ${await response.text()}`)
  }
  const { user } = (await (await context.request.get('/api/auth/session')).json()) as {
    user: { id: string; personal_account_id: string }
  }
  const workspaces = `/api/accounts/${user.personal_account_id}/workspaces/`
  await post(workspaces, { name: 'ml-research', description: 'Feature builds and training sweeps' })
  await post(workspaces, { name: 'ops-housekeeping' })
  const day = 86_400_000
  for (const [name, days] of [
    ['ci-deploy', 90],
    ['notebook', 5],
  ] as const)
    await post(`/api/users/${user.id}/api_keys`, {
      name,
      expiration: new Date(Date.now() + days * day).toISOString(),
    })
}
