import type { Dashboard } from '@orrery/schemas'
import { clsx } from 'clsx'
import { useMemo } from 'react'
import { Panel, Skeleton, StateBadge } from '../../components/ui/index.ts'
import { WorkspaceLink } from '../../components/workspace-link.tsx'
import { count, duration, plural } from '../../lib/format.ts'
import { useNow } from '../../lib/now.ts'
import type { StateLook } from '../../lib/states.ts'
import type { TimeRange } from '../../lib/time-range.ts'
import { type Column, columnsOf } from '../runs/charts/history.ts'
import { delta, type Summary } from './dashboard.ts'
import { Spark } from './spark.tsx'

interface Cell {
  look: StateLook
  label: string
  n: number
  note: string
  /** The filter that has as many runs. */
  search: Record<string, string>
  pick(column: Column): number
  loud: boolean
}

/** The five numbers of a workspace, each a link to the runs it counts. */
export function Strip({
  summary,
  data,
  range,
}: {
  summary: Summary
  data: Dashboard | undefined
  range: TimeRange
}) {
  const columns = useMemo(() => columnsOf(data?.history ?? []), [data])
  const now = useNow(60_000)
  return (
    <Panel className="mb-4 grid grid-cols-2 md:grid-cols-5" aria-label="Runs by state">
      {cellsOf(summary, data, range, now).map((cell, i) => (
        <WorkspaceLink
          key={cell.label}
          to="/runs"
          search={cell.search}
          className={clsx(
            'grid grid-cols-[auto_minmax(0,1fr)] items-end gap-x-3 border-line px-4 pt-2.75 pb-2.5 -outline-offset-2! hover:bg-hover',
            i > 0 && 'md:border-l',
            i % 2 === 1 && 'max-md:border-l',
            i > 1 && 'max-md:border-t',
            i === 4 && 'max-md:col-span-2',
          )}
        >
          <StateBadge look={cell.look} tone={cell.loud ? 'word' : 'plain'} className="col-span-2">
            {cell.label}
          </StateBadge>
          <b className="text-figure leading-8 font-medium tracking-[-.02em] tabular-nums">
            {data ? count(cell.n) : <Skeleton className="h-5!" style={{ width: 44 }} />}
          </b>
          <Spark values={columns.map(cell.pick)} look={cell.look} />
          <small
            className="clip col-span-2 h-4 text-small leading-4 text-text-3"
            title={data ? cell.note : undefined}
          >
            {data ? cell.note : ' '}
          </small>
        </WorkspaceLink>
      ))}
    </Panel>
  )
}

function cellsOf(summary: Summary, data: Dashboard | undefined, range: TimeRange, now: number): Cell[] {
  const worst = data?.late.reduce((most, run) => Math.max(most, run.estimated_start_time_delta), 0) ?? 0
  const longest = data?.running.reduce((most, run) => Math.max(most, run.estimated_run_time), 0) ?? 0
  const next = data?.next_day.flows[0]
  const before = data?.before ?? {}
  const bad = summary.failed + summary.crashed
  const badBefore = (before.FAILED ?? 0) + (before.CRASHED ?? 0)
  const share = summary.ended ? `${((summary.completed / summary.ended) * 100).toFixed(1)} %, ` : ''
  return [
    {
      look: 'failed',
      label: 'Failed',
      n: bad,
      note: `${summary.crashed ? `${summary.crashed} crashed, ` : ''}${delta(bad, badBefore, range)}`,
      search: { state: 'failed|crashed' },
      pick: (c) => c.failed + c.crashed,
      loud: bad > 0,
    },
    {
      look: 'late',
      label: 'Late',
      n: summary.late,
      note: summary.late ? `by up to ${duration(worst)}${onePool(data)}` : 'everything starts on time',
      search: { state: 'late' },
      pick: (c) => c.late,
      loud: summary.late > 0,
    },
    {
      look: 'running',
      label: 'Running',
      n: summary.running,
      note: longest ? `for up to ${duration(longest)}` : 'nothing right now',
      search: { state: 'running' },
      pick: (c) => c.running,
      loud: false,
    },
    {
      look: 'completed',
      label: 'Completed',
      n: summary.completed,
      note: share + delta(summary.completed, before.COMPLETED ?? 0, range),
      search: { state: 'completed' },
      pick: (c) => c.completed,
      loud: false,
    },
    {
      look: 'scheduled',
      label: 'Upcoming',
      n: summary.upcoming,
      note: next
        ? `in 24 h, next: ${next.flow_name} ${untilWords(next.first.at, now)}`
        : 'nothing in 24 hours',
      search: { state: 'scheduled', ...(data && { from: data.now, to: data.next_day.until }) },
      pick: (c) => c.scheduled,
      loud: false,
    },
  ]
}

/** The pool of all that are late, when it is one. */
function onePool(data: Dashboard | undefined): string {
  const pools = new Set(data?.late.map((run) => run.work_pool_name ?? ''))
  const [pool] = pools
  return pools.size === 1 && pool ? `, all on ${pool}` : ''
}

/** "in 3m", "in 2h 18m", "any moment". */
export function untilWords(at: string, now: number): string {
  const seconds = (Date.parse(at) - now) / 1000
  if (seconds < 60) return 'any moment'
  return `in ${seconds < 3600 ? plural(Math.round(seconds / 60), 'min', 'min') : duration(seconds)}`
}
