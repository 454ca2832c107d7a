import { useQuery } from '@tanstack/react-query'
import { clsx } from 'clsx'
import { type ReactNode, useMemo } from 'react'
import { Button, Gauge, Icon, Skeleton, StateBadge, Timestamp } from '../../components/ui/index.ts'
import { count, duration } from '../../lib/format.ts'
import { useNow } from '../../lib/now.ts'
import { isTerminal, wordOf } from '../../lib/states.ts'
import { useWorkspace } from '../../lib/workspace.ts'
import { countStates, type GraphModel, secondsOf } from '../graph/model.ts'
import type { RunActions } from './actions.ts'
import { FlowLink, FlowRunLink, RunsLink } from './links.tsx'
import { deploymentQuery, flowQuery, parentRunQuery } from './queries.ts'
import { RunButtons } from './run-buttons.tsx'
import { slowest } from './summary.tsx'
import { TaskName } from './task-names.tsx'
import { type FlowRun, stateOf } from './types.ts'

/** What the run is, how it stands, and what can be done to it. */
export function RunHeader({
  run,
  usual,
  model,
  dim,
  actions,
  message,
  onSelect,
  onDeleted,
}: {
  run: FlowRun
  usual: number | null
  model: GraphModel | null
  dim: ReadonlyMap<string, number>
  actions: RunActions
  /** The message of the state, where nothing else on the page says it. */
  message: string | null
  onSelect(ids: string[]): void
  onDeleted(): void
}) {
  const ws = useWorkspace()
  const flow = useQuery(flowQuery(ws, run.flow_id))
  return (
    <header className="grid flex-none grid-cols-[minmax(0,1fr)] gap-x-4 gap-y-2 border-b border-line px-3 py-3 md:grid-cols-[minmax(0,1fr)_auto] md:px-5">
      <h1 className="flex min-w-0 flex-wrap items-center gap-x-2.5 gap-y-1 text-title leading-7 tracking-[-.012em] md:flex-nowrap">
        <StateBadge state={stateOf(run)} tone="loud" big />
        <span className="clip">
          {run.name}{' '}
          <FlowLink id={run.flow_id} className="font-regular text-text-2 hover:text-text">
            {flow.data?.name ?? ''}
          </FlowLink>
        </span>
      </h1>
      <RunButtons run={run} actions={actions} onDeleted={onDeleted} />
      <Facts run={run} usual={usual} model={model} dim={dim} onSelect={onSelect} />
      {message ? (
        <p className="clip text-text-2 md:col-span-2" title={message}>
          {message}
        </p>
      ) : null}
    </header>
  )
}

function Fact({ label, wide = false, children }: { label: string; wide?: boolean; children: ReactNode }) {
  return (
    <div className={clsx('flex items-center gap-1.5 whitespace-nowrap', wide && 'max-lg:hidden')}>
      <dt className="text-text-3">{label}</dt>
      <dd className="flex items-center gap-1.5">{children}</dd>
    </div>
  )
}

function Facts({
  run,
  usual,
  model,
  dim,
  onSelect,
}: {
  run: FlowRun
  usual: number | null
  model: GraphModel | null
  dim: ReadonlyMap<string, number>
  onSelect(ids: string[]): void
}) {
  const ws = useWorkspace()
  const running = run.state_type === 'RUNNING'
  const now = useNow(running ? 1000 : 0)
  const ended = isTerminal(stateOf(run))
  const deployment = useQuery({
    ...deploymentQuery(ws, run.deployment_id ?? ''),
    enabled: run.deployment_id !== null,
  })
  const parent = useQuery({
    ...parentRunQuery(ws, run.parent_task_run_id ?? ''),
    enabled: run.parent_task_run_id !== null,
  })
  const seconds =
    running && run.state
      ? run.total_run_time + Math.max(0, (now - Date.parse(run.state.timestamp)) / 1000)
      : run.total_run_time
  const over = usual !== null && seconds > usual * 1.25 && seconds - usual > 1
  const good = model ? countStates(model) : []
  const slow = useMemo(() => (model && ended ? slowest(model, Date.now(), 1)[0] : undefined), [model, ended])
  const retries = run.empirical_policy?.retries ?? 0
  const done = good.filter(([s]) => s === 'completed' || s === 'cached').reduce((sum, [, n]) => sum + n, 0)
  return (
    <dl className="flex min-w-0 flex-wrap gap-x-6 gap-y-0.5 md:col-span-2 md:flex-nowrap md:overflow-hidden">
      <Fact label={run.start_time ? 'Started' : 'Expected'}>
        <Timestamp at={run.start_time ?? run.expected_start_time} form="full" />
      </Fact>
      <Fact label={running ? 'Running for' : 'Took'}>
        {run.start_time ? (
          <>
            <span className={clsx('tabular-nums', over && 'font-medium text-late')}>{duration(seconds)}</span>
            {usual === null ? null : <span className="text-text-3">of {duration(usual)} usual</span>}
          </>
        ) : (
          '–'
        )}
      </Fact>
      {run.state && !running ? (
        <Fact label={ended ? 'Ended' : `${wordOf(stateOf(run))} since`}>
          <Timestamp at={run.state.timestamp} />
        </Fact>
      ) : null}
      {model && model.size > 0 ? (
        <Fact label="Tasks">
          <Gauge
            total={model.size}
            parts={good
              .filter(([s]) => s !== 'blocked' && s !== 'pending' && s !== 'scheduled' && s !== 'cached')
              .map(([s, n]) => [
                s === 'completed'
                  ? 'var(--st-completed-fill)'
                  : `var(--st-${s === 'timedout' ? 'failed' : s === 'retrying' ? 'running' : s})`,
                s === 'completed' ? done : n,
              ])}
          />
          <span className="tabular-nums">
            {done === model.size ? count(done) : `${count(done)} of ${count(model.size)}`}
          </span>
        </Fact>
      ) : null}
      {model && slow !== undefined && model.size > 1 ? (
        <Fact label="Slowest">
          <button type="button" className="link clip max-w-44" onClick={() => onSelect([model.ids[slow]!])}>
            <TaskName name={model.labels[slow]!} dim={dim.get(model.ids[slow]!)} />
          </button>
          <span className="tabular-nums">{duration(secondsOf(model, slow, now))}</span>
        </Fact>
      ) : null}
      {run.run_count > 1 || (run.run_count > 0 && retries > 0) ? (
        <Fact label="Attempts">
          <span className="tabular-nums">
            {retries > 0 ? `${run.run_count} of ${retries + 1}` : run.run_count}
          </span>
        </Fact>
      ) : null}
      {parent.data ? (
        <Fact label="Sub-flow of">
          <FlowRunLink id={parent.data.id} className="link">
            {parent.data.name}
          </FlowRunLink>
        </Fact>
      ) : null}
      {run.deployment_id ? (
        <Fact label="Deployment" wide>
          <RunsLink className="link" search={{ deployment: run.deployment_id }}>
            {deployment.data?.name ?? 'deployment'}
          </RunsLink>
          {run.deployment_version ? <span className="text-text-3">{run.deployment_version}</span> : null}
        </Fact>
      ) : null}
      {run.work_pool_name ? (
        <Fact label="Pool" wide>
          {run.work_pool_name}
          {run.work_queue_name ? <span className="text-text-3">{run.work_queue_name}</span> : null}
        </Fact>
      ) : null}
      <Fact label="Started by" wide>
        {startedBy(run)}
      </Fact>
      {run.tags.length ? (
        <Fact label="Tags" wide>
          {run.tags.slice(0, 4).map((tag) => (
            <RunsLink
              key={tag}
              search={{ tag }}
              className="inline-flex h-5 items-center rounded-chip border border-line-strong px-1.5 text-small text-text-2 hover:text-text"
            >
              <span className="clip max-w-32">{tag}</span>
            </RunsLink>
          ))}
          {run.tags.length > 4 ? <span className="text-text-3">+{run.tags.length - 4}</span> : null}
        </Fact>
      ) : null}
    </dl>
  )
}

export function startedBy(run: FlowRun): string {
  if (run.created_by?.display_value)
    return run.created_by.type === 'SCHEDULE' ? 'its schedule' : run.created_by.display_value
  if (run.auto_scheduled) return 'its schedule'
  return run.parent_task_run_id ? 'its parent run' : run.deployment_id ? 'a request' : 'a script'
}

/** The band under the header: the answer to "why?". */
export function DiagnosisBand({
  tone,
  title,
  more,
  message,
  onGo,
  sameError,
}: {
  tone: 'failed' | 'crashed' | 'late' | 'quiet'
  /** Null while the cause is looked for. */
  title: string | null
  more?: string | undefined
  message?: string | undefined
  onGo?: (() => void) | undefined
  sameError?: ReactNode
}) {
  const ground = {
    failed: 's-failed bg-failed-tint',
    crashed: 's-crashed bg-crashed-tint',
    late: 's-late bg-late-tint',
    quiet: 'bg-sunken',
  }[tone]
  return (
    <div
      role="status"
      className={clsx(
        'flex min-h-12 flex-none flex-wrap items-center gap-x-3 gap-y-2 border-b border-line px-3 py-2 md:flex-nowrap md:px-5',
        ground,
      )}
    >
      <span className="self-start pt-0.5 [--cut:var(--tint)]">
        {tone === 'quiet' ? (
          <Icon name="clock" className="text-text-2" />
        ) : (
          <StateBadge look={tone} tone="plain">
            {''}
          </StateBadge>
        )}
      </span>
      <p className="min-w-0 flex-1 leading-4.5">
        {title === null ? (
          <span role="status" aria-label="Looking for the cause" className="block h-4.5 pt-1">
            <Skeleton style={{ width: 280, maxWidth: '80%' }} />
          </span>
        ) : (
          <b className="font-bold">{title}</b>
        )}{' '}
        {more ? <span className="text-text-2 max-md:hidden">{more}</span> : null}
        {message ? (
          <span className="clip block font-mono text-small" title={message}>
            {message}
          </span>
        ) : null}
      </p>
      <span className="flex gap-2 max-md:w-full max-md:*:flex-1">
        {sameError}
        {onGo ? (
          <Button className="bg-transparent!" onClick={onGo}>
            Go to line
          </Button>
        ) : null}
      </span>
    </div>
  )
}
