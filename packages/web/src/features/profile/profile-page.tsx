import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import {
  Button,
  buttonClass,
  Checkbox,
  Copyable,
  Loading,
  PageBody,
  PageHead,
  SaveBar,
  Section,
  Segmented,
  StateBadge,
  TextField,
  toast,
} from '../../components/ui/index.ts'
import { problemOf, root } from '../../lib/api.ts'
import {
  displayName,
  initials,
  type Me,
  sessionQuery,
  useConfig,
  workspacesQuery,
} from '../../lib/identity.ts'
import { usePage } from '../../lib/page.ts'
import { useDensity, useShortcutsEnabled, useTheme, useVision, useZone } from '../../lib/preferences.ts'
import { useWaysIn, WaysInSection, waysInQuery } from './ways-in.tsx'

export function ProfilePage() {
  usePage({ title: 'Profile', crumbs: [{ label: 'Profile' }] })
  const search = useSearch({ from: '/signed-in/person/my/profile' })
  const { data: me } = useQuery(sessionQuery)
  if (!me) {
    return (
      <PageBody>
        <Loading />
      </PageBody>
    )
  }
  return (
    <PageBody>
      <div className="mb-4 flex items-center gap-3">
        <span
          className="grid size-11 flex-none place-items-center rounded-full bg-accent-soft text-head font-bold"
          aria-hidden="true"
        >
          {initials(me)}
        </span>
        <div className="[&>div]:mb-0!">
          <PageHead title={displayName(me)} lead={me.email} />
        </div>
      </div>
      <div className="max-w-190">
        <Section id="you" title="You" lead="How others see you beside your work.">
          <DetailsForm key={`${me.first_name}|${me.last_name}|${me.handle}|${me.email}`} me={me} />
        </Section>
        <PasswordSection />
        <Section id="keys" title="Keys and sessions" lead="What can act as you.">
          <div className="flex flex-wrap gap-2">
            <Link to="/my/api-keys" className={buttonClass({})}>
              API keys
            </Link>
            <Link to="/my/sessions" className={buttonClass({})}>
              Sessions
            </Link>
          </div>
        </Section>
        <WaysInSection problem={search.error} />
        <Section id="look" title="How it looks" lead="Kept in this browser.">
          <Preferences />
        </Section>
      </div>
    </PageBody>
  )
}

function DetailsForm({ me }: { me: Me }) {
  const queryClient = useQueryClient()
  const start = { first_name: me.first_name, last_name: me.last_name, handle: me.handle, email: me.email }
  const [form, setForm] = useState(start)
  const set = (field: keyof typeof form) => (event: { target: { value: string } }) =>
    setForm({ ...form, [field]: event.target.value })
  const changed = (Object.keys(start) as (keyof typeof start)[]).filter(
    (field) => form[field].trim() !== start[field],
  )
  const save = useMutation({
    mutationFn: () =>
      root.patch(`/users/${me.id}`, Object.fromEntries(changed.map((field) => [field, form[field].trim()]))),
    onSuccess: async () => {
      await Promise.all([
        queryClient.invalidateQueries({ queryKey: sessionQuery.queryKey }),
        // A personal account is named after its person.
        queryClient.invalidateQueries({ queryKey: workspacesQuery.queryKey }),
      ])
      toast({ title: 'Saved' })
    },
  })
  const problem = (field: string) => problemOf(save.error, field)
  const other = save.error && !(Object.keys(start) as string[]).some(problem) ? save.error.message : undefined
  return (
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault()
        if (changed.length > 0 && !save.isPending) save.mutate()
      }}
    >
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField
          label="First name"
          autoComplete="given-name"
          value={form.first_name}
          onChange={set('first_name')}
          error={problem('first_name')}
        />
        <TextField
          label="Last name"
          autoComplete="family-name"
          value={form.last_name}
          onChange={set('last_name')}
          error={problem('last_name')}
        />
        <TextField
          label="Handle"
          required
          autoComplete="off"
          value={form.handle}
          onChange={set('handle')}
          error={problem('handle')}
        />
        <TextField
          label="E-mail"
          type="email"
          required
          autoComplete="email"
          value={form.email}
          onChange={set('email')}
          error={problem('email')}
        />
      </div>
      <SaveBar
        changed={changed.length > 0}
        saving={save.isPending}
        problem={other}
        onDiscard={() => {
          setForm(start)
          save.reset()
        }}
      >
        ID <Copyable text={me.id} label="Copy your ID" />
      </SaveBar>
    </form>
  )
}

function PasswordSection() {
  const { data } = useWaysIn()
  const first = data?.has_password === false
  return (
    <Section
      id="password"
      title="Password"
      lead={
        first
          ? 'You have none yet. With one you get in without any other account.'
          : 'Changing it signs you out everywhere but here.'
      }
    >
      <PasswordForm first={first} />
    </Section>
  )
}

/** `first`: there is no password to be asked for. */
function PasswordForm({ first }: { first: boolean }) {
  const config = useConfig()
  const [current, setCurrent] = useState('')
  const [next, setNext] = useState('')
  const queryClient = useQueryClient()
  const change = useMutation({
    mutationFn: () => root.post('/auth/password', { current_password: current, new_password: next }),
    onSuccess: () => {
      setCurrent('')
      setNext('')
      void queryClient.invalidateQueries({ queryKey: ['me', 'sessions'] })
      void queryClient.invalidateQueries({ queryKey: waysInQuery.queryKey })
      toast({
        title: first ? 'Password set' : 'Password changed',
        text: 'Every other session is signed out.',
      })
    },
  })
  const refused = problemOf(change.error, 'new_password')
  return (
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault()
        if (!change.isPending) change.mutate()
      }}
    >
      <div className="grid gap-4 sm:grid-cols-2">
        {first ? null : (
          <TextField
            label="Current password"
            type="password"
            autoComplete="current-password"
            required
            value={current}
            onChange={(event) => setCurrent(event.target.value)}
            error={change.error && !refused ? change.error.message : undefined}
          />
        )}
        <TextField
          label="New password"
          type="password"
          autoComplete="new-password"
          required
          minLength={config.password_min_length}
          value={next}
          onChange={(event) => setNext(event.target.value)}
          hint={`At least ${config.password_min_length} characters.`}
          error={refused ?? (first && change.error ? change.error.message : undefined)}
        />
      </div>
      <div>
        <Button type="submit" busy={change.isPending}>
          {first ? 'Set password' : 'Change password'}
        </Button>
      </div>
    </form>
  )
}

/** Those that are taken for each other first, beside each other. */
const SHOWN_LOOKS = ['completed', 'failed', 'crashed', 'paused', 'pending', 'scheduled', 'late'] as const

function Preferences() {
  const [theme, setTheme] = useTheme()
  const [density, setDensity] = useDensity()
  const [zone, setZone] = useZone()
  const [vision, setVision] = useVision()
  const [shortcuts, setShortcuts] = useShortcutsEnabled()
  const row = (label: string, control: React.ReactNode) => (
    <div className="flex min-h-10 flex-wrap items-center justify-between gap-x-4 gap-y-1">
      <span>{label}</span>
      {control}
    </div>
  )
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] gap-1">
      {row(
        'Theme',
        <Segmented
          label="Theme"
          value={theme}
          onChange={setTheme}
          options={[
            { id: 'system', label: 'As the system' },
            { id: 'light', label: 'Light' },
            { id: 'dark', label: 'Dark' },
          ]}
        />,
      )}
      {row(
        'Density',
        <Segmented
          label="Density"
          value={density}
          onChange={setDensity}
          options={[
            { id: 'compact', label: 'Compact' },
            { id: 'roomy', label: 'Roomy' },
          ]}
        />,
      )}
      {row(
        'Times',
        <Segmented
          label="Times"
          value={zone}
          onChange={setZone}
          options={[
            { id: 'local', label: `Local (${Intl.DateTimeFormat().resolvedOptions().timeZone})` },
            { id: 'utc', label: 'UTC' },
          ]}
        />,
      )}
      {row(
        'Colours of states',
        <Segmented
          label="Colours of states"
          value={vision}
          onChange={setVision}
          options={[
            { id: 'standard', label: 'Standard' },
            { id: 'steps', label: 'More light and dark' },
          ]}
        />,
      )}
      <ul aria-label="How states look" className="flex flex-wrap gap-x-4 gap-y-1 pb-2 sm:justify-end">
        {SHOWN_LOOKS.map((look) => (
          <li key={look}>
            <StateBadge look={look} tone="word" />
          </li>
        ))}
      </ul>
      {row(
        'Keyboard',
        <Checkbox
          label="Shortcuts of a single key"
          checked={shortcuts}
          onChange={(event) => setShortcuts(event.target.checked)}
        />,
      )}
    </div>
  )
}
