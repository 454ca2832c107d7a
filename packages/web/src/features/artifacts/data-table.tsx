import { clsx } from 'clsx'
import { useDeferredValue, useMemo, useState } from 'react'
import { Button, Icon, Th } from '../../components/ui/index.ts'
import { count, plural } from '../../lib/format.ts'
import { OUTSIDE, safeHref } from './safe-url.ts'
import { cellText, filterRows, isNumeric, sortRows, type TableData, toCsv } from './table-data.ts'

/** Rows that stand in the page at once. */
const PAGE = 100

/** Saves a text as a file of the browser's. */
export function download(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 1_000)
}

/** A table artifact: sorted by its heads, narrowed by a text, saved as CSV. */
export function DataTable({ table, name }: { table: TableData; name: string }) {
  const [sort, setSort] = useState<{ column: number; down: boolean } | null>(null)
  const [text, setText] = useState('')
  const [page, setPage] = useState(0)
  const wanted = useDeferredValue(text)
  const numeric = useMemo(() => table.columns.map((_, column) => isNumeric(table, column)), [table])
  const rows = useMemo(() => {
    const found = filterRows(table.rows, wanted)
    return sort ? sortRows(found, sort.column, sort.down) : found
  }, [table, wanted, sort])
  const pages = Math.max(1, Math.ceil(rows.length / PAGE))
  const at = Math.min(page, pages - 1)
  const shown = rows.slice(at * PAGE, (at + 1) * PAGE)
  // A head goes through: up, down, as it came.
  const press = (column: number): void =>
    setSort(sort?.column !== column ? { column, down: false } : sort.down ? null : { column, down: true })
  return (
    <div className="min-w-0">
      <div className="mb-2 flex flex-wrap items-center gap-x-3 gap-y-2">
        <span className="text-text-2 tabular-nums" role="status">
          {rows.length === table.rows.length
            ? plural(rows.length, 'row')
            : `${count(rows.length)} of ${plural(table.rows.length, 'row')}`}
          , {plural(table.columns.length, 'column')}
        </span>
        <span className="ml-auto flex min-w-0 flex-wrap items-center gap-2">
          {table.rows.length > 5 ? (
            <label className="flex h-(--control) min-w-0 items-center gap-2 rounded-control border border-line-control bg-surface px-2.5 focus-within:outline-2 focus-within:-outline-offset-1 focus-within:outline-accent">
              <Icon name="filter" size={14} className="text-text-3" />
              <span className="sr-only">Only rows that hold</span>
              <input
                value={text}
                placeholder="Rows that hold …"
                className="w-36 min-w-0 bg-transparent outline-none!"
                onChange={(event) => {
                  setText(event.target.value)
                  setPage(0)
                }}
              />
            </label>
          ) : null}
          <Button
            icon="download"
            onClick={() => download(`${name}.csv`, 'text/csv;charset=utf-8', toCsv({ ...table, rows }))}
          >
            CSV
          </Button>
        </span>
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: a section would add a second landmark inside the panel */}
      <div
        role="region"
        aria-label={`Table of ${name}`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard
        tabIndex={0}
        className="max-h-[70vh] overflow-auto rounded-control border border-line-strong"
      >
        <table className="min-w-full border-separate border-spacing-0 text-data">
          <thead>
            <tr>
              {table.columns.map((label, column) => (
                <Th
                  // biome-ignore lint/suspicious/noArrayIndexKey: columns may have the same name
                  key={column}
                  num={numeric[column] ?? false}
                  sorted={sort?.column === column ? (sort.down ? 'desc' : 'asc') : false}
                  onSort={() => press(column)}
                >
                  {label}
                </Th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((row, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: rows have no identity
              <tr key={index} className="group/row">
                {table.columns.map((_, column) => (
                  <td
                    // biome-ignore lint/suspicious/noArrayIndexKey: as above
                    key={column}
                    className={clsx(
                      'h-(--row) max-w-[44ch] border-b border-line px-2.5 py-1 align-top wrap-anywhere group-last/row:border-b-0 group-hover/row:bg-hover first:pl-3.5',
                      numeric[column] ? 'text-right whitespace-nowrap tabular-nums' : 'text-left',
                    )}
                  >
                    <Cell value={row[column]} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
        {rows.length === 0 ? <p className="p-4 text-text-2">No row holds “{wanted}”.</p> : null}
      </div>
      {pages > 1 ? (
        <nav aria-label="Pages of the table" className="mt-2 flex items-center gap-2 text-text-3">
          <Button
            square
            icon="left"
            aria-label="Previous rows"
            disabled={at === 0}
            onClick={() => setPage(at - 1)}
          />
          <span className="tabular-nums">
            {count(at * PAGE + 1)}–{count(Math.min(rows.length, (at + 1) * PAGE))} of {count(rows.length)}
          </span>
          <Button
            square
            icon="right"
            aria-label="Next rows"
            disabled={at === pages - 1}
            onClick={() => setPage(at + 1)}
          />
        </nav>
      ) : null}
    </div>
  )
}

function Cell({ value }: { value: unknown }) {
  const text = cellText(value)
  if (value === null || value === undefined) return <span className="text-text-3">–</span>
  if (typeof value === 'object') return <span className="font-mono text-small">{text}</span>
  const href = typeof value === 'string' && /^https?:\/\//i.test(value) ? safeHref(value) : null
  return href ? (
    <a href={href} {...OUTSIDE} className="link">
      {text}
    </a>
  ) : (
    text
  )
}
