import { clsx } from 'clsx'
import type { ComponentProps, ReactNode } from 'react'
import { Icon } from './icon.tsx'

/**
 * The anatomy of tables: real table elements, a fixed layout whose widths come from `<colgroup>`, a sticky head,
 * one row height per density. Wrap wide ones in `TableScroll`.
 */
export function TableScroll({ label, className, ...rest }: { label: string } & ComponentProps<'div'>) {
  // A scrolling region must be reachable by the keyboard.
  return (
    // biome-ignore lint/a11y/useSemanticElements: a section would add a second landmark inside the panel
    <div
      role="region"
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: see above
      tabIndex={0}
      className={clsx('overflow-x-auto', className)}
      {...rest}
    />
  )
}

export function Table({ className, ...rest }: ComponentProps<'table'>) {
  return (
    <table
      className={clsx('w-full table-fixed border-separate border-spacing-0 text-data', className)}
      {...rest}
    />
  )
}

export function Th({
  num = false,
  sorted,
  onSort,
  className,
  children,
  ...rest
}: {
  num?: boolean
  sorted?: 'asc' | 'desc' | false | undefined
  onSort?: (() => void) | undefined
  children?: ReactNode
} & Omit<ComponentProps<'th'>, 'children'>) {
  return (
    <th
      scope="col"
      aria-sort={sorted === 'asc' ? 'ascending' : sorted === 'desc' ? 'descending' : undefined}
      className={clsx(
        'sticky top-0 z-1 h-7.5 border-b border-line-strong bg-sunken px-2.5 text-small font-medium whitespace-nowrap text-text-3',
        'first:pl-3.5 first:rounded-tl-control last:rounded-tr-control',
        num ? 'text-right' : 'text-left',
        className,
      )}
      {...rest}
    >
      {onSort ? (
        <button
          type="button"
          onClick={onSort}
          className="inline-flex min-h-6 items-center gap-1 hover:text-text"
        >
          {children}
          {sorted ? <Icon name={sorted === 'asc' ? 'arrowUp' : 'arrowDown'} size={12} /> : null}
        </button>
      ) : (
        children
      )}
    </th>
  )
}

export function Tr({ selected = false, className, ...rest }: { selected?: boolean } & ComponentProps<'tr'>) {
  return (
    <tr
      aria-selected={selected || undefined}
      className={clsx(
        'group/row',
        selected ? '*:bg-selected' : 'hover:*:bg-hover',
        'last:*:border-b-0',
        className,
      )}
      {...rest}
    />
  )
}

export function Td({ num = false, className, ...rest }: { num?: boolean } & ComponentProps<'td'>) {
  return (
    <td
      className={clsx(
        'h-(--row) overflow-hidden border-b border-line px-2.5 text-ellipsis whitespace-nowrap first:pl-3.5',
        num && 'text-right tabular-nums',
        className,
      )}
      {...rest}
    />
  )
}
