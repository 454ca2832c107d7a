/** The service that says which scheduled runs should have begun and have not. */
import type { CoreState, ProposedState } from '@orrery/core'
import type { Micros } from '@orrery/schemas'
import { sql } from 'kysely'
import type { Db } from '../../db/index.ts'
import { DomainError } from '../../errors.ts'
import { type Clock, systemWorkspaceScope } from '../../scope.ts'
import { runLanes } from './run-lanes.ts'

/** As many runs as one pass takes; the next one follows at once. */
export const LATE_BATCH = 400

export interface LateRunsPass {
  /** Runs that were due and are Late now, or CANCELLED by a full deployment. */
  marked: number
  /** Whether the pass was full, so that more may be due. */
  more: boolean
}

/**
 * Marks scheduled runs that are overdue by more than `afterSeconds` as Late, in all workspaces. Only a run whose
 * state is named Scheduled becomes late, and once. Read first, marked later: the run's row is locked and its state
 * looked at again, so that of two servers one marks it, and a run that a worker took meanwhile keeps its state.
 */
export async function markLateRuns(
  context: { db: Db; clock: Clock },
  { afterSeconds }: { afterSeconds: number },
): Promise<LateRunsPass> {
  const { db, clock } = context
  const latest = clock.now() - afterSeconds * 1_000_000
  const due = await db.read
    .selectFrom('flow_runs')
    .select(['id', 'workspace_id'])
    // Written out, not a parameter: else the partial index is out of SQLite's reach.
    .where(sql<boolean>`state_name = 'Scheduled' and state_type = 'SCHEDULED'`)
    .where('next_scheduled_start_time', '<=', latest)
    .orderBy('next_scheduled_start_time')
    .limit(LATE_BATCH)
    .execute()
  const { setFlowRunState } = runLanes(context)
  const proposed = {
    of: (current: CoreState | null): ProposedState | null => lateOf(current, latest),
    otherwise: 'The run is not overdue any more.',
  }
  const stored = await Promise.all(
    due.map(async ({ id, workspace_id: workspaceId }) => {
      try {
        const { stored } = await setFlowRunState({
          scope: systemWorkspaceScope(workspaceId, 'late runs'),
          flowRunId: id,
          proposed,
          policy: 'mark_late',
          apiVersion: null,
          clientVersion: null,
        })
        return stored
      } catch (error) {
        // Deleted in between.
        if (error instanceof DomainError) return false
        throw error
      }
    }),
  )
  const marked = stored.filter(Boolean).length
  // A full pass of which none could be marked would be found again at once, and for ever.
  return { marked, more: due.length === LATE_BATCH && marked > 0 }
}

function lateOf(current: CoreState | null, latest: Micros): ProposedState | null {
  const scheduled = current?.state_details.scheduled_time
  if (current?.type !== 'SCHEDULED' || current.name !== 'Scheduled') return null
  if (scheduled === null || scheduled === undefined || scheduled > latest) return null
  return { type: 'SCHEDULED', name: 'Late', state_details: { scheduled_time: scheduled } }
}
