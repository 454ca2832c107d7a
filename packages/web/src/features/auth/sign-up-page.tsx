import { useMutation } from '@tanstack/react-query'
import { Link, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { Button, buttonClass, TextField } from '../../components/ui/index.ts'
import { problemOf, root } from '../../lib/api.ts'
import { type Me, useConfig } from '../../lib/identity.ts'
import { usePage } from '../../lib/page.ts'
import { EntryFrame, EntryNote } from './entry-frame.tsx'
import { Providers } from './providers.tsx'
import { entryError, useThrottle } from './throttle.ts'
import { useEnter } from './use-sign-in.ts'

export function SignUpPage() {
  const config = useConfig()
  const first = config.signup === 'first_user'
  usePage({ title: first ? 'Set up Orrery' : 'Create an account' })
  const search = useSearch({ from: '/entry/sign-up' })
  if (config.signup === 'closed') {
    return (
      <EntryFrame title="Create an account">
        <EntryNote>
          Signing up is closed on <span className="font-mono text-small">{location.host}</span>. The owner of
          this instance can open it under <b className="font-medium">Instance</b>.
        </EntryNote>
        <Link to="/sign-in" className={buttonClass({ size: 'tall' })}>
          Sign in instead
        </Link>
      </EntryFrame>
    )
  }
  return (
    <EntryFrame
      title={first ? 'Set up Orrery' : 'Create an account'}
      lead={
        first
          ? 'You are the first here: this account will own the instance. Afterwards signing up is closed until you open it.'
          : 'Anyone who reaches this page may sign up. You get an account of your own.'
      }
    >
      {config.setup_code_required ? null : <Providers config={config} back={search.redirect} />}
      <SignUpForm
        back={search.redirect}
        code={config.setup_code_required}
        minLength={config.password_min_length}
        first={first}
      />
      {first ? null : (
        <p className="text-text-2">
          Have an account?{' '}
          <Link
            to="/sign-in"
            search={search.redirect ? { redirect: search.redirect } : {}}
            className="prose-link"
          >
            Sign in
          </Link>
        </p>
      )}
    </EntryFrame>
  )
}

function SignUpForm({
  back,
  code,
  minLength,
  first,
}: {
  back: string | undefined
  code: boolean
  minLength: number
  first: boolean
}) {
  const enter = useEnter()
  const [form, setForm] = useState({ first_name: '', last_name: '', email: '', password: '', setup_code: '' })
  const set = (key: keyof typeof form) => (event: { target: { value: string } }) =>
    setForm({ ...form, [key]: event.target.value })
  const signUp = useMutation({
    mutationFn: () =>
      root.post<{ user: Me }>('/auth/sign-up', {
        email: form.email.trim(),
        password: form.password,
        ...(form.first_name.trim() && { first_name: form.first_name.trim() }),
        ...(form.last_name.trim() && { last_name: form.last_name.trim() }),
        ...(code && { setup_code: form.setup_code.trim() }),
      }),
    onSuccess: ({ user }) => enter(user, back),
  })
  const wait = useThrottle(signUp.error)
  const problem = (field: string) => problemOf(signUp.error, field)
  const shownByField = ['first_name', 'last_name', 'email', 'password', 'setup_code'].some((field) =>
    problem(field),
  )
  const error = shownByField ? undefined : entryError(signUp.error)
  return (
    <form
      className="grid gap-4"
      onSubmit={(event) => {
        event.preventDefault()
        if (wait === 0 && !signUp.isPending) signUp.mutate()
      }}
    >
      {code ? (
        <TextField
          label="One-time code"
          mono
          autoComplete="one-time-code"
          autoCapitalize="off"
          spellCheck={false}
          autoFocus
          required
          value={form.setup_code}
          onChange={set('setup_code')}
          error={problem('setup_code')}
          hint="The server printed it when it started: it shows that you are the one who runs it."
        />
      ) : null}
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField
          label="First name"
          optional
          autoComplete="given-name"
          autoFocus={!code}
          value={form.first_name}
          onChange={set('first_name')}
          error={problem('first_name')}
        />
        <TextField
          label="Last name"
          optional
          autoComplete="family-name"
          value={form.last_name}
          onChange={set('last_name')}
          error={problem('last_name')}
        />
      </div>
      <TextField
        label="E-mail"
        type="email"
        autoComplete="username"
        required
        value={form.email}
        onChange={set('email')}
        error={problem('email')}
      />
      <TextField
        label="Password"
        type="password"
        autoComplete="new-password"
        required
        minLength={minLength}
        value={form.password}
        onChange={set('password')}
        hint={`At least ${minLength} characters; a few words are better than a few signs.`}
        error={problem('password')}
      />
      {error ? (
        <p role="alert" className="text-failed">
          {error}
          {wait > 0 ? ` Try again in ${wait} s.` : ''}
        </p>
      ) : null}
      <Button kind="main" size="tall" type="submit" busy={signUp.isPending} disabled={wait > 0}>
        {first ? 'Create the owner’s account' : 'Create account'}
      </Button>
    </form>
  )
}
