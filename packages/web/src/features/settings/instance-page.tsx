import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import {
  Copyable,
  ErrorState,
  PageBody,
  PageHead,
  Section,
  toast,
  toastError,
} from '../../components/ui/index.ts'
import { root } from '../../lib/api.ts'
import { configQuery, sessionQuery, useConfig } from '../../lib/identity.ts'
import { usePage } from '../../lib/page.ts'

const CHOICES = [
  { id: 'closed', title: 'Closed', text: 'Nobody can create an account. Who has one keeps it.' },
  { id: 'open', title: 'Open', text: 'Anyone who reaches this server can create an account of their own.' },
] as const

/** What its owner decides for the whole instance. */
export function InstancePage() {
  usePage({ title: 'Instance', crumbs: [{ label: 'Instance' }] })
  const config = useConfig()
  const { data: me } = useQuery(sessionQuery)
  const queryClient = useQueryClient()
  const owner = me?.is_instance_owner === true
  const settings = useQuery({
    queryKey: ['auth', 'settings'],
    queryFn: ({ signal }) => root.get<{ signup: 'open' | 'closed' }>('/auth/settings', { signal }),
    enabled: owner,
  })
  const save = useMutation({
    mutationFn: (signup: 'open' | 'closed') => root.patch('/auth/settings', { signup }),
    onSuccess: async (_, signup) => {
      await Promise.all([
        queryClient.invalidateQueries({ queryKey: ['auth', 'settings'] }),
        queryClient.invalidateQueries({ queryKey: configQuery.queryKey }),
      ])
      toast({ title: signup === 'open' ? 'Signing up is open' : 'Signing up is closed' })
    },
    onError: (error) => toastError('Not saved', error),
  })
  const chosen = save.isPending ? save.variables : settings.data?.signup
  return (
    <PageBody>
      <PageHead title="Instance" lead="Decided by its owner, for everyone on this server." />
      <div className="max-w-190">
        <Section
          id="signup"
          title="Signing up"
          lead="The page for creating an account says which of the two holds."
        >
          {settings.isError ? (
            <ErrorState
              className="px-0!"
              title="The setting could not be loaded"
              error={settings.error}
              onRetry={() => void settings.refetch()}
            />
          ) : owner ? (
            <div role="radiogroup" aria-labelledby="signup-title" className="grid gap-2">
              {CHOICES.map((choice) => (
                <label
                  key={choice.id}
                  className="flex cursor-pointer items-start gap-3 rounded-control border border-line-strong bg-surface px-3 py-2.5 has-checked:border-accent has-checked:bg-selected has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent"
                >
                  <input
                    type="radio"
                    name="signup"
                    className="mt-1 accent-(--accent-solid) outline-none"
                    checked={chosen === choice.id}
                    disabled={settings.isPending || save.isPending}
                    onChange={() => save.mutate(choice.id)}
                  />
                  <span>
                    <b className="block font-medium">{choice.title}</b>
                    <span className="text-text-2">{choice.text}</span>
                  </span>
                </label>
              ))}
            </div>
          ) : (
            <p className="text-text-2">
              Signing up is {config.signup}. Only the owner of this instance can change it.
            </p>
          )}
        </Section>
        <Section id="server" title="This server">
          <dl className="grid grid-cols-[auto_minmax(0,1fr)] items-center gap-x-6 [&>*]:min-h-7 [&>*]:py-1">
            <dt className="text-text-3">Version</dt>
            <dd>{config.version}</dd>
            <dt className="text-text-3">API</dt>
            <dd className="min-w-0">
              <Copyable text={config.api_url} label="Copy the API’s address" />
            </dd>
            <dt className="text-text-3">Mail</dt>
            <dd>{config.mail ? 'is sent' : 'is not set up: links are printed by the server'}</dd>
            <dt className="text-text-3">Sign-in with</dt>
            <dd>
              {['e-mail and password', ...config.providers.map((provider) => provider.name)].join(', ')}
            </dd>
          </dl>
        </Section>
      </div>
    </PageBody>
  )
}
