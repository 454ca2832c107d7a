import type { ReactNode } from 'react'

/** A part of a page of settings: its name, a line of support, a hairline below. An address may end in its id. */
export function Section({
  id,
  title,
  lead,
  children,
}: {
  id: string
  title: string
  lead?: ReactNode
  children: ReactNode
}) {
  return (
    <section
      id={id}
      aria-labelledby={`${id}-title`}
      className="mb-6 scroll-mt-16 border-b border-line pb-6 last:border-0"
    >
      <h2 id={`${id}-title`} className="text-head">
        {title}
      </h2>
      {lead ? <p className="max-w-[62ch] text-text-2">{lead}</p> : null}
      <div className="mt-4">{children}</div>
    </section>
  )
}
