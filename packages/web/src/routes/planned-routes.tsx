/** Addresses that a Prefect client prints for what has no page yet. */
import { createRoute, lazyRouteComponent, notFound, redirect } from '@tanstack/react-router'
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

// `prefect block register` and `block create` print these when they take the server for a cloud.
const blocksAlias = createRoute({
  getParentRoute: () => workspaceRoute,
  path: 'settings/blocks/$',
  beforeLoad: ({ params }) => {
    throw redirect({
      to: '/account/$accountId/workspace/$workspaceId/$',
      params: { ...params, _splat: `blocks/${params._splat ?? ''}` },
      replace: true,
    })
  },
})

export const plannedRoutes = [plannedRoute, blocksAlias] as const
