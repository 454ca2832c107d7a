import {
  decideFirstFlowRunState,
  type EmpiricalPolicy,
  type FlowRunColumns,
  type ProposedState,
  slugName,
} from '@orrery/core'
import { type CreatedBy, type FlowRunCreate, newId } from '@orrery/schemas'
import { insertMany, type Outcome, runSql, type Trx } from '../../db/index.ts'
import type { Clock, WorkspaceScope } from '../../scope.ts'
import { RelatedOfFlowRuns } from './related-rows.ts'
import type { FlowRunRow } from './run-rows.ts'
import { FlowOfRunNotFound } from './runs.errors.ts'
import { decidedColumns, type FlowRunTransitionRow, flowRunColumns, NO_STATE } from './transition-columns.ts'
import { type FlowRunTransition, writeFlowRunStates } from './write-transitions.ts'

export interface CreateFlowRun {
  scope: WorkspaceScope
  input: FlowRunCreate
  /** The input's state as the rules take it; null means PENDING. */
  state: ProposedState | null
  createdBy: CreatedBy | null
}

export interface CreatedFlowRun {
  row: FlowRunRow
  /** False when the idempotency key had been used: the row is that of the first run. */
  created: boolean
}

/** Two inputs of one flow with one key must not share a batch: the second finds the row of the first. */
export const idempotencyOf = ({ input }: CreateFlowRun): string | null =>
  input.idempotency_key ? `${input.flow_id.toLowerCase()} ${input.idempotency_key}` : null

/** Creates a batch of flow runs with their first states, set as if forced. */
export async function createFlowRuns(
  trx: Trx,
  clock: Clock,
  inputs: readonly CreateFlowRun[],
): Promise<Outcome<CreatedFlowRun>[]> {
  const related = await RelatedOfFlowRuns.load(
    trx,
    inputs.map(({ input }) => ({
      flow_id: input.flow_id.toLowerCase(),
      deployment_id: lower(input.deployment_id),
      parent_task_run_id: lower(input.parent_task_run_id),
    })),
  )
  const made = new Map<string, FlowRunTransition>()
  const rows: FlowRunRow[] = []
  const outcomes = inputs.map((input): Outcome<CreatedFlowRun> => {
    const flowId = input.input.flow_id.toLowerCase()
    if (!related.flow(flowId, input.scope.workspaceId)) return { error: new FlowOfRunNotFound(flowId) }
    const { row, transition } = firstTransition(input, clock, related)
    rows.push(row)
    made.set(row.id, transition)
    return { ok: { row, created: true } }
  })
  await insertRuns(trx, rows, made, outcomes)
  await writeFlowRunStates(trx, [...made.values()], related)
  return outcomes
}

const BY_KEY = 'SELECT * FROM flow_runs WHERE flow_id = ? AND idempotency_key = ?'

async function findByKey(trx: Trx, flowId: string, key: string): Promise<FlowRunRow | null> {
  const [row] = await runSql<FlowRunRow & Record<string, unknown>>(trx, BY_KEY, [flowId, key])
  return row ?? null
}

// Keys are nearly always new: they are not looked up first, the insert itself tells which were used before.
async function insertRuns(
  trx: Trx,
  rows: FlowRunRow[],
  made: Map<string, FlowRunTransition>,
  outcomes: Outcome<CreatedFlowRun>[],
): Promise<void> {
  if (rows.every((row) => row.idempotency_key === null)) {
    await insertMany(trx, 'flow_runs', rows as readonly object[] as Record<string, unknown>[])
    return
  }
  const inserted = await insertMany(
    trx,
    'flow_runs',
    rows as readonly object[] as Record<string, unknown>[],
    {
      ignoreConflicts: true,
      returning: ['id'],
    },
  )
  const ids = new Set(inserted.map((row) => row.id))
  for (const outcome of outcomes) {
    if (!('ok' in outcome) || !outcome.ok.created || ids.has(outcome.ok.row.id)) continue
    const { id, flow_id, idempotency_key } = outcome.ok.row
    const row = await findByKey(trx, flow_id, idempotency_key ?? '')
    if (!row) throw new Error(`flow run ${id} was not inserted`)
    made.delete(id)
    outcome.ok = { row, created: false }
  }
}

function firstTransition(
  { scope, input, state, createdBy }: CreateFlowRun,
  clock: Clock,
  related: RelatedOfFlowRuns,
): { row: FlowRunRow; transition: FlowRunTransition } {
  const now = clock.now()
  const flowId = input.flow_id.toLowerCase()
  const deploymentId = lower(input.deployment_id)
  const flow = related.flow(flowId, scope.workspaceId)
  const deployment = related.deployment(deploymentId, scope.workspaceId)
  const policy = (input.empirical_policy ?? {}) as EmpiricalPolicy
  const bare = {
    id: newId(),
    workspace_id: scope.workspaceId,
    name: input.name || slugName(Math.random),
    tags: JSON.stringify(distinct(input.tags ?? [])),
    flow_id: flowId,
    deployment_id: deploymentId,
    parent_task_run_id: lower(input.parent_task_run_id),
    infrastructure_pid: null,
    created_by: createdBy && JSON.stringify(createdBy),
    run_count: 0,
    start_time: null,
    end_time: null,
    total_run_time: 0,
    expected_start_time: null,
    next_scheduled_start_time: null,
    empirical_policy: JSON.stringify(policy),
    ...NO_STATE,
  } satisfies FlowRunTransitionRow
  const decision = decideFirstFlowRunState({
    now,
    newStateId: newId(),
    run: flowRunColumns(bare) satisfies FlowRunColumns,
    proposed: state,
  })
  const row: FlowRunRow = {
    ...bare,
    ...decidedColumns(bare, decision, now),
    created: now,
    deployment_version: null,
    work_queue_id: null,
    work_queue_name: input.work_queue_name ?? null,
    flow_version: input.flow_version ?? null,
    parameters: JSON.stringify(input.parameters ?? {}),
    idempotency_key: input.idempotency_key || null,
    context: JSON.stringify(input.context ?? {}),
    labels: JSON.stringify({
      ...labelsOf(deployment ?? flow),
      'prefect.flow.id': flowId,
      ...(deployment ? { 'prefect.deployment.id': deployment.id } : {}),
      ...input.labels,
    }),
    auto_scheduled: 0,
    infrastructure_document_id: lower(input.infrastructure_document_id),
    job_variables: input.job_variables == null ? null : JSON.stringify(input.job_variables),
  }
  return { row, transition: { scope, row: bare, initial: null, decision, now } }
}

const lower = (id: string | null | undefined): string | null => id?.toLowerCase() ?? null
const distinct = (tags: readonly string[]): string[] => [...new Set(tags)]
const labelsOf = (row: { labels: string } | null): Record<string, unknown> =>
  row === null ? {} : (JSON.parse(row.labels) as Record<string, unknown>)
