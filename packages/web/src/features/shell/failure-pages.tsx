import { type ErrorComponentProps, Link, useRouter } from '@tanstack/react-router'
import { useEffect } from 'react'
import { Button, buttonClass } from '../../components/ui/button.tsx'
import { ErrorState } from '../../components/ui/empty.tsx'
import { Loading, Mark } from '../../components/ui/mark.tsx'

function Lone({ children }: { children: React.ReactNode }) {
  return (
    <main className="mx-auto grid min-h-dvh max-w-140 content-center gap-4 px-4 py-12">
      <Mark size={44} />
      {children}
    </main>
  )
}

export function NotFoundPage() {
  useEffect(() => {
    document.title = 'No such page · Orrery'
  }, [])
  return (
    <Lone>
      <div>
        <h1 className="text-title leading-7">No page has this address</h1>
        <p className="mt-1 wrap-anywhere text-text-2">
          <span className="font-mono text-small">{location.pathname}</span> leads nowhere. It may be mistyped,
          or what it showed may have been deleted.
        </p>
      </div>
      <div className="flex flex-wrap gap-2">
        <Link to="/" className={buttonClass({ kind: 'main' })}>
          Go home
        </Link>
        <Button onClick={() => history.back()}>Go back</Button>
      </div>
    </Lone>
  )
}

/** The last resort: something threw while a page was drawn. */
export function RootErrorPage({ error, reset }: ErrorComponentProps) {
  const router = useRouter()
  return (
    <Lone>
      <h1 className="sr-only">This page could not be shown</h1>
      <ErrorState
        className="px-0!"
        title="This page could not be shown"
        error={error}
        onRetry={() => {
          reset()
          void router.invalidate()
        }}
      />
      <p className="text-text-2">
        Nothing was changed.{' '}
        <a className="prose-link" href="/">
          Go home
        </a>
      </p>
    </Lone>
  )
}

/** A page that threw: the frame around it stays, and with it the way to every other page. */
export function PageErrorPage({ error, reset }: ErrorComponentProps) {
  const router = useRouter()
  return (
    <div className="px-3 py-4 md:px-6 md:py-5">
      <h1 className="sr-only">This page could not be shown</h1>
      <ErrorState
        className="px-0!"
        title="This page could not be shown"
        error={error}
        onRetry={() => {
          reset()
          void router.invalidate()
        }}
      />
    </div>
  )
}

export function StartFailure({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  return (
    <Lone>
      <h1 className="sr-only">Orrery could not start</h1>
      <ErrorState className="px-0!" title="Orrery could not start" error={error} onRetry={onRetry} />
    </Lone>
  )
}

export function RoutePending() {
  return (
    <div className="px-6 py-6">
      <Loading />
    </div>
  )
}
