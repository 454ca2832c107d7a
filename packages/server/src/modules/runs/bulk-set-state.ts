import { flowRunPolicy } from '@orrery/core'
import type { OrchestrationResult, RunFilters, SetState } from '@orrery/schemas'
import type { Db } from '../../db/index.ts'
import { DomainError } from '../../errors.ts'
import type { Clock, WorkspaceScope } from '../../scope.ts'
import { listFlowRuns } from './flow-runs.queries.ts'
import { runLanes } from './run-lanes.ts'
import { proposedState } from './transition-columns.ts'

export type BulkResult = OrchestrationResult & { flow_run_id: string }

/** Proposes one state to each of the runs that a filter names, newest first. One that fails is answered as ABORT. */
export async function bulkSetFlowRunState(
  context: { db: Db; clock: Clock },
  scope: WorkspaceScope,
  input: Pick<SetState, 'state'> & {
    force: boolean
    filters: RunFilters
    limit: number
    apiVersion: string | null
    clientVersion: string | null
  },
): Promise<BulkResult[]> {
  const { filters, limit, apiVersion, clientVersion } = input
  const rows = await listFlowRuns(context.db, scope, { filters, sort: 'ID_DESC', limit, offset: 0 })
  const { setFlowRunState } = runLanes(context)
  const proposed = proposedState(input.state)
  const policy = flowRunPolicy(input.force)
  return Promise.all(
    rows.map(async ({ id }): Promise<BulkResult> => {
      try {
        const { result } = await setFlowRunState({
          scope,
          flowRunId: id,
          proposed,
          policy,
          apiVersion,
          clientVersion,
        })
        return { flow_run_id: id, ...result }
      } catch (error) {
        if (!(error instanceof DomainError)) throw error
        return {
          flow_run_id: id,
          status: 'ABORT',
          state: null,
          details: { type: 'abort_details', reason: error.message },
        }
      }
    }),
  )
}
