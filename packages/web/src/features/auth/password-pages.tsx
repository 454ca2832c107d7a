import { useMutation } from '@tanstack/react-query'
import { Link, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { Button, buttonClass, TextField } from '../../components/ui/index.ts'
import { root } from '../../lib/api.ts'
import { useConfig } from '../../lib/identity.ts'
import { usePage } from '../../lib/page.ts'
import { EntryFrame, EntryNote } from './entry-frame.tsx'
import { entryError, useThrottle } from './throttle.ts'

const backToSignIn = (
  <Link to="/sign-in" className="link justify-self-start">
    Back to signing in
  </Link>
)

export function ForgotPasswordPage() {
  usePage({ title: 'Forgotten password' })
  const config = useConfig()
  const [email, setEmail] = useState('')
  const ask = useMutation({ mutationFn: () => root.post('/auth/forgot-password', { email: email.trim() }) })
  const wait = useThrottle(ask.error)
  if (ask.isSuccess) {
    return (
      <EntryFrame title={config.mail ? 'Look into your mail' : 'Ask for the link'}>
        <EntryNote>
          {config.mail
            ? `If ${email.trim()} has an account here, a link to set a new password is on its way. It is good for one hour, once.`
            : `This server sends no mail. If ${email.trim()} has an account here, the server has printed the link: ask who runs it.`}
        </EntryNote>
        {backToSignIn}
      </EntryFrame>
    )
  }
  const error = entryError(ask.error)
  return (
    <EntryFrame
      title="Forgotten password"
      lead={
        config.mail
          ? 'You get a link by mail that lets you set a new one.'
          : 'This server sends no mail: it prints the link for the person who runs it.'
      }
    >
      <form
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          if (wait === 0 && !ask.isPending) ask.mutate()
        }}
      >
        <TextField
          label="E-mail"
          type="email"
          autoComplete="username"
          autoFocus
          required
          value={email}
          onChange={(event) => setEmail(event.target.value)}
          error={error && (wait > 0 ? `${error} Try again in ${wait} s.` : error)}
        />
        <Button kind="main" size="tall" type="submit" busy={ask.isPending} disabled={wait > 0}>
          {config.mail ? 'Send the link' : 'Ask for the link'}
        </Button>
      </form>
      {backToSignIn}
    </EntryFrame>
  )
}

export function ResetPasswordPage() {
  usePage({ title: 'New password' })
  const config = useConfig()
  const { token } = useSearch({ from: '/reset-password' })
  const [password, setPassword] = useState('')
  const reset = useMutation({
    mutationFn: () => root.post('/auth/reset-password', { token, new_password: password }),
  })
  if (!token) {
    return (
      <EntryFrame title="This link is not complete">
        <EntryNote>Open the whole link of the mail, or ask for a new one.</EntryNote>
        <Link to="/forgot-password" className={buttonClass({ size: 'tall' })}>
          Ask for a new link
        </Link>
      </EntryFrame>
    )
  }
  if (reset.isSuccess) {
    return (
      <EntryFrame title="Password set">
        <EntryNote>The new password is in force, and every session of before is signed out.</EntryNote>
        <Link to="/sign-in" className={buttonClass({ kind: 'main', size: 'tall' })}>
          Sign in
        </Link>
      </EntryFrame>
    )
  }
  return (
    <EntryFrame title="New password" lead="Every session of yours is signed out when it is set.">
      <form
        className="grid gap-4"
        onSubmit={(event) => {
          event.preventDefault()
          if (!reset.isPending) reset.mutate()
        }}
      >
        <TextField
          label="New password"
          type="password"
          autoComplete="new-password"
          autoFocus
          required
          minLength={config.password_min_length}
          value={password}
          onChange={(event) => setPassword(event.target.value)}
          hint={`At least ${config.password_min_length} characters.`}
          error={entryError(reset.error)}
        />
        <Button kind="main" size="tall" type="submit" busy={reset.isPending}>
          Set the password
        </Button>
      </form>
      {reset.isError ? (
        <Link to="/forgot-password" className="link">
          Ask for a new link
        </Link>
      ) : null}
    </EntryFrame>
  )
}
