/** Every page that there is, by the address of one of its kind: what tests of all pages walk. */
import type { BrowserContext, Page } from 'playwright-core'
import { type Northwind, northwind } from './scenery/northwind.ts'

/** Pages for anybody. */
export const OPEN_PAGES: readonly string[] = [
  '/sign-in',
  '/sign-up',
  '/forgot-password',
  '/reset-password?token=x',
  '/no-such-page',
]

/** Pages of a person, behind the sign-in. */
export const PERSON_PAGES: readonly string[] = [
  '/workspaces',
  '/workspaces/new',
  '/my/profile',
  '/my/api-keys',
  '/my/sessions',
  '/instance',
  '/auth/client?callback=http%3A%2F%2Flocalhost%3A54321',
]

/** Pages of a workspace, after its path, with what is found by asking. */
const WORKSPACE_PAGES: readonly string[] = [
  'W/dashboard',
  'W/runs',
  'W/runs?tab=task-runs',
  'W/runs/flow-run/RUN?view=timeline',
  'W/runs/flow-run/RUN?view=radar',
  'W/runs/flow-run/RUN?view=table',
  'W/runs/task-run/TASK',
  'W/flows',
  'W/flows/flow/FLOW',
  'W/artifacts',
  'W/artifacts/key/report',
  'W/artifacts/artifact/ARTIFACT',
  'W/settings',
  // Stands for every page that is planned.
  'W/deployments',
]

export interface Scene extends Northwind {
  /** The names of all pages, for titles of tests. */
  address(page: string): string
  /** The person's browser, signed in. */
  state: Awaited<ReturnType<BrowserContext['storageState']>>
}

/** The names of all pages behind the sign-in; `Scene.address` makes an address of one. */
export const INSIDE_PAGES: readonly string[] = [...PERSON_PAGES, ...WORKSPACE_PAGES]

/** A workspace with a day of runs, an artifact, and a person whose browser is signed in. */
export async function scene(): Promise<Scene> {
  const base = await northwind({ days: 1 })
  const artifact = await base.api<{ id: string }>('POST', '/artifacts/', {
    key: 'report',
    type: 'markdown',
    data: '# Sales\n\nWent *up* by [12 %](https://northwind.example).\n\n| region | sold |\n| --- | ---: |\n| apac | 12 |',
    description: 'What was sold',
  })
  const run = base.failedRun ?? base.completedRun
  const tasks = await base.api<{ id: string }[]>('POST', '/task_runs/filter', { limit: 1 })
  const flows = await base.api<{ id: string }[]>('POST', '/flows/filter', { limit: 1 })
  const ids: Record<string, string> = {
    RUN: run,
    TASK: tasks[0]?.id ?? '',
    FLOW: flows[0]?.id ?? '',
    ARTIFACT: artifact.id,
  }
  const signedIn = await fetch(`${base.url}/api/auth/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: base.url, 'x-orrery-request': '1' },
    body: JSON.stringify({ email: base.email, password: base.password }),
  })
  const [name = '', value = ''] = (signedIn.headers.getSetCookie()[0] ?? '').split(';')[0]?.split('=') ?? []
  return {
    ...base,
    address: (page) =>
      page.replace(/^W/, base.path).replace(/\b(RUN|TASK|FLOW|ARTIFACT)\b/, (id) => ids[id] ?? id),
    state: {
      cookies: [
        {
          name,
          value,
          domain: new URL(base.url).hostname,
          path: '/',
          expires: -1,
          httpOnly: true,
          secure: false,
          sameSite: 'Lax',
        },
      ],
      origins: [],
    },
  }
}

/** Opens a page and waits until what it asked for has come. The live socket does not count. */
export async function open(page: Page, address: string): Promise<void> {
  await page.goto(address)
  await page.getByRole('heading', { level: 1 }).first().waitFor()
  await page.waitForLoadState('networkidle')
}
