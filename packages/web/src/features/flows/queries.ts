import type { FlowHealth } from '@orrery/schemas'
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import type { Workspace } from '../../lib/workspace.ts'
import type { Flow, Page } from '../runs/types.ts'
import type { FlowsSearch } from './search.ts'

const PAGE = 50
export const flowsPageQuery = (ws: Workspace, search: FlowsSearch) =>
  queryOptions({
    queryKey: [ws.key, 'flows', 'list', search],
    queryFn: ({ signal }) =>
      ws.api.post<Page<Flow>>(
        '/flows/paginate',
        {
          ...((search.name || search.tag) && {
            flows: {
              ...(search.name && { name: { like_: search.name } }),
              ...(search.tag && { tags: { all_: [search.tag] } }),
            },
          }),
          sort: search.sort ?? 'NAME_ASC',
          page: search.page ?? 1,
          limit: PAGE,
        },
        { signal },
      ),
    placeholderData: keepPreviousData,
  })

/** The last runs of flows and when they run next, in one request however many flows. */
export const LAST_RUNS = 30
export const flowHealthQuery = (ws: Workspace, flowIds: readonly string[], limit = LAST_RUNS) =>
  queryOptions({
    queryKey: [ws.key, 'runs', 'list', 'health', limit, flowIds],
    queryFn: ({ signal }) =>
      ws.api.post<Record<string, FlowHealth>>('/ui/flows/health', { flow_ids: flowIds, limit }, { signal }),
    enabled: flowIds.length > 0,
    placeholderData: keepPreviousData,
  })

/** The share of values not above which a part of them lies; null without values. */
export function quantile(values: readonly number[], part: number): number | null {
  if (values.length === 0) return null
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(part * sorted.length) - 1))] ?? null
}
