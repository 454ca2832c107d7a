import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Button, buttonClass, ErrorState, Loading, Section, toast } from '../../components/ui/index.ts'
import { root } from '../../lib/api.ts'
import { date, msOf } from '../../lib/format.ts'
import { useConfig } from '../../lib/identity.ts'
import { oauthError } from '../auth/throttle.ts'

interface Linked {
  id: string
  created: string
  provider: string
  name: string
  email: string
  /** Whether this server still offers the provider. */
  configured: boolean
}
interface WaysIn {
  has_password: boolean
  identities: Linked[]
}

export const waysInQuery = queryOptions({
  queryKey: ['me', 'identities'],
  queryFn: ({ signal }) => root.get<WaysIn>('/me/identities', { signal }),
})
export const useWaysIn = () => useQuery(waysInQuery)

interface Way {
  id: string
  name: string
  linked: Linked | undefined
  offered: boolean
}

/** What the server offers, then what was connected while it offered more. */
function waysOf(providers: readonly { id: string; name: string }[], linked: readonly Linked[]): Way[] {
  const offered = providers.map((each) => ({
    ...each,
    linked: linked.find((one) => one.provider === each.id),
    offered: true,
  }))
  const others = linked
    .filter((one) => !providers.some((each) => each.id === one.provider))
    .map((one) => ({ id: one.provider, name: one.name, linked: one, offered: false }))
  return [...offered, ...others]
}

/** The accounts elsewhere that let their owner in here: connect, and disconnect while another way remains. */
export function WaysInSection({ problem }: { problem: string | undefined }) {
  const config = useConfig()
  const query = useWaysIn()
  const queryClient = useQueryClient()
  const disconnect = useMutation({
    mutationFn: (way: Linked) => root.delete(`/me/identities/${way.id}`),
    onSuccess: (_, way) => toast({ title: `${way.name} is disconnected` }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: waysInQuery.queryKey }),
  })
  const { data } = query
  const ways = waysOf(config.providers, data?.identities ?? [])
  const usable = (data?.identities.filter((one) => one.configured).length ?? 0) + (data?.has_password ? 1 : 0)
  const only = (linked: Linked) => usable - (linked.configured ? 1 : 0) < 1
  return (
    <Section
      id="providers"
      title="Other ways to sign in"
      lead={
        config.providers.length > 0
          ? 'An account there is connected when its e-mail is yours.'
          : 'Google, GitHub and OpenID Connect are offered here once this server is set up for them.'
      }
    >
      {problem ? (
        <p role="alert" className="mb-3 text-failed">
          {oauthError(problem)}
        </p>
      ) : null}
      {disconnect.error ? (
        <p role="alert" className="mb-3 text-failed">
          {disconnect.error.message}
        </p>
      ) : null}
      {query.isError ? (
        <ErrorState
          className="px-0!"
          title="What is connected could not be loaded"
          error={query.error}
          onRetry={() => void query.refetch()}
        />
      ) : !data ? (
        <Loading />
      ) : ways.length === 0 ? null : (
        <ul className="divide-y divide-line rounded-control border border-line-strong bg-surface">
          {ways.map(({ id, name, linked, offered }) => (
            <li key={id} className="flex min-h-12 flex-wrap items-center gap-x-3 gap-y-1 px-3.5 py-2">
              <div className="min-w-0 flex-1">
                <b className="block font-medium">{name}</b>
                <span className="block text-text-2 wrap-anywhere">
                  {linked ? `${linked.email}, since ${date(msOf(linked.created))}` : 'Not connected'}
                  {offered ? '' : '. This server does not offer it any more.'}
                </span>
              </div>
              {linked ? (
                <Button
                  kind="bare-bad"
                  aria-label={`Disconnect ${name}`}
                  disabled={only(linked)}
                  title={only(linked) ? 'Your only way to sign in. Set a password first.' : undefined}
                  busy={disconnect.isPending && disconnect.variables.id === linked.id}
                  onClick={() => disconnect.mutate(linked)}
                >
                  Disconnect
                </Button>
              ) : (
                <a
                  className={buttonClass({})}
                  aria-label={`Connect ${name}`}
                  href={`/api/auth/oauth/${encodeURIComponent(id)}?redirect_to=${encodeURIComponent('/my/profile')}`}
                >
                  Connect
                </a>
              )}
            </li>
          ))}
        </ul>
      )}
    </Section>
  )
}
