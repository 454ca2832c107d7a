import type { QueryClient } from '@tanstack/react-query'
import { createRoute, createRouter, notFound, type RouterHistory, redirect } from '@tanstack/react-router'
import { PageErrorPage, RoutePending } from '../features/shell/failure-pages.tsx'
import { onSignedOut } from '../lib/api.ts'
import { type AuthConfig, configQuery, sessionQuery, workspacesQuery } from '../lib/identity.ts'
import { stored } from '../lib/preferences.ts'
import { workspacePath } from '../lib/workspace.ts'
import { personRoutes, settingsRoutes } from './account-routes.tsx'
import { artifactRoutes } from './artifact-routes.tsx'
import { authRoutes, clientRoutes } from './auth-routes.tsx'
import { PLANNED_PATHS, plannedRoutes } from './planned-routes.tsx'
import { rootRoute } from './root.tsx'
import { runRoutes } from './run-routes.tsx'
import { personRoute, signedInRoute, workspaceRoute } from './signed-in.tsx'

/** The workspace that an address without one means: in local mode the only one, else the last visited. */
async function currentWorkspace(queryClient: QueryClient): Promise<string | undefined> {
  const config = await queryClient.ensureQueryData(configQuery)
  if (config.mode === 'local' && config.workspace) {
    return workspacePath(config.workspace.account_id, config.workspace.workspace_id)
  }
  const list = await queryClient.ensureQueryData(workspacesQuery)
  const last = stored.read('workspace')
  const found = list.find((row) => row.workspace_id === last) ?? (list.length === 1 ? list[0] : undefined)
  return found && workspacePath(found.account_id, found.workspace_id)
}

const homeRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/',
  beforeLoad: async ({ context }) => {
    const path = await currentWorkspace(context.queryClient)
    if (path) throw redirect({ href: `${path}/dashboard`, replace: true })
    throw redirect({ to: '/workspaces', replace: true })
  },
})

// Links without a workspace, as Prefect's client prints them against a plain server, mean the current one.
const unprefixed = [
  'dashboard',
  'runs',
  'flow-runs',
  'flows',
  'artifacts',
  'settings',
  ...PLANNED_PATHS,
] as const

const shortcutRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '$',
  beforeLoad: async ({ context, location }) => {
    const [first] = location.pathname.split('/').filter(Boolean)
    if (!unprefixed.some((name) => name === first)) throw notFound()
    const path = await currentWorkspace(context.queryClient)
    if (path) throw redirect({ href: path + location.href, replace: true })
    throw redirect({ to: '/workspaces', replace: true })
  },
})

const routeTree = rootRoute.addChildren([
  ...authRoutes,
  signedInRoute.addChildren([
    homeRoute,
    ...clientRoutes,
    personRoute.addChildren([...personRoutes]),
    workspaceRoute.addChildren([...settingsRoutes, ...runRoutes, ...artifactRoutes, ...plannedRoutes]),
    shortcutRoute,
  ]),
])

/** `history` is the browser's unless a test brings its own. */
export function createAppRouter(queryClient: QueryClient, config: AuthConfig, history?: RouterHistory) {
  const router = createRouter({
    routeTree,
    context: { queryClient },
    ...(history && { history }),
    defaultPreload: 'intent',
    defaultPreloadStaleTime: 0,
    defaultErrorComponent: PageErrorPage,
    defaultPendingComponent: RoutePending,
    defaultPendingMs: 400,
    scrollRestoration: true,
    ...(config.mode === 'local' && config.workspace && { rewrite: localAddresses(config.workspace) }),
  })
  onSignedOut(() => {
    if (config.mode === 'local' || !queryClient.getQueryData(sessionQuery.queryKey)) return
    queryClient.setQueryData(sessionQuery.queryKey, null)
    void router.invalidate()
  })
  return router
}

/**
 * Local mode serves the pages of its one workspace without the prefix, as a plain Prefect server does. The router
 * knows one tree only; addresses are translated on their way in and out.
 */
export function localAddresses(only: { account_id: string; workspace_id: string }) {
  const prefix = workspacePath(only.account_id, only.workspace_id)
  const pages = new RegExp(`^/(${unprefixed.join('|')})(/|$)`)
  return {
    input: ({ url }: { url: URL }) => {
      if (pages.test(url.pathname)) url.pathname = prefix + url.pathname
      return url
    },
    output: ({ url }: { url: URL }) => {
      if (url.pathname.startsWith(`${prefix}/`)) url.pathname = url.pathname.slice(prefix.length)
      return url
    },
  }
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createAppRouter>
  }
}
