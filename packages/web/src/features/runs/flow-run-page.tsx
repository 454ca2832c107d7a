import type { TaskFact } from '@orrery/schemas'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { useMemo } from 'react'
import { ErrorState, Loading, Skeleton } from '../../components/ui/index.ts'
import { usePollInterval } from '../../lib/live.ts'
import { useNow } from '../../lib/now.ts'
import { usePage } from '../../lib/page.ts'
import { isTerminal, wordOf } from '../../lib/states.ts'
import { useWorkspace } from '../../lib/workspace.ts'
import { GraphPanel } from '../graph/graph-panel.tsx'
import { buildModel, type GraphV2 } from '../graph/model.ts'
import { useRunActions } from './actions.ts'
import { diagnose } from './diagnosis.ts'
import { addressOf, useGraphPlace, useOpened, useWorkers } from './graph-place.ts'
import { useLiveFlowRun } from './live.ts'
import {
  flowQuery,
  flowRunQuery,
  graphQuery,
  parentRunQuery,
  taskFactsQuery,
  usualDurationQuery,
} from './queries.ts'
import { SameError } from './run-buttons.tsx'
import { DiagnosisBand, RunHeader } from './run-header.tsx'
import { RunInspector } from './run-inspector.tsx'
import type { RunSearch } from './search.ts'
import { dimmedKeys } from './task-names.tsx'
import { type FlowRun, stateOf } from './types.ts'
import { useSearchState } from './use-run-search.ts'
import { useStateIcon } from './use-state-icon.ts'

export function FlowRunPage() {
  const { flowRunId } = useParams({ strict: false }) as { flowRunId: string }
  const ws = useWorkspace()
  const poll = usePollInterval(5_000)
  const run = useQuery({
    ...flowRunQuery(ws, flowRunId),
    refetchInterval: (query) =>
      isTerminal(query.state.data?.state_type ? { type: query.state.data.state_type } : null) ? false : poll,
  })
  const flow = useQuery({ ...flowQuery(ws, run.data?.flow_id ?? ''), enabled: run.data !== undefined })
  const parentTask = run.data?.parent_task_run_id ?? null
  const parent = useQuery({ ...parentRunQuery(ws, parentTask ?? ''), enabled: parentTask !== null })
  usePage({
    title: run.data ? `${wordOf(stateOf(run.data))}: ${run.data.name}` : 'Run',
    crumbs: [
      { label: 'Runs', to: `${ws.path}/runs` },
      ...(flow.data ? [{ label: flow.data.name, to: `${ws.path}/flows/flow/${flow.data.id}` }] : []),
      ...(parent.data ? [{ label: parent.data.name, to: `${ws.path}/runs/flow-run/${parent.data.id}` }] : []),
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

function LoadedRun({ run, poll }: { run: FlowRun; poll: number | false }) {
  const ws = useWorkspace()
  const [search, set] = useSearchState<RunSearch>()
  const navigate = useNavigate()
  const ended = isTerminal(stateOf(run))
  const interval = ended ? false : poll
  const graph = useQuery({ ...graphQuery(ws, run.id), refetchInterval: interval })
  const facts = useQuery({ ...taskFactsQuery(ws, run.id), refetchInterval: interval })
  const usual = useQuery(usualDurationQuery(ws, run.flow_id))
  const actions = useRunActions()
  const now = useNow(ended ? 0 : 15_000)
  const opened = useOpened(search, set)
  const place = useGraphPlace(search)
  useLiveFlowRun(run.id, opened.ids)

  const known = useMemo(() => knownOf(facts.data ?? [], opened.facts), [facts.data, opened.facts])
  const model = useMemo(
    () =>
      graph.data
        ? buildModel(graph.data, { opened: opened.graphs, stateNames: known.stateNames, ended })
        : null,
    [graph.data, opened.graphs, known, ended],
  )
  const names = useMemo(() => new Map(model ? model.ids.map((id, i) => [id, model.labels[i]!]) : []), [model])
  const dim = useMemo(() => dimmedKeys(names, known.all), [names, known])
  const workers = useWorkers(run, model)
  const diagnosis = useMemo(
    () => diagnose({ run, model, dim, messages: known.messages, attempts: known.counts, now }),
    [run, model, dim, known, now],
  )

  const selected = useMemo(() => {
    if (search.sel === 'none') return []
    if (search.sel) return search.sel.split(',')
    return diagnosis?.task ? [diagnosis.task] : []
  }, [search.sel, diagnosis?.task])
  const select = (ids: string[]): void =>
    set({ sel: ids.length ? ids.join(',') : 'none', line: undefined, attempt: undefined })

  const open = (id: string, subflow: boolean): void => {
    void navigate({ href: `${ws.path}/runs/${subflow ? 'flow-run' : 'task-run'}/${id}` })
  }
  const bad = diagnosis?.tone === 'failed' || diagnosis?.tone === 'crashed'
  // Which task explains the failure is known with the graph; until then nothing is said that would be taken back.
  const looking = bad && graph.isPending

  return (
    <>
      <RunHeader
        run={run}
        usual={usual.data ?? null}
        model={model}
        dim={dim}
        actions={actions}
        message={diagnosis ? null : run.state?.message || null}
        onSelect={select}
        onDeleted={() => void navigate({ href: `${ws.path}/runs` })}
      />
      {diagnosis ? (
        <DiagnosisBand
          {...diagnosis}
          title={looking ? null : diagnosis.title}
          onGo={
            bad
              ? () => set({ sel: diagnosis.task ?? 'none', tab: undefined, level: 40, q: undefined }, true)
              : undefined
          }
          sameError={bad ? <SameError run={run} /> : null}
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
            hideIdle={search.idle === 'hide'}
            onHideIdle={(on) => set({ idle: on ? 'hide' : undefined, t0: undefined, t1: undefined }, true)}
            order={search.order ?? 'start'}
            onOrder={(order) => set({ order: order === 'start' ? undefined : order }, true)}
            sort={search.sort ?? 'start'}
            onSort={(sort) => set({ sort: sort === 'start' ? undefined : sort }, true)}
            name={run.name}
            place={place}
            onPlace={(next) => set(addressOf(next), next.focus !== undefined)}
            workers={workers}
            opened={opened.graphs}
            expanded={opened.expanded}
            onExpand={opened.toggle}
            onOpen={open}
            ended={ended}
            usualSeconds={usual.data ?? null}
            stateNames={known.stateNames}
            attempts={known.attempts}
            attemptCounts={known.counts}
            dim={dim}
            loading={graph.isPending}
          />
        )}
        {looking && !search.sel ? (
          <section aria-label="Run" className="border-line-strong bg-surface p-4 max-md:min-h-90 md:border-l">
            <Loading label="Looking for the cause" />
          </section>
        ) : (
          <RunInspector
            run={run}
            model={model}
            names={names}
            dim={dim}
            selected={selected}
            search={search}
            set={set}
            onSelect={select}
            ended={ended}
          />
        )}
      </div>
    </>
  )
}

interface Known {
  all: TaskFact[]
  stateNames: Map<string, string>
  messages: Map<string, string>
  counts: Map<string, number>
  /** Attempts as [start, end] in milliseconds, of what had more than one. */
  attempts: Map<string, [number, number][]>
}
function knownOf(own: readonly TaskFact[], others: readonly TaskFact[][]): Known {
  const all = [...own, ...others.flat()]
  const known: Known = {
    all,
    stateNames: new Map(),
    messages: new Map(),
    counts: new Map(),
    attempts: new Map(),
  }
  for (const { id, state_name: name, run_count: count, message, attempts } of all) {
    if (name) known.stateNames.set(id, name)
    if (message) known.messages.set(id, message)
    known.counts.set(id, count)
    if (attempts)
      known.attempts.set(
        id,
        attempts.map(({ from, to }) => [Date.parse(from), to ? Date.parse(to) : Date.now()]),
      )
  }
  return known
}
