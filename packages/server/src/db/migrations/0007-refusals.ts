import { createTable } from '../columns.ts'
import type { Migration } from './migration.ts'

/** Proposed states that were not written as they came: REJECT, ABORT and WAIT. */
export const refusals: Migration = {
  name: '0007-refusals',
  statements: (dialect) =>
    createTable(dialect, 'refused_transitions', {
      columns: {
        workspace_id: 'id not null',
        run_id: 'id not null',
        number: 'integer not null',
        first_seen: 'instant not null',
        last_seen: 'instant not null',
        count: 'integer not null',
        status: 'text not null',
        reason: 'text not null',
        proposed_type: 'text not null',
        proposed_name: 'text not null',
        from_type: 'text',
        from_name: 'text',
        given_type: 'text',
        given_name: 'text',
      },
      constraints: ['PRIMARY KEY (run_id, number)'],
      indexes: { refused_transitions_workspace: '(workspace_id)' },
    }),
}
