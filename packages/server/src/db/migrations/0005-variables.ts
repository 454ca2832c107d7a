import { createTable } from '../columns.ts'
import type { Migration } from './migration.ts'

export const variables: Migration = {
  name: '0005-variables',
  statements: (dialect) =>
    createTable(dialect, 'variables', {
      columns: {
        id: 'id primary key',
        workspace_id: 'id not null',
        created: 'instant not null',
        updated: 'instant not null',
        name: 'text not null',
        value: 'json not null',
        tags: 'json not null',
      },
      uniqueIndexes: { variables_name: '(workspace_id, name)' },
    }),
}
