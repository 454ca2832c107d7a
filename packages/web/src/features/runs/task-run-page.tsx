import type { TaskContext } from '@orrery/schemas'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { clsx } from 'clsx'
import { type ReactNode, useMemo, useState } from 'react'
import {
  Button,
  Copyable,
  Dialog,
  DialogFoot,
  ErrorState,
  Loading,
  Menu,
  MenuItem,
  MenuLine,
  Skeleton,
  StateBadge,
  TabPanel,
  Tabs,
  Timestamp,
} from '../../components/ui/index.ts'
import { duration, plural } from '../../lib/format.ts'
import { usePollInterval } from '../../lib/live.ts'
import { useNow } from '../../lib/now.ts'
import { usePage } from '../../lib/page.ts'
import { useShortcuts } from '../../lib/shortcuts.ts'
import { isTerminal, wordOf } from '../../lib/states.ts'
import { useWorkspace } from '../../lib/workspace.ts'
import { ArtifactsTab, useArtifactsTab } from '../artifacts/artifacts-tab.tsx'
import { LogView } from '../logs/log-view.tsx'
import { useRunLogs } from '../logs/use-logs.ts'
import { useTaskActions } from './actions.ts'
import { firstLine } from './diagnosis.ts'
import { History } from './history.tsx'
import {
  AttemptCards,
  attemptSpan,
  cacheKey,
  Details,
  Inputs,
  taskRunDetails,
  useAttempts,
} from './inspector.tsx'
import { FlowRunLink, TaskRunLink } from './links.tsx'
import { useLiveTaskRun } from './live.ts'
import { useRunPermissions } from './permissions.ts'
import { flowRunQuery, graphQuery, taskContextQuery, taskRunQuery } from './queries.ts'
import { CopyItems } from './run-buttons.tsx'
import { ChangeState } from './run-dialogs.tsx'
import { DiagnosisBand } from './run-header.tsx'
import type { RunSearch } from './search.ts'
import { type FlowRun, stateOf, type TaskRun } from './types.ts'
import { logSearch, useSearchState } from './use-run-search.ts'
import { useStateIcon } from './use-state-icon.ts'

export function TaskRunPage() {
  const { taskRunId } = useParams({ strict: false }) as { taskRunId: string }
  const ws = useWorkspace()
  const poll = usePollInterval(5_000)
  const task = useQuery({
    ...taskRunQuery(ws, taskRunId),
    refetchInterval: (query) => (query.state.data && isTerminal(stateOf(query.state.data)) ? false : poll),
  })
  const runId = task.data?.flow_run_id ?? null
  useLiveTaskRun(taskRunId, runId)
  const run = useQuery({ ...flowRunQuery(ws, runId ?? ''), enabled: runId !== null })
  usePage({
    title: task.data ? `${wordOf(stateOf(task.data))}: ${task.data.name}` : 'Task run',
    crumbs: [
      { label: 'Runs', to: `${ws.path}/runs` },
      ...(run.data ? [{ label: run.data.name, to: `${ws.path}/runs/flow-run/${run.data.id}` }] : []),
      { label: task.data?.name ?? 'Task run' },
    ],
    full: true,
  })
  useStateIcon(task.data ? stateOf(task.data) : null)
  if (task.error && !task.data)
    return (
      <>
        <h1 className="sr-only">Task run</h1>
        <ErrorState
          title={
            (task.error as { status?: number }).status === 404
              ? 'There is no such task run'
              : 'The task run could not be loaded'
          }
          error={task.error}
          onRetry={() => void task.refetch()}
        />
      </>
    )
  if (!task.data) return <TaskSkeleton />
  return <LoadedTask key={task.data.id} task={task.data} run={run.data} />
}

function TaskSkeleton() {
  return (
    <div role="status" aria-label="Loading the task run" className="flex flex-1 flex-col">
      <div className="grid gap-3 border-b border-line px-3 py-4.5 md:px-6">
        <Skeleton className="h-5!" style={{ width: 280 }} />
        <Skeleton style={{ width: 460, maxWidth: '100%' }} />
      </div>
      <div className="grid flex-1 place-items-center bg-surface">
        <Loading label="Loading the task run" />
      </div>
    </div>
  )
}

const TABS = [
  { id: 'logs', label: 'Logs' },
  { id: 'inputs', label: 'Inputs' },
  { id: 'history', label: 'History' },
  { id: 'details', label: 'Details' },
]

function LoadedTask({ task, run }: { task: TaskRun; run: FlowRun | undefined }) {
  const ws = useWorkspace()
  const navigate = useNavigate()
  const [search, set] = useSearchState<RunSearch>()
  const ended = isTerminal(stateOf(task))
  const context = useQuery(taskContextQuery(ws, task.id))
  const graph = useQuery({ ...graphQuery(ws, task.flow_run_id ?? ''), enabled: task.flow_run_id !== null })
  const names = useMemo(
    () => new Map((graph.data?.nodes ?? []).map(([id, node]) => [id, node.label])),
    [graph.data],
  )
  const attempts = useAttempts(task)
  const span = useMemo(() => attemptSpan(attempts, search.attempt), [attempts, search.attempt])
  const logs = useRunLogs({ task_run_id: task.id }, !ended)
  const bad = task.state_type === 'FAILED' || task.state_type === 'CRASHED'
  const artifacts = useArtifactsTab({ task_run_id: task.id }, ended)
  const tabs = [...TABS.slice(0, 2), ...artifacts, ...TABS.slice(2)]
  const tab = tabs.find((each) => each.id === search.tab)?.id ?? 'logs'
  const siblings = context.data?.siblings ?? []
  return (
    <>
      <header className="grid flex-none grid-cols-[minmax(0,1fr)] gap-x-4 gap-y-2 border-b border-line px-3 py-3 md:grid-cols-[minmax(0,1fr)_auto] md:px-6">
        <h1 className="flex min-w-0 items-center gap-2.5 text-title leading-7 tracking-[-.012em]">
          <StateBadge state={stateOf(task)} tone="loud" big />
          <span className="clip" title={task.name}>
            {task.name}
          </span>
        </h1>
        <TaskButtons
          task={task}
          siblings={siblings}
          onDeleted={() =>
            void navigate({
              href: task.flow_run_id ? `${ws.path}/runs/flow-run/${task.flow_run_id}` : `${ws.path}/runs`,
            })
          }
        />
        <TaskFacts task={task} run={run} context={context.data} />
        {!bad && task.state?.message ? (
          <p className="clip text-text-2 md:col-span-2" title={task.state.message}>
            {task.state.message}
          </p>
        ) : null}
        {siblings.length > 1 ? (
          <Siblings tasks={siblings} total={context.data?.sibling_count ?? 0} current={task.id} />
        ) : null}
      </header>
      {bad && task.state?.message ? (
        <DiagnosisBand
          tone={task.state_type === 'CRASHED' ? 'crashed' : 'failed'}
          title={
            task.run_count > 1
              ? `${task.name} failed after ${task.run_count} attempts.`
              : `${task.name} failed.`
          }
          message={firstLine(task.state.message)}
          onGo={() => set({ tab: undefined, level: 40, attempt: undefined, q: undefined }, true)}
        />
      ) : null}
      {task.run_count > 1 ? (
        <div className="flex-none px-3 md:px-6">
          <AttemptCards
            taskRun={task}
            attempts={attempts}
            chosen={search.attempt}
            onChoose={(attempt) => set({ attempt, tab: undefined, line: undefined }, true)}
            place=""
          />
        </div>
      ) : null}
      <Tabs
        value={tab}
        onChange={(next) => set({ tab: next === 'logs' ? undefined : next }, true)}
        tabs={tabs}
        label="About the task run"
        className="flex min-h-0 flex-1 flex-col"
        listClassName="flex-none px-3 md:px-6"
      >
        <TabPanel value={tab} className="flex min-h-0 flex-1 flex-col bg-surface max-md:min-h-100">
          {tab === 'logs' ? (
            <LogView
              logs={logs}
              live={!ended}
              {...logSearch(search, set)}
              tasks={null}
              taskNames={names}
              span={span}
              startedAt={task.start_time}
              endedAt={task.end_time}
            />
          ) : (
            <section
              aria-label={tabs.find((each) => each.id === tab)?.label}
              // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls or is worked by keys must be reachable by them
              tabIndex={0}
              className="min-h-0 flex-1 overflow-y-auto px-0 -outline-offset-2! md:px-2"
            >
              {tab === 'artifacts' ? (
                <ArtifactsTab of={{ task_run_id: task.id }} ended={ended} />
              ) : tab === 'inputs' ? (
                <Inputs taskRun={task} names={names} />
              ) : tab === 'history' ? (
                <History of={{ taskRun: task.id }} live={!ended} />
              ) : (
                <Details rows={taskRunDetails(task)} />
              )}
            </section>
          )}
        </TabPanel>
      </Tabs>
    </>
  )
}

function TaskFacts({
  task,
  run,
  context,
}: {
  task: TaskRun
  run: FlowRun | undefined
  context: TaskContext | undefined
}) {
  const running = task.state_type === 'RUNNING'
  const ended = isTerminal(stateOf(task))
  const now = useNow(running ? 1000 : 0)
  const seconds =
    running && task.state
      ? task.total_run_time + Math.max(0, (now - Date.parse(task.state.timestamp)) / 1000)
      : task.total_run_time
  const retries = task.empirical_policy?.retries ?? 0
  const key = cacheKey(task)
  const origin = context?.cached_from
  return (
    <dl className="flex min-w-0 flex-wrap gap-x-6 gap-y-0.5 md:col-span-2">
      <Fact label={task.start_time ? 'Started' : 'Expected'}>
        <Timestamp at={task.start_time ?? task.expected_start_time} form="full" />
      </Fact>
      <Fact label={running ? 'Running for' : 'Took'}>
        <span className="tabular-nums">{task.start_time ? duration(seconds) : '–'}</span>
      </Fact>
      {task.state && !running ? (
        <Fact label={ended ? 'Ended' : `${wordOf(stateOf(task))} since`}>
          <Timestamp at={task.state.timestamp} />
        </Fact>
      ) : null}
      <Fact label="Attempts">
        <span className="tabular-nums">
          {retries > 0 ? `${task.run_count} of ${retries + 1}` : task.run_count}
        </span>
      </Fact>
      {task.flow_run_id ? (
        <Fact label="Run">
          <FlowRunLink id={task.flow_run_id} search={{ sel: task.id }} className="link">
            {run?.name ?? 'its flow run'}
          </FlowRunLink>
        </Fact>
      ) : (
        <Fact label="Run">none: a background task</Fact>
      )}
      {task.state?.state_details?.child_flow_run_id ? (
        <Fact label="Sub-flow">
          <FlowRunLink id={task.state.state_details.child_flow_run_id} className="link">
            open
          </FlowRunLink>
        </Fact>
      ) : null}
      {task.state_name === 'Cached' ? (
        <Fact label="Cached from">
          {origin ? (
            <TaskRunLink id={origin.id} className="link">
              {origin.name}
            </TaskRunLink>
          ) : (
            <span className="text-text-2">{context ? 'a run that is gone' : '…'}</span>
          )}
          {origin?.end_time ? <Timestamp at={origin.end_time} className="text-text-3" /> : null}
        </Fact>
      ) : null}
      {key ? (
        <Fact label="Cache key">
          <Copyable
            text={key}
            shown={key.length > 16 ? `${key.slice(0, 12)}…` : key}
            label="Copy the cache key"
          />
        </Fact>
      ) : null}
      {task.tags.length > 0 ? (
        <Fact label="Tags">
          {task.tags.slice(0, 4).map((tag) => (
            <span
              key={tag}
              className="inline-flex h-5 items-center rounded-chip border border-line-strong px-1.5 text-small text-text-2"
            >
              <span className="clip max-w-32">{tag}</span>
            </span>
          ))}
          {task.tags.length > 4 ? <span className="text-text-3">+{task.tags.length - 4}</span> : null}
        </Fact>
      ) : null}
    </dl>
  )
}

function TaskButtons({
  task,
  siblings,
  onDeleted,
}: {
  task: TaskRun
  siblings: TaskContext['siblings']
  onDeleted(): void
}) {
  const ws = useWorkspace()
  const navigate = useNavigate()
  const actions = useTaskActions()
  const may = useRunPermissions()
  const [dialog, setDialog] = useState<'state' | 'delete' | null>(null)
  const at = siblings.findIndex((each) => each.id === task.id)
  const go = (step: number): void => {
    const other = siblings[at + step]
    if (at >= 0 && other) void navigate({ href: `${ws.path}/runs/task-run/${other.id}` })
  }
  useShortcuts([
    { keys: ',', run: () => go(-1) },
    { keys: '.', run: () => go(1) },
  ])
  const step = (by: -1 | 1) => (
    <Button
      square
      icon={by < 0 ? 'left' : 'right'}
      disabled={at < 0 || !siblings[at + by]}
      aria-label={`${by < 0 ? 'Previous' : 'Next'} run of this task`}
      title={`${by < 0 ? 'Previous' : 'Next'} run of this task (${by < 0 ? ',' : '.'})`}
      onClick={() => go(by)}
    />
  )
  return (
    <div className="flex items-center gap-2">
      {siblings.length > 1 ? (
        <>
          {step(-1)}
          {step(1)}
        </>
      ) : null}
      <Menu trigger={<Button square icon="more" aria-label="More actions" />}>
        <CopyItems
          id={task.id}
          command={`prefect task-run inspect ${task.id}`}
          url={`${location.origin}${ws.api.base}/task_runs/${task.id}`}
        />
        <MenuLine />
        <MenuItem icon="gear" why={may.run ?? undefined} onSelect={() => setDialog('state')}>
          Change state…
        </MenuItem>
        <MenuItem icon="trash" bad why={may.manage ?? undefined} onSelect={() => setDialog('delete')}>
          Delete task run…
        </MenuItem>
      </Menu>
      {dialog === 'state' ? (
        <ChangeState
          stateType={task.state_type}
          onChange={(state) => actions.changeState(task, state)}
          onClose={() => setDialog(null)}
        />
      ) : null}
      {dialog === 'delete' ? (
        <Dialog
          open
          onOpenChange={(open) => !open && setDialog(null)}
          title={`Delete ${task.name}?`}
          lead="Its states go with it; its lines stay in the log of the run. This cannot be undone."
        >
          <div className="h-4" />
          <DialogFoot>
            <Button onClick={() => setDialog(null)}>Keep it as it is</Button>
            <Button
              kind="bad"
              className="max-w-80"
              onClick={() => {
                setDialog(null)
                void actions.remove(task).then((done) => done && onDeleted())
              }}
            >
              <span className="clip">Delete {task.name}</span>
            </Button>
          </DialogFoot>
        </Dialog>
      ) : null}
    </div>
  )
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="flex items-center gap-1.5 whitespace-nowrap">
      <dt className="text-text-3">{label}</dt>
      <dd className="flex min-w-0 items-center gap-1.5">{children}</dd>
    </div>
  )
}

/** The other runs of the same task, as a strip: what a map made of it. */
function Siblings({
  tasks,
  total,
  current,
}: {
  tasks: TaskContext['siblings']
  total: number
  current: string
}) {
  return (
    <nav
      aria-label="Runs of the same task"
      className="flex min-w-0 items-center gap-2 text-small text-text-3 md:col-span-2"
    >
      <span className="whitespace-nowrap">{plural(total, 'run')} of this task</span>
      <span className="flex max-h-12.5 min-w-0 flex-wrap gap-0.5 overflow-y-auto">
        {tasks.map((each) => (
          <TaskRunLink
            key={each.id}
            id={each.id}
            title={`${each.name}: ${wordOf(stateOf(each))}`}
            className={clsx(
              'grid size-6 place-items-center rounded-chip',
              each.id === current ? 'bg-selected shadow-[inset_0_0_0_1px_var(--accent)]' : 'hover:bg-hover',
            )}
          >
            <StateBadge state={stateOf(each)} tone="plain">
              <span className="sr-only">
                {each.name}
                {each.id === current ? ', this one' : ''}
              </span>
            </StateBadge>
          </TaskRunLink>
        ))}
      </span>
    </nav>
  )
}
