export interface RefusedTransitionsTable {
  workspace_id: string
  /** A flow run or a task run: ids are never shared. */
  run_id: string
  /** Counts up within the run. */
  number: number
  first_seen: number
  last_seen: number
  count: number
  status: string
  reason: string
  proposed_type: string
  proposed_name: string
  from_type: string | null
  from_name: string | null
  given_type: string | null
  given_name: string | null
}

export interface RefusalTables {
  refused_transitions: RefusedTransitionsTable
}
