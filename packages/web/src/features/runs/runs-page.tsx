import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { clsx } from 'clsx'
import { useMemo, useState } from 'react'
import { Checkbox, Icon, PageBody, Panel, Segmented, StateGlyph } from '../../components/ui/index.ts'
import { count } from '../../lib/format.ts'
import { usePollInterval } from '../../lib/live.ts'
import { useNow } from '../../lib/now.ts'
import { usePage } from '../../lib/page.ts'
import { LOOK_WORDS, type StateLook } from '../../lib/states.ts'
import { useTimeRange } from '../../lib/time-range.ts'
import { useWorkspace } from '../../lib/workspace.ts'
import { TimeBrush } from './charts/brush.tsx'
import { columnsOf, lookCounts } from './charts/history.ts'
import { HistoryColumns } from './charts/history-columns.tsx'
import { nearestPoint, Scatter } from './charts/scatter.tsx'
import { joinValues, valuesOf } from './filter.ts'
import { FilterBar, shortId } from './filter-bar.tsx'
import { FlowRunsList } from './flow-runs-list.tsx'
import {
  chartFrame,
  deploymentNamesQuery,
  runsHistoryQuery,
  scatterQuery,
  taskRunCountQuery,
  taskRunsHistoryQuery,
} from './list-queries.ts'
import { flowNamesQuery } from './queries.ts'
import { SavedViews } from './saved-views.tsx'
import { FILTER_KEYS, type FilterKey, parseRunsSearch, type RunsFilter, type RunsSearch } from './search.ts'
import { TaskRunsList } from './task-runs-list.tsx'
import { TimeAxis, TimeGrid } from './time-axis.tsx'
import { useSearchState } from './use-run-search.ts'

const FACETS: StateLook[] = ['failed', 'crashed', 'late', 'running', 'completed', 'cancelled', 'paused']
const TASK_FACETS: StateLook[] = [
  'failed',
  'crashed',
  'running',
  'completed',
  'cached',
  'blocked',
  'cancelled',
]
const CHART_HEIGHT = 132

/** A facet that filters by a type counts all names of that type; one with a facet of its own is still among them. */
function facetCount(of: ReadonlyMap<StateLook, number>, look: StateLook): number {
  const n = (each: StateLook): number => of.get(each) ?? 0
  if (look === 'completed') return n('completed') + n('cached')
  if (look === 'failed') return n('failed') + n('timedout')
  if (look === 'running') return n('running') + n('retrying')
  if (look === 'paused') return n('paused') + n('suspended')
  return n(look)
}

export function RunsPage() {
  const ws = useWorkspace()
  const [search, set] = useSearchState<RunsSearch>()
  const { range, setRange } = useTimeRange()
  const tab = search.tab ?? 'flow-runs'
  const filter = useMemo(() => {
    const out: Record<string, string> = {}
    for (const key of FILTER_KEYS) if (search[key]) out[key] = search[key]
    return out as RunsFilter
  }, [search])
  usePage({ title: 'Runs', crumbs: [{ label: 'Runs' }], timeRange: true })
  const poll = usePollInterval(30_000)
  const history = useQuery({ ...runsHistoryQuery(ws, filter, range), refetchInterval: poll })
  const taskCount = useQuery({ ...taskRunCountQuery(ws, filter, range), refetchInterval: poll })
  const taskHistory = useQuery({
    ...taskRunsHistoryQuery(ws, filter, range),
    refetchInterval: poll,
    enabled: tab === 'task-runs',
  })
  const counts = useMemo(() => lookCounts(history.data ?? []), [history.data])
  const tasks = tab === 'task-runs'
  const counted = tasks ? taskHistory.data : history.data
  const facets = useMemo(() => lookCounts(counted ?? []), [counted])
  const flows = valuesOf(filter.flow).filter((each) => shortId(each) !== each)
  const flowNames = useQuery(flowNamesQuery(ws, flows))
  const deployments = valuesOf(filter.deployment).filter((each) => shortId(each) !== each)
  const deploymentNames = useQuery(deploymentNamesQuery(ws, deployments))
  const [tags, setTags] = useState<readonly string[]>([])

  const names = (key: FilterKey, value: string): string => {
    if (key === 'state') return LOOK_WORDS[value as StateLook]?.toLowerCase() ?? value
    if (key === 'flow') return flowNames.data?.get(value) ?? shortId(value)
    if (key === 'deployment') return deploymentNames.data?.get(value) ?? shortId(value)
    return shortId(value)
  }
  const change = (next: RunsFilter): void =>
    set(Object.fromEntries(FILTER_KEYS.map((key) => [key, next[key]])) as RunsFilter, true)
  const looks = valuesOf(filter.state)
  const toggle = (look: StateLook): void =>
    set(
      { state: joinValues(looks.includes(look) ? looks.filter((each) => each !== look) : [...looks, look]) },
      true,
    )

  return (
    <PageBody className="pb-24!">
      <div className="mb-3 flex flex-wrap items-center gap-x-5 gap-y-2">
        <h1 className="text-title leading-7 tracking-[-.012em]">Runs</h1>
        <nav aria-label="Kind of run" className="flex gap-5">
          {(
            [
              ['flow-runs', 'Flow runs', history.data ? counts.all : undefined],
              ['task-runs', 'Task runs', taskCount.data],
            ] as const
          ).map(([id, label, n]) => (
            <button
              key={id}
              type="button"
              aria-current={tab === id ? 'page' : undefined}
              onClick={() => set({ tab: id === 'task-runs' ? id : undefined }, true)}
              className={clsx(
                'flex h-8 items-center gap-1.5 font-medium whitespace-nowrap',
                tab === id ? 'text-text shadow-[inset_0_-2px_var(--accent)]' : 'text-text-2 hover:text-text',
              )}
            >
              {label}
              <span className="font-regular text-text-3 tabular-nums">{n === undefined ? '' : count(n)}</span>
            </button>
          ))}
        </nav>
        <span className="ml-auto">
          <SavedViews
            search={parseRunsSearch(search as Record<string, unknown>)}
            onOpen={(view) =>
              set(
                {
                  ...Object.fromEntries(
                    [...FILTER_KEYS, 'chart', 'sort', 'tab'].map((key) => [key, undefined]),
                  ),
                  ...view,
                },
                true,
              )
            }
          />
        </span>
      </div>
      <FilterBar filter={filter} names={names} tags={tags} onChange={change} />
      <div className="my-2 flex min-h-7.5 items-center gap-0.5">
        <div className="-ml-2.25 flex min-w-0 gap-0.5 overflow-x-auto [scrollbar-width:none]">
          <Facet
            on={looks.length === 0}
            n={counted ? facets.all : undefined}
            label="All"
            onClick={() => set({ state: undefined }, true)}
          />
          {(tasks ? TASK_FACETS : FACETS).map((look) => (
            <Facet
              key={look}
              look={look}
              on={looks.includes(look)}
              n={counted ? facetCount(facets.of, look) : undefined}
              label={LOOK_WORDS[look]}
              onClick={() => toggle(look)}
            />
          ))}
        </div>
        {tab === 'flow-runs' ? (
          <span className="ml-auto flex items-center gap-2 max-md:hidden">
            <Checkbox
              label="Hide sub-flows"
              checked={filter.subflows === 'hide'}
              onChange={(event) => set({ subflows: event.target.checked ? 'hide' : undefined }, true)}
            />
            <Segmented
              label="Chart"
              value={search.chart ?? 'scatter'}
              onChange={(chart) => set({ chart: chart === 'columns' ? 'columns' : undefined }, true)}
              options={[
                {
                  id: 'scatter',
                  label: 'Start against duration',
                  icon: <Icon name="scatter" size={15} />,
                  iconOnly: true,
                },
                {
                  id: 'columns',
                  label: 'Runs over time',
                  icon: <Icon name="bars" size={15} />,
                  iconOnly: true,
                },
              ]}
            />
          </span>
        ) : null}
      </div>
      {tab === 'task-runs' ? (
        <TaskRunsList filter={filter} range={range} onClear={() => change({})} />
      ) : (
        <Panel>
          <Chart
            kind={search.chart ?? 'scatter'}
            filter={filter}
            history={history.data ?? []}
            onRange={(from, to) =>
              setRange({ from: new Date(from).toISOString(), to: new Date(to).toISOString() })
            }
          />
          <FlowRunsList
            filter={filter}
            sort={search.sort ?? 'EXPECTED_START_TIME_DESC'}
            set={set}
            onTags={setTags}
            onClear={() => change({})}
          />
        </Panel>
      )}
    </PageBody>
  )
}

function Facet({
  look,
  n,
  label,
  on,
  onClick,
}: {
  look?: StateLook
  n: number | undefined
  label: string
  on: boolean
  onClick(): void
}) {
  return (
    <button
      type="button"
      aria-pressed={on}
      onClick={onClick}
      className={clsx(
        'flex h-7 flex-none items-center gap-1.5 rounded-control px-2.25 whitespace-nowrap -outline-offset-2!',
        on ? 'bg-selected text-text' : n === 0 ? 'text-text-3 hover:bg-hover' : 'text-text-2 hover:bg-hover',
      )}
    >
      {look ? <StateGlyph look={look} /> : null}
      {label}
      <b className={clsx('min-w-2 font-medium tabular-nums', n !== 0 && 'text-text')}>
        {n === undefined ? '' : count(n)}
      </b>
    </button>
  )
}

function Chart({
  kind,
  filter,
  history,
  onRange,
}: {
  kind: 'scatter' | 'columns'
  filter: RunsFilter
  history: Parameters<typeof columnsOf>[0]
  onRange(from: number, to: number): void
}) {
  const ws = useWorkspace()
  const { range } = useTimeRange()
  const now = useNow(60_000)
  const poll = usePollInterval(30_000)
  const points = useQuery({
    ...scatterQuery(ws, filter, range),
    enabled: kind === 'scatter',
    refetchInterval: poll,
  })
  const columns = useMemo(() => columnsOf(history), [history])
  const frame =
    kind === 'columns' && columns.length
      ? { from: columns[0]!.from, to: columns.at(-1)!.to }
      : chartFrame(filter, range, now)
  const navigate = useNavigate()
  const ask = points.data ?? []
  return (
    <div className="border-b border-line pt-2 pr-4.5 pb-2 pl-14.5 max-md:pl-12">
      <TimeBrush
        {...frame}
        className="relative cursor-crosshair touch-pan-y select-none"
        onRange={onRange}
        onPick={(at) => {
          if (kind !== 'scatter') return
          const found = nearestPoint(ask, at, { ...frame, height: CHART_HEIGHT - 16 })
          if (found) void navigate({ href: `${ws.path}/runs/flow-run/${found.id}` })
        }}
      >
        <div className="relative" style={{ height: CHART_HEIGHT - 16 }}>
          <TimeGrid {...frame} />
          {kind === 'scatter' ? (
            points.isError ? (
              <p className="pt-10 text-center text-text-3">The chart could not be loaded.</p>
            ) : (
              <Scatter points={ask} {...frame} now={now} height={CHART_HEIGHT - 16} />
            )
          ) : (
            <HistoryColumns columns={columns} height={CHART_HEIGHT - 16} label="Runs over time by state" />
          )}
        </div>
        <div className="relative h-4">
          <TimeAxis {...frame} />
        </div>
      </TimeBrush>
    </div>
  )
}
