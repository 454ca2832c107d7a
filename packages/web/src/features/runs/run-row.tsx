import { clsx } from 'clsx'
import { memo } from 'react'
import { Checkbox, Duration, StateBadge } from '../../components/ui/index.ts'
import { clock, count, duration, shortDateTime } from '../../lib/format.ts'
import { firstLine } from './diagnosis.ts'
import { FlowLink, FlowRunLink, TaskRunLink } from './links.tsx'
import { type FlowRun, stateOf, type TaskRun } from './types.ts'

export interface RowFacts {
  flowName: string | undefined
  deploymentName: string | undefined
  tasks: number | undefined
  usual: number | null
}

const cellClass = 'h-(--row) overflow-hidden border-b border-line px-2.5 text-ellipsis whitespace-nowrap'

/** When a run started: the time alone for today, with its day before that. */
export function startText(iso: string | null, zone: 'local' | 'utc', now: number): string {
  if (!iso) return '–'
  const ms = Date.parse(iso)
  return Math.abs(now - ms) < 20 * 3600_000 ? clock(ms, zone) : shortDateTime(ms, zone)
}

/** A duration against its usual value: the tick is the median, orange is a quarter over it. */
export function Against({ run, usual }: { run: FlowRun; usual: number | null }) {
  const late = run.state_name === 'Late'
  if (late)
    return (
      <span className="text-right font-medium text-late tabular-nums">
        <Duration since={run.expected_start_time} />
      </span>
    )
  const running = run.state_type === 'RUNNING'
  const seconds = running ? run.estimated_run_time : run.total_run_time
  if (!run.start_time) return <span className="text-right text-text-3">–</span>
  const over = usual !== null && seconds > usual * 1.25 && seconds - usual > 1
  const most = Math.max(seconds, usual ?? 0) * 1.12 || 1
  return (
    <span className="grid grid-cols-[minmax(0,1fr)_58px] items-center gap-2.5">
      <span className="relative block h-1.5" aria-hidden="true">
        {usual === null ? null : (
          <>
            <i
              className={clsx(
                'absolute top-px left-0 h-1 rounded-full',
                over ? 'bg-late' : running ? 'bg-running' : 'bg-line-strong',
              )}
              style={{ width: `${(seconds / most) * 100}%` }}
            />
            <i
              className="absolute -top-0.5 h-2.5 w-px bg-text-3"
              style={{ left: `${(usual / most) * 100}%` }}
            />
          </>
        )}
      </span>
      <span
        className={clsx('text-right tabular-nums', over ? 'font-medium text-late' : 'text-text-2')}
        title={usual === null ? undefined : `Usually ${duration(usual)}`}
      >
        {running && run.state ? <Duration since={run.start_time} /> : duration(seconds)}
      </span>
    </span>
  )
}

export interface FlowRunRowProps {
  run: FlowRun
  facts: RowFacts
  zone: 'local' | 'utc'
  now: number
  selected: boolean
  focused: boolean
  /** Without it the row has no checkbox and no column for its flow: the page is about one flow. */
  onSelect?: (run: FlowRun, range: boolean) => void
}

export const FlowRunRow = memo(function FlowRunRow({
  run,
  facts,
  zone,
  now,
  selected,
  focused,
  onSelect,
}: FlowRunRowProps) {
  const cell = clsx(cellClass, selected ? 'bg-selected' : 'group-hover/row:bg-hover')
  const message = run.state?.message ? firstLine(run.state.message) : ''
  const loud = run.state_type === 'FAILED' || run.state_type === 'CRASHED' || run.state_name === 'Late'
  return (
    <tr className="group/row" aria-selected={selected} data-run={run.id}>
      {onSelect ? (
        <td className={clsx(cell, 'pl-3.5', focused && 'shadow-[inset_2px_0_var(--accent)]')}>
          <Checkbox
            label={`Select ${run.name}`}
            hideLabel
            checked={selected}
            onChange={(event) => onSelect(run, (event.nativeEvent as MouseEvent).shiftKey === true)}
          />
        </td>
      ) : null}
      <td className={clsx(cell, !onSelect && 'pl-3.5')}>
        <StateBadge state={stateOf(run)} />
      </td>
      <td className={cell}>
        <FlowRunLink id={run.id} className="font-medium hover:underline" title={run.name}>
          {run.name}
        </FlowRunLink>
      </td>
      {onSelect ? (
        <td className={cell}>
          <FlowLink id={run.flow_id} className="hover:underline" title={facts.flowName}>
            {facts.flowName ?? '…'}
          </FlowLink>{' '}
          <span className="text-text-3">{facts.deploymentName ?? ''}</span>
        </td>
      ) : null}
      <td
        className={clsx(cell, 'text-right text-text-2 tabular-nums')}
        title={run.start_time ?? run.expected_start_time ?? ''}
      >
        {startText(run.start_time ?? run.expected_start_time, zone, now)}
      </td>
      <td className={clsx(cell, 'text-right')}>
        <Against run={run} usual={facts.usual} />
      </td>
      <td className={clsx(cell, 'text-right text-text-2 tabular-nums max-lg:hidden')}>
        {facts.tasks ? count(facts.tasks) : '–'}
      </td>
      <td className={clsx(cell, 'text-text-2 max-lg:hidden')}>{run.work_pool_name ?? '–'}</td>
      <td className={clsx(cell, 'text-right text-text-2 tabular-nums max-lg:hidden')}>
        {run.run_count || '–'}
      </td>
      <td className={clsx(cell, loud ? 'text-text' : 'text-text-3')} title={message}>
        {message}
      </td>
    </tr>
  )
})

/** A run as a card of two lines, for phones. */
export function FlowRunCard({
  run,
  facts,
  zone,
  now,
}: Pick<FlowRunRowProps, 'run' | 'facts' | 'zone' | 'now'>) {
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

export const TaskRunRow = memo(function TaskRunRow({
  run,
  runName,
  zone,
  now,
}: {
  run: TaskRun
  runName: string | undefined
  zone: 'local' | 'utc'
  now: number
}) {
  const cell = clsx(cellClass, 'group-hover/row:bg-hover')
  const message = run.state?.message ? firstLine(run.state.message) : ''
  return (
    <tr className="group/row">
      <td className={clsx(cell, 'pl-3.5')}>
        <StateBadge state={stateOf(run)} />
      </td>
      <td className={cell}>
        <TaskRunLink id={run.id} className="font-medium hover:underline" title={run.name}>
          {run.name}
        </TaskRunLink>
      </td>
      <td className={cell}>
        {run.flow_run_id ? (
          <FlowRunLink id={run.flow_run_id} search={{ sel: run.id }} className="text-text-2 hover:underline">
            {runName ?? '…'}
          </FlowRunLink>
        ) : (
          <span className="text-text-3">background</span>
        )}
      </td>
      <td className={clsx(cell, 'text-right text-text-2 tabular-nums')}>
        {startText(run.start_time ?? run.expected_start_time, zone, now)}
      </td>
      <td className={clsx(cell, 'text-right text-text-2 tabular-nums')}>
        {run.start_time ? duration(run.total_run_time || run.estimated_run_time) : '–'}
      </td>
      <td className={clsx(cell, 'text-right text-text-2 tabular-nums max-lg:hidden')}>
        {run.run_count || '–'}
      </td>
      <td className={clsx(cell, 'text-text-2')} title={message}>
        {message}
      </td>
    </tr>
  )
})

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
