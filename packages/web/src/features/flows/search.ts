// What the addresses of the flows list and of a flow may say.
import { FLOW_RUN_SORTS } from '../runs/search.ts'

export const FLOW_SORTS = ['NAME_ASC', 'NAME_DESC', 'CREATED_DESC', 'UPDATED_DESC'] as const
export type FlowSort = (typeof FLOW_SORTS)[number]
export interface FlowsSearch {
  name?: string
  tag?: string
  sort?: FlowSort
  page?: number
}
export function parseFlowsSearch(search: Record<string, unknown>): FlowsSearch {
  const out: FlowsSearch = {}
  if (typeof search.name === 'string' && search.name) out.name = search.name
  if (typeof search.tag === 'string' && search.tag) out.tag = search.tag
  const sort = FLOW_SORTS.find((each) => each === search.sort)
  if (sort && sort !== 'NAME_ASC') out.sort = sort
  const page = Number(search.page)
  if (Number.isInteger(page) && page > 1) out.page = page
  return out
}

export interface FlowSearch {
  /** Looks of states, joined by `|`. */
  state?: string
  sort?: (typeof FLOW_RUN_SORTS)[number]
  /** The charts as tables. */
  view?: 'table'
  /** The run whose summary is open at the side. */
  peek?: string
}
export function parseFlowSearch(search: Record<string, unknown>): FlowSearch {
  const out: FlowSearch = {}
  if (typeof search.state === 'string' && search.state) out.state = search.state
  const sort = FLOW_RUN_SORTS.find((each) => each === search.sort)
  if (sort) out.sort = sort
  if (search.view === 'table') out.view = 'table'
  if (typeof search.peek === 'string' && search.peek) out.peek = search.peek
  return out
}
