/** The two layouts behind the sign-in: pages about a workspace, and pages about the person. */
import { createRoute, lazyRouteComponent, redirect, retainSearchParams } from '@tanstack/react-router'
import { configQuery, sessionQuery } from '../lib/identity.ts'
import { parseRange, type RangeSearch } from '../lib/time-range.ts'
import { rootRoute } from './root.tsx'

/** Lets through who is signed in (everybody in local mode); others are asked to, and come back afterwards. */
export const signedInRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'signed-in',
  beforeLoad: async ({ context, location }) => {
    const config = await context.queryClient.ensureQueryData(configQuery)
    if (config.mode === 'local') return { me: null }
    const me = await context.queryClient.ensureQueryData(sessionQuery)
    if (!me) {
      const first = config.signup === 'first_user'
      const back = location.href === '/' ? {} : { redirect: location.href }
      throw redirect({ to: first ? '/sign-up' : '/sign-in', search: back, replace: true })
    }
    return { me }
  },
})

export const workspaceRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/account/$accountId/workspace/$workspaceId',
  validateSearch: (search: Record<string, unknown>): RangeSearch => parseRange(search),
  // The time range belongs to the person's question, not to one page: it stays while they go from page to page.
  search: { middlewares: [retainSearchParams(['range', 'from', 'to'])] },
  component: lazyRouteComponent(() => import('../features/shell/workspace-layout.tsx'), 'WorkspaceLayout'),
})

/** Pages about the person and the account, without a workspace. They do not exist in local mode. */
export const personRoute = createRoute({
  getParentRoute: () => signedInRoute,
  id: 'person',
  beforeLoad: async ({ context }) => {
    const config = await context.queryClient.ensureQueryData(configQuery)
    if (config.mode === 'local') throw redirect({ to: '/', replace: true })
  },
  component: lazyRouteComponent(() => import('../features/shell/person-layout.tsx'), 'PersonLayout'),
})
