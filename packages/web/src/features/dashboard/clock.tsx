import type { Dashboard, MeasuredTimes } from '@orrery/schemas'
import { clsx } from 'clsx'
import { useMemo } from 'react'
import { Icon, Panel, Segmented, Skeleton } from '../../components/ui/index.ts'
import { count, duration } from '../../lib/format.ts'
import { useNow } from '../../lib/now.ts'
import { type Column, columnsOf } from '../runs/charts/history.ts'
import { columnScale, HistoryColumns } from '../runs/charts/history-columns.tsx'
import { Band } from './band.tsx'
import { ClockAxis } from './clock-axis.tsx'
import { ClockTable } from './clock-table.tsx'
import { Lanes } from './lanes.tsx'
import { type Shared, Track } from './track.tsx'

const CHART = 156
/** A median lateness that people notice, in seconds; of the 95th percentile. */
const LATE_IS = 60

/** One clock: every row shares the axis and the line of now, so that a spike and its cause stand above each other. */
export function Clock({
  data,
  view,
  onView,
  onRange,
  lanes = true,
}: {
  data: Dashboard | undefined
  /** A page of one flow needs no lanes. */
  lanes?: boolean
  view: 'chart' | 'table'
  onView(view: 'chart' | 'table'): void
  onRange(from: number, to: number): void
}) {
  const now = useNow(30_000)
  const columns = useMemo(() => columnsOf(data?.history ?? []), [data])
  const first = columns[0]
  const last = columns.at(-1)
  const frame = first && last ? { from: first.from, to: last.to } : { from: now - 86_400_000, to: now }
  const nowAt = ((now - frame.from) / (frame.to - frame.from)) * 100
  const shared: Shared = { frame, nowAt, now, onRange }
  const step = first ? (first.to - first.from) / 1000 : 0
  return (
    <Panel className="mb-4" aria-label="Runs over time">
      <header className="flex min-h-10 items-center gap-2 pr-4 pl-4">
        <h2 className="text-data">Runs over time</h2>
        <span className="text-text-3">{step ? `in steps of ${stepWords(step)}` : ''}</span>
        <span className="ml-auto">
          <Segmented
            label="Show as"
            value={view}
            onChange={onView}
            options={[
              { id: 'chart', label: 'Charts', icon: <Icon name="bars" size={15} />, iconOnly: true },
              { id: 'table', label: 'Tables', icon: <Icon name="runs" size={15} />, iconOnly: true },
            ]}
          />
        </span>
      </header>
      {view === 'table' && data ? (
        <ClockTable data={data} columns={columns} lanes={lanes} />
      ) : (
        <div className="grid grid-cols-[minmax(0,1fr)] border-t border-line md:grid-cols-[208px_minmax(0,1fr)_142px]">
          <ul className="grid content-start gap-0.75 px-4 pt-3 text-small text-text-2 max-md:flex max-md:flex-wrap max-md:gap-x-4 max-md:pb-1">
            <Key fill="var(--st-completed-fill)">Completed</Key>
            <Key fill="var(--st-running)">Running</Key>
            <Key stroke="var(--st-scheduled)">Scheduled</Key>
            <Key fill="var(--st-failed)">Failed, one block a run</Key>
            <Key fill="var(--st-crashed)">Crashed</Key>
            <Key stroke="var(--st-late)">Late</Key>
          </ul>
          <Track shared={shared} height={CHART}>
            <HistoryColumns columns={columns} height={CHART} label={chartLabel(columns)} />
          </Track>
          <div className="relative text-axis text-text-3 max-md:hidden">
            <span className="absolute top-2.5 left-2.5 tabular-nums">
              {data ? count(columnScale(columns)) : ''}
            </span>
          </div>
          <BandRow label="Lateness" times={data?.lateness} shared={shared} loudAt={LATE_IS} />
          <BandRow label="Duration" times={data?.duration} shared={shared} />
          <div className="col-span-full grid h-6 grid-cols-subgrid border-t border-line bg-sunken text-axis leading-6 text-text-3">
            <span className="px-4 max-md:hidden">{lanes ? 'Flows, worst first' : ''}</span>
            <span className="relative max-md:mx-4">
              <ClockAxis frame={frame} now={now} />
            </span>
            {lanes ? (
              <span className="flex justify-between pr-4 pl-2.5 max-md:hidden">
                <span title="Of its last 50 runs that ended">went well</span>
                <span>next run</span>
              </span>
            ) : (
              <span />
            )}
          </div>
          {lanes ? <Lanes data={data} shared={shared} /> : null}
        </div>
      )}
    </Panel>
  )
}

function Key({ fill, stroke, children }: { fill?: string; stroke?: string; children: string }) {
  return (
    <li className="flex items-center gap-2">
      <svg width="10" height="10" aria-hidden="true">
        <rect
          x="0.75"
          y="0.75"
          width="8.5"
          height="8.5"
          rx="1.5"
          fill={fill ?? 'none'}
          stroke={stroke ?? 'none'}
          strokeWidth="1.5"
        />
      </svg>
      {children}
    </li>
  )
}

function BandRow({
  label,
  times,
  shared,
  loudAt = Number.POSITIVE_INFINITY,
}: {
  label: string
  times: MeasuredTimes | undefined
  shared: Shared
  loudAt?: number
}) {
  const whole = times?.whole
  const value = (seconds: number | undefined, faint: boolean) => (
    <span
      className={clsx(
        'whitespace-nowrap',
        (seconds ?? 0) > loudAt ? 'font-medium text-late' : faint && 'text-text-3',
      )}
    >
      {times ? duration(seconds) : <Skeleton style={{ width: 40 }} />}
    </span>
  )
  return (
    <div className="col-span-full grid h-11.5 grid-cols-subgrid border-t border-line max-md:h-auto max-md:py-1">
      <div className="flex flex-col justify-center px-4 leading-4.25 max-md:flex-row max-md:items-baseline max-md:justify-start max-md:gap-2">
        <b className="font-medium">{label}</b>
        <span className="text-small text-text-3">median and 95th</span>
        <span className="ml-auto flex gap-2 tabular-nums md:hidden">
          {value(whole?.p50, false)}
          {value(whole?.p95, true)}
        </span>
      </div>
      <Track shared={shared}>
        <Band
          values={times?.buckets ?? []}
          label={
            whole
              ? `${label}: median ${duration(whole.p50)}, 95th percentile ${duration(whole.p95)}`
              : `${label}: nothing was measured`
          }
        />
      </Track>
      <div className="flex flex-col items-end justify-center pr-4 leading-4.25 tabular-nums max-md:hidden">
        {value(whole?.p50, false)}
        {value(whole?.p95, true)}
      </div>
    </div>
  )
}

const stepWords = (seconds: number): string => duration(seconds).replace(/ 00[sm]$/, '')

function chartLabel(columns: readonly Column[]): string {
  const sum = (pick: (c: Column) => number): number => columns.reduce((all, c) => all + pick(c), 0)
  return `Runs over time: ${sum((c) => c.completed)} completed, ${sum((c) => c.failed + c.crashed)} failed or crashed, ${sum((c) => c.late)} late, ${sum((c) => c.scheduled)} scheduled`
}
