/** Workspaces, the person's pages and a workspace's settings. */
import { createRoute, lazyRouteComponent, redirect } from '@tanstack/react-router'
import { personRoute, workspaceRoute } from './signed-in.tsx'

const workspacesRoute = createRoute({
  getParentRoute: () => personRoute,
  path: '/workspaces',
  component: lazyRouteComponent(() => import('../features/workspaces/workspaces-page.tsx'), 'WorkspacesPage'),
})

const newWorkspaceRoute = createRoute({
  getParentRoute: () => personRoute,
  path: '/workspaces/new',
  component: lazyRouteComponent(
    () => import('../features/workspaces/new-workspace-page.tsx'),
    'NewWorkspacePage',
  ),
})

const profileRoute = createRoute({
  getParentRoute: () => personRoute,
  path: '/my/profile',
  // Linking a provider comes back here with its code when it failed.
  validateSearch: (search: Record<string, unknown>): { error?: string } =>
    typeof search.error === 'string' ? { error: search.error } : {},
  component: lazyRouteComponent(() => import('../features/profile/profile-page.tsx'), 'ProfilePage'),
})

const apiKeysRoute = createRoute({
  getParentRoute: () => personRoute,
  path: '/my/api-keys',
  component: lazyRouteComponent(() => import('../features/api-keys/api-keys-page.tsx'), 'ApiKeysPage'),
})

const sessionsRoute = createRoute({
  getParentRoute: () => personRoute,
  path: '/my/sessions',
  component: lazyRouteComponent(() => import('../features/profile/sessions-page.tsx'), 'SessionsPage'),
})

const instanceRoute = createRoute({
  getParentRoute: () => personRoute,
  path: '/instance',
  component: lazyRouteComponent(() => import('../features/settings/instance-page.tsx'), 'InstancePage'),
})

const settingsRoute = createRoute({
  getParentRoute: () => workspaceRoute,
  path: 'settings',
  component: lazyRouteComponent(() => import('../features/settings/settings-page.tsx'), 'SettingsPage'),
})

const workspaceIndexRoute = createRoute({
  getParentRoute: () => workspaceRoute,
  path: '/',
  beforeLoad: ({ params }) => {
    throw redirect({ to: '/account/$accountId/workspace/$workspaceId/dashboard', params, replace: true })
  },
})

// Prefect's old address of a run; its client prints the one under /runs.
const oldFlowRunRoute = createRoute({
  getParentRoute: () => workspaceRoute,
  path: 'flow-runs/flow-run/$flowRunId',
  beforeLoad: ({ params }) => {
    throw redirect({
      to: '/account/$accountId/workspace/$workspaceId/runs/flow-run/$flowRunId',
      params,
      replace: true,
    })
  },
})

export const personRoutes = [
  workspacesRoute,
  newWorkspaceRoute,
  profileRoute,
  apiKeysRoute,
  sessionsRoute,
  instanceRoute,
] as const

export const settingsRoutes = [workspaceIndexRoute, settingsRoute, oldFlowRunRoute] as const
