import { flowRunPolicy } from '@orrery/core'
import type { CreatedBy, FlowRun, FlowRunCreate, FlowRunUpdate, Micros, SetState } from '@orrery/schemas'
import { parseJson } from '@orrery/schemas'
import type { Db, Reader } from '../../db/index.ts'
import type { Clock, WorkspaceScope } from '../../scope.ts'
import {
  type FlowRunPage,
  findFlowRun,
  listFlowRuns,
  lockFlowRun,
  patchFlowRun,
} from './flow-runs.queries.ts'
import { runLanes } from './run-lanes.ts'
import { flowRunFromRow } from './run-rows.ts'
import { FlowRunNotFound, JobVariablesFixed } from './runs.errors.ts'
import type { Orchestrated } from './set-flow-run-state.ts'
import { proposedState } from './transition-columns.ts'

interface Context {
  db: Db
  clock: Clock
}

/** Creates a flow run with its first state, or answers the one made earlier under the same idempotency key. */
export async function createFlowRun(
  context: Context,
  scope: WorkspaceScope,
  input: FlowRunCreate,
  createdBy: CreatedBy | null,
): Promise<{ flowRun: FlowRun; created: boolean }> {
  const state = input.state ? proposedState(input.state) : null
  const { row, created } = await runLanes(context).createFlowRun({ scope, input, state, createdBy })
  return { flowRun: flowRunFromRow(row, context.clock.now()), created }
}

/** Proposes a state to a flow run: the rules decide what is stored. */
export async function setFlowRunState(
  context: Context,
  scope: WorkspaceScope,
  input: SetState & { id: string; apiVersion: string | null; clientVersion: string | null },
): Promise<Orchestrated> {
  return runLanes(context).setFlowRunState({
    scope,
    flowRunId: input.id,
    proposed: proposedState(input.state),
    policy: flowRunPolicy(input.force ?? false),
    apiVersion: input.apiVersion,
    clientVersion: input.clientVersion,
  })
}

export async function readFlowRun(
  db: Reader,
  scope: WorkspaceScope,
  id: string,
  now: Micros,
): Promise<FlowRun> {
  const row = await findFlowRun(db, scope, id)
  if (!row) throw new FlowRunNotFound(id)
  return flowRunFromRow(row, now)
}

export async function readFlowRuns(
  db: Db,
  scope: WorkspaceScope,
  page: FlowRunPage,
  now: Micros,
): Promise<FlowRun[]> {
  return (await listFlowRuns(db, scope, page)).map((row) => flowRunFromRow(row, now))
}

/** Changes what the input names; a key that is absent stays as it is. */
export async function updateFlowRun(
  db: Db,
  scope: WorkspaceScope,
  input: FlowRunUpdate & { id: string },
  now: Micros,
): Promise<void> {
  const changes = {
    ...(input.name ? { name: input.name } : {}),
    ...('flow_version' in input ? { flow_version: input.flow_version ?? null } : {}),
    ...(input.parameters ? { parameters: JSON.stringify(input.parameters) } : {}),
    ...(input.empirical_policy ? { empirical_policy: JSON.stringify(input.empirical_policy) } : {}),
    ...(input.tags ? { tags: JSON.stringify([...new Set(input.tags)]) } : {}),
    ...('infrastructure_pid' in input ? { infrastructure_pid: input.infrastructure_pid ?? null } : {}),
    ...(input.job_variables ? { job_variables: JSON.stringify(input.job_variables) } : {}),
    updated: now,
  }
  await db.write(async (trx) => {
    if (input.job_variables) {
      const row = await lockFlowRun(trx, db, scope, input.id)
      if (!row) throw new FlowRunNotFound(input.id)
      if (row.state_type !== 'SCHEDULED')
        throw new JobVariablesFixed(`it is ${row.state_type ?? 'without state'}`)
      if (row.deployment_id === null) throw new JobVariablesFixed('it has no deployment')
    }
    if (!(await patchFlowRun(trx, scope, input.id, changes))) throw new FlowRunNotFound(input.id)
  })
}

/** Adds labels to a run's own; a label of the same key is replaced. */
export async function mergeFlowRunLabels(
  db: Db,
  scope: WorkspaceScope,
  input: { id: string; labels: Record<string, unknown> },
  now: Micros,
): Promise<void> {
  await db.write(async (trx) => {
    const row = await lockFlowRun(trx, db, scope, input.id)
    if (!row) throw new FlowRunNotFound(input.id)
    const labels = { ...(parseJson(row.labels) as Record<string, unknown>), ...input.labels }
    await patchFlowRun(trx, scope, input.id, { labels: JSON.stringify(labels), updated: now })
  })
}
