import { useMutation, useQuery } from '@tanstack/react-query'
import { Link, useSearch } from '@tanstack/react-router'
import { useMemo, useState } from 'react'
import { Button, buttonClass, StateGlyph } from '../../components/ui/index.ts'
import { date } from '../../lib/format.ts'
import { displayName, sessionQuery, useConfig } from '../../lib/identity.ts'
import { usePage } from '../../lib/page.ts'
import { createKey, type NewKey } from '../api-keys/keys.ts'
import { KeyBox } from '../api-keys/reveal.tsx'
import { parseCallback, postToCallback } from './cli-callback.ts'
import { EntryFrame, EntryNote } from './entry-frame.tsx'

const DAYS = 30

type Outcome = { kind: 'handed-over' } | { kind: 'paste'; key: NewKey } | { kind: 'denied' }

/** Where `prefect cloud login` sends the browser: shows who asks, and hands over a key only after a click. */
export function ClientPage() {
  usePage({ title: 'Authorise the CLI' })
  const search = useSearch({ from: '/signed-in/auth/client' })
  const callback = useMemo(() => parseCallback(search.callback), [search.callback])
  const config = useConfig()
  const { data: me } = useQuery({ ...sessionQuery, enabled: config.mode === 'cloud' })
  const [name] = useState(() => `cli-${randomUuid()}`)
  const [expires] = useState(() => new Date(Date.now() + DAYS * 86_400_000))

  const approve = useMutation({
    mutationFn: async (to: URL): Promise<Outcome> => {
      if (!me) throw new Error('You are signed out.')
      const key = await createKey(me.id, { name, expiration: expires.toISOString() })
      try {
        await postToCallback(to, 'success', { api_key: key.key })
        return { kind: 'handed-over' }
      } catch {
        return { kind: 'paste', key }
      }
    },
  })
  const deny = useMutation({
    mutationFn: async (to: URL): Promise<Outcome> => {
      const reason = `${me?.email ?? 'The user'} denied the request.`
      // When the CLI is gone already, the answer is the same.
      await postToCallback(to, 'failure', { reason }).catch(() => undefined)
      return { kind: 'denied' }
    },
  })
  const outcome = approve.data ?? deny.data

  if (config.mode === 'local') {
    return (
      <EntryFrame title="No key is needed here">
        <EntryNote>
          This server runs in local mode, without accounts: set{' '}
          <span className="font-mono text-small">PREFECT_API_URL="{config.api_url}"</span> and nothing else.
        </EntryNote>
        <Link to="/" className={buttonClass({ size: 'tall' })}>
          Open Orrery
        </Link>
      </EntryFrame>
    )
  }
  if (!callback) {
    return (
      <EntryFrame title="Nothing to authorise">
        <EntryNote>
          {search.callback ? (
            <>
              The key would go to{' '}
              <span className="font-mono text-small wrap-anywhere">{search.callback}</span>. Keys are handed
              only to a port of this computer:{' '}
              <span className="font-mono text-small">http://localhost:PORT</span>. Nothing was created.
            </>
          ) : (
            'This page is opened by the CLI, with an address to answer to. It came without one.'
          )}
        </EntryNote>
        <Link to="/my/api-keys" className={buttonClass({ size: 'tall' })}>
          Create a key by hand
        </Link>
      </EntryFrame>
    )
  }
  if (outcome?.kind === 'handed-over') {
    return (
      <EntryFrame title="The CLI is signed in">
        <p role="status" className="flex items-start gap-2 text-text-2">
          <StateGlyph look="completed" className="mt-1" />
          <span>
            It has the key <span className="font-mono text-small wrap-anywhere">{name}</span>. Go back to the
            terminal; this tab can be closed.
          </span>
        </p>
        <Link to="/" className={buttonClass({ size: 'tall' })}>
          Open Orrery
        </Link>
      </EntryFrame>
    )
  }
  if (outcome?.kind === 'paste') {
    return (
      <EntryFrame
        title="Paste this into the CLI"
        lead="The browser did not let this page hand over the key itself."
      >
        <KeyBox value={outcome.key.key} />
        <EntryNote>
          In the terminal choose <b className="font-medium">Paste an API key</b>, or run{' '}
          <span className="font-mono text-small">prefect cloud login -k</span> with it. It is shown only this
          once and expires on {date(expires.getTime())}.
        </EntryNote>
        <Link to="/" className={buttonClass({ size: 'tall' })}>
          Open Orrery
        </Link>
      </EntryFrame>
    )
  }
  if (outcome?.kind === 'denied') {
    return (
      <EntryFrame title="Denied">
        <EntryNote>The CLI got no key. It says so in the terminal; this tab can be closed.</EntryNote>
        <Link to="/" className={buttonClass({ size: 'tall' })}>
          Open Orrery
        </Link>
      </EntryFrame>
    )
  }
  return (
    <EntryFrame
      title="Let a CLI sign in as you?"
      lead="A program on this computer asks for a key. Approve only what you started yourself."
    >
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-2 rounded-control border border-line-strong bg-sunken px-3 py-3">
        <dt className="text-text-3">You</dt>
        <dd className="clip">{me ? `${displayName(me)}, ${me.email}` : '–'}</dd>
        <dt className="text-text-3">Key</dt>
        <dd className="font-mono text-small wrap-anywhere">{name}</dd>
        <dt className="text-text-3">Expires</dt>
        <dd>
          {date(expires.getTime())}, in {DAYS} days
        </dd>
        <dt className="text-text-3">Goes to</dt>
        <dd className="font-mono text-small wrap-anywhere">{callback.origin}</dd>
      </dl>
      {approve.isError ? (
        <p role="alert" className="text-failed">
          {approve.error.message}
        </p>
      ) : null}
      <div className="grid gap-2 sm:grid-cols-2">
        <Button kind="main" size="tall" busy={approve.isPending} onClick={() => approve.mutate(callback)}>
          Approve
        </Button>
        <Button
          size="tall"
          busy={deny.isPending}
          disabled={approve.isPending}
          onClick={() => deny.mutate(callback)}
        >
          Deny
        </Button>
      </div>
    </EntryFrame>
  )
}

/** `crypto.randomUUID` exists only in secure contexts; a LAN address over http is not one. */
export function randomUuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
