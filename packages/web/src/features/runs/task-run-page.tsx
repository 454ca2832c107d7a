import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useMemo } from 'react'
import { ErrorState, Loading, StateBadge, TabPanel, Tabs, Timestamp } from '../../components/ui/index.ts'
import { duration } from '../../lib/format.ts'
import { usePollInterval } from '../../lib/live.ts'
import { useNow } from '../../lib/now.ts'
import { usePage } from '../../lib/page.ts'
import { isTerminal, wordOf } from '../../lib/states.ts'
import { useWorkspace } from '../../lib/workspace.ts'
import { LogView } from '../logs/log-view.tsx'
import { useRunLogs } from '../logs/use-logs.ts'
import { firstLine } from './diagnosis.ts'
import { AttemptCards, Details, History, Inputs, taskRunDetails } from './inspector.tsx'
import { FlowRunLink, TaskRunLink } from './links.tsx'
import { useLiveTaskRun } from './live.ts'
import { flowRunQuery, taskRunQuery, taskRunsQuery } from './queries.ts'
import { DiagnosisBand } from './run-header.tsx'
import type { RunSearch } from './search.ts'
import { stateOf, type TaskRun } from './types.ts'
import { useSearchState } from './use-run-search.ts'
import { useStateIcon } from './use-state-icon.ts'

export function TaskRunPage() {
  const { taskRunId } = useParams({ strict: false }) as { taskRunId: string }
  const ws = useWorkspace()
  const poll = usePollInterval(5_000)
  useLiveTaskRun(taskRunId)
  const task = useQuery({
    ...taskRunQuery(ws, taskRunId),
    refetchInterval: (query) => (query.state.data && isTerminal(stateOf(query.state.data)) ? false : poll),
  })
  const runId = task.data?.flow_run_id ?? null
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
  if (!task.data)
    return (
      <p className="p-6">
        <Loading label="Loading the task run" />
      </p>
    )
  return <LoadedTask key={task.data.id} task={task.data} runName={run.data?.name} />
}

function LoadedTask({ task, runName }: { task: TaskRun; runName: string | undefined }) {
  const ws = useWorkspace()
  const [search, set] = useSearchState<RunSearch>()
  const ended = isTerminal(stateOf(task))
  const running = task.state_type === 'RUNNING'
  const now = useNow(running ? 1000 : 0)
  const siblings = useQuery({
    ...taskRunsQuery(ws, task.flow_run_id ?? ''),
    enabled: task.flow_run_id !== null,
  })
  const names = useMemo(
    () => new Map((siblings.data ?? []).map((each) => [each.id, each.name])),
    [siblings.data],
  )
  const mapped = useMemo(
    () => (siblings.data ?? []).filter((each) => each.task_key === task.task_key),
    [siblings.data, task.task_key],
  )
  const logs = useRunLogs({ task_run_id: task.id }, !ended)
  const bad = task.state_type === 'FAILED' || task.state_type === 'CRASHED'
  const seconds =
    running && task.state
      ? task.total_run_time + Math.max(0, (now - Date.parse(task.state.timestamp)) / 1000)
      : task.total_run_time
  const tabs = [
    { id: 'logs', label: 'Logs' },
    { id: 'inputs', label: 'Inputs' },
    { id: 'history', label: 'History' },
    { id: 'details', label: 'Details' },
  ]
  const tab = tabs.find((each) => each.id === search.tab)?.id ?? 'logs'
  return (
    <>
      <header className="grid flex-none gap-2 border-b border-line px-3 py-3 md:px-6">
        <h1 className="flex min-w-0 items-center gap-2.5 text-title leading-7 tracking-[-.012em]">
          <StateBadge state={stateOf(task)} tone="loud" big />
          <span className="clip">{task.name}</span>
        </h1>
        <dl className="flex flex-wrap gap-x-6 gap-y-0.5">
          <Fact label="Started">
            <Timestamp at={task.start_time} form="full" />
          </Fact>
          <Fact label={running ? 'Running for' : 'Took'}>
            <span className="tabular-nums">{task.start_time ? duration(seconds) : '–'}</span>
          </Fact>
          <Fact label="Attempts">{task.run_count}</Fact>
          {task.flow_run_id ? (
            <Fact label="Run">
              <FlowRunLink id={task.flow_run_id} search={{ sel: task.id }} className="link">
                {runName ?? 'its flow run'}
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
        </dl>
        {mapped.length > 1 ? <Siblings tasks={mapped} current={task.id} /> : null}
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
          onGo={() => set({ tab: undefined, level: 40 }, true)}
        />
      ) : null}
      {task.run_count > 1 ? (
        <div className="flex-none px-3 md:px-6">
          <AttemptCards taskRun={task} ring="" />
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
        <TabPanel
          value={tab}
          className="flex min-h-0 flex-1 flex-col bg-surface outline-none max-md:min-h-100"
        >
          {tab === 'logs' ? (
            <LogView
              logs={logs}
              live={!ended}
              level={search.level ?? 0}
              onLevel={(level) => set({ level: level || undefined })}
              query={search.q ?? ''}
              onQuery={(q) => set({ q: q || undefined })}
              line={search.line ?? null}
              lineUrl={(id) => {
                const params = new URLSearchParams(location.search)
                params.set('line', id)
                return `${location.pathname}?${params}`
              }}
              tasks={null}
              taskNames={names}
              endedAt={task.end_time}
            />
          ) : (
            <section
              aria-label={tabs.find((each) => each.id === tab)?.label}
              // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls or is worked by keys must be reachable by them
              tabIndex={0}
              className="min-h-0 flex-1 overflow-y-auto px-0 -outline-offset-2! md:px-2"
            >
              {tab === 'inputs' ? (
                <Inputs taskRun={task} names={names} />
              ) : tab === 'history' ? (
                <History of={{ taskRun: task.id }} />
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

function Fact({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <div className="flex items-center gap-1.5 whitespace-nowrap">
      <dt className="text-text-3">{label}</dt>
      <dd>{children}</dd>
    </div>
  )
}

/** The other runs of the same task, as a strip: what a map made of it. */
function Siblings({ tasks, current }: { tasks: TaskRun[]; current: string }) {
  return (
    <nav aria-label="Runs of the same task" className="flex items-center gap-2 text-small text-text-3">
      <span className="whitespace-nowrap">{tasks.length} runs of this task</span>
      <span className="flex min-w-0 flex-wrap gap-0.5">
        {tasks.slice(0, 60).map((each) => (
          <TaskRunLink
            key={each.id}
            id={each.id}
            title={`${each.name}: ${wordOf(stateOf(each))}`}
            className={`grid size-6 place-items-center rounded-chip ${each.id === current ? 'bg-selected' : 'hover:bg-hover'}`}
          >
            <StateBadge state={stateOf(each)} tone="plain">
              <span className="sr-only">{each.name}</span>
            </StateBadge>
          </TaskRunLink>
        ))}
      </span>
    </nav>
  )
}
