export interface SavedSearchesTable {
  id: string
  workspace_id: string
  created: number
  updated: number
  name: string
  filters: string
  owner_id: string
  owner_name: string
  shared: number
}

export interface SavedSearchPinsTable {
  workspace_id: string
  saved_search_id: string
  actor_id: string
}

export interface SavedSearchesModuleTables {
  saved_searches: SavedSearchesTable
  saved_search_pins: SavedSearchPinsTable
}
