import { clsx } from 'clsx'
import { Tabs as Radix } from 'radix-ui'
import type { ComponentProps, ReactNode } from 'react'
import { count } from '../../lib/format.ts'

export interface Tab {
  id: string
  label: ReactNode
  count?: number | string | undefined
}

/** Underlined tabs. The value belongs in the URL, so it is always controlled. */
export function Tabs({
  value,
  onChange,
  tabs,
  label,
  children,
  className,
  listClassName,
  end,
}: {
  value: string
  onChange: (id: string) => void
  tabs: readonly Tab[]
  label: string
  children?: ReactNode
  className?: string
  listClassName?: string
  end?: ReactNode
}) {
  return (
    <Radix.Root value={value} onValueChange={onChange} className={className}>
      <div className={clsx('flex items-center border-b border-line', listClassName)}>
        <Radix.List aria-label={label} className="flex min-w-0 gap-5 overflow-x-auto [scrollbar-width:none]">
          {tabs.map((tab) => (
            <Radix.Trigger
              key={tab.id}
              value={tab.id}
              className={clsx(
                'flex h-9.5 items-center gap-1.5 font-medium whitespace-nowrap text-text-2 -outline-offset-2 hover:text-text',
                'data-[state=active]:text-text data-[state=active]:shadow-[inset_0_-2px_var(--accent)]',
              )}
            >
              {tab.label}
              {tab.count === undefined ? null : (
                <span className="font-regular text-text-3">
                  {typeof tab.count === 'number' ? count(tab.count) : tab.count}
                </span>
              )}
            </Radix.Trigger>
          ))}
        </Radix.List>
        {end ? <div className="ml-auto flex items-center gap-2">{end}</div> : null}
      </div>
      {children}
    </Radix.Root>
  )
}

/** What a tab shows. It takes the focus itself, so that its text can be scrolled by keyboard; the ring lies inside. */
export function TabPanel({ className, ...rest }: ComponentProps<typeof Radix.Content>) {
  return <Radix.Content className={clsx('-outline-offset-2', className)} {...rest} />
}

/** A row of exclusive choices (Timeline / Radar / Table). */
export function Segmented<T extends string>({
  value,
  onChange,
  options,
  label,
}: {
  value: T
  onChange: (value: T) => void
  options: readonly { id: T; label: string; icon?: ReactNode; iconOnly?: boolean }[]
  label: string
}) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be laid out as this row
    <div
      role="group"
      aria-label={label}
      className="inline-flex h-(--control) max-w-full flex-none rounded-control border border-line-strong bg-sunken p-px"
    >
      {options.map((option) => (
        <button
          key={option.id}
          type="button"
          aria-pressed={value === option.id}
          aria-label={option.iconOnly ? option.label : undefined}
          title={option.iconOnly ? option.label : undefined}
          onClick={() => onChange(option.id)}
          className={clsx(
            'flex min-w-0 items-center gap-1.5 rounded-chip px-2.75 font-medium whitespace-nowrap',
            value === option.id
              ? 'bg-raised text-text shadow-[0_0_0_1px_var(--line-strong)] [&_svg]:text-accent'
              : 'text-text-2 hover:text-text',
          )}
        >
          {option.icon}
          {option.iconOnly ? null : <span className="truncate">{option.label}</span>}
        </button>
      ))}
    </div>
  )
}
