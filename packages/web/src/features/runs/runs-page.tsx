import { useQuery } from '@tanstack/react-query'
import { clsx } from 'clsx'
import { lazy, Suspense, useCallback, useMemo, useState } from 'react'
import {
  Button,
  Checkbox,
  Icon,
  Menu,
  MenuItem,
  PageBody,
  Panel,
  StateGlyph,
} from '../../components/ui/index.ts'
import { count } from '../../lib/format.ts'
import { sessionQuery, useConfig } from '../../lib/identity.ts'
import { usePollInterval } from '../../lib/live.ts'
import { usePage } from '../../lib/page.ts'
import { LOOK_WORDS, type StateLook, wordOf } from '../../lib/states.ts'
import { type RangeSearch, useTimeRange } from '../../lib/time-range.ts'
import { useWorkspace } from '../../lib/workspace.ts'
import { CHART_SPACE, ChartChoice } from './charts/chart-choice.tsx'
import { lookCounts } from './charts/history.ts'
import { joinValues, rangeOf, valuesOf } from './filter.ts'
import { FilterBar, shortId } from './filter-bar.tsx'
import {
  capped,
  deploymentNamesQuery,
  flowRunNamesQuery,
  runsHistoryQuery,
  taskRunCountQuery,
  taskRunsHistoryQuery,
} from './list-queries.ts'
import { flowNamesQuery } from './queries.ts'
import { FILTER_KEYS, type FilterKey, type RunsFilter, type RunsSearch, sortOf, TIME_KEYS } from './search.ts'
import type { FlowRun } from './types.ts'
import { useSearchState } from './use-run-search.ts'
import { patchTo, viewOf } from './views.ts'

const RunChart = lazy(() => import('./charts/run-chart.tsx').then((m) => ({ default: m.RunChart })))

const SavedViews = lazy(() => import('./saved-views.tsx').then((m) => ({ default: m.SavedViews })))

const ColumnsMenu = lazy(() => import('./columns-menu.tsx').then((m) => ({ default: m.ColumnsMenu })))

// The head of the page and its counts come first; the list asks for its rows as soon as it is there.
const FlowRunsList = lazy(() => import('./flow-runs-list.tsx').then((m) => ({ default: m.FlowRunsList })))
const TaskRunsList = lazy(() => import('./task-runs-list.tsx').then((m) => ({ default: m.TaskRunsList })))

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

/** A facet that filters by a type counts all names of that type; one with a facet of its own is still among them. */
function facetCount(of: ReadonlyMap<StateLook, number>, look: StateLook): number {
  const n = (each: StateLook): number => of.get(each) ?? 0
  if (look === 'completed') return n('completed') + n('cached')
  if (look === 'failed') return n('failed') + n('timedout')
  if (look === 'running') return n('running') + n('retrying')
  if (look === 'paused') return n('paused') + n('suspended')
  return n(look)
}

const isId = (value: string): boolean => shortId(value) !== value

export function RunsPage() {
  const ws = useWorkspace()
  const { mode } = useConfig()
  const { data: me } = useQuery({ ...sessionQuery, enabled: mode !== 'local' })
  const [search, set] = useSearchState<RunsSearch & RangeSearch>()
  const { range: shared } = useTimeRange()
  const tab = search.tab ?? 'flow-runs'
  const tasks = tab === 'task-runs'
  const filter = useMemo(() => {
    const out: Record<string, string> = {}
    for (const key of FILTER_KEYS) if (search[key]) out[key] = search[key]
    return out as RunsFilter
  }, [search])
  const range = useMemo(() => rangeOf(filter, shared), [filter, shared])
  const ownTime = TIME_KEYS.some((key) => filter[key])
  // One clock at a time: where the filter names the time, the shared range has no say.
  usePage({ title: 'Runs', crumbs: [{ label: 'Runs' }], timeRange: !ownTime })
  const poll = usePollInterval(30_000)
  const history = useQuery({ ...runsHistoryQuery(ws, filter, range), refetchInterval: poll })
  const taskCount = useQuery({ ...taskRunCountQuery(ws, filter, range), refetchInterval: poll })
  const taskHistory = useQuery({
    ...taskRunsHistoryQuery(ws, filter, range),
    refetchInterval: poll,
    enabled: tasks,
  })
  const counts = useMemo(() => lookCounts(history.data ?? []), [history.data])
  const counted = tasks ? taskHistory.data : history.data
  const facets = useMemo(() => lookCounts(counted ?? []), [counted])
  const [runs, setRuns] = useState<readonly FlowRun[]>([])
  const seen = useSeen(runs, facets.of, counted ?? [])
  const names = useNames(filter, seen.creators, me)

  const change = (next: RunsFilter): void =>
    set(
      { ...Object.fromEntries(FILTER_KEYS.map((key) => [key, next[key]])), peek: undefined } as RunsFilter,
      true,
    )
  const clear = useCallback(
    () => set(Object.fromEntries(FILTER_KEYS.map((key) => [key, undefined])) as RunsFilter, true),
    [set],
  )
  const looks = valuesOf(filter.state)
  const toggle = (look: StateLook): void => {
    const next = looks.includes(look) ? looks.filter((each) => each !== look) : [...looks, look]
    set({ state: joinValues(next), peek: undefined }, true)
  }
  const sort = sortOf(tab, search.sort)
  const list = { filter, range, sort, peek: search.peek, set, onClear: clear }
  const save = (format: 'csv' | 'json') => async () => {
    const { exportRuns } = await import('./export-runs.ts')
    await exportRuns(ws, tasks ? 'task_runs' : 'flow_runs', { filter, range, sort }, format)
  }

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
              onClick={() =>
                set({ tab: id === 'task-runs' ? id : undefined, sort: undefined, peek: undefined }, true)
              }
              className={clsx(
                'flex h-8 items-center gap-1.5 font-medium whitespace-nowrap',
                tab === id ? 'text-text shadow-[inset_0_-2px_var(--accent)]' : 'text-text-2 hover:text-text',
              )}
            >
              {label}
              <span className="min-w-4 font-regular text-text-3 tabular-nums">
                {n === undefined ? '' : capped(n)}
              </span>
            </button>
          ))}
        </nav>
        <span className="ml-auto flex items-center gap-2">
          <Suspense
            fallback={
              <Button icon="star" disabled>
                Views
                <Icon name="down" size={14} />
              </Button>
            }
          >
            <SavedViews search={viewOf({ ...search })} onOpen={(view) => set(patchTo(view), true)} />
          </Suspense>
          <Suspense
            fallback={
              <Button icon="columns" disabled className="max-md:hidden">
                Columns
              </Button>
            }
          >
            <ColumnsMenu tab={tab} />
          </Suspense>
          <Menu trigger={<Button square icon="more" aria-label="More about this list" />}>
            <MenuItem icon="download" onSelect={() => void save('csv')()}>
              Export all that match as CSV
            </MenuItem>
            <MenuItem icon="download" onSelect={() => void save('json')()}>
              Export all that match as JSON
            </MenuItem>
          </Menu>
        </span>
      </div>
      <FilterBar
        filter={filter}
        names={names}
        seen={seen}
        tab={tab}
        me={me ? { id: me.id } : undefined}
        onChange={change}
      />
      <div className="my-2 flex min-h-7.5 items-center gap-0.5">
        <fieldset
          aria-label="States"
          className="-ml-2.25 flex min-w-0 gap-0.5 overflow-x-auto [scrollbar-width:none]"
        >
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
        </fieldset>
        <span className="ml-auto flex flex-none items-center gap-3 pl-2 max-md:hidden">
          <Checkbox
            label={<span className="whitespace-nowrap">Hide sub-flows</span>}
            checked={filter.subflows === 'hide'}
            onChange={(event) => set({ subflows: event.target.checked ? 'hide' : undefined }, true)}
          />
          {tasks ? null : (
            <ChartChoice
              kind={search.chart ?? 'scatter'}
              table={search.as === 'table'}
              onKind={(chart) => set({ chart: chart === 'scatter' ? undefined : chart }, true)}
              onTable={(on) => set({ as: on ? 'table' : undefined }, true)}
            />
          )}
        </span>
      </div>
      <Panel>
        {tasks ? (
          <Suspense fallback={<div className="h-dvh" />}>
            <TaskRunsList {...list} />
          </Suspense>
        ) : (
          <>
            <Suspense fallback={<div className="border-b border-line" style={{ height: CHART_SPACE }} />}>
              <RunChart
                kind={search.chart ?? 'scatter'}
                table={search.as === 'table'}
                filter={filter}
                range={range}
                history={history.data ?? []}
                onRange={(from, to) => {
                  // Times of the filter's own would win over the range: choosing in the chart takes their place.
                  const own = Object.fromEntries(TIME_KEYS.map((key) => [key, undefined]))
                  const iso = (ms: number): string => new Date(ms).toISOString()
                  set({ ...own, range: undefined, from: iso(from), to: iso(to), peek: undefined }, true)
                }}
              />
            </Suspense>
            <Suspense fallback={<div className="h-dvh" />}>
              <FlowRunsList {...list} onSeen={setRuns} />
            </Suspense>
          </>
        )}
      </Panel>
    </PageBody>
  )
}

/** What the list holds, for the completion of the filter. */
function useSeen(
  runs: readonly FlowRun[],
  states: ReadonlyMap<StateLook, number>,
  history: readonly { states: { state_type: string; state_name: string }[] }[],
) {
  return useMemo(() => {
    const sorted = (values: Iterable<string>): string[] => [...new Set(values)].sort()
    const own = history
      .flatMap((bucket) => bucket.states)
      // A name that we have a word for is a look; what is left was made up by an author.
      .filter((state) => {
        const word = wordOf({ type: state.state_type, name: state.state_name })
        return word === state.state_name && !(Object.values(LOOK_WORDS) as string[]).includes(word)
      })
    return {
      tags: sorted(runs.flatMap((run) => run.tags)),
      versions: sorted(runs.flatMap((run) => run.flow_version ?? [])),
      creators: new Map(
        runs.flatMap(({ created_by: by }) =>
          by?.id && by.display_value ? [[by.id, by.display_value] as const] : [],
        ),
      ),
      stateNames: sorted(own.map((state) => state.state_name)),
      states,
    }
  }, [runs, states, history])
}

/** Words for the values of the filter: names where the address holds ids. */
function useNames(
  filter: RunsFilter,
  creators: ReadonlyMap<string, string>,
  me: { id: string; first_name: string | null; last_name: string | null } | null | undefined,
) {
  const ws = useWorkspace()
  const flows = useQuery(flowNamesQuery(ws, valuesOf(filter.flow).filter(isId)))
  const deployments = useQuery(deploymentNamesQuery(ws, valuesOf(filter.deployment).filter(isId)))
  const parents = useQuery(flowRunNamesQuery(ws, valuesOf(filter.parent).filter(isId)))
  return (key: FilterKey, value: string, exact: boolean): string => {
    if (key === 'state' && !exact) return LOOK_WORDS[value as StateLook]?.toLowerCase() ?? value
    if (key === 'flow') return flows.data?.get(value) ?? shortId(value)
    if (key === 'deployment') return deployments.data?.get(value) ?? shortId(value)
    if (key === 'parent') return parents.data?.get(value) ?? shortId(value)
    if (key === 'by' && value === me?.id) return 'me'
    if (key === 'by') return creators.get(value) ?? shortId(value)
    return shortId(value)
  }
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
