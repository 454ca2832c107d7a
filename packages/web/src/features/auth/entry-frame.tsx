import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { Mark } from '../../components/ui/index.ts'
import { Sky } from './sky.tsx'

/** The frame of the pages before signing in: the form on paper, the sky beside it. */
export function EntryFrame({
  title,
  lead,
  children,
}: {
  title: string
  lead?: ReactNode
  children: ReactNode
}) {
  return (
    <div className="grid min-h-dvh lg:grid-cols-[minmax(480px,5fr)_7fr]">
      <main className="relative flex flex-col justify-center gap-4 border-line bg-surface px-5 pt-24 pb-12 sm:px-[max(24px,calc(50%-208px))] lg:border-r">
        <Link
          to="/"
          className="absolute top-8 left-5 flex items-center gap-2.5 text-head font-bold sm:left-[max(24px,calc(50%-208px))]"
        >
          <Mark />
          Orrery
        </Link>
        <div>
          <h1 className="text-figure leading-8 tracking-[-.015em]">{title}</h1>
          {lead ? <p className="mt-0.5 text-text-2">{lead}</p> : null}
        </div>
        {children}
      </main>
      <div className="relative hidden overflow-hidden lg:block" aria-hidden="true">
        <Sky />
      </div>
    </div>
  )
}

/** A line that stands in for a form: what happened, or why it cannot be done here. */
export function EntryNote({ children }: { children: ReactNode }) {
  return (
    <div className="rounded-control border border-line-strong bg-sunken px-3 py-2.5 text-text-2">
      {children}
    </div>
  )
}
