import type { Migration } from './migration.ts'

/** Indexes that match the orders in which runs are listed and counted. */
export const runs: Migration = {
  name: '0004-runs',
  statements: () => [
    // Lists sort by the start, or the expected start of what has not started.
    'DROP INDEX "flow_runs_start"',
    'CREATE INDEX "flow_runs_started" ON "flow_runs" (workspace_id, (coalesce(start_time, expected_start_time)))',
    'DROP INDEX "flow_runs_flow"',
    'CREATE INDEX "flow_runs_flow" ON "flow_runs" (flow_id, (coalesce(start_time, expected_start_time)))',
    // Counting task runs of a window by state reads the index alone.
    'DROP INDEX "task_runs_expected"',
    'CREATE INDEX "task_runs_expected" ON "task_runs" (workspace_id, expected_start_time, state_type)',
    // Observed states hop from one (type, name) to the next.
    'CREATE INDEX "flow_run_states_observed" ON "flow_run_states" (workspace_id, type, name, timestamp)',
    'CREATE INDEX "task_run_states_observed" ON "task_run_states" (workspace_id, type, name, timestamp)',
  ],
}
