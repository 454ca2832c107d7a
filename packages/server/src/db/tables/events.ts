export interface WorkspaceWarningsTable {
  id: string
  workspace_id: string
  code: string
  client: string
  count: number
  first_seen: number
  last_seen: number
}

export interface EventsModuleTables {
  workspace_warnings: WorkspaceWarningsTable
}
