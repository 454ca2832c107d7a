import { randomUUID } from 'node:crypto'
import type { TaskInput, WireFlowRun } from '@orrery/client'
import { type Ambient, mergeTags } from '../context.ts'
import type { FlowDefinition } from '../flow-definition.ts'
import type { RunOptions } from '../options.ts'
import { type CollectedInputs, collectWaitFor } from './inputs.ts'
import { keyOf } from './names.ts'
import type { FlowScope } from './scopes.ts'
import type { Session } from './session.ts'

/** What a flow run is made from. */
export interface NewFlowRun {
  readonly flow: FlowDefinition<unknown>
  readonly session: Session
  readonly context: Ambient
  /** The flow run around the call, whose sub-flow this is. */
  readonly parent: FlowScope | undefined
  readonly call: RunOptions
  /** As they are recorded. */
  readonly parameters: Readonly<Record<string, unknown>>
  readonly collected: CollectedInputs
}

/** Creates the run on the server; a sub-flow's with the task run that stands for it in the parent's graph. */
export async function createFlowRun(input: NewFlowRun): Promise<WireFlowRun> {
  const { flow, session, context, parent, call } = input
  const flowId = idOfFlow(session, flow.name)
  const parentTaskRunId = parent ? await createTrackingRun(input, parent) : null
  const existing =
    parent && parentTaskRunId ? await findEarlierRun(session, parentTaskRunId, parent) : undefined
  if (existing) return existing
  return session.client.flowRuns.create({
    flow_id: await flowId,
    // The server coins one.
    name: null,
    flow_version: flow.version ?? null,
    parameters: input.parameters,
    context: {},
    parent_task_run_id: parentTaskRunId,
    state: { type: 'PENDING', name: 'Pending', message: null, state_details: {}, data: null },
    empirical_policy: { retries: flow.retries, retry_delay: Math.trunc(flow.retryDelaySeconds) },
    tags: mergeTags(flow.tags, context.tags, call.tags),
  })
}

function idOfFlow(session: Session, name: string): Promise<string> {
  let id = session.flowIds.get(name)
  if (!id) {
    id = session.client.flows.create(name).then((made) => made.id)
    session.flowIds.set(name, id)
    id.catch(() => session.flowIds.delete(name))
  }
  return id
}

/** The server mirrors the states of the sub-flow run onto this task run. */
async function createTrackingRun(input: NewFlowRun, parent: FlowScope): Promise<string> {
  const { flow, context, session, call, collected } = input
  const waits = call.waitFor ? collectWaitFor(call.waitFor) : undefined
  const unidentified = [...collected.unidentified, ...(waits?.unidentified ?? [])]
  await Promise.all(unidentified.map((upstream) => upstream.identified()))
  const inputs: Record<string, TaskInput[]> = { ...collected.inputs }
  if (waits) inputs.wait_for = waits.inputs
  const taskKey = keyOf(flow.name)
  let dynamicKey: string = randomUUID()
  if (context.run?.kind === 'task')
    inputs.__parents__ = [{ input_type: 'task_run', id: context.run.record.id }]
  else {
    // The nth call in the flow's own body: the same key when the flow runs again.
    const count = parent.callCounts.get(taskKey) ?? 0
    parent.callCounts.set(taskKey, count + 1)
    dynamicKey = String(count)
  }
  const tracking = await session.client.taskRuns.create({
    name: `${flow.name}-${dynamicKey.slice(0, 3)}`,
    flow_run_id: parent.run.id,
    task_key: taskKey,
    dynamic_key: dynamicKey,
    task_version: flow.version ?? null,
    empirical_policy: { retries: 0, retry_delay: 0, retry_jitter_factor: null },
    tags: mergeTags(context.tags),
    state: { type: 'PENDING', name: 'Pending', message: null, state_details: { deferred: null }, data: null },
    task_inputs: inputs,
  })
  return tracking.id
}

/** When the parent runs again, a sub-flow run that it made before goes on instead of a new one. */
async function findEarlierRun(
  session: Session,
  parentTaskRunId: string,
  parent: FlowScope,
): Promise<WireFlowRun | undefined> {
  const [run] = await session.client.flowRuns.filter({
    flow_runs: { parent_task_run_id: { any_: [parentTaskRunId] } },
    sort: 'EXPECTED_START_TIME_DESC',
    limit: 1,
  })
  if (!run) return undefined
  const reusable = run.state_type === 'COMPLETED' ? run.state?.data != null : parent.run.run_count <= 1
  return reusable ? run : undefined
}
