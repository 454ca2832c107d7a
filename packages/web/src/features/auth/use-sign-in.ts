import { useQueryClient } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { configQuery, type Me, sessionQuery } from '../../lib/identity.ts'
import { safeRedirect } from '../../lib/redirect.ts'

/** After the server answered with a session: nothing of another person stays in the cache, and on to the page. */
export function useEnter(): (me: Me, back: string | undefined) => Promise<void> {
  const queryClient = useQueryClient()
  const router = useRouter()
  return async (me, back) => {
    queryClient.removeQueries({ predicate: (query) => query.queryKey[0] !== 'config' })
    queryClient.setQueryData(sessionQuery.queryKey, me)
    // The first sign-up changes what the server says about signing up.
    await queryClient.invalidateQueries({ queryKey: configQuery.queryKey })
    await router.navigate({ href: safeRedirect(back), replace: true })
  }
}
