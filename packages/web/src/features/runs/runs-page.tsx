import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { clsx } from 'clsx'
import { useCallback, useEffect, useMemo, useState } from 'react'
import {
  Button,
  Checkbox,
  Command,
  EmptyState,
  ErrorState,
  Icon,
  PageBody,
  Panel,
  Segmented,
  Skeleton,
  StateGlyph,
  Table,
  TableScroll,
  Th,
} from '../../components/ui/index.ts'
import { count, plural } from '../../lib/format.ts'
import { useLiveEvents, useLiveGap, usePollInterval } from '../../lib/live.ts'
import { useNow } from '../../lib/now.ts'
import { usePage } from '../../lib/page.ts'
import { useZone } from '../../lib/preferences.ts'
import { useShortcuts } from '../../lib/shortcuts.ts'
import { LOOK_WORDS, type StateLook } from '../../lib/states.ts'
import { useTimeRange } from '../../lib/time-range.ts'
import { useWorkspace } from '../../lib/workspace.ts'
import { useRunActions } from './actions.ts'
import { TimeBrush } from './charts/brush.tsx'
import { columnsOf, lookCounts } from './charts/history.ts'
import { HistoryColumns } from './charts/history-columns.tsx'
import { nearestPoint, Scatter } from './charts/scatter.tsx'
import { joinValues, valuesOf } from './filter.ts'
import { FilterBar, shortId } from './filter-bar.tsx'
import {
  allMatching,
  chartFrame,
  deploymentNamesQuery,
  flowRunsQuery,
  hasFilter,
  runsHistoryQuery,
  scatterQuery,
  taskCountsQuery,
  taskRunCountQuery,
  taskRunsHistoryQuery,
} from './list-queries.ts'
import { runEvent, useThrottled, withState } from './live.ts'
import { flowNamesQuery, median, runKeys } from './queries.ts'
import { FlowRunCard, FlowRunRow, type RowFacts } from './run-row.tsx'
import { Spacer, useRows } from './run-table.tsx'
import { SavedViews } from './saved-views.tsx'
import { FILTER_KEYS, type FilterKey, parseRunsSearch, type RunsFilter, type RunsSearch } from './search.ts'
import { SelectionBar } from './selection-bar.tsx'
import { TaskRunsList } from './task-runs-list.tsx'
import { TimeAxis, TimeGrid } from './time-axis.tsx'
import type { FlowRun, Page } from './types.ts'
import { useNarrow } from './use-narrow.ts'
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

function FlowRunsList({
  filter,
  sort,
  set,
  onTags,
  onClear,
}: {
  filter: RunsFilter
  sort: NonNullable<RunsSearch['sort']>
  set(patch: { sort?: RunsSearch['sort'] | undefined }, push?: boolean): void
  onTags(tags: readonly string[]): void
  onClear(): void
}) {
  const ws = useWorkspace()
  const client = useQueryClient()
  const { range } = useTimeRange()
  const [zone] = useZone()
  const now = useNow(60_000)
  const narrow = useNarrow()
  const actions = useRunActions()
  const poll = usePollInterval(30_000)
  const options = flowRunsQuery(ws, filter, range, sort)
  const list = useInfiniteQuery({ ...options, refetchInterval: poll })
  const runs = useMemo(() => unique(list.data?.pages ?? []), [list.data])
  const total = list.data?.pages[0]?.count ?? 0

  // What is on the screen is patched; what is new waits behind a line, so that nothing moves under the pointer.
  const [fresh, setFresh] = useState<ReadonlySet<string>>(new Set())
  const known = useMemo(() => new Set(runs.map((run) => run.id)), [runs])
  const recount = useThrottled(() => {
    void client.invalidateQueries({ queryKey: [...runKeys.lists(ws), 'history'] })
    void client.invalidateQueries({ queryKey: [...runKeys.lists(ws), 'scatter'] })
  }, 5_000)
  useLiveEvents((raw) => {
    const event = runEvent(raw)
    if (event?.kind !== 'flow-run') return
    recount()
    if (!known.has(event.id)) {
      setFresh((old) => (old.has(event.id) ? old : new Set(old).add(event.id)))
      return
    }
    client.setQueryData<typeof list.data>(
      options.queryKey,
      (old) =>
        old && {
          ...old,
          pages: old.pages.map((page) => ({
            ...page,
            results: page.results.map((run) => (run.id === event.id ? withState(run, event) : run)),
          })),
        },
    )
  })
  const reload = useCallback(() => {
    setFresh(new Set())
    void client.resetQueries({ queryKey: options.queryKey })
    void client.invalidateQueries({ queryKey: runKeys.lists(ws) })
  }, [client, options.queryKey, ws])
  useLiveGap(reload)
  const waiting = [...fresh].filter((id) => !known.has(id)).length

  const flowNames = useQuery(
    flowNamesQuery(
      ws,
      runs.map((run) => run.flow_id),
    ),
  )
  const deploymentNames = useQuery(
    deploymentNamesQuery(
      ws,
      runs.flatMap((run) => (run.deployment_id ? [run.deployment_id] : [])),
    ),
  )
  const tasks = useQuery(
    taskCountsQuery(
      ws,
      runs.map((run) => run.id),
    ),
  )
  const usual = useMemo(() => usualByFlow(runs), [runs])
  const tags = useMemo(() => [...new Set(runs.flatMap((run) => run.tags))].sort().join('\n'), [runs])
  useEffect(() => onTags(tags ? tags.split('\n') : []), [tags, onTags])

  const [selected, setSelected] = useState<ReadonlyMap<string, FlowRun>>(new Map())
  const [focus, setFocus] = useState(-1)
  const [last, setLast] = useState(-1)
  const [selecting, setSelecting] = useState(false)
  const onSelect = useCallback(
    (run: FlowRun, shift: boolean): void => {
      const at = runs.indexOf(run)
      setSelected((old) => {
        const next = new Map(old)
        const on = !old.has(run.id)
        const [a, b] = shift && last >= 0 ? [Math.min(last, at), Math.max(last, at)] : [at, at]
        for (const each of runs.slice(a, b + 1)) on ? next.set(each.id, each) : next.delete(each.id)
        return next
      })
      setLast(at)
    },
    [runs, last],
  )
  const rows = useRows({
    count: runs.length,
    height: narrow ? 52 : 32,
    hasMore: list.hasNextPage && !list.isFetchingNextPage,
    fetchMore: () => void list.fetchNextPage(),
  })
  const step = (by: number) => () => {
    const next = Math.max(0, Math.min(runs.length - 1, focus + by))
    setFocus(next)
    rows.scrollTo(next)
  }
  useShortcuts([
    { keys: 'j', run: step(1) },
    { keys: 'k', run: step(-1) },
    { keys: 'x', run: () => runs[focus] && onSelect(runs[focus], false) },
    {
      keys: 'o',
      run: () => document.querySelector<HTMLAnchorElement>(`[data-run="${runs[focus]?.id}"] a`)?.click(),
    },
    { keys: 'Escape', run: () => setSelected(new Map()) },
  ])

  const facts = (run: FlowRun): RowFacts => ({
    flowName: flowNames.data?.get(run.flow_id),
    deploymentName: run.deployment_id ? deploymentNames.data?.get(run.deployment_id) : undefined,
    tasks: tasks.data?.[run.id],
    usual: usual.get(run.flow_id) ?? null,
  })
  const all = runs.length > 0 && runs.every((run) => selected.has(run.id))

  if (list.isError && !list.data)
    return (
      <ErrorState
        title="The runs could not be loaded"
        error={list.error}
        onRetry={() => void list.refetch()}
      />
    )
  if (list.data && runs.length === 0) return <NoRuns filter={filter} onClear={onClear} label={range.label} />

  const sortHead = (
    label: string,
    up: NonNullable<RunsSearch['sort']>,
    down: NonNullable<RunsSearch['sort']>,
    num = false,
  ) => (
    <Th
      num={num}
      className="top-(--bar)!"
      sorted={sort === up ? 'asc' : sort === down ? 'desc' : false}
      onSort={() =>
        set({ sort: sort === down ? up : down === 'EXPECTED_START_TIME_DESC' ? undefined : down }, true)
      }
    >
      {label}
    </Th>
  )
  const more = waiting ? (
    <Button kind="act" size="small" onClick={reload}>
      {plural(waiting, 'new run')}
    </Button>
  ) : null

  return (
    <div ref={rows.anchor}>
      {narrow ? (
        <>
          {more ? <div className="border-b border-line p-1 text-center">{more}</div> : null}
          <div style={{ height: rows.before }} />
          {rows.items.map((item) => {
            const run = runs[item.index]
            return run ? (
              <FlowRunCard key={run.id} run={run} facts={facts(run)} zone={zone} now={now} />
            ) : null
          })}
          <div style={{ height: rows.after }} />
        </>
      ) : (
        <TableScroll label="Flow runs" className="overflow-x-visible! -outline-offset-2!">
          <Table aria-rowcount={total + 1} aria-busy={list.isPlaceholderData}>
            <colgroup>
              <col style={{ width: 36 }} />
              <col style={{ width: 118 }} />
              <col style={{ width: '13%' }} />
              <col style={{ width: '18%' }} />
              <col style={{ width: 104 }} />
              <col style={{ width: 146 }} />
              <col style={{ width: 62 }} className="max-lg:hidden" />
              <col style={{ width: 92 }} className="max-lg:hidden" />
              <col style={{ width: 46 }} className="max-lg:hidden" />
              <col />
            </colgroup>
            <thead>
              <tr>
                <Th className="top-(--bar)!">
                  <Checkbox
                    label="Select all that are loaded"
                    hideLabel
                    checked={all}
                    some={selected.size > 0 && !all}
                    onChange={() => setSelected(all ? new Map() : new Map(runs.map((run) => [run.id, run])))}
                  />
                </Th>
                <Th className="top-(--bar)!">State</Th>
                {sortHead('Run', 'NAME_ASC', 'NAME_DESC')}
                <Th className="top-(--bar)!">Flow and deployment</Th>
                {sortHead('Started', 'EXPECTED_START_TIME_ASC', 'EXPECTED_START_TIME_DESC', true)}
                <Th num className="top-(--bar)!" title="Against the median of the flow's runs in this list">
                  Took, against usual
                </Th>
                <Th num className="top-(--bar)! max-lg:hidden">
                  Tasks
                </Th>
                <Th className="top-(--bar)! max-lg:hidden">Pool</Th>
                <Th num className="top-(--bar)! max-lg:hidden" title="Attempts">
                  Try
                </Th>
                <Th className="top-(--bar)!">
                  <span className="flex items-center justify-between">
                    Message <span className="-my-1 -mr-2">{more}</span>
                  </span>
                </Th>
              </tr>
            </thead>
            <tbody>
              {list.data ? null : <SkeletonRuns />}
              <Spacer height={rows.before} columns={10} />
              {rows.items.map((item) => {
                const run = runs[item.index]
                return run ? (
                  <FlowRunRow
                    key={run.id}
                    run={run}
                    facts={facts(run)}
                    zone={zone}
                    now={now}
                    selected={selected.has(run.id)}
                    focused={item.index === focus}
                    onSelect={onSelect}
                  />
                ) : null
              })}
              <Spacer height={rows.after} columns={10} />
            </tbody>
          </Table>
        </TableScroll>
      )}
      {list.isFetchingNextPage ? <p className="px-4 py-2 text-text-3">Loading more …</p> : null}
      {selected.size > 0 ? (
        <SelectionBar
          runs={[...selected.values()]}
          total={total}
          actions={actions}
          selecting={selecting}
          onAll={() => {
            setSelecting(true)
            allMatching(ws, filter, range, sort)
              .then((every) => setSelected(new Map(every.map((run) => [run.id, run]))))
              .finally(() => setSelecting(false))
          }}
          onClear={() => setSelected(new Map())}
        />
      ) : null}
    </div>
  )
}

function SkeletonRuns() {
  return Array.from({ length: 14 }, (_, i) => {
    const key = i
    return (
      <tr key={key}>
        {[15, 78, 90, 150, 64, 110, 30, 62, 14, 180].map((width, k) => (
          <td
            key={width}
            className={clsx(
              'h-(--row) border-b border-line px-2.5 first:pl-3.5',
              k >= 6 && k <= 8 && 'max-lg:hidden',
            )}
          >
            <Skeleton style={{ width, maxWidth: '100%' }} />
          </td>
        ))}
      </tr>
    )
  })
}

function NoRuns({ filter, label, onClear }: { filter: RunsFilter; label: string; onClear(): void }) {
  const filters = hasFilter(filter)
  const { setRange, range } = useTimeRange()
  if (filters)
    return (
      <EmptyState
        kind="no-match"
        title="Nothing matches"
        text={`No run of ${label.toLowerCase().replace('last', 'the last')} has all of these properties.`}
      >
        <Button onClick={onClear}>{filters === 1 ? 'Clear the filter' : `Clear ${filters} filters`}</Button>
      </EmptyState>
    )
  return (
    <EmptyState
      title={`No runs in ${label.toLowerCase().replace('last', 'the last')}`}
      text="Start one from your shell. It shows up here at once."
    >
      <div className="flex w-full max-w-120 flex-col gap-2">
        <Command command="python my_flow.py" />
        {range.name === '30d' ? null : (
          <Button className="self-start" onClick={() => setRange({ range: '30d' })}>
            Look at the last 30 days
          </Button>
        )}
      </div>
    </EmptyState>
  )
}

const unique = (pages: readonly Page<FlowRun>[]): FlowRun[] => {
  // Pages move while runs are added; a run may come twice.
  const seen = new Map<string, FlowRun>()
  for (const page of pages) for (const run of page.results) if (!seen.has(run.id)) seen.set(run.id, run)
  return [...seen.values()]
}

/** The median of the completed runs in the list, for flows that have at least three. */
function usualByFlow(runs: readonly FlowRun[]): Map<string, number> {
  const byFlow = new Map<string, number[]>()
  for (const run of runs) {
    if (run.state_type !== 'COMPLETED') continue
    const list = byFlow.get(run.flow_id)
    if (list) list.push(run.total_run_time)
    else byFlow.set(run.flow_id, [run.total_run_time])
  }
  const out = new Map<string, number>()
  for (const [flow, list] of byFlow) {
    const middle = list.length >= 3 ? median(list) : null
    if (middle !== null) out.set(flow, middle)
  }
  return out
}
