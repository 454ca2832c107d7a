/** Pages for who is not signed in, and the page where a CLI asks for a key. */
import { createRoute, lazyRouteComponent, redirect } from '@tanstack/react-router'
import { configQuery, sessionQuery } from '../lib/identity.ts'
import { safeRedirect } from '../lib/redirect.ts'
import { rootRoute } from './root.tsx'
import { signedInRoute } from './signed-in.tsx'

const text = (value: unknown): string | undefined => (typeof value === 'string' && value ? value : undefined)

interface EntrySearch {
  redirect?: string
  error?: string
}

const entrySearch = (search: Record<string, unknown>): EntrySearch => {
  const back = text(search.redirect)
  const error = text(search.error)
  return { ...(back && { redirect: back }), ...(error && { error }) }
}

/** Whoever is signed in already has no business here. Nobody has in local mode. */
const entryRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'entry',
  beforeLoad: async ({ context, search }) => {
    const config = await context.queryClient.ensureQueryData(configQuery)
    if (config.mode === 'local') throw redirect({ to: '/', replace: true })
    const me = await context.queryClient.ensureQueryData(sessionQuery)
    if (!me) return
    const { error, redirect: back } = search as EntrySearch
    // Signed in, an error here is that of linking a provider, which began on the profile.
    if (error) throw redirect({ to: '/my/profile', search: { error }, replace: true })
    throw redirect({ href: safeRedirect(back), replace: true })
  },
})

const signInRoute = createRoute({
  getParentRoute: () => entryRoute,
  path: '/sign-in',
  validateSearch: entrySearch,
  component: lazyRouteComponent(() => import('../features/auth/sign-in-page.tsx'), 'SignInPage'),
})

const signUpRoute = createRoute({
  getParentRoute: () => entryRoute,
  path: '/sign-up',
  validateSearch: entrySearch,
  component: lazyRouteComponent(() => import('../features/auth/sign-up-page.tsx'), 'SignUpPage'),
})

const forgotRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/forgot-password',
  component: lazyRouteComponent(() => import('../features/auth/password-pages.tsx'), 'ForgotPasswordPage'),
})

const resetRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/reset-password',
  validateSearch: (search: Record<string, unknown>): { token?: string } => {
    const token = text(search.token)
    return token ? { token } : {}
  },
  component: lazyRouteComponent(() => import('../features/auth/password-pages.tsx'), 'ResetPasswordPage'),
})

/** `prefect cloud login` opens this page. Other parameters that its variants send are ignored. */
const clientRoute = createRoute({
  getParentRoute: () => signedInRoute,
  path: '/auth/client',
  validateSearch: (search: Record<string, unknown>): { callback?: string } => {
    const callback = text(search.callback)
    return callback ? { callback } : {}
  },
  component: lazyRouteComponent(() => import('../features/auth/client-page.tsx'), 'ClientPage'),
})

export const authRoutes = [
  entryRoute.addChildren([signInRoute, signUpRoute]),
  forgotRoute,
  resetRoute,
] as const
export const clientRoutes = [clientRoute] as const
