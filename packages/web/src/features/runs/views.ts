// Saved views: a filter of the run lists under a name, on the server, as one of Prefect's saved searches.
import { queryOptions } from '@tanstack/react-query'
import { parseRange, type RangeSearch, resolveRange } from '../../lib/time-range.ts'
import type { Workspace } from '../../lib/workspace.ts'
import { flowRunsBody, taskRunsBody } from './filter.ts'
import { countRuns } from './list-queries.ts'
import { FILTER_KEYS, parseRunsSearch, type RunsFilter, type RunsSearch } from './search.ts'

/** What a view keeps: the filter, the chart, the order, and the time. */
export type ViewSearch = Omit<RunsSearch, 'peek'> & RangeSearch

interface SavedFilter {
  object: string
  property: string
  type: string
  operation: string
  value: unknown
}
interface SavedSearch {
  id: string
  name: string
  filters: SavedFilter[]
  shared: boolean
  pinned: boolean
  own: boolean
  owner: { id: string; name: string }
}
export interface SavedView extends Omit<SavedSearch, 'filters'> {
  search: ViewSearch
}

const FORM_KEYS = ['tab', 'chart', 'as', 'sort', 'range', 'from', 'to'] as const
const VIEW_KEYS = [...FILTER_KEYS, ...FORM_KEYS] as const

/** The part of an address that a view keeps. */
export function viewOf(search: Record<string, unknown>): ViewSearch {
  const { peek: _peek, ...rest } = parseRunsSearch(search)
  return { ...rest, ...parseRange(search) }
}

/** A change that takes an address to the view: what the view does not say is taken away. */
export const patchTo = (view: ViewSearch): Record<string, unknown> => ({
  ...Object.fromEntries(VIEW_KEYS.map((key) => [key, undefined])),
  peek: undefined,
  ...view,
})

export const sameView = (a: ViewSearch, b: ViewSearch): boolean => VIEW_KEYS.every((key) => a[key] === b[key])

export const toFilters = (view: ViewSearch): SavedFilter[] =>
  VIEW_KEYS.flatMap((property) => {
    const value = view[property]
    if (value === undefined) return []
    const isForm = (FORM_KEYS as readonly string[]).includes(property)
    const object = isForm ? 'view' : view.tab === 'task-runs' ? 'task_run' : 'flow_run'
    return [{ object, property, type: 'string', operation: 'equals', value }]
  })

/** A view from what the server keeps; conditions in other words than ours are left out. */
export const fromFilters = (filters: readonly SavedFilter[]): ViewSearch =>
  viewOf(
    Object.fromEntries(
      filters.filter((each) => each.operation === 'equals').map((each) => [each.property, each.value]),
    ),
  )

export const viewKeys = {
  all: (ws: Workspace) => [ws.key, 'views'] as const,
  counts: (ws: Workspace) => [ws.key, 'views', 'counts'] as const,
}

export const viewsQuery = (ws: Workspace) =>
  queryOptions({
    queryKey: [...viewKeys.all(ws), 'list'],
    queryFn: async ({ signal }): Promise<SavedView[]> => {
      const found = await ws.api.post<SavedSearch[]>('/saved_searches/filter', { limit: 200 }, { signal })
      return found.map(({ filters, ...rest }) => ({ ...rest, search: fromFilters(filters) }))
    },
    staleTime: 60_000,
    retry: false,
  })

/** The body of the counts for a view, as of now. */
function countOf({ search }: SavedView) {
  const range = resolveRange(search, 'local')
  const now = Date.now()
  const filter: RunsFilter = search
  return search.tab === 'task-runs'
    ? { kind: 'task_runs' as const, filters: taskRunsBody(filter, range, now) }
    : { kind: 'flow_runs' as const, filters: flowRunsBody(filter, range, now) }
}

/** How many views the sidebar holds; more would push its own links out of reach. */
export const MOST_PINNED = 12

/** How many runs each of the views holds at the moment: one request for all of them. */
export const viewCountsQuery = (ws: Workspace, views: readonly SavedView[]) =>
  queryOptions({
    queryKey: [...viewKeys.counts(ws), views.map((view) => view.id)],
    queryFn: async ({ signal }) => {
      const counts = await countRuns(ws, views.map(countOf), signal)
      return new Map(views.map((view, at) => [view.id, counts[at] ?? 0]))
    },
    enabled: views.length > 0,
    structuralSharing: false,
  })

/** Saves a view; the reader's own of the same name is replaced. */
export const saveView = (
  ws: Workspace,
  view: { name: string; search: ViewSearch; shared?: boolean; pinned?: boolean },
): Promise<SavedSearch> =>
  ws.api.put('/saved_searches/', {
    name: view.name,
    filters: toFilters(view.search),
    ...(view.shared !== undefined && { shared: view.shared }),
    ...(view.pinned !== undefined && { pinned: view.pinned }),
  })

/** Views that a browser kept before the server did. Anything that is not a list of views is none. */
export function readStoredViews(text: string | null): { name: string; search: ViewSearch }[] {
  try {
    const list: unknown = JSON.parse(text ?? '[]')
    if (!Array.isArray(list)) return []
    return list.flatMap((each: unknown) => {
      const { name, search } = (each ?? {}) as { name?: unknown; search?: unknown }
      if (typeof name !== 'string' || !name.trim() || typeof search !== 'object' || search === null) return []
      return [{ name: name.trim(), search: viewOf(search as Record<string, unknown>) }]
    })
  } catch {
    return []
  }
}

/** Names for the views of a browser that none of the server's has: nothing is overwritten by moving. */
export function freeName(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(name)) return name
  for (let n = 2; ; n++) if (!taken.has(`${name} (${n})`)) return `${name} (${n})`
}
