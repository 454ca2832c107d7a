import { type InfiniteData, useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useLiveEvents, usePollInterval } from '../../lib/live.ts'
import { useDensity } from '../../lib/preferences.ts'
import type { TimeRange } from '../../lib/time-range.ts'
import { useWorkspace } from '../../lib/workspace.ts'
import { flowRunsQuery, taskRunsListQuery } from './list-queries.ts'
import { runEvent, withState } from './live.ts'
import { useRows } from './run-table.tsx'
import type { RunSort, RunsFilter } from './search.ts'
import type { FlowRun, Page, TaskRun } from './types.ts'
import { useNarrow } from './use-narrow.ts'

/** The rows of the loaded pages, each once: a run that moved between two pages is on both. */
export function unique<T extends { id: string }>(pages: readonly Page<T>[]): T[] {
  const seen = new Map<string, T>()
  for (const page of pages) for (const row of page.results) if (!seen.has(row.id)) seen.set(row.id, row)
  return [...seen.values()]
}

interface Wanted {
  filter: RunsFilter
  range: TimeRange
  sort: RunSort
  /** Hears of each change of any run of the kind, and whether the run is among those loaded. */
  onEvent(id: string, loaded: boolean): void
}

/** Row heights of the two densities, as in tokens.css. */
const HEIGHTS = { compact: 32, roomy: 40 } as const
const CARD = 52

export const useFlowRunList = (wanted: Wanted) => {
  const ws = useWorkspace()
  return useRunList<FlowRun>('flow-run', flowRunsQuery(ws, wanted.filter, wanted.range, wanted.sort), wanted)
}

export const useTaskRunList = (wanted: Wanted) => {
  const ws = useWorkspace()
  return useRunList<TaskRun>(
    'task-run',
    taskRunsListQuery(ws, wanted.filter, wanted.range, wanted.sort),
    wanted,
  )
}

/** The runs of a filter as virtual rows. A run that is on the screen is patched when its state changes. */
function useRunList<T extends FlowRun | TaskRun>(
  kind: 'flow-run' | 'task-run',
  options: ReturnType<typeof flowRunsQuery> | ReturnType<typeof taskRunsListQuery>,
  { onEvent }: Pick<Wanted, 'onEvent'>,
) {
  const client = useQueryClient()
  const narrow = useNarrow()
  const [density] = useDensity()
  const poll = usePollInterval(30_000)
  const { queryKey } = options
  // The two queries differ in their rows alone, which the caller names.
  const list = useInfiniteQuery({
    ...(options as unknown as ReturnType<typeof flowRunsQuery>),
    refetchInterval: poll,
  })
  const runs = useMemo(() => unique((list.data?.pages ?? []) as unknown as Page<T>[]), [list.data])
  const known = useMemo(() => new Set(runs.map((run) => run.id)), [runs])
  useLiveEvents((raw) => {
    const event = runEvent(raw)
    if (event?.kind !== kind) return
    onEvent(event.id, known.has(event.id))
    if (!known.has(event.id)) return
    client.setQueryData<InfiniteData<Page<T>>>(queryKey as readonly unknown[], (old) => {
      if (!old) return old
      return {
        ...old,
        pages: old.pages.map((page) =>
          page.results.some((run) => run.id === event.id)
            ? {
                ...page,
                results: page.results.map((run) => (run.id === event.id ? withState(run, event) : run)),
              }
            : page,
        ),
      }
    })
  })
  const rows = useRows({
    count: runs.length,
    height: narrow ? CARD : HEIGHTS[density],
    hasMore: list.hasNextPage && !list.isFetchingNextPage,
    fetchMore: () => void list.fetchNextPage(),
  })
  return {
    list,
    queryKey: queryKey as readonly unknown[],
    runs,
    known,
    rows,
    narrow,
    total: list.data?.pages[0]?.count ?? 0,
  }
}
