/** Renders the whole app at an address against a stubbed API: what the routes and pages do together. */
import { QueryClientProvider } from '@tanstack/react-query'
import { createMemoryHistory, RouterProvider } from '@tanstack/react-router'
import { cleanup, render } from '@testing-library/react'
import { afterEach, vi } from 'vitest'
import { type AuthConfig, configQuery, type Me, sessionQuery, type WorkspaceRow } from '../lib/identity.ts'
import { makeQueryClient } from '../lib/query.ts'
import { createAppRouter } from '../routes/router.tsx'

export const ACCOUNT = '0193a000-0000-7000-8000-00000000000a'
export const WORKSPACE = '0193a000-0000-7000-8000-00000000000b'

export const me: Me = {
  id: '0193a000-0000-7000-8000-000000000001',
  handle: 'mira',
  first_name: 'Mira',
  last_name: 'Okafor',
  email: 'mira@northwind.example',
  location: null,
  personal_account_id: ACCOUNT,
  settings: {},
  is_instance_owner: true,
}

export const workspaceRow: WorkspaceRow = {
  account_id: ACCOUNT,
  account_name: 'Northwind',
  account_handle: 'northwind',
  workspace_id: WORKSPACE,
  workspace_name: 'production',
  workspace_description: '',
  workspace_handle: 'production',
  role: 'Owner',
}

export const config: AuthConfig = {
  mode: 'cloud',
  signup: 'closed',
  setup_code_required: false,
  providers: [],
  password_min_length: 12,
  mail: true,
  version: '0.1.0',
  api_url: 'http://localhost:3000/api',
}

export const localConfig: AuthConfig = {
  ...config,
  mode: 'local',
  workspace: { account_id: ACCOUNT, workspace_id: WORKSPACE },
}

export interface Call {
  method: string
  path: string
  body: unknown
}

type Answer = unknown | ((call: Call) => unknown)

/** An answer with a status of its own. */
export class Status {
  readonly status: number
  readonly body: unknown
  readonly headers: Record<string, string>
  constructor(status: number, body?: unknown, headers: Record<string, string> = {}) {
    this.status = status
    this.body = body
    this.headers = headers
  }
}

// jsdom has no media queries; none matches, as on a wide screen in light colours.
window.matchMedia ??= (media) =>
  ({ media, matches: false, addEventListener() {}, removeEventListener() {} }) as unknown as MediaQueryList

class SilentSocket {
  close() {}
  send() {}
}

afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
  localStorage.clear()
})

/**
 * `api` maps "METHOD /path" to an answer (or a function of the call); everything else is 404.
 * Answers the router and the calls that were made.
 */
export async function renderApp(
  address: string,
  options: { api?: Record<string, Answer>; config?: AuthConfig; user?: Me | null } = {},
) {
  const calls: Call[] = []
  const user = options.user === undefined ? me : options.user
  const settings = options.config ?? config
  const api: Record<string, Answer> = {
    'GET /api/auth/config': settings,
    'GET /api/auth/session': { user },
    'GET /api/me/workspaces': [workspaceRow],
    ...options.api,
  }
  vi.stubGlobal('WebSocket', SilentSocket)
  vi.stubGlobal('scrollTo', () => {})
  vi.stubGlobal('fetch', async (input: string, init: RequestInit = {}) => {
    const url = new URL(input, location.origin)
    const call: Call = {
      method: init.method ?? 'GET',
      path: url.origin === location.origin ? url.pathname : url.href,
      body: typeof init.body === 'string' ? JSON.parse(init.body) : undefined,
    }
    calls.push(call)
    const key = `${call.method} ${call.path}`
    const found = Object.hasOwn(api, key) ? api[key] : new Status(404, { detail: 'Not Found' })
    const value = typeof found === 'function' ? await (found as (call: Call) => unknown)(call) : found
    const { status, body, headers } =
      value instanceof Status ? value : new Status(value === undefined ? 204 : 200, value)
    return new Response(body === undefined ? null : JSON.stringify(body), { status, headers })
  })
  const queryClient = makeQueryClient()
  queryClient.setQueryData(configQuery.queryKey, settings)
  if (settings.mode === 'cloud') queryClient.setQueryData(sessionQuery.queryKey, user)
  const history = createMemoryHistory({ initialEntries: [address] })
  const router = createAppRouter(queryClient, settings, history)
  render(
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
    </QueryClientProvider>,
  )
  await router.load()
  return { router, calls, history, queryClient, address: () => history.location.href }
}
