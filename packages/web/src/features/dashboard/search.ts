// What the address of the dashboard may say.
export interface DashboardSearch {
  /** The charts as tables. */
  view?: 'table'
}
export const parseDashboardSearch = (search: Record<string, unknown>): DashboardSearch =>
  search.view === 'table' ? { view: 'table' } : {}
