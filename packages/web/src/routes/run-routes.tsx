/** Dashboard, runs, run pages and flows: everything below a workspace that is about what ran. */
import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { parseDashboardSearch } from '../features/dashboard/search.ts'
import { parseFlowSearch, parseFlowsSearch } from '../features/flows/search.ts'
import { parseRunSearch, parseRunsSearch } from '../features/runs/search.ts'
import { workspaceRoute } from './signed-in.tsx'

const dashboardRoute = createRoute({
  getParentRoute: () => workspaceRoute,
  path: 'dashboard',
  validateSearch: parseDashboardSearch,
  component: lazyRouteComponent(() => import('../features/dashboard/dashboard-page.tsx'), 'DashboardPage'),
})

const runsRoute = createRoute({
  getParentRoute: () => workspaceRoute,
  path: 'runs',
  validateSearch: parseRunsSearch,
  component: lazyRouteComponent(() => import('../features/runs/runs-page.tsx'), 'RunsPage'),
})

const flowRunRoute = createRoute({
  getParentRoute: () => workspaceRoute,
  path: 'runs/flow-run/$flowRunId',
  validateSearch: parseRunSearch,
  component: lazyRouteComponent(() => import('../features/runs/flow-run-page.tsx'), 'FlowRunPage'),
})

const taskRunRoute = createRoute({
  getParentRoute: () => workspaceRoute,
  path: 'runs/task-run/$taskRunId',
  validateSearch: parseRunSearch,
  component: lazyRouteComponent(() => import('../features/runs/task-run-page.tsx'), 'TaskRunPage'),
})

const flowsRoute = createRoute({
  getParentRoute: () => workspaceRoute,
  path: 'flows',
  validateSearch: parseFlowsSearch,
  component: lazyRouteComponent(() => import('../features/flows/flows-page.tsx'), 'FlowsPage'),
})

const flowRoute = createRoute({
  getParentRoute: () => workspaceRoute,
  path: 'flows/flow/$flowId',
  validateSearch: parseFlowSearch,
  component: lazyRouteComponent(() => import('../features/flows/flow-page.tsx'), 'FlowPage'),
})

export const runRoutes = [
  dashboardRoute,
  runsRoute,
  flowRunRoute,
  taskRunRoute,
  flowsRoute,
  flowRoute,
] as const
