import type { ReactNode } from 'react'
import { Button } from './button.tsx'
import { GuardedButton } from './guarded-button.tsx'

/** The end of a form that changes something: what went wrong, save, discard, and a fact beside. */
export function SaveBar({
  changed,
  saving,
  problem,
  forbidden = null,
  onDiscard,
  children,
}: {
  changed: boolean
  saving: boolean
  /** What no field of the form says already. */
  problem?: string | undefined
  /** Why the person may not save, where that is so. */
  forbidden?: string | null
  onDiscard: () => void
  children?: ReactNode
}) {
  return (
    <>
      {problem ? (
        <p role="alert" className="text-failed">
          {problem}
        </p>
      ) : null}
      <div className="flex min-w-0 flex-wrap items-center gap-2">
        <GuardedButton
          why={forbidden}
          kind="main"
          type="submit"
          busy={saving}
          disabled={!changed && forbidden === null}
        >
          Save
        </GuardedButton>
        <Button kind="bare" disabled={!changed} onClick={onDiscard}>
          Discard
        </Button>
        <span className="inline-flex max-w-full min-w-0 items-center gap-1.5 text-text-3 sm:ml-auto">
          {children}
        </span>
      </div>
    </>
  )
}
