import { clsx } from 'clsx'
import type { ComponentProps, ReactNode } from 'react'

/** One hairline around related things. No panel inside a panel. */
export function Panel({ className, ...rest }: ComponentProps<'section'>) {
  return (
    <section className={clsx('rounded-control border border-line-strong bg-surface', className)} {...rest} />
  )
}

/** The head of a panel: its name, and what stands at its end. */
export function PanelHead({
  title,
  children,
  className,
  id,
}: {
  title: ReactNode
  children?: ReactNode
  className?: string
  id?: string
}) {
  return (
    <header className={clsx('flex min-h-10 items-center gap-2 border-b border-line px-4', className)}>
      <h2 id={id} className="clip text-data">
        {title}
      </h2>
      {children ? <div className="ml-auto flex items-center gap-3 text-text-3">{children}</div> : null}
    </header>
  )
}

/** The head of a page: the answer to its first question, a line of support, and its actions. */
export function PageHead({
  title,
  lead,
  children,
}: {
  title: ReactNode
  lead?: ReactNode
  children?: ReactNode
}) {
  return (
    <div className="mb-4 flex flex-wrap items-end gap-x-4 gap-y-3">
      <div className="min-w-0">
        <h1 className="text-title leading-7 tracking-[-.012em] wrap-break-word">{title}</h1>
        {lead ? <p className="mt-px text-text-2">{lead}</p> : null}
      </div>
      {children ? <div className="ml-auto flex flex-wrap items-center gap-2">{children}</div> : null}
    </div>
  )
}

/** The scrolling body of an ordinary page. */
export function PageBody({ className, ...rest }: ComponentProps<'div'>) {
  return <div className={clsx('px-3 pt-4 pb-8 md:px-6 md:pt-5', className)} {...rest} />
}
