import { type InfiniteData, useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { toastError } from '../../components/ui/index.ts'
import { useLiveEvents, useLiveGap, usePollInterval } from '../../lib/live.ts'
import { useDensity } from '../../lib/preferences.ts'
import type { TimeRange } from '../../lib/time-range.ts'
import { useWorkspace } from '../../lib/workspace.ts'
import { allMatching, flowRunsQuery, taskRunsListQuery } from './list-queries.ts'
import { runEvent, useThrottled, withState } from './live.ts'
import { runKeys } from './queries.ts'
import { useRows } from './run-table.tsx'
import type { RunSort, RunsFilter } from './search.ts'
import type { FlowRun, Page, TaskRun } from './types.ts'
import { useNarrow } from './use-narrow.ts'
import { useSelection } from './use-selection.ts'

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
}

/** Row heights of the two densities, as in tokens.css. */
const HEIGHTS = { compact: 32, roomy: 40 } as const
const CARD = 52

/** As many new runs are remembered one by one: a flow of thousands of tasks must not make the list slow. */
const MOST_FRESH = 999

/** What counts runs beside the list, and is asked again when one changes: parts of the lists' query keys. */
const COUNTED = {
  'flow-run': ['history', 'scatter', 'concurrency', 'task-run-count'],
  'task-run': ['task-history', 'task-run-count', 'history'],
} as const

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

/**
 * The runs of a filter as virtual rows, and what is selected of them. A run that is on the screen is patched when its
 * state changes; what is new waits, so that nothing moves under the pointer. In an empty list nothing can: it is asked anew.
 */
function useRunList<T extends FlowRun | TaskRun>(
  kind: 'flow-run' | 'task-run',
  options: ReturnType<typeof flowRunsQuery> | ReturnType<typeof taskRunsListQuery>,
  { filter, range, sort }: Wanted,
) {
  const ws = useWorkspace()
  const client = useQueryClient()
  const narrow = useNarrow()
  const [density] = useDensity()
  const poll = usePollInterval(30_000)
  const queryKey: readonly unknown[] = options.queryKey
  // The two queries differ in their rows alone, which the caller names.
  const list = useInfiniteQuery({
    ...(options as unknown as ReturnType<typeof flowRunsQuery>),
    refetchInterval: poll,
  })
  const runs = useMemo(() => unique((list.data?.pages ?? []) as unknown as Page<T>[]), [list.data])
  const known = useMemo(() => new Set(runs.map((run) => run.id)), [runs])
  const [fresh, setFresh] = useState<ReadonlySet<string>>(new Set())
  const recount = useThrottled(() => {
    for (const part of COUNTED[kind])
      void client.invalidateQueries({ queryKey: [...runKeys.lists(ws), part] })
  }, 5_000)
  const refill = useThrottled(() => void client.invalidateQueries({ queryKey }), 2_000)
  const reload = (): void => {
    setFresh(new Set())
    void client.resetQueries({ queryKey })
    void client.invalidateQueries({ queryKey: runKeys.lists(ws) })
  }
  useLiveGap(reload)
  useLiveEvents((raw) => {
    const event = runEvent(raw)
    if (event?.kind !== kind) return
    recount()
    if (runs.length === 0) return refill()
    if (!known.has(event.id)) {
      setFresh((old) => (old.has(event.id) || old.size >= MOST_FRESH ? old : new Set(old).add(event.id)))
      return
    }
    client.setQueryData<InfiniteData<Page<T>>>(queryKey, (old) => {
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
  const selection = useSelection(runs)
  const [selecting, setSelecting] = useState(false)
  const selectAll = (): void => {
    setSelecting(true)
    allMatching<T>(ws, kind === 'flow-run' ? 'flow_runs' : 'task_runs', filter, range, { sort })
      .then(selection.set)
      .catch((error: unknown) => toastError('Not all could be selected', error))
      .finally(() => setSelecting(false))
  }
  return {
    list,
    runs,
    rows,
    narrow,
    total: list.data?.pages[0]?.count ?? 0,
    /** Runs that came since the list was loaded, until `reload` shows them. */
    waiting: [...fresh].filter((id) => !known.has(id)).length,
    reload,
    selection,
    /** Selects everything that the filter lets through, also what is not loaded. */
    selectAll,
    selecting,
  }
}
