import { createTable } from '../columns.ts'
import type { Migration } from './migration.ts'

/** What the streams between processes read by, and what a workspace is warned of. */
export const events: Migration = {
  name: '0003-events',
  statements: (dialect) => [
    ...createTable(dialect, 'workspace_warnings', {
      columns: {
        id: 'id primary key',
        workspace_id: 'id not null',
        code: 'text not null',
        client: 'text not null',
        count: 'integer not null',
        first_seen: 'instant not null',
        last_seen: 'instant not null',
      },
      uniqueIndexes: { workspace_warnings_code: '(workspace_id, code, client)' },
    }),
    'CREATE INDEX "logs_task_run" ON "logs" (task_run_id, timestamp) WHERE task_run_id IS NOT NULL',
    // Streams read the rows of transactions that have settled since they last looked.
    ...(dialect === 'postgres'
      ? ['logs', 'events'].map((table) => `CREATE INDEX "${table}_txid" ON "${table}" (txid, seq)`)
      : []),
  ],
}
