/** Addresses that a Prefect client prints for what has no page yet. */
import { createRoute, lazyRouteComponent, notFound } from '@tanstack/react-router'
import { workspaceRoute } from './signed-in.tsx'

/** The first part of such an address; what follows it is the object's. */
export const PLANNED_PATHS = [
  'deployments',
  'work-pools',
  'work-queues',
  'blocks',
  'variables',
  'automations',
  'events',
  'concurrency-limits',
] as const

const plannedRoute = createRoute({
  getParentRoute: () => workspaceRoute,
  path: '$',
  beforeLoad: ({ params }) => {
    const [first] = (params._splat ?? '').split('/')
    if (!PLANNED_PATHS.some((path) => path === first)) throw notFound()
  },
  component: lazyRouteComponent(() => import('../features/shell/planned-page.tsx'), 'PlannedPage'),
})

export const plannedRoutes = [plannedRoute] as const
