import { useQueries, useQuery } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { useMemo, useState } from 'react'
import {
  Button,
  buttonClass,
  ErrorState,
  Icon,
  Loading,
  Skeleton,
  StateGlyph,
  TabPanel,
  Tabs,
} from '../../components/ui/index.ts'
import { usePollInterval } from '../../lib/live.ts'
import { useNow } from '../../lib/now.ts'
import { usePage } from '../../lib/page.ts'
import { isTerminal, wordOf } from '../../lib/states.ts'
import { useWorkspace } from '../../lib/workspace.ts'
import { GraphPanel } from '../graph/graph-panel.tsx'
import { buildModel, type GraphModel, type GraphV2, neighbours, stateAt } from '../graph/model.ts'
import { DOWN, lineage, UP } from '../graph/paths.ts'
import { LogView } from '../logs/log-view.tsx'
import { type LogSource, useRunLogs } from '../logs/use-logs.ts'
import { useRunActions } from './actions.ts'
import { diagnose } from './diagnosis.ts'
import {
  AttemptCards,
  attemptsOf,
  Details,
  flowRunDetails,
  History,
  Inputs,
  JsonBlock,
  RunRows,
  taskRunDetails,
} from './inspector.tsx'
import { FlowRunLink, RunsLink, TaskRunLink } from './links.tsx'
import { useLiveFlowRun } from './live.ts'
import {
  childRunsQuery,
  flowQuery,
  flowRunQuery,
  graphQuery,
  taskRunStatesQuery,
  taskRunsQuery,
  usualDurationQuery,
} from './queries.ts'
import { DiagnosisBand, RunHeader } from './run-header.tsx'
import type { RunSearch } from './search.ts'
import { type FlowRun, stateOf, type TaskRun } from './types.ts'
import { type Patch, useSearchState } from './use-run-search.ts'
import { useStateIcon } from './use-state-icon.ts'

export function FlowRunPage() {
  const { flowRunId } = useParams({ strict: false }) as { flowRunId: string }
  const ws = useWorkspace()
  const poll = usePollInterval(5_000)
  useLiveFlowRun(flowRunId)
  const run = useQuery({
    ...flowRunQuery(ws, flowRunId),
    refetchInterval: (query) =>
      isTerminal(query.state.data?.state_type ? { type: query.state.data.state_type } : null) ? false : poll,
  })
  const flow = useQuery({ ...flowQuery(ws, run.data?.flow_id ?? ''), enabled: run.data !== undefined })
  usePage({
    title: run.data ? `${wordOf(stateOf(run.data))}: ${run.data.name}` : 'Run',
    crumbs: [
      { label: 'Runs', to: `${ws.path}/runs` },
      ...(flow.data ? [{ label: flow.data.name, to: `${ws.path}/flows/flow/${flow.data.id}` }] : []),
      { label: run.data?.name ?? 'Run' },
    ],
    rail: true,
    full: true,
  })
  useStateIcon(run.data ? stateOf(run.data) : null)
  if (run.error && !run.data)
    return (
      <>
        <h1 className="sr-only">Run</h1>
        <ErrorState
          title={
            (run.error as { status?: number }).status === 404
              ? 'There is no such run'
              : 'The run could not be loaded'
          }
          error={run.error}
          onRetry={() => void run.refetch()}
        />
      </>
    )
  if (!run.data) return <RunSkeleton />
  return <LoadedRun key={run.data.id} run={run.data} poll={poll} />
}

function RunSkeleton() {
  return (
    <div role="status" aria-label="Loading the run" className="flex flex-1 flex-col">
      <div className="grid gap-3 border-b border-line px-3 py-4.5 md:px-5">
        <Skeleton className="h-5!" style={{ width: 320 }} />
        <Skeleton style={{ width: 560, maxWidth: '100%' }} />
      </div>
      <div className="grid min-h-80 flex-1 md:grid-cols-[minmax(0,1fr)_clamp(440px,40vw,548px)]">
        <div className="grid place-items-center">
          <Loading label="Loading the run" />
        </div>
        <div className="border-l border-line-strong bg-surface max-md:hidden" />
      </div>
    </div>
  )
}

const NO_NODES: GraphV2 = {
  start_time: null,
  end_time: null,
  root_node_ids: [],
  nodes: [],
  artifacts: [],
  states: [],
}
/** Attempts are looked up one task at a time, so only for the tasks that were retried, and not for hundreds. */
const MOST_ATTEMPT_LOOKUPS = 24

function LoadedRun({ run, poll }: { run: FlowRun; poll: number | false }) {
  const ws = useWorkspace()
  const [search, set] = useSearchState<RunSearch>()
  const navigate = useNavigate()
  const ended = isTerminal(stateOf(run))
  const interval = ended ? false : poll
  const graph = useQuery({ ...graphQuery(ws, run.id), refetchInterval: interval })
  const tasks = useQuery({ ...taskRunsQuery(ws, run.id), refetchInterval: interval })
  const usual = useQuery(usualDurationQuery(ws, run.flow_id))
  const actions = useRunActions()
  const now = useNow(ended ? 0 : 15_000)

  const facts = useMemo(() => taskFacts(tasks.data ?? []), [tasks.data])
  const model = useMemo(
    () => (graph.data ? buildModel(graph.data, { stateNames: facts.stateNames, ended }) : null),
    [graph.data, facts, ended],
  )
  const diagnosis = useMemo(
    () => diagnose({ run, model, messages: facts.messages, attempts: facts.counts, now }),
    [run, model, facts, now],
  )

  const opened = useOpened()
  const selected = useMemo(() => {
    if (search.sel === 'none') return []
    if (search.sel) return search.sel.split(',')
    return diagnosis?.task ? [diagnosis.task] : []
  }, [search.sel, diagnosis?.task])
  const attempts = useAttempts(facts.retried)
  const select = (ids: string[]): void => set({ sel: ids.length ? ids.join(',') : 'none', line: undefined })

  const open = (id: string, subflow: boolean): void => {
    void navigate({ href: `${ws.path}/runs/${subflow ? 'flow-run' : 'task-run'}/${id}` })
  }

  return (
    <>
      <RunHeader
        run={run}
        usual={usual.data ?? null}
        model={model}
        actions={actions}
        onDeleted={() => void navigate({ href: `${ws.path}/runs` })}
      />
      {diagnosis ? (
        <DiagnosisBand
          {...diagnosis}
          onGo={
            diagnosis.tone === 'failed' || diagnosis.tone === 'crashed'
              ? () => set({ sel: diagnosis.task ?? 'none', tab: 'logs', level: 40 }, true)
              : undefined
          }
          sameError={
            diagnosis.tone === 'failed' ? (
              <RunsLink
                search={{ state: 'failed', ...(run.deployment_id && { deployment: run.deployment_id }) }}
                className={buttonClass({ kind: 'plain' }).replace('bg-surface', 'bg-transparent')}
              >
                Other failures
              </RunsLink>
            ) : null
          }
        />
      ) : null}
      <div className="grid min-h-0 flex-1 grid-cols-[minmax(0,1fr)] md:grid-cols-[minmax(0,1fr)_clamp(400px,40vw,548px)]">
        {graph.error && !graph.data ? (
          <ErrorState
            title="The graph could not be loaded"
            error={graph.error}
            onRetry={() => void graph.refetch()}
          />
        ) : (
          <GraphPanel
            graph={graph.data ?? NO_NODES}
            view={search.view ?? (diagnosis?.task ? 'radar' : 'timeline')}
            onView={(view) => set({ view }, true)}
            preset={search.preset ?? 'all'}
            onPreset={(preset) => set({ preset: preset === 'all' ? undefined : preset }, true)}
            selected={selected}
            onSelect={select}
            span={search.t0 !== undefined && search.t1 !== undefined ? [search.t0, search.t1] : null}
            onSpan={(span) => set({ t0: span?.[0], t1: span?.[1] }, true)}
            opened={opened.graphs}
            onExpand={opened.toggle}
            onOpen={open}
            ended={ended}
            usualSeconds={usual.data ?? null}
            stateNames={facts.stateNames}
            attempts={attempts}
            attemptCounts={facts.counts}
            loading={graph.isPending}
          />
        )}
        <Inspector
          run={run}
          model={model}
          tasks={tasks.data ?? []}
          selected={selected}
          search={search}
          set={set}
          onSelect={select}
          ended={ended}
        />
      </div>
    </>
  )
}

interface TaskFacts {
  stateNames: Map<string, string>
  messages: Map<string, string>
  counts: Map<string, number>
  retried: string[]
}
function taskFacts(tasks: readonly TaskRun[]): TaskFacts {
  const facts: TaskFacts = { stateNames: new Map(), messages: new Map(), counts: new Map(), retried: [] }
  for (const task of tasks) {
    if (task.state_name) facts.stateNames.set(task.id, task.state_name)
    if (task.state?.message) facts.messages.set(task.id, task.state.message)
    facts.counts.set(task.id, task.run_count)
    if (task.run_count > 1) facts.retried.push(task.id)
  }
  return facts
}

/** Sub-flows opened in place: their graphs are loaded when asked for. */
function useOpened() {
  const ws = useWorkspace()
  const [ids, setIds] = useState<string[]>([])
  const results = useQueries({ queries: ids.map((id) => graphQuery(ws, id)) })
  const stamp = results.map((result) => result.dataUpdatedAt).join()
  // biome-ignore lint/correctness/useExhaustiveDependencies: `stamp` stands for the results
  const graphs = useMemo(() => {
    const map = new Map<string, GraphV2>()
    ids.forEach((id, i) => {
      const data = results[i]?.data
      if (data) map.set(id, data)
    })
    return map
  }, [ids, stamp])
  return {
    graphs,
    toggle: (id: string) =>
      setIds((old) => (old.includes(id) ? old.filter((each) => each !== id) : [...old, id])),
  }
}

function useAttempts(retried: readonly string[]): ReadonlyMap<string, [number, number][]> {
  const ws = useWorkspace()
  const some = retried.slice(0, MOST_ATTEMPT_LOOKUPS)
  const results = useQueries({ queries: some.map((id) => taskRunStatesQuery(ws, id)) })
  const stamp = results.map((result) => result.dataUpdatedAt).join()
  // biome-ignore lint/correctness/useExhaustiveDependencies: `stamp` stands for the results
  return useMemo(() => {
    const map = new Map<string, [number, number][]>()
    some.forEach((id, i) => {
      const parts = attemptsOf(results[i]?.data ?? []).map((a): [number, number] => [
        a.from,
        a.to ?? Date.now(),
      ])
      if (parts.length > 1) map.set(id, parts)
    })
    return map
  }, [stamp, some.join()])
}

interface InspectorProps {
  run: FlowRun
  model: GraphModel | null
  tasks: TaskRun[]
  selected: readonly string[]
  search: RunSearch
  set(next: Patch<RunSearch>, push?: boolean): void
  onSelect(ids: string[]): void
  ended: boolean
}

function Inspector({ run, model, tasks, selected, search, set, onSelect, ended }: InspectorProps) {
  const ws = useWorkspace()
  const main = selected.at(-1)
  const node = main !== undefined ? (model?.index.get(main) ?? -1) : -1
  const subflow = node >= 0 && model?.subflow[node] === 1
  const task = tasks.find((each) => each.id === main)
  const names = useMemo(() => new Map(model ? model.ids.map((id, i) => [id, model.labels[i]!]) : []), [model])
  const children = useQuery({ ...childRunsQuery(ws, run.id), enabled: main === undefined })

  // Tasks of this run are filtered out of its lines; what is inside a sub-flow has lines of its own.
  const outside = main !== undefined && (subflow || (model !== null && node < 0))
  const source: LogSource = !outside
    ? { flow_run_id: run.id }
    : subflow
      ? { flow_run_id: main }
      : { task_run_id: main }
  const logs = useRunLogs(source, !ended)
  const only = useMemo(
    () => (main !== undefined && !outside ? new Set(selected) : null),
    [main, outside, selected],
  )

  const tabs = main
    ? [
        { id: 'logs', label: 'Logs' },
        ...(task ? [{ id: 'inputs', label: 'Inputs' }] : []),
        { id: 'history', label: 'History' },
        ...(task ? [{ id: 'details', label: 'Details' }] : []),
      ]
    : [
        { id: 'logs', label: 'Logs' },
        { id: 'tasks', label: 'Task runs', count: tasks.length || undefined },
        ...(children.data?.length
          ? [{ id: 'sub-flows', label: 'Sub-flows', count: children.data.length }]
          : []),
        { id: 'parameters', label: 'Parameters', count: Object.keys(run.parameters).length || undefined },
        { id: 'history', label: 'History' },
        { id: 'details', label: 'Details' },
      ]
  const tab = tabs.find((each) => each.id === search.tab)?.id ?? 'logs'
  const of = main ? (subflow ? { flowRun: main } : { taskRun: main }) : { flowRun: run.id }

  return (
    <section
      aria-label={main ? 'Selected task' : 'Run'}
      className="flex min-h-0 min-w-0 flex-col border-line-strong bg-surface md:border-l"
    >
      {main && node >= 0 && model ? (
        <div className="flex-none px-3 pt-2.75 md:px-4">
          <h2 className="flex min-w-0 items-center gap-2 text-head leading-6">
            <StateGlyph look={stateAt(model, node)} />
            <span className="clip" title={names.get(main)}>
              {selected.length > 1 ? `${selected.length} tasks` : names.get(main)}
            </span>
            <span className="ml-auto flex">
              {subflow ? (
                <FlowRunLink
                  id={main}
                  className={buttonClass({ kind: 'bare', square: true })}
                  title="Open the sub-flow"
                >
                  <Icon name="external" />
                  <span className="sr-only">Open the sub-flow</span>
                </FlowRunLink>
              ) : (
                <TaskRunLink
                  id={main}
                  className={buttonClass({ kind: 'bare', square: true })}
                  title="Open the task run"
                >
                  <Icon name="external" />
                  <span className="sr-only">Open the task run</span>
                </TaskRunLink>
              )}
              <Button
                kind="bare"
                square
                icon="close"
                aria-label="Show the whole run"
                title="Show the whole run (Esc)"
                onClick={() => onSelect([])}
              />
            </span>
          </h2>
          {task ? (
            <AttemptCards taskRun={task} ring={place(model, node)} />
          ) : (
            <p className="pt-1 pb-2 text-small text-text-3">{place(model, node)}</p>
          )}
        </div>
      ) : null}
      <Tabs
        value={tab}
        onChange={(next) => set({ tab: next === 'logs' ? undefined : next }, true)}
        tabs={tabs}
        label={main ? 'About the task' : 'About the run'}
        className="flex min-h-0 flex-1 flex-col"
        listClassName="flex-none px-3 md:px-4"
      >
        <TabPanel value={tab} className="flex min-h-0 flex-1 flex-col outline-none max-md:min-h-90">
          {tab === 'logs' ? (
            <LogView
              key={JSON.stringify(source)}
              logs={logs}
              live={!ended}
              level={search.level ?? 0}
              onLevel={(level) => set({ level: level || undefined })}
              query={search.q ?? ''}
              onQuery={(q) => set({ q: q || undefined })}
              line={search.line ?? null}
              lineUrl={(id) => lineUrl(id)}
              tasks={only}
              taskNames={names}
              onClearTasks={() => onSelect([])}
              onTask={(id) => onSelect([id])}
              downloadUrl={`${ws.api.base}/flow_runs/${'flow_run_id' in source ? source.flow_run_id : run.id}/logs/download`}
              endedAt={main ? null : run.end_time}
            />
          ) : (
            <section
              aria-label={tabs.find((t) => t.id === tab)?.label}
              // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls or is worked by keys must be reachable by them
              tabIndex={0}
              className="min-h-0 flex-1 overflow-y-auto -outline-offset-2!"
            >
              {tab === 'history' ? (
                <History of={of} />
              ) : tab === 'inputs' && task ? (
                <Inputs taskRun={task} names={names} />
              ) : tab === 'details' ? (
                <Details rows={task ? taskRunDetails(task) : flowRunDetails(run)} />
              ) : tab === 'parameters' ? (
                <Parameters run={run} />
              ) : tab === 'sub-flows' ? (
                <RunRows runs={children.data ?? []} empty="No sub-flows" />
              ) : (
                <RunRows runs={tasks} empty={ended ? 'This run had no tasks' : 'No task has started yet'} />
              )}
            </section>
          )}
        </TabPanel>
      </Tabs>
    </section>
  )
}

function Parameters({ run }: { run: FlowRun }) {
  if (Object.keys(run.parameters).length === 0)
    return <p className="p-4 text-text-2">The flow was called without parameters.</p>
  return <JsonBlock value={run.parameters} label="parameters" />
}

function lineUrl(id: string): string {
  const params = new URLSearchParams(location.search)
  params.set('line', id)
  return `${location.pathname}?${params}`
}

function place(model: GraphModel, node: number): string {
  const mask = lineage(model, [node])
  let up = 0
  let down = 0
  for (const each of mask) {
    if (each & UP) up++
    if (each & DOWN) down++
  }
  const direct = neighbours(model.up, node).length
  return direct || down ? `${up} upstream · ${down} downstream` : 'depends on nothing'
}
