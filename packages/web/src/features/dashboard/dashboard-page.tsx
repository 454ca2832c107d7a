import { useQuery, useQueryClient } from '@tanstack/react-query'
import { clsx } from 'clsx'
import { useMemo } from 'react'
import {
  Duration,
  ErrorState,
  PageBody,
  PageHead,
  Panel,
  PanelHead,
  Skeleton,
  StateBadge,
  StateGlyph,
  Timestamp,
} from '../../components/ui/index.ts'
import { count, duration, plural, relative } from '../../lib/format.ts'
import { useLiveEvents, useLiveGap, usePollInterval } from '../../lib/live.ts'
import { useNow } from '../../lib/now.ts'
import { usePage } from '../../lib/page.ts'
import { lookOf, type StateLook } from '../../lib/states.ts'
import { useTimeRange } from '../../lib/time-range.ts'
import { useWorkspace } from '../../lib/workspace.ts'
import { TimeBrush } from '../runs/charts/brush.tsx'
import { type Column, columnsOf, meansOf } from '../runs/charts/history.ts'
import { columnScale, HistoryColumns } from '../runs/charts/history-columns.tsx'
import { firstLine } from '../runs/diagnosis.ts'
import { FlowRunLink, RunsLink } from '../runs/links.tsx'
import { runEvent, useThrottled } from '../runs/live.ts'
import { flowNamesQuery } from '../runs/queries.ts'
import type { RunsSearch } from '../runs/search.ts'
import { TimeAxis, TimeGrid } from '../runs/time-axis.tsx'
import { type FlowRun, stateOf } from '../runs/types.ts'
import { type Dashboard, dashboardQuery, type FailureGroup, type Summary, summarise } from './dashboard.ts'
import { MeanLine } from './mean-line.tsx'
import { Spark } from './spark.tsx'

export function DashboardPage() {
  const ws = useWorkspace()
  const client = useQueryClient()
  const { range, setRange } = useTimeRange()
  const poll = usePollInterval(30_000)
  const data = useQuery({ ...dashboardQuery(ws, range), refetchInterval: poll })
  const refresh = useThrottled(
    () => void client.invalidateQueries({ queryKey: [ws.key, 'dashboard'] }),
    3_000,
  )
  useLiveEvents((raw) => {
    if (runEvent(raw)?.kind === 'flow-run') refresh()
  })
  useLiveGap(refresh)
  const summary = useMemo(() => summarise(data.data?.counts ?? {}, range.label), [data.data, range.label])
  usePage({ title: data.data ? summary.title : 'Home', crumbs: [{ label: 'Home' }], timeRange: true })
  const ids = useMemo(
    () =>
      [...(data.data?.running ?? []), ...(data.data?.late ?? []), ...(data.data?.upcoming ?? [])].map(
        (run) => run.flow_id,
      ),
    [data.data],
  )
  const names = useQuery(flowNamesQuery(ws, ids))

  if (data.isError && !data.data)
    return (
      <>
        <h1 className="sr-only">Home</h1>
        <ErrorState
          title="The dashboard could not be loaded"
          error={data.error}
          onRetry={() => void data.refetch()}
        />
      </>
    )
  return (
    <PageBody>
      {data.data ? (
        <PageHead title={summary.title} lead={summary.lead} />
      ) : (
        <div className="mb-4 grid h-12.5 content-center gap-3">
          <Skeleton className="h-4!" style={{ width: 340 }} />
          <Skeleton style={{ width: 260 }} />
        </div>
      )}
      <Strip summary={summary} data={data.data} />
      <Attention data={data.data} names={names.data ?? NO_NAMES} />
      <Clock
        data={data.data}
        onRange={(from, to) =>
          setRange({ from: new Date(from).toISOString(), to: new Date(to).toISOString() })
        }
      />
      <Upcoming data={data.data} names={names.data ?? NO_NAMES} />
    </PageBody>
  )
}

const NO_NAMES: ReadonlyMap<string, string> = new Map()

function Strip({ summary, data }: { summary: Summary; data: Dashboard | undefined }) {
  const columns = useMemo(() => columnsOf(data?.history ?? []), [data])
  const now = useNow(60_000)
  const next = data?.upcoming[0]
  const nextAt = next?.next_scheduled_start_time ?? next?.expected_start_time
  const ended = summary.completed + summary.failed + summary.crashed
  const worst = data?.late.reduce((most, run) => Math.max(most, run.estimated_start_time_delta), 0) ?? 0
  const longest = data?.running.reduce((most, run) => Math.max(most, run.estimated_run_time), 0) ?? 0
  const cells: {
    look: StateLook
    label: string
    n: number
    note: string
    search: RunsSearch
    pick(c: Column): number
    loud: boolean
  }[] = [
    {
      look: 'failed',
      label: 'Failed',
      n: summary.failed + summary.crashed,
      note: summary.crashed
        ? `${summary.crashed} of them crashed`
        : ended
          ? `of ${plural(ended, 'run')} that ended`
          : 'nothing has ended',
      search: { state: 'failed|crashed' },
      pick: (c) => c.failed + c.crashed,
      loud: summary.failed + summary.crashed > 0,
    },
    {
      look: 'late',
      label: 'Late',
      n: summary.late,
      note: worst ? `up to ${duration(worst)}` : 'everything starts on time',
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
      note: ended
        ? `${((summary.completed / ended) * 100).toFixed(1)} % of those that ended`
        : 'nothing has ended',
      search: { state: 'completed' },
      pick: (c) => c.completed,
      loud: false,
    },
    {
      look: 'scheduled',
      label: 'Upcoming',
      n: summary.upcoming,
      note: nextAt
        ? Date.parse(nextAt) > now
          ? `next ${relative(Date.parse(nextAt), now)}`
          : 'next any moment'
        : 'nothing is scheduled',
      search: { state: 'scheduled' },
      pick: (c) => c.scheduled,
      loud: false,
    },
  ]
  return (
    <Panel className="mb-4 grid grid-cols-2 md:grid-cols-5" aria-label="Runs by state">
      {cells.map((cell, i) => (
        <RunsLink
          key={cell.label}
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
          <small className="clip col-span-2 text-small leading-4 text-text-3">{data ? cell.note : ' '}</small>
        </RunsLink>
      ))}
    </Panel>
  )
}

/** One row per cause, not per run, with where to go. */
function Attention({ data, names }: { data: Dashboard | undefined; names: ReadonlyMap<string, string> }) {
  const late = useMemo(() => byFlow(data?.late ?? []), [data])
  const total = (data?.failures.length ?? 0) + late.length
  return (
    <Panel className="mb-4 grid grid-cols-[minmax(0,1fr)] lg:grid-cols-[minmax(0,1fr)_372px]">
      <section aria-labelledby="attention">
        <PanelHead
          id="attention"
          title={
            <>Needs attention {total ? <span className="font-regular text-text-3">{total}</span> : null}</>
          }
        />
        {data === undefined ? (
          <SkeletonItems rows={3} />
        ) : total === 0 ? (
          <p className="flex min-h-11.5 items-center gap-2.5 px-4 text-text-2">
            <StateGlyph look="completed" /> Nothing failed, nothing is late.
          </p>
        ) : (
          <ul>
            {late.map((group) => (
              <LateRow key={group.flowId} {...group} name={names.get(group.flowId) ?? '…'} />
            ))}
            {data.failures.slice(0, 12).map((group) => (
              <FailureRow key={`${group.flow_id}${group.state_name}${group.message}`} group={group} />
            ))}
          </ul>
        )}
      </section>
      <section aria-labelledby="running" className="border-line max-lg:border-t lg:border-l">
        <PanelHead id="running" title="Running now">
          {data && data.tasks.total > 0 ? <span>{plural(data.tasks.running, 'task')} at once</span> : null}
        </PanelHead>
        {data === undefined ? (
          <SkeletonItems rows={3} />
        ) : data.running.length === 0 ? (
          <p className="flex min-h-11.5 items-center px-4 text-text-2">Nothing is running.</p>
        ) : (
          <ul>
            {data.running.slice(0, 8).map((run) => (
              <li key={run.id} className="border-t border-line first:border-t-0">
                <FlowRunLink
                  id={run.id}
                  className="grid min-h-11.5 grid-cols-[14px_minmax(0,1fr)_auto] items-center gap-3 px-4 -outline-offset-2! hover:bg-hover"
                >
                  <StateGlyph look={lookOf(stateOf(run))} />
                  <span className="min-w-0 leading-4.5">
                    <b className="clip block font-medium">{names.get(run.flow_id) ?? '…'}</b>
                    <span className="clip block text-small text-text-3">{run.name}</span>
                  </span>
                  <span className="text-text-2">
                    <Duration since={run.start_time} />
                  </span>
                </FlowRunLink>
              </li>
            ))}
          </ul>
        )}
      </section>
    </Panel>
  )
}

function FailureRow({ group }: { group: FailureGroup }) {
  const look = lookOf({ type: group.state_type, name: group.state_name })
  return (
    <li className="grid min-h-11.5 grid-cols-[14px_minmax(0,1fr)_auto] items-center gap-3 border-t border-line px-4 py-1.25 first:border-t-0 hover:bg-hover md:grid-cols-[14px_minmax(0,1fr)_74px_84px_72px]">
      <StateGlyph look={look} label={look} />
      <FlowRunLink id={group.latest.id} className="min-w-0 leading-4.5">
        <b className="font-medium">{group.flow_name}</b>{' '}
        <span className="text-text-2">
          {group.count > 1 ? `last in ${group.latest.name}` : group.latest.name}
        </span>
        <span className="clip block font-mono text-small text-text-2" title={group.message ?? ''}>
          {group.message ? firstLine(group.message) : 'It gave no reason.'}
        </span>
      </FlowRunLink>
      <span className="text-right text-text-2 tabular-nums max-md:hidden">{plural(group.count, 'run')}</span>
      <Timestamp at={group.latest.end_time} className="text-right text-text-3" />
      <RunsLink
        search={{ state: look === 'timedout' ? 'failed' : look, flow: group.flow_id }}
        className="link justify-self-end font-medium max-md:hidden"
      >
        {group.count > 1 ? `Show ${group.count}` : 'Show'}
      </RunsLink>
    </li>
  )
}

interface LateGroup {
  flowId: string
  runs: FlowRun[]
}
function byFlow(runs: readonly FlowRun[]): LateGroup[] {
  const map = new Map<string, FlowRun[]>()
  for (const run of runs) {
    const list = map.get(run.flow_id)
    if (list) list.push(run)
    else map.set(run.flow_id, [run])
  }
  return [...map].map(([flowId, list]) => ({ flowId, runs: list }))
}

function LateRow({ flowId, runs, name }: LateGroup & { name: string }) {
  const worst = runs.reduce((a, b) => ((a.expected_start_time ?? '') < (b.expected_start_time ?? '') ? a : b))
  const pool = worst.work_pool_name
  return (
    <li className="grid min-h-11.5 grid-cols-[14px_minmax(0,1fr)_auto] items-center gap-3 border-t border-line px-4 py-1.25 first:border-t-0 hover:bg-hover md:grid-cols-[14px_minmax(0,1fr)_74px_84px_72px]">
      <StateGlyph look="late" label="late" />
      <FlowRunLink id={worst.id} className="min-w-0 leading-4.5">
        <b className="font-medium">{name}</b>{' '}
        <span className="text-text-2">
          waiting <Duration since={worst.expected_start_time} />
        </span>
        <span className="clip block font-mono text-small text-text-2">
          {pool ? `Nothing took it from ${pool}. Is a worker running?` : 'No process serves its deployment.'}
        </span>
      </FlowRunLink>
      <span className="text-right text-text-2 tabular-nums max-md:hidden">{plural(runs.length, 'run')}</span>
      <span className="text-right text-text-3">now</span>
      <RunsLink
        search={{ state: 'late', flow: flowId }}
        className="link justify-self-end font-medium max-md:hidden"
      >
        {runs.length > 1 ? `Show ${runs.length}` : 'Show'}
      </RunsLink>
    </li>
  )
}

function SkeletonItems({ rows }: { rows: number }) {
  return Array.from({ length: rows }, (_, i) => {
    const key = i
    return (
      <div
        key={key}
        className="flex min-h-11.5 items-center gap-3 border-t border-line px-4 first:border-t-0"
      >
        <Skeleton style={{ width: 14, height: 14 }} />
        <Skeleton style={{ width: '45%' }} />
      </div>
    )
  })
}

const CHART = 156

/** One clock: every row shares the axis and the line of now, so that a spike and its cause stand above each other. */
function Clock({ data, onRange }: { data: Dashboard | undefined; onRange(from: number, to: number): void }) {
  const now = useNow(30_000)
  const columns = useMemo(() => columnsOf(data?.history ?? []), [data])
  const means = useMemo(() => meansOf(data?.history ?? []), [data])
  const first = columns[0]
  const last = columns.at(-1)
  const frame = first && last ? { from: first.from, to: last.to } : { from: now - 86_400_000, to: now }
  const nowAt = ((now - frame.from) / (frame.to - frame.from)) * 100
  const bucket = first ? (first.to - first.from) / 1000 : 0
  const latest = (values: (number | null)[]): number | null => values.findLast((v) => v !== null) ?? null
  const top = columnScale(columns)
  return (
    <Panel className="mb-4" aria-label="Runs over time">
      <div className="grid grid-cols-[minmax(0,1fr)] md:grid-cols-[190px_minmax(0,1fr)_112px]">
        <div className="px-4 pt-3.5 max-md:pb-1">
          <h2 className="text-data">Runs</h2>
          <ul className="mt-2 grid gap-0.75 text-small text-text-2 max-md:flex max-md:flex-wrap max-md:gap-x-4">
            <Key fill="var(--st-completed-fill)">Completed</Key>
            <Key fill="var(--st-running)">Running</Key>
            <Key stroke="var(--st-scheduled)">Scheduled</Key>
            <Key fill="var(--st-failed)">Failed, a block a run</Key>
            <Key fill="var(--st-crashed)">Crashed</Key>
            <Key stroke="var(--st-late)">Late</Key>
          </ul>
        </div>
        <TimeBrush
          {...frame}
          onRange={onRange}
          className="relative col-start-1 cursor-crosshair touch-pan-y select-none max-md:mx-4 md:col-start-2"
        >
          <div className="relative" style={{ height: CHART }}>
            <TimeGrid {...frame} most={10} />
            <HistoryColumns columns={columns} height={CHART} label={chartLabel(columns)} />
          </div>
          <Now at={nowAt} />
        </TimeBrush>
        <div className="relative text-axis text-text-3 max-md:hidden">
          <span className="absolute top-3.5 right-4">
            {bucket ? `per ${duration(bucket).replace(' 00s', '').replace(' 00m', '')}` : ''}
          </span>
          <span className="absolute top-3.5 left-2.5">{data ? count(top) : ''}</span>
        </div>
        <MeanRow
          label="Lateness"
          values={means.lateness}
          frame={frame}
          nowAt={nowAt}
          end={latest(means.lateness)}
          loud
        />
        <MeanRow
          label="Duration"
          values={means.duration}
          frame={frame}
          nowAt={nowAt}
          end={latest(means.duration)}
        />
        <div className="col-span-full grid h-6 grid-cols-subgrid border-t border-line bg-sunken">
          <span className="clip px-4 text-axis leading-6 text-text-3 max-md:hidden">
            {data ? `${count(data.tasks.completed)} of ${plural(data.tasks.total, 'task')} completed` : ''}
          </span>
          <span className="relative max-md:mx-4">
            <span className="absolute inset-x-0 top-1">
              <TimeAxis {...frame} most={10} />
            </span>
            {nowAt > 2 && nowAt < 98 ? (
              <span
                className="absolute top-1 -translate-x-1/2 rounded-[3px] bg-accent-solid px-1.25 text-axis leading-4 font-medium text-on-accent"
                style={{ left: `${nowAt}%` }}
              >
                now
              </span>
            ) : null}
          </span>
        </div>
      </div>
    </Panel>
  )
}

function Now({ at }: { at: number }) {
  return at >= 0 && at <= 100 ? (
    <i
      aria-hidden="true"
      className="pointer-events-none absolute inset-y-0 w-px bg-accent"
      style={{ left: `${at}%` }}
    />
  ) : null
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

function MeanRow({
  label,
  values,
  frame,
  nowAt,
  end,
  loud = false,
}: {
  label: string
  values: (number | null)[]
  frame: { from: number; to: number }
  nowAt: number
  end: number | null
  loud?: boolean
}) {
  return (
    <div className="col-span-full grid h-11.5 grid-cols-subgrid border-t border-line max-md:h-auto max-md:py-1">
      <div className="flex flex-col justify-center px-4 leading-4.25 max-md:flex-row max-md:justify-between">
        <b className="font-medium">{label}</b>
        <span className="text-small text-text-3">mean of each step</span>
      </div>
      <div className="relative max-md:mx-4 max-md:h-7">
        <TimeGrid {...frame} most={10} />
        <MeanLine values={values} label={`Mean ${label.toLowerCase()}`} />
        <Now at={nowAt} />
      </div>
      <div
        className={clsx(
          'flex flex-col items-end justify-center pr-4 leading-4.25 tabular-nums max-md:hidden',
          loud && (end ?? 0) > 60 && 'font-medium text-late',
        )}
      >
        {duration(end)}
      </div>
    </div>
  )
}

function chartLabel(columns: readonly Column[]): string {
  const sum = (pick: (c: Column) => number): number => columns.reduce((all, c) => all + pick(c), 0)
  return `Runs over time: ${sum((c) => c.completed)} completed, ${sum((c) => c.failed + c.crashed)} failed or crashed, ${sum((c) => c.late)} late, ${sum((c) => c.scheduled)} scheduled`
}

function Upcoming({ data, names }: { data: Dashboard | undefined; names: ReadonlyMap<string, string> }) {
  if (!data || data.upcoming.length === 0) return null
  return (
    <Panel aria-labelledby="next">
      <PanelHead id="next" title="Next">
        <RunsLink search={{ state: 'scheduled' }} className="link font-medium">
          All upcoming
        </RunsLink>
      </PanelHead>
      <ul className="grid md:grid-cols-2">
        {data.upcoming.slice(0, 10).map((run, i) => (
          <li
            key={run.id}
            className={clsx(
              'border-line',
              i > 0 && 'max-md:border-t',
              i > 1 && 'md:border-t',
              i % 2 === 1 && 'md:border-l',
            )}
          >
            <FlowRunLink
              id={run.id}
              className="grid h-(--row) grid-cols-[14px_minmax(0,1fr)_auto] items-center gap-3 px-4 -outline-offset-2! hover:bg-hover"
            >
              <StateGlyph look="scheduled" />
              <span className="clip">
                <b className="font-medium">{names.get(run.flow_id) ?? '…'}</b>{' '}
                <span className="text-text-3">{run.name}</span>
              </span>
              <Timestamp
                at={run.next_scheduled_start_time ?? run.expected_start_time}
                className="text-text-2"
              />
            </FlowRunLink>
          </li>
        ))}
      </ul>
    </Panel>
  )
}
