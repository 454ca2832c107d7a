import { useQuery } from '@tanstack/react-query'
import { clsx } from 'clsx'
import { type ReactNode, useState } from 'react'
import {
  Button,
  copyText,
  Gauge,
  Icon,
  Menu,
  MenuItem,
  MenuLine,
  StateBadge,
  Timestamp,
  toast,
} from '../../components/ui/index.ts'
import { count, duration } from '../../lib/format.ts'
import { useNow } from '../../lib/now.ts'
import { useShortcuts } from '../../lib/shortcuts.ts'
import { isTerminal } from '../../lib/states.ts'
import { useWorkspace } from '../../lib/workspace.ts'
import { countStates, type GraphModel } from '../graph/model.ts'
import { type RunActions, refusal } from './actions.ts'
import { FlowLink, FlowRunLink, RunsLink } from './links.tsx'
import { deploymentQuery, flowQuery, parentRunQuery } from './queries.ts'
import { type RunDialog, RunDialogs } from './run-dialogs.tsx'
import { type FlowRun, stateOf } from './types.ts'

/** What the run is, how it stands, and what can be done to it. */
export function RunHeader({
  run,
  usual,
  model,
  actions,
  onDeleted,
}: {
  run: FlowRun
  usual: number | null
  model: GraphModel | null
  actions: RunActions
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
      <Facts run={run} usual={usual} model={model} />
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

function Facts({ run, usual, model }: { run: FlowRun; usual: number | null; model: GraphModel | null }) {
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
      {ended || running ? null : (
        <Fact label="For">
          <Timestamp at={run.state?.timestamp} />
        </Fact>
      )}
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
      {run.run_count > 1 ? <Fact label="Attempts">{run.run_count}</Fact> : null}
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

function RunButtons({ run, actions, onDeleted }: { run: FlowRun; actions: RunActions; onDeleted(): void }) {
  const [dialog, setDialog] = useState<RunDialog | null>(null)
  const ended = isTerminal(stateOf(run))
  const noRetry = refusal('retry', run)
  const noCancel = refusal('cancel', run)
  useShortcuts([
    { keys: 'r', run: () => noRetry === null && setDialog('retry') },
    { keys: 'c', run: () => noCancel === null && setDialog('cancel') },
  ])
  return (
    <div className="flex items-center gap-2">
      {run.state_type === 'PAUSED' ? (
        <Button kind="main" icon="play" onClick={() => void actions.resume(run)}>
          Resume
        </Button>
      ) : null}
      {ended ? (
        <Button
          kind={run.state_type === 'COMPLETED' ? 'plain' : 'main'}
          icon="retry"
          disabled={noRetry !== null}
          title={noRetry ?? undefined}
          onClick={() => setDialog('retry')}
        >
          {run.state_type === 'COMPLETED' ? 'Run again' : 'Retry'}
        </Button>
      ) : (
        <Button
          icon="stop"
          disabled={noCancel !== null}
          title={noCancel ?? undefined}
          onClick={() => setDialog('cancel')}
        >
          Cancel
        </Button>
      )}
      <Menu trigger={<Button square icon="more" aria-label="More actions" />}>
        <MenuItem
          icon="link"
          onSelect={() => void copyText(location.href).then((ok) => ok && toast({ title: 'Link copied' }))}
        >
          Copy link
        </MenuItem>
        <MenuItem
          icon="copy"
          onSelect={() => void copyText(run.id).then((ok) => ok && toast({ title: 'ID copied' }))}
        >
          Copy ID
        </MenuItem>
        <MenuItem
          icon="terminal"
          onSelect={() =>
            void copyText(`prefect flow-run inspect ${run.id}`).then(
              (ok) => ok && toast({ title: 'Command copied' }),
            )
          }
        >
          Copy as command
        </MenuItem>
        <MenuLine />
        {ended ? null : (
          <MenuItem icon="stop" why={noCancel ?? undefined} onSelect={() => setDialog('cancel')}>
            Cancel…
          </MenuItem>
        )}
        <MenuItem icon="retry" why={noRetry ?? undefined} onSelect={() => setDialog('retry')} keys="R">
          Retry…
        </MenuItem>
        <MenuItem icon="gear" onSelect={() => setDialog('state')}>
          Change state…
        </MenuItem>
        <MenuItem icon="trash" bad onSelect={() => setDialog('delete')}>
          Delete run…
        </MenuItem>
      </Menu>
      <RunDialogs
        open={dialog}
        runs={[run]}
        actions={actions}
        onClose={() => setDialog(null)}
        onDeleted={onDeleted}
      />
    </div>
  )
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
  title: string
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
        <b className="font-bold">{title}</b>{' '}
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
