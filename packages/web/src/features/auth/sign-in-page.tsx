import { useMutation } from '@tanstack/react-query'
import { Link, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { Button, TextField } from '../../components/ui/index.ts'
import { root } from '../../lib/api.ts'
import { type Me, useConfig } from '../../lib/identity.ts'
import { usePage } from '../../lib/page.ts'
import { EntryFrame } from './entry-frame.tsx'
import { Providers } from './providers.tsx'
import { entryError, oauthError, useThrottle } from './throttle.ts'
import { useEnter } from './use-sign-in.ts'

export function SignInPage() {
  usePage({ title: 'Sign in' })
  const config = useConfig()
  const search = useSearch({ from: '/entry/sign-in' })
  const enter = useEnter()
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const signIn = useMutation({
    mutationFn: () => root.post<{ user: Me }>('/auth/sign-in', { email: email.trim(), password }),
    onSuccess: ({ user }) => enter(user, search.redirect),
  })
  const wait = useThrottle(signIn.error)
  const error = entryError(signIn.error)
  return (
    <EntryFrame
      title="Sign in"
      lead={
        <>
          to the workspaces on <span className="font-mono text-small">{location.host}</span>
        </>
      }
    >
      {search.error ? (
        <p role="alert" className="rounded-control bg-failed-tint px-3 py-2 text-failed">
          {oauthError(search.error)}
        </p>
      ) : null}
      <Providers config={config} back={search.redirect} />
      <form
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          if (wait === 0 && !signIn.isPending) signIn.mutate()
        }}
      >
        <TextField
          label="E-mail"
          type="email"
          name="email"
          autoComplete="username"
          autoFocus
          required
          value={email}
          onChange={(event) => setEmail(event.target.value)}
        />
        <TextField
          label="Password"
          type="password"
          name="password"
          autoComplete="current-password"
          required
          value={password}
          onChange={(event) => setPassword(event.target.value)}
          error={error && (wait > 0 ? `${error} Try again in ${wait} s.` : error)}
          end={
            <Link to="/forgot-password" className="link">
              Forgotten?
            </Link>
          }
        />
        <Button kind="main" size="tall" type="submit" busy={signIn.isPending} disabled={wait > 0}>
          Sign in
        </Button>
      </form>
      <p className="text-text-2">
        {config.signup === 'closed' ? (
          'Signing up is closed here. The owner of this instance can open it.'
        ) : (
          <>
            New here?{' '}
            <Link
              to="/sign-up"
              search={search.redirect ? { redirect: search.redirect } : {}}
              className="prose-link"
            >
              Create an account
            </Link>
          </>
        )}
      </p>
    </EntryFrame>
  )
}
