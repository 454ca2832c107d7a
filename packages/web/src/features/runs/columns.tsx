// The columns of the two lists: what they show, how wide they are, by what they sort.
import { clsx } from 'clsx'
import type { ReactNode } from 'react'
import { Duration, StateBadge } from '../../components/ui/index.ts'
import { clock, count, duration, shortDateTime } from '../../lib/format.ts'
import { useStored } from '../../lib/preferences.ts'
import { firstLine } from './diagnosis.ts'
import { FlowLink, FlowRunLink, TaskRunLink } from './links.tsx'
import type { RunSort } from './search.ts'
import { type FlowRun, stateOf, type TaskRun } from './types.ts'

/** What a row shows that its run does not hold. */
export interface RowFacts {
  flowName?: string | undefined
  deploymentName?: string | undefined
  /** Name of the flow run that a task run belongs to. */
  runName?: string | undefined
  tasks?: number | undefined
  usual?: number | null
}
export interface RowClock {
  zone: 'local' | 'utc'
  now: number
}

export interface Column<T> {
  id: string
  label: string
  /** What its head's tooltip says. */
  note?: string
  /** CSS width; the column without one takes what is left. */
  width?: string
  num?: boolean
  /** Orders of the API: upwards (if it has it), downwards. */
  sort?: [up: RunSort | null, down: RunSort]
  /** Left out where the window is narrow. */
  wide?: boolean
  /** Cannot be taken away. */
  fixed?: boolean
  /** Shown only when asked for. */
  extra?: boolean
  className?: string | ((run: T) => string)
  title?(run: T, facts: RowFacts): string | undefined
  cell(run: T, facts: RowFacts, clock: RowClock): ReactNode
}

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

const messageOf = (run: FlowRun | TaskRun): string => (run.state?.message ? firstLine(run.state.message) : '')
const isBad = (run: FlowRun | TaskRun): boolean =>
  run.state_type === 'FAILED' || run.state_type === 'CRASHED' || run.state_name === 'Late'
const figures = 'text-right text-text-2 tabular-nums'

type AnyRun = FlowRun | TaskRun
const state: Column<AnyRun> = {
  id: 'state',
  label: 'State',
  width: '118px',
  fixed: true,
  cell: (run) => <StateBadge state={stateOf(run)} />,
}
const started: Column<AnyRun> = {
  id: 'started',
  label: 'Started',
  note: 'Or when it was due, if it has not started',
  width: '108px',
  num: true,
  sort: ['EXPECTED_START_TIME_ASC', 'EXPECTED_START_TIME_DESC'],
  className: figures,
  title: (run) => run.start_time ?? run.expected_start_time ?? undefined,
  cell: (run, _, { zone, now }) => startText(run.start_time ?? run.expected_start_time, zone, now),
}
const ended: Column<AnyRun> = {
  id: 'ended',
  label: 'Ended',
  width: '108px',
  num: true,
  sort: [null, 'END_TIME_DESC'],
  extra: true,
  wide: true,
  className: figures,
  title: (run) => run.end_time ?? undefined,
  cell: (run, _, { zone, now }) => startText(run.end_time, zone, now),
}
const attempts: Column<AnyRun> = {
  id: 'try',
  label: 'Try',
  note: 'Attempts',
  width: '46px',
  num: true,
  wide: true,
  className: figures,
  cell: (run) => run.run_count || '–',
}
const tags: Column<AnyRun> = {
  id: 'tags',
  label: 'Tags',
  width: '13%',
  wide: true,
  extra: true,
  className: 'text-text-2',
  title: (run) => run.tags.join(', '),
  cell: (run) => run.tags.join(', ') || '–',
}
const identity: Column<AnyRun> = {
  id: 'id',
  label: 'Id',
  width: '86px',
  wide: true,
  extra: true,
  className: 'font-mono text-small text-text-3',
  title: (run) => run.id,
  cell: (run) => run.id.slice(-8),
}
const message: Column<AnyRun> = {
  id: 'message',
  label: 'Message',
  className: (run) => (isBad(run) ? 'text-text' : 'text-text-3'),
  title: (run) => messageOf(run),
  cell: (run) => messageOf(run),
}

export const FLOW_RUN_COLUMNS: readonly Column<FlowRun>[] = [
  state,
  {
    id: 'run',
    label: 'Run',
    width: '12.5%',
    fixed: true,
    sort: ['NAME_ASC', 'NAME_DESC'],
    cell: (run) => (
      <FlowRunLink id={run.id} className="font-medium hover:underline" title={run.name}>
        {run.name}
      </FlowRunLink>
    ),
  },
  {
    id: 'flow',
    label: 'Flow and deployment',
    width: '17%',
    cell: (run, facts) => (
      <>
        <FlowLink id={run.flow_id} className="hover:underline" title={facts.flowName}>
          {facts.flowName ?? '…'}
        </FlowLink>{' '}
        <span className="text-text-3">{facts.deploymentName ?? ''}</span>
      </>
    ),
  },
  started,
  {
    id: 'took',
    label: 'Took, against usual',
    note: "Against the median of the flow's runs in this list",
    width: '146px',
    num: true,
    cell: (run, facts) => <Against run={run} usual={facts.usual ?? null} />,
  },
  ended,
  {
    id: 'tasks',
    label: 'Tasks',
    width: '62px',
    num: true,
    wide: true,
    className: figures,
    cell: (_, facts) => (facts.tasks ? count(facts.tasks) : '–'),
  },
  {
    id: 'pool',
    label: 'Pool',
    width: '92px',
    wide: true,
    className: 'text-text-2',
    cell: (run) => run.work_pool_name ?? '–',
  },
  attempts,
  tags,
  {
    id: 'by',
    label: 'Started by',
    width: '11%',
    wide: true,
    extra: true,
    className: 'text-text-2',
    title: (run) => run.created_by?.display_value ?? undefined,
    cell: (run) => run.created_by?.display_value ?? '–',
  },
  {
    id: 'version',
    label: 'Version',
    width: '92px',
    wide: true,
    extra: true,
    className: 'font-mono text-small text-text-3',
    title: (run) => run.flow_version ?? undefined,
    cell: (run) => run.flow_version?.slice(0, 8) ?? '–',
  },
  identity,
  message,
]

export const TASK_RUN_COLUMNS: readonly Column<TaskRun>[] = [
  { ...state, width: '128px' },
  {
    id: 'run',
    label: 'Task run',
    width: '24%',
    fixed: true,
    sort: ['NAME_ASC', 'NAME_DESC'],
    cell: (run) => (
      <TaskRunLink id={run.id} className="font-medium hover:underline" title={run.name}>
        {run.name}
      </TaskRunLink>
    ),
  },
  {
    id: 'flow-run',
    label: 'Belongs to',
    width: '16%',
    cell: (run, facts) =>
      run.flow_run_id ? (
        <FlowRunLink id={run.flow_run_id} search={{ sel: run.id }} className="text-text-2 hover:underline">
          {facts.runName ?? '…'}
        </FlowRunLink>
      ) : (
        <span className="text-text-3">background</span>
      ),
  },
  started,
  {
    id: 'took',
    label: 'Took',
    width: '90px',
    num: true,
    sort: ['DURATION_ASC', 'DURATION_DESC'],
    className: figures,
    cell: (run) => (run.start_time ? duration(run.total_run_time || run.estimated_run_time) : '–'),
  },
  ended,
  attempts,
  tags,
  {
    id: 'cache',
    label: 'Cache key',
    width: '110px',
    wide: true,
    extra: true,
    className: 'font-mono text-small text-text-3',
    title: (run) => run.cache_key ?? undefined,
    cell: (run) => run.cache_key?.slice(0, 12) ?? '–',
  },
  identity,
  message,
]

/** The columns that are shown, of those there are; a choice of this browser. */
export function shownColumns<T>(columns: readonly Column<T>[], stored: string | null): Column<T>[] {
  if (stored === null) return columns.filter((column) => !column.extra)
  const chosen = new Set(stored.split(','))
  return columns.filter((column) => column.fixed || chosen.has(column.id))
}

export const useColumnChoice = (kind: 'flow-runs' | 'task-runs') => useStored(`columns.${kind}`)
