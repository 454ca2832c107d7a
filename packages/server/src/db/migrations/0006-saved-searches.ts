import { createTable } from '../columns.ts'
import type { Migration } from './migration.ts'

export const savedSearches: Migration = {
  name: '0006-saved-searches',
  statements: (dialect) => [
    ...createTable(dialect, 'saved_searches', {
      columns: {
        id: 'id primary key',
        workspace_id: 'id not null',
        created: 'instant not null',
        updated: 'instant not null',
        name: 'text not null',
        filters: 'json not null',
        owner_id: 'text not null',
        owner_name: 'text not null',
        shared: 'flag not null',
      },
      uniqueIndexes: { saved_searches_name: '(workspace_id, owner_id, name)' },
    }),
    // Pinning is each reader's own: a shared view does not push itself into everybody's sidebar.
    ...createTable(dialect, 'saved_search_pins', {
      columns: {
        workspace_id: 'id not null',
        saved_search_id: 'id not null',
        actor_id: 'text not null',
      },
      constraints: ['PRIMARY KEY (workspace_id, actor_id, saved_search_id)'],
      indexes: { saved_search_pins_search: '(saved_search_id)' },
    }),
  ],
}
