import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { clsx } from 'clsx'
import { type ReactNode, useState } from 'react'
import {
  Button,
  type ButtonLook,
  buttonClass,
  copyText,
  Gauge,
  Icon,
  Menu,
  MenuItem,
  MenuLine,
  StateBadge,
  StateGlyph,
  Timestamp,
  toast,
} from '../../components/ui/index.ts'
import { count, duration, plural } from '../../lib/format.ts'
import { useNow } from '../../lib/now.ts'
import { useShortcuts } from '../../lib/shortcuts.ts'
import { isTerminal, lookOf, wordOf } from '../../lib/states.ts'
import { useWorkspace } from '../../lib/workspace.ts'
import { countStates, type GraphModel, secondsOf } from '../graph/model.ts'
import { type RunActions, refusal } from './actions.ts'
import { FlowLink, FlowRunLink, RunsLink } from './links.tsx'
import { useRunPermissions } from './permissions.ts'
import { deploymentQuery, flowQuery, neighbourRunsQuery, parentRunQuery, sameErrorQuery } from './queries.ts'
import { type RunDialog, RunDialogs } from './run-dialogs.tsx'
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
  const slow = model && !running ? slowest(model, now, 1)[0] : undefined
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

/** A button that cannot be pressed can still be reached, and says why. */
function ActButton({
  why,
  onClick,
  children,
  ...look
}: { why: string | null; onClick(): void; children: ReactNode } & ButtonLook) {
  return (
    <Button
      {...look}
      {...(why !== null && { kind: 'plain' as const })}
      aria-disabled={why !== null || undefined}
      title={why ?? undefined}
      aria-description={why ?? undefined}
      className={why === null ? '' : 'cursor-not-allowed border-line! bg-sunken! text-text-3!'}
      onClick={() => (why === null ? onClick() : toast({ title: why }))}
    >
      {children}
    </Button>
  )
}

function Neighbours({ run }: { run: FlowRun }) {
  const ws = useWorkspace()
  const navigate = useNavigate()
  const { data } = useQuery(neighbourRunsQuery(ws, run))
  const go = (other: FlowRun | null | undefined): void => {
    if (other) void navigate({ href: `${ws.path}/runs/flow-run/${other.id}` })
  }
  useShortcuts([
    { keys: ',', run: () => go(data?.previous) },
    { keys: '.', run: () => go(data?.next) },
  ])
  const one = (other: FlowRun | null | undefined, icon: 'left' | 'right', word: string, key: string) =>
    other ? (
      <FlowRunLink
        id={other.id}
        className={buttonClass({ square: true })}
        title={`${word} run: ${other.name}, ${wordOf(stateOf(other))} (${key})`}
      >
        <Icon name={icon} size={15} />
        <span className="sr-only">
          {word} run: {other.name}
        </span>
      </FlowRunLink>
    ) : (
      <Button
        square
        icon={icon}
        disabled
        aria-label={`${word} run`}
        title={data ? `There is no ${word.toLowerCase()} run of this flow` : undefined}
      />
    )
  return (
    <>
      {one(data?.previous, 'left', 'Previous', ',')}
      {one(data?.next, 'right', 'Next', '.')}
    </>
  )
}

function RunButtons({ run, actions, onDeleted }: { run: FlowRun; actions: RunActions; onDeleted(): void }) {
  const ws = useWorkspace()
  const [dialog, setDialog] = useState<RunDialog | null>(null)
  const ended = isTerminal(stateOf(run))
  const may = useRunPermissions()
  const noRetry = may.run ?? refusal('retry', run)
  const noCancel = may.run ?? refusal('cancel', run)
  useShortcuts([
    { keys: 'r', run: () => noRetry === null && setDialog('retry') },
    { keys: 'c', run: () => noCancel === null && setDialog('cancel') },
  ])
  return (
    <div className="flex items-center gap-2">
      <Neighbours run={run} />
      {run.state_type === 'PAUSED' ? (
        <ActButton kind="main" icon="play" why={may.run} onClick={() => void actions.resume(run)}>
          Resume
        </ActButton>
      ) : null}
      {ended ? (
        <ActButton
          kind={run.state_type === 'COMPLETED' ? 'plain' : 'main'}
          icon="retry"
          why={noRetry}
          onClick={() => setDialog('retry')}
        >
          {run.state_type === 'COMPLETED' ? 'Run again' : 'Retry'}
        </ActButton>
      ) : (
        <ActButton icon="stop" why={noCancel} onClick={() => setDialog('cancel')}>
          Cancel
        </ActButton>
      )}
      <Menu trigger={<Button square icon="more" aria-label="More actions" />}>
        <CopyItems
          id={run.id}
          command={`prefect flow-run inspect ${run.id}`}
          url={`${location.origin}${ws.api.base}/flow_runs/${run.id}`}
        />
        <MenuLine />
        {ended ? null : (
          <MenuItem icon="stop" why={noCancel ?? undefined} onSelect={() => setDialog('cancel')} keys="C">
            Cancel…
          </MenuItem>
        )}
        <MenuItem icon="retry" why={noRetry ?? undefined} onSelect={() => setDialog('retry')} keys="R">
          Retry…
        </MenuItem>
        <MenuItem icon="gear" why={may.run ?? undefined} onSelect={() => setDialog('state')}>
          Change state…
        </MenuItem>
        <MenuItem icon="trash" bad why={may.manage ?? undefined} onSelect={() => setDialog('delete')}>
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

/** Ways to name a run elsewhere. */
export function CopyItems({ id, command, url }: { id: string; command: string; url: string }) {
  const copy = (text: string, title: string) => () =>
    void copyText(text).then((done) => done && toast({ title }))
  const curl = `curl -H "Authorization: Bearer $PREFECT_API_KEY" ${url}`
  return (
    <>
      <MenuItem icon="link" onSelect={copy(location.href, 'Link copied')}>
        Copy link
      </MenuItem>
      <MenuItem icon="copy" onSelect={copy(id, 'ID copied')}>
        Copy ID
      </MenuItem>
      <MenuItem icon="terminal" onSelect={copy(command, 'Command copied')}>
        Copy as command
      </MenuItem>
      <MenuItem icon="terminal" onSelect={copy(curl, 'curl command copied')}>
        Copy as curl
      </MenuItem>
    </>
  )
}

/** How often the same has gone wrong, and where. */
export function SameError({ run }: { run: FlowRun }) {
  const ws = useWorkspace()
  const navigate = useNavigate()
  const { data } = useQuery(sameErrorQuery(ws, run))
  if (!data || data.failures === 0) return null
  const all = (
    <MenuItem
      icon="runs"
      onSelect={() => void navigate({ href: `${ws.path}/runs?state=failed%7Ccrashed&flow=${run.flow_id}` })}
    >
      All failures of the flow
    </MenuItem>
  )
  const n = data.same.length
  return (
    <Menu
      trigger={
        <Button className="bg-transparent!">
          {n > 0 ? `Same error in ${plural(n, 'other run')}` : `${plural(data.failures, 'other failure')}`}
          <Icon name="down" size={14} />
        </Button>
      }
    >
      {data.same.slice(0, 10).map((other) => (
        <MenuItem
          key={other.id}
          icon={<StateGlyph look={lookOf(stateOf(other))} />}
          onSelect={() => void navigate({ href: `${ws.path}/runs/flow-run/${other.id}` })}
        >
          <span className="flex gap-4">
            <span className="clip flex-1">{other.name}</span>
            <Timestamp at={other.start_time ?? other.expected_start_time} className="text-text-3" />
          </span>
        </MenuItem>
      ))}
      {n > 0 ? <MenuLine /> : null}
      {all}
    </Menu>
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
