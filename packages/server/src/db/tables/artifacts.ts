export interface ArtifactsTable {
  id: string
  workspace_id: string
  created: number
  updated: number
  key: string | null
  type: string | null
  description: string | null
  data: string | null
  metadata_: string | null
  flow_run_id: string | null
  task_run_id: string | null
}

export interface ArtifactCollectionsTable {
  id: string
  workspace_id: string
  created: number
  updated: number
  key: string
  latest_id: string
  type: string | null
  flow_run_id: string | null
  task_run_id: string | null
}

export interface ArtifactTables {
  artifacts: ArtifactsTable
  artifact_collections: ArtifactCollectionsTable
}
