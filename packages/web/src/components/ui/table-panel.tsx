import type { ReactNode } from 'react'
import { ErrorState } from './empty.tsx'
import { Panel } from './panel.tsx'
import { Table, TableScroll } from './table.tsx'

/** A short list as a table in a panel: the table, or why it is not there. Children are colgroup, head and body. */
export function TablePanel({
  label,
  query,
  empty,
  children,
}: {
  /** What is listed, as in "API keys". */
  label: string
  query: { isError: boolean; error: Error | null; refetch: () => Promise<unknown> }
  /** Stands in place of the table when there is nothing to list. */
  empty?: ReactNode
  children: ReactNode
}) {
  return (
    <Panel>
      {query.isError ? (
        <ErrorState
          title={`The ${label.replace(/^[A-Z](?=[a-z])/, (first) => first.toLowerCase())} could not be loaded`}
          error={query.error}
          onRetry={() => void query.refetch()}
        />
      ) : (
        (empty ?? (
          <TableScroll label={label}>
            <Table className="md:min-w-220">{children}</Table>
          </TableScroll>
        ))
      )}
    </Panel>
  )
}
