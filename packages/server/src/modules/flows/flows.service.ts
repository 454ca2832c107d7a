import {
  type Flow,
  type FlowCreate,
  type FlowUpdate,
  type Micros,
  type NewEvent,
  newId,
  parseJson,
  type RunFilters,
  toIso,
} from '@orrery/schemas'
import type { Db, Reader, Trx } from '../../db/index.ts'
import type { WorkspaceScope } from '../../scope.ts'
import { appendEvents } from '../events/events.service.ts'
import { FlowNotFound } from './flows.errors.ts'
import {
  countFlows,
  type FlowPage,
  type FlowRow,
  findFlow,
  findFlowByName,
  insertFlow,
  listFlows,
  patchFlow,
  removeFlow,
} from './flows.queries.ts'

export { countFlows }

/** A flow by its name, made when there is none. What exists stays as it is. */
export async function ensureFlow(
  db: Db,
  scope: WorkspaceScope,
  input: FlowCreate,
  now: Micros,
): Promise<{ flow: Flow; created: boolean }> {
  // Every run of a script asks, and nearly always the flow is there: most calls end without a write.
  const known = await findFlowByName(db.read, scope, input.name)
  if (known) return { flow: flowFromRow(known), created: false }
  return db.write(async (trx) => {
    const row = await insertFlow(trx, {
      id: newId(),
      workspace_id: scope.workspaceId,
      created: now,
      updated: now,
      name: input.name,
      tags: JSON.stringify(input.tags ?? []),
      labels: JSON.stringify(input.labels ?? {}),
    })
    if (row) {
      const flow = flowFromRow(row)
      await appendEvents(trx, scope, [flowCreatedEvent(flow, now)])
      return { flow, created: true }
    }
    return { flow: await readFlowByName(trx, scope, input.name), created: false }
  })
}

const flowCreatedEvent = ({ id, name, tags, labels }: Flow, now: Micros): NewEvent => ({
  id: newId(),
  occurred: now,
  event: 'prefect.flow.created',
  resource: { 'prefect.resource.id': `prefect.flow.${id}`, 'prefect.resource.name': name },
  related: [],
  payload: { name, tags, labels },
  follows: null,
})

export async function readFlow(db: Reader, scope: WorkspaceScope, id: string): Promise<Flow> {
  const row = await findFlow(db, scope, id)
  if (!row) throw new FlowNotFound(id)
  return flowFromRow(row)
}

export async function readFlowByName(db: Reader, scope: WorkspaceScope, name: string): Promise<Flow> {
  const row = await findFlowByName(db, scope, name)
  if (!row) throw new FlowNotFound(`"${name}"`)
  return flowFromRow(row)
}

export async function readFlows(db: Db, scope: WorkspaceScope, page: FlowPage): Promise<Flow[]> {
  return (await listFlows(db, scope, page)).map(flowFromRow)
}

export async function updateFlow(
  trx: Trx,
  scope: WorkspaceScope,
  input: FlowUpdate & { id: string },
  now: Micros,
): Promise<void> {
  const tags = input.tags ? { tags: JSON.stringify(input.tags) } : {}
  if (!(await patchFlow(trx, scope, input.id, { ...tags, updated: now }))) throw new FlowNotFound(input.id)
}

/** Deletes the flow itself; `deleteFlow` of the runs module also deletes what belongs to it. */
export async function deleteFlowRow(trx: Trx, scope: WorkspaceScope, id: string): Promise<void> {
  if (!(await removeFlow(trx, scope, id))) throw new FlowNotFound(id)
}

/** The flows that a filter names, by id. */
export async function readFlowIds(
  db: Db,
  scope: WorkspaceScope,
  filters: RunFilters,
  limit: number,
): Promise<string[]> {
  const rows = await listFlows(db, scope, { filters, sort: 'NAME_ASC', limit, offset: 0 })
  return rows.map((row) => row.id)
}

function flowFromRow(row: FlowRow): Flow {
  return {
    id: row.id,
    created: toIso(row.created),
    updated: toIso(row.updated),
    name: row.name,
    tags: JSON.parse(row.tags) as string[],
    labels: parseJson(row.labels) as Record<string, unknown>,
  }
}
