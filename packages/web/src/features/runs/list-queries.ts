import type { AtOnce, HistoryBucket } from '@orrery/schemas'
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query'
import { count } from '../../lib/format.ts'
import type { TimeRange } from '../../lib/time-range.ts'
import type { Workspace } from '../../lib/workspace.ts'
import type { ScatterPoint } from './charts/scatter.tsx'
import { flowRunsBody, rangeOf, taskRunsBody, timeWindow } from './filter.ts'
import { runKeys } from './queries.ts'
import type { RunsFilter } from './search.ts'
import type { Deployment, FlowRun, Page, TaskRun } from './types.ts'

export const LIST_PAGE = 100
/** Rows that one list loads at most; beyond that people filter. */
export const MOST_ROWS = 10_000

const nextPage = (last: Page<unknown>): number | undefined =>
  last.page < last.pages && last.page * last.limit < MOST_ROWS ? last.page + 1 : undefined

/** The key holds the range's name, not its bounds: those move with the clock and are read when the request is made. */
export const flowRunsQuery = (ws: Workspace, filter: RunsFilter, range: TimeRange, sort: string) =>
  infiniteQueryOptions({
    queryKey: [...runKeys.lists(ws), 'flow-runs', filter, range.key, sort],
    queryFn: ({ pageParam, signal }) =>
      ws.api.post<Page<FlowRun>>(
        '/flow_runs/paginate',
        { ...flowRunsBody(filter, range, Date.now()), sort, page: pageParam, limit: LIST_PAGE },
        { signal },
      ),
    initialPageParam: 1,
    getNextPageParam: nextPage,
    placeholderData: keepPreviousData,
  })

export const taskRunsListQuery = (ws: Workspace, filter: RunsFilter, range: TimeRange, sort: string) =>
  infiniteQueryOptions({
    queryKey: [...runKeys.lists(ws), 'task-runs', filter, range.key, sort],
    queryFn: ({ pageParam, signal }) =>
      ws.api.post<Page<TaskRun>>(
        '/task_runs/paginate',
        { ...taskRunsBody(filter, range, Date.now()), sort, page: pageParam, limit: LIST_PAGE },
        { signal },
      ),
    initialPageParam: 1,
    getNextPageParam: nextPage,
    placeholderData: keepPreviousData,
  })

/** The frame of the charts: the range, or where the listed runs lie when they are not bound to it. */
export function chartFrame(filter: RunsFilter, range: TimeRange, now: number): { from: number; to: number } {
  const window = timeWindow(filter, range, now)
  const { since, until } = rangeOf(filter, range).bounds(now)
  return {
    from: window.after_ ? Date.parse(window.after_) : since,
    to: window.before_ ? Date.parse(window.before_) : until,
  }
}

export const BUCKETS = 60
/** One request for the column chart and for the counts of all state facets. */
export const runsHistoryQuery = (ws: Workspace, filter: RunsFilter, range: TimeRange) =>
  queryOptions({
    queryKey: [...runKeys.lists(ws), 'history', { ...filter, state: undefined }, range.key],
    queryFn: ({ signal }) => {
      const now = Date.now()
      const { since, until } = rangeOf(filter, range).bounds(now)
      const seconds = Math.max(1, Math.ceil((until - since) / 1000 / BUCKETS))
      return ws.api.post<HistoryBucket[]>(
        '/flow_runs/history',
        {
          ...flowRunsBody(filter, range, now, false),
          history_start: new Date(until - seconds * BUCKETS * 1000).toISOString(),
          history_end: new Date(until).toISOString(),
          history_interval_seconds: seconds,
        },
        { signal },
      )
    },
    placeholderData: keepPreviousData,
  })

/** Counts of task runs by state, for the facets of their tab. */
export const taskRunsHistoryQuery = (ws: Workspace, filter: RunsFilter, range: TimeRange) =>
  queryOptions({
    queryKey: [...runKeys.lists(ws), 'task-history', { ...filter, state: undefined }, range.key],
    queryFn: ({ signal }) => {
      const now = Date.now()
      const { since, until } = rangeOf(filter, range).bounds(now)
      const { state: _state, ...stateless } = filter
      return ws.api.post<HistoryBucket[]>(
        '/task_runs/history',
        {
          ...taskRunsBody(stateless, range, now),
          history_start: new Date(since).toISOString(),
          history_end: new Date(until).toISOString(),
          history_interval_seconds: Math.ceil((until - since) / 1000),
        },
        { signal },
      )
    },
    placeholderData: keepPreviousData,
  })

/** Names of flow runs, for rows of their task runs. */
export const flowRunNamesQuery = (ws: Workspace, ids: readonly string[]) => {
  const sorted = [...new Set(ids)].sort()
  return queryOptions({
    queryKey: [...runKeys.all(ws), 'names', sorted],
    queryFn: async ({ signal }) => {
      const names = new Map<string, string>()
      for (let at = 0; at < sorted.length; at += 200) {
        const some = sorted.slice(at, at + 200)
        const found = await ws.api.post<FlowRun[]>(
          '/flow_runs/filter',
          { flow_runs: { id: { any_: some } }, limit: 200 },
          { signal },
        )
        for (const run of found) names.set(run.id, run.name)
      }
      return names
    },
    enabled: sorted.length > 0,
    staleTime: 300_000,
    placeholderData: keepPreviousData,
    structuralSharing: false,
  })
}

export const scatterQuery = (ws: Workspace, filter: RunsFilter, range: TimeRange) =>
  queryOptions({
    queryKey: [...runKeys.lists(ws), 'scatter', filter, range.key],
    queryFn: ({ signal }) =>
      ws.api.post<ScatterPoint[]>(
        '/ui/flow_runs/history',
        { ...flowRunsBody(filter, range, Date.now()), sort: 'EXPECTED_START_TIME_DESC', limit: 1000 },
        { signal },
      ),
    placeholderData: keepPreviousData,
  })

export const taskCountsQuery = (ws: Workspace, ids: readonly string[]) =>
  queryOptions({
    queryKey: [...runKeys.lists(ws), 'task-counts', ids],
    queryFn: async ({ signal }) => {
      const all: Record<string, number> = {}
      for (let at = 0; at < ids.length; at += 200)
        Object.assign(
          all,
          await ws.api.post<Record<string, number>>(
            '/ui/flow_runs/count-task-runs',
            { flow_run_ids: ids.slice(at, at + 200) },
            { signal },
          ),
        )
      return all
    },
    enabled: ids.length > 0,
    placeholderData: keepPreviousData,
    staleTime: 30_000,
    retry: false,
  })

/** Beyond this nobody counts: the server stops one past it. */
export const MOST_COUNTED = 10_000
/** "1,309", or "10,000+" where there are more than anybody counts. */
export const capped = (n: number): string => (n > MOST_COUNTED ? `${count(MOST_COUNTED)}+` : count(n))

/** How many runs each of the filters lets through, in one request. */
export const countRuns = (
  ws: Workspace,
  counts: readonly { kind: 'flow_runs' | 'task_runs'; filters: Record<string, unknown> }[],
  signal?: AbortSignal,
): Promise<number[]> => ws.api.post<number[]>('/ui/runs/counts', { counts }, signal ? { signal } : {})

export const taskRunCountQuery = (ws: Workspace, filter: RunsFilter, range: TimeRange) =>
  queryOptions({
    queryKey: [...runKeys.lists(ws), 'task-run-count', filter, range.key],
    queryFn: async ({ signal }) => {
      const filters = taskRunsBody(filter, range, Date.now())
      const [n] = await countRuns(ws, [{ kind: 'task_runs', filters }], signal)
      return n ?? 0
    },
    placeholderData: keepPreviousData,
  })

export const CONCURRENCY_BUCKETS = 120

/** How many runs ran at once; the range is about when they ran, not about when they were due. */
export const concurrencyQuery = (ws: Workspace, filter: RunsFilter, range: TimeRange) =>
  queryOptions({
    queryKey: [...runKeys.lists(ws), 'concurrency', filter, range.key],
    queryFn: ({ signal }) => {
      const now = Date.now()
      const { since, until } = rangeOf(filter, range).bounds(now)
      const body = flowRunsBody(filter, range, now)
      const { expected_start_time: _due, ...runs } = body.flow_runs as Record<string, unknown>
      return ws.api.post<AtOnce[]>(
        '/ui/flow_runs/concurrency',
        {
          ...body,
          flow_runs: runs,
          since: new Date(since).toISOString(),
          until: new Date(until).toISOString(),
          buckets: CONCURRENCY_BUCKETS,
        },
        { signal },
      )
    },
    placeholderData: keepPreviousData,
  })

/** Names of deployments, for rows that only hold their ids. A server without deployments has none to tell. */
export const deploymentNamesQuery = (ws: Workspace, ids: readonly string[]) => {
  const sorted = [...new Set(ids)].sort()
  return queryOptions({
    queryKey: [ws.key, 'deployments', 'names', sorted],
    queryFn: async ({ signal }) => {
      const found = await ws.api.post<Deployment[]>(
        '/deployments/filter',
        { deployments: { id: { any_: sorted.slice(0, 200) } }, limit: 200 },
        { signal },
      )
      return new Map(found.map((each) => [each.id, each.name]))
    },
    enabled: sorted.length > 0,
    staleTime: 300_000,
    retry: false,
    placeholderData: keepPreviousData,
    structuralSharing: false,
  })
}

/** Rows of one request of those that read everything. */
const BIG_PAGE = 200

/** The pages of a filter, one by one; the time is fixed at the first, so that what is new does not shift the rest. */
export async function* pagesOf<T extends { id: string }>(
  ws: Workspace,
  kind: 'flow_runs' | 'task_runs',
  filter: RunsFilter,
  range: TimeRange,
  { sort = 'EXPECTED_START_TIME_DESC', signal }: { sort?: string; signal?: AbortSignal } = {},
): AsyncGenerator<{ rows: T[]; total: number }> {
  const now = Date.now()
  const body = kind === 'flow_runs' ? flowRunsBody(filter, range, now) : taskRunsBody(filter, range, now)
  const seen = new Set<string>()
  for (let page = 1; ; page++) {
    const answer = await ws.api.post<Page<T>>(
      `/${kind}/paginate`,
      { ...body, sort, page, limit: BIG_PAGE },
      signal ? { signal } : {},
    )
    const rows = answer.results.filter((row) => !seen.has(row.id))
    for (const row of rows) seen.add(row.id)
    yield { rows, total: answer.count }
    if (page >= answer.pages) return
  }
}

/** The first ten thousand runs of a filter, for work on all that match. */
export async function allMatching<T extends { id: string }>(
  ...args: Parameters<typeof pagesOf>
): Promise<T[]> {
  const all: T[] = []
  for await (const { rows } of pagesOf<T>(...args)) {
    all.push(...rows)
    if (all.length >= MOST_ROWS) break
  }
  return all.slice(0, MOST_ROWS)
}
