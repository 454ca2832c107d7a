// The list of runs of either kind: virtual rows, selection, the keyboard, a summary at the side.
import { useNavigate } from '@tanstack/react-router'
import { clsx } from 'clsx'
import { Fragment, lazy, type ReactNode, Suspense, useEffect, useRef, useState } from 'react'
import { Button, Checkbox, ErrorState, Skeleton, Table, TableScroll, Th } from '../../components/ui/index.ts'
import { plural } from '../../lib/format.ts'
import { useShortcuts } from '../../lib/shortcuts.ts'
import type { Column, RowClock, RowFacts } from './columns.tsx'
import { RunRow } from './run-row.tsx'
import { Spacer } from './run-table.tsx'
import type { RunSort } from './search.ts'
import type { FlowRun, TaskRun } from './types.ts'
import type { useFlowRunList } from './use-run-list.ts'
import type { Selection } from './use-selection.ts'

const Peek = lazy(() => import('./peek.tsx'))

type Loaded = ReturnType<typeof useFlowRunList>
export type ListAction = 'cancel' | 'retry' | 'delete'

export interface RunListProps<T extends FlowRun | TaskRun> {
  kind: 'flow-run' | 'task-run'
  label: string
  loaded: Omit<Loaded, 'runs' | 'selection'> & { runs: T[]; selection: Selection<T> }
  columns: readonly Column<T>[]
  facts(run: T): RowFacts
  clock: RowClock
  card(run: T): ReactNode
  empty: ReactNode
  sort: RunSort
  onSort(sort: RunSort | undefined): void
  peek: string | undefined
  onPeek(id: string | undefined): void
  /** A key asks for an action on the selected runs, or on the one in focus. */
  onAction(action: ListAction, runs: T[]): void
}

export function RunList<T extends FlowRun | TaskRun>(props: RunListProps<T>) {
  const { kind, label, loaded, columns, facts, clock, sort, onSort, peek, onPeek } = props
  const { list, runs, rows, narrow, total, waiting, selection } = loaded
  const [focus, setFocus] = useState<string | null>(null)
  const byKey = useRef(false)
  const navigate = useNavigate()
  const at = focus === null ? -1 : runs.findIndex((run) => run.id === focus)
  const focused = runs[at]

  const step = (by: number) => () => {
    const from = at < 0 && peek ? runs.findIndex((run) => run.id === peek) : at
    const next = runs[Math.max(0, Math.min(runs.length - 1, from + by))]
    if (!next) return
    byKey.current = true
    setFocus(next.id)
    rows.scrollTo(runs.indexOf(next))
    if (peek) onPeek(next.id)
  }
  const act = (action: ListAction) => () => {
    const chosen = selection.all.size ? [...selection.all.values()] : focused ? [focused] : []
    if (chosen.length) props.onAction(action, chosen)
  }
  // The focus of the page goes along with the row's, so that Enter opens it and a screen reader says it.
  useEffect(() => {
    if (focus === null || !byKey.current) return
    byKey.current = false
    const link = document.querySelector<HTMLElement>(`[data-run="${focus}"] a`)
    link?.focus({ preventScroll: true })
  }, [focus])
  const path = focused && document.querySelector(`[data-run="${focused.id}"] a`)?.getAttribute('href')
  // Where the focus of the page was lost, Enter still opens the marked row.
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key === 'Enter' && event.target === document.body && path) void navigate({ href: path })
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [path, navigate])
  useShortcuts([
    { keys: 'j', run: step(1) },
    { keys: 'k', run: step(-1) },
    { keys: 'x', run: () => focused && selection.toggle(focused, false) },
    { keys: 'X', run: () => focused && selection.toggle(focused, true) },
    { keys: 'o', run: () => focused && onPeek(peek === focused.id ? undefined : focused.id) },
    { keys: 'c', run: act('cancel') },
    { keys: 'r', run: act('retry') },
    {
      keys: 'Escape',
      run: () => {
        if (peek) onPeek(undefined)
        else selection.clear()
      },
    },
  ])

  if (list.isError && !list.data)
    return (
      <ErrorState
        title={`The ${label.toLowerCase()} could not be loaded`}
        error={list.error}
        onRetry={() => void list.refetch()}
      />
    )
  if (list.data && runs.length === 0) return props.empty

  const all = runs.length > 0 && runs.every((run) => selection.all.has(run.id))
  const more = waiting ? (
    <Button kind="act" size="small" onClick={loaded.reload}>
      {plural(waiting, 'new run')}
    </Button>
  ) : null
  const peeked = peek ? runs.find((run) => run.id === peek) : undefined
  const span = columns.length + 1

  return (
    <div ref={rows.anchor}>
      {narrow ? (
        <>
          {more ? <div className="border-b border-line p-1 text-center">{more}</div> : null}
          {list.data ? null : <SkeletonCards />}
          <div style={{ height: rows.before }} />
          {rows.items.map((item) => {
            const run = runs[item.index]
            return run ? <Fragment key={run.id}>{props.card(run)}</Fragment> : null
          })}
          <div style={{ height: rows.after }} />
        </>
      ) : (
        <TableScroll label={label} className="overflow-x-visible! -outline-offset-2!">
          <Table aria-rowcount={total + 1} aria-busy={list.isPlaceholderData}>
            <colgroup>
              <col style={{ width: 36 }} />
              {columns.map((column) => (
                <col
                  key={column.id}
                  className={clsx(column.wide && 'max-lg:hidden')}
                  style={{ width: column.width }}
                />
              ))}
            </colgroup>
            <thead>
              <tr>
                <Th className="top-(--bar)!">
                  <Checkbox
                    label="Select all that are loaded"
                    hideLabel
                    checked={all}
                    some={selection.all.size > 0 && !all}
                    onChange={() => selection.set(all ? [] : runs)}
                  />
                </Th>
                {columns.map((column, index) => (
                  <Head key={column.id} column={column} sort={sort} onSort={onSort}>
                    {index === columns.length - 1 ? more : null}
                  </Head>
                ))}
              </tr>
            </thead>
            <tbody>
              {list.data ? null : <SkeletonRuns columns={columns} />}
              <Spacer height={rows.before} columns={span} />
              {rows.items.map((item) => {
                const run = runs[item.index]
                return run ? (
                  <RunRow
                    key={run.id}
                    run={run}
                    columns={columns}
                    facts={facts(run)}
                    clock={clock}
                    selected={selection.all.has(run.id)}
                    focused={run.id === focus}
                    peeked={run.id === peek}
                    onSelect={(each, range) => {
                      setFocus(each.id)
                      selection.toggle(each, range)
                    }}
                  />
                ) : null
              })}
              <Spacer height={rows.after} columns={span} />
            </tbody>
          </Table>
        </TableScroll>
      )}
      {list.isFetchingNextPage ? <p className="px-4 py-2 text-text-3">Loading more …</p> : null}
      {list.isFetchNextPageError ? (
        <ErrorState
          title="The next rows could not be loaded"
          error={list.error}
          onRetry={() => void list.fetchNextPage()}
        />
      ) : null}
      {peek ? (
        <Suspense>
          <Peek
            kind={kind}
            id={peek}
            run={peeked}
            facts={peeked ? facts(peeked) : {}}
            onClose={() => onPeek(undefined)}
          />
        </Suspense>
      ) : null}
    </div>
  )
}

function Head<T>({
  column,
  sort,
  onSort,
  children,
}: {
  column: Column<T>
  sort: RunSort
  onSort(sort: RunSort | undefined): void
  /** What stands at the end of the last head. */
  children: ReactNode
}) {
  const [up, down] = column.sort ?? [null, null]
  const sorted = sort === up ? 'asc' : sort === down ? 'desc' : false
  const next = sorted === 'desc' && up ? up : down
  return (
    <Th
      num={column.num ?? false}
      className={clsx('top-(--bar)!', column.wide && 'max-lg:hidden')}
      title={column.note}
      sorted={column.sort ? sorted : undefined}
      onSort={next ? () => onSort(next === 'EXPECTED_START_TIME_DESC' ? undefined : next) : undefined}
    >
      {children ? (
        <span className="flex items-center justify-between">
          {column.label} <span className="-my-1 -mr-2">{children}</span>
        </span>
      ) : (
        column.label
      )}
    </Th>
  )
}

const BARS: Record<string, number> = { state: 78, run: 90, flow: 150, message: 180, tags: 70 }

function SkeletonRuns<T>({ columns }: { columns: readonly Column<T>[] }) {
  return Array.from({ length: 14 }, (_, row) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: placeholder rows have no identity
    <tr key={row}>
      <td className="h-(--row) border-b border-line px-2.5 pl-3.5">
        <Skeleton style={{ width: 15 }} />
      </td>
      {columns.map((column) => (
        <td
          key={column.id}
          className={clsx(
            'h-(--row) border-b border-line px-2.5',
            column.num && 'text-right',
            column.wide && 'max-lg:hidden',
          )}
        >
          <Skeleton style={{ width: BARS[column.id] ?? 44, maxWidth: '100%' }} />
        </td>
      ))}
    </tr>
  ))
}

const SkeletonCards = () =>
  Array.from({ length: 10 }, (_, row) => (
    <div
      // biome-ignore lint/suspicious/noArrayIndexKey: placeholder rows have no identity
      key={row}
      className="grid h-13 content-center gap-2 border-b border-line px-3"
    >
      <Skeleton style={{ width: '45%' }} />
      <Skeleton style={{ width: '70%' }} />
    </div>
  ))
