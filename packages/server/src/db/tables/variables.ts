export interface VariablesTable {
  id: string
  workspace_id: string
  created: number
  updated: number
  name: string
  value: string
  tags: string
}

export interface VariablesModuleTables {
  variables: VariablesTable
}
