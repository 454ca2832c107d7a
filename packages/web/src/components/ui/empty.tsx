import { clsx } from 'clsx'
import type { ReactNode } from 'react'
import { ApiError } from '../../lib/api.ts'
import { Button } from './button.tsx'
import { CopyButton } from './copyable.tsx'
import { StateGlyph } from './state.tsx'

const SIGNS = {
  nothing: (
    <>
      <path d="M-4.5 15.300a16 16 0 119 0" stroke="var(--line-control)" strokeWidth={1.4} />
      <path d="M-16 0A16 16 0 010-16" stroke="var(--accent)" strokeWidth={2.2} />
      <path d="M-2.500 9.600a10 10 0 115 0" stroke="var(--line-control)" strokeWidth={1.4} />
      <circle r="2.500" fill="var(--text-3)" stroke="none" />
    </>
  ),
  'no-match': (
    <>
      <circle r="16" stroke="var(--line-control)" strokeWidth={1.4} strokeDasharray="2.500 3" />
      <circle r="10" stroke="var(--line-control)" strokeWidth={1.4} strokeDasharray="2.500 3" />
      <circle r="2.500" fill="var(--text-3)" stroke="none" />
    </>
  ),
  forbidden: (
    <>
      <path d="M-4.500 15.300a16 16 0 119 0" stroke="var(--line-control)" strokeWidth={1.4} />
      <rect x="-5.500" y="-1.500" width="11" height="8" rx="1.500" stroke="var(--text-2)" strokeWidth={1.4} />
      <path d="M-3-1.500v-2.500a3 3 0 016 0v2.500" stroke="var(--text-2)" strokeWidth={1.4} />
    </>
  ),
} as const

/**
 * Why there is nothing here: nothing yet (with what to do), nothing matches (with how to clear), or no permission
 * (with whom to ask). `children` holds the command or the button.
 */
export function EmptyState({
  kind = 'nothing',
  title,
  text,
  children,
  className,
}: {
  kind?: keyof typeof SIGNS
  title: string
  text?: ReactNode
  children?: ReactNode
  className?: string
}) {
  return (
    <div className={clsx('grid justify-items-start px-4 py-6', className)}>
      <svg
        width={36}
        height={36}
        viewBox="-18 -18 36 36"
        fill="none"
        strokeLinecap="round"
        aria-hidden="true"
      >
        {SIGNS[kind]}
      </svg>
      <p className="mt-2.5 mb-0.5 text-base font-bold">{title}</p>
      {text ? <div className="mb-3 max-w-[62ch] text-text-2">{text}</div> : null}
      {children}
    </div>
  )
}

/**
 * What could not be loaded, why, and another try. The request's id finds it in the server's log. A refusal is no
 * failure: it says that there is no permission, and whom to ask.
 */
export function ErrorState({
  title,
  error,
  onRetry,
  className,
}: {
  title: string
  error: unknown
  onRetry?: (() => void) | undefined
  className?: string
}) {
  const api = error instanceof ApiError ? error : undefined
  const message = error instanceof Error ? error.message : String(error)
  if (api?.status === 403) {
    const scope = /\b(?:see|run|write|manage)_\w+/.exec(message)?.[0]
    return (
      <EmptyState
        kind="forbidden"
        className={className ?? ''}
        title="Your role does not show this"
        text={
          <>
            {title}. {scope ? `Ask an owner of the workspace for a role with ${scope}.` : message}
          </>
        }
      >
        <RetryRow onRetry={onRetry} requestId={api.requestId} />
      </EmptyState>
    )
  }
  return (
    <div role="alert" className={clsx('grid justify-items-start gap-2 px-4 py-4', className)}>
      <p className="flex items-center gap-2 font-bold">
        <StateGlyph look="failed" />
        {title}
      </p>
      <p className="max-w-[72ch] wrap-break-word text-text-2">{message}</p>
      <RetryRow onRetry={onRetry} requestId={api?.requestId} />
    </div>
  )
}

function RetryRow({
  onRetry,
  requestId,
}: {
  onRetry: (() => void) | undefined
  requestId: string | null | undefined
}) {
  return (
    <div className="flex flex-wrap items-center gap-2">
      {onRetry ? (
        <Button icon="retry" onClick={onRetry}>
          Try again
        </Button>
      ) : null}
      {requestId ? (
        <span className="inline-flex items-center gap-1 font-mono text-small text-text-3">
          request {requestId}
          <CopyButton text={requestId} label="Copy the request's id" />
        </span>
      ) : null}
    </div>
  )
}

/** Lines in the place of what is loading; give it the size of what will come. */
export function Skeleton({ className, style }: { className?: string; style?: React.CSSProperties }) {
  return (
    <span
      aria-hidden="true"
      style={style}
      className={clsx('inline-block h-2.5 rounded-[3px] bg-line opacity-80', className)}
    />
  )
}

/** The rows of a table that is loading, at its real row height, so that nothing jumps. */
export function SkeletonRows({ rows = 8, widths }: { rows?: number; widths: readonly string[] }) {
  return (
    <>
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: placeholder rows have no identity
        <tr key={row}>
          {widths.map((width, column) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: as above
            <td key={column} className="h-(--row) border-b border-line px-2.5 first:pl-3.5">
              <Skeleton style={{ width }} />
            </td>
          ))}
        </tr>
      ))}
    </>
  )
}
