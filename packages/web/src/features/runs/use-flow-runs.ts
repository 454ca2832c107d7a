import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useLiveEvents, usePollInterval } from '../../lib/live.ts'
import { useTimeRange } from '../../lib/time-range.ts'
import { useWorkspace } from '../../lib/workspace.ts'
import { flowRunsQuery } from './list-queries.ts'
import { runEvent, withState } from './live.ts'
import { useRows } from './run-table.tsx'
import type { RunsFilter, RunsSearch } from './search.ts'
import type { Page } from './types.ts'
import { useNarrow } from './use-narrow.ts'

/** The rows of the loaded pages, each once: a run that moved between two pages is on both. */
export function unique<T extends { id: string }>(pages: readonly Page<T>[]): T[] {
  const seen = new Map<string, T>()
  for (const page of pages) for (const row of page.results) if (!seen.has(row.id)) seen.set(row.id, row)
  return [...seen.values()]
}

/**
 * The flow runs of a filter as virtual rows. A run that is on the screen is patched when its state changes;
 * `onEvent` hears of each change of any run, and whether the run is among those loaded.
 */
export function useFlowRuns(
  filter: RunsFilter,
  sort: NonNullable<RunsSearch['sort']>,
  onEvent: (id: string, loaded: boolean) => void,
) {
  const ws = useWorkspace()
  const client = useQueryClient()
  const { range } = useTimeRange()
  const narrow = useNarrow()
  const poll = usePollInterval(30_000)
  const options = flowRunsQuery(ws, filter, range, sort)
  const list = useInfiniteQuery({ ...options, refetchInterval: poll })
  const runs = useMemo(() => unique(list.data?.pages ?? []), [list.data])
  const known = useMemo(() => new Set(runs.map((run) => run.id)), [runs])
  useLiveEvents((raw) => {
    const event = runEvent(raw)
    if (event?.kind !== 'flow-run') return
    onEvent(event.id, known.has(event.id))
    if (!known.has(event.id)) return
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
  const rows = useRows({
    count: runs.length,
    height: narrow ? 52 : 32,
    hasMore: list.hasNextPage && !list.isFetchingNextPage,
    fetchMore: () => void list.fetchNextPage(),
  })
  return { list, queryKey: options.queryKey, runs, known, rows, narrow }
}
