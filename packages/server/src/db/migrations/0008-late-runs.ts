import type { Migration } from './migration.ts'

/** What the late-runs service asks every five seconds, in all workspaces: the scheduled runs by when they are due. */
export const lateRuns: Migration = {
  name: '0008-late-runs',
  statements: () => [
    'CREATE INDEX "flow_runs_due" ON "flow_runs" (next_scheduled_start_time) WHERE state_name = \'Scheduled\'',
  ],
}
