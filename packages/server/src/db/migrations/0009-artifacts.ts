import { createTable } from '../columns.ts'
import type { Migration } from './migration.ts'

export const artifacts: Migration = {
  name: '0009-artifacts',
  statements: (dialect) => [
    ...createTable(dialect, 'artifacts', {
      columns: {
        id: 'id primary key',
        workspace_id: 'id not null',
        created: 'instant not null',
        updated: 'instant not null',
        key: 'text',
        type: 'text',
        description: 'text',
        data: 'json',
        metadata_: 'json',
        flow_run_id: 'id',
        task_run_id: 'id',
      },
      // Every stored result makes a row without a key or a task run: indexes leave out what is not there.
      indexes: {
        artifacts_workspace: '(workspace_id, id)',
        artifacts_key: '(workspace_id, key, created) WHERE key IS NOT NULL',
        artifacts_flow_run: '(flow_run_id) WHERE flow_run_id IS NOT NULL',
        artifacts_task_run: '(task_run_id) WHERE task_run_id IS NOT NULL',
      },
    }),
    // What lists are filtered and sorted by is repeated from the latest artifact; its content is not.
    ...createTable(dialect, 'artifact_collections', {
      columns: {
        id: 'id primary key',
        workspace_id: 'id not null',
        created: 'instant not null',
        updated: 'instant not null',
        key: 'text not null',
        latest_id: 'id not null',
        type: 'text',
        flow_run_id: 'id',
        task_run_id: 'id',
      },
      uniqueIndexes: {
        artifact_collections_key: '(workspace_id, key)',
        artifact_collections_latest: '(latest_id)',
      },
      indexes: { artifact_collections_updated: '(workspace_id, updated)' },
    }),
  ],
}
