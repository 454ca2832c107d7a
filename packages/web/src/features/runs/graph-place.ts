// What the address holds of the graph on a run's page, and what the page knows for its colours.
import { useQueries, useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { useWorkspace } from '../../lib/workspace.ts'
import type { GraphPlace } from '../graph/graph-panel.tsx'
import { lookText, parseLook } from '../graph/look.ts'
import type { GraphModel, GraphV2 } from '../graph/model.ts'
import { childRunsQuery, graphQuery, taskFactsQuery } from './queries.ts'
import type { RunSearch } from './search.ts'
import type { FlowRun } from './types.ts'
import type { Patch } from './use-run-search.ts'

const listOf = (text: string | undefined, by = ','): string[] => (text ? text.split(by) : [])

export function useGraphPlace(search: RunSearch): GraphPlace {
  const { cam, t, colour, groups, focus } = search
  return useMemo(
    () => ({
      look: parseLook(cam),
      at: t ?? null,
      colour: colour ?? 'state',
      groups: listOf(groups, '|'),
      focus: listOf(focus),
    }),
    [cam, t, colour, groups, focus],
  )
}

export function addressOf(place: Partial<GraphPlace>): Patch<RunSearch> {
  return {
    ...('look' in place && { cam: lookText(place.look ?? null) ?? undefined }),
    ...('at' in place && { t: place.at ?? undefined }),
    ...('colour' in place && { colour: place.colour === 'state' ? undefined : place.colour }),
    ...('groups' in place && { groups: place.groups?.join('|') || undefined }),
    ...('focus' in place && { focus: place.focus?.join(',') || undefined }),
  }
}

/** Sub-flows opened in place, and those in focus: their graphs are loaded when asked for. */
export function useOpened(search: RunSearch, set: (next: Patch<RunSearch>) => void) {
  const ws = useWorkspace()
  const expanded = useMemo(() => listOf(search.open), [search.open])
  const ids = useMemo(() => [...new Set([...expanded, ...listOf(search.focus)])], [expanded, search.focus])
  const results = useQueries({ queries: ids.map((id) => graphQuery(ws, id)) })
  const factResults = useQueries({ queries: ids.map((id) => taskFactsQuery(ws, id)) })
  const stamp = [...results, ...factResults].map((result) => result.dataUpdatedAt).join()
  // biome-ignore lint/correctness/useExhaustiveDependencies: `stamp` stands for the results
  const data = useMemo(() => {
    const graphs = new Map<string, GraphV2>()
    ids.forEach((id, i) => {
      const graph = results[i]?.data
      if (graph) graphs.set(id, graph)
    })
    return { graphs, facts: factResults.flatMap(({ data }) => (data ? [data] : [])) }
  }, [ids, stamp])
  return {
    ...data,
    ids,
    expanded,
    toggle: (id: string) => {
      const next = expanded.includes(id) ? expanded.filter((each) => each !== id) : [...expanded, id]
      set({ open: next.join(',') || undefined })
    },
  }
}

const WORKER = 'prefect.worker.name'
/** Which worker executed the run and its sub-flows, as workers label them; `run` is the run itself. */
export function useWorkers(run: FlowRun, model: GraphModel | null): ReadonlyMap<string, string> {
  const ws = useWorkspace()
  const nested = model?.subflow.includes(1) ?? false
  const children = useQuery({ ...childRunsQuery(ws, run.id), enabled: nested })
  return useMemo(() => {
    const map = new Map<string, string>()
    const add = (key: string, labels: FlowRun['labels']): void => {
      const name = labels?.[WORKER]
      if (typeof name === 'string') map.set(key, name)
    }
    add('run', run.labels)
    for (const child of children.data ?? []) add(child.id, child.labels)
    return map
  }, [run.labels, children.data])
}
