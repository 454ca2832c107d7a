import { clsx } from 'clsx'
import { Checkbox, StateBadge } from '../../components/ui/index.ts'
import { duration } from '../../lib/format.ts'
import { type Column, type RowClock, type RowFacts, startText } from './columns.tsx'
import { FlowRunLink, TaskRunLink } from './links.tsx'
import { type FlowRun, stateOf, type TaskRun } from './types.ts'

const cellClass = 'h-(--row) overflow-hidden border-b border-line px-2.5 text-ellipsis whitespace-nowrap'

/** One run as a row of a table. */
export function RunRow<T extends FlowRun | TaskRun>({
  run,
  columns,
  facts,
  clock,
  selected = false,
  focused = false,
  peeked = false,
  onSelect,
}: {
  run: T
  columns: readonly Column<T>[]
  facts: RowFacts
  clock: RowClock
  selected?: boolean
  focused?: boolean
  /** Its summary is open at the side. */
  peeked?: boolean
  /** Without it the row has no checkbox. */
  onSelect?: (run: T, range: boolean) => void
}) {
  const ground = clsx(cellClass, selected ? 'bg-selected' : peeked ? 'bg-hover' : 'group-hover/row:bg-hover')
  return (
    <tr className="group/row" aria-selected={selected} data-run={run.id}>
      {onSelect ? (
        <td className={clsx(ground, 'pl-3.5', (focused || peeked) && 'shadow-[inset_2px_0_var(--accent)]')}>
          <Checkbox
            label={`Select ${run.name}`}
            hideLabel
            checked={selected}
            onChange={(event) => onSelect(run, (event.nativeEvent as MouseEvent).shiftKey === true)}
          />
        </td>
      ) : null}
      {columns.map((column, at) => (
        <td
          key={column.id}
          className={clsx(
            ground,
            at === 0 && !onSelect && 'pl-3.5',
            column.num && 'text-right',
            column.wide && 'max-lg:hidden',
            typeof column.className === 'function' ? column.className(run) : column.className,
          )}
          title={column.title?.(run, facts)}
        >
          {column.cell(run, facts, clock)}
        </td>
      ))}
    </tr>
  )
}

/** A run as a card of two lines, for phones. */
export function FlowRunCard({
  run,
  facts,
  zone,
  now,
}: {
  run: FlowRun
  facts: RowFacts
  zone: 'local' | 'utc'
  now: number
}) {
  return (
    <FlowRunLink
      id={run.id}
      className="grid h-13 grid-cols-[minmax(0,1fr)_auto] content-center gap-x-3 border-b border-line px-3 active:bg-hover"
    >
      <span className="clip font-medium">{run.name}</span>
      <StateBadge state={stateOf(run)} className="justify-self-end" />
      <span className="clip text-text-2">{facts.flowName ?? '…'}</span>
      <span className="text-right text-text-3 tabular-nums">
        {startText(run.start_time ?? run.expected_start_time, zone, now)}
        {run.start_time ? ` · ${duration(run.total_run_time || run.estimated_run_time)}` : ''}
      </span>
    </FlowRunLink>
  )
}

export function TaskRunCard({ run, zone, now }: { run: TaskRun; zone: 'local' | 'utc'; now: number }) {
  return (
    <TaskRunLink
      id={run.id}
      className="grid h-13 grid-cols-[minmax(0,1fr)_auto] content-center gap-x-3 border-b border-line px-3 active:bg-hover"
    >
      <span className="clip font-medium">{run.name}</span>
      <StateBadge state={stateOf(run)} className="justify-self-end" />
      <span className="text-text-3">{startText(run.start_time ?? run.expected_start_time, zone, now)}</span>
      <span className="text-right text-text-3 tabular-nums">
        {run.start_time ? duration(run.total_run_time || run.estimated_run_time) : '–'}
      </span>
    </TaskRunLink>
  )
}
