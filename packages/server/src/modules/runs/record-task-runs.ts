import { systemNow } from '@orrery/schemas'
import { type Db, dbOf, type Trx } from '../../db/db.ts'
import { insertMany, runSql, selectIn, updateMany } from '../../db/dialect/bulk.ts'
import type { TaskRunsTable } from '../../db/tables/orchestration.ts'
import type { Log } from '../../http/context.ts'
import type { EventRow } from '../events/event-row.ts'
import type { EventRecorder } from '../events/events.service.ts'
import { storedTaskRunRecords, type TaskRunRecord, taskRunRecord } from './task-run-record.ts'

type TaskRunRow = Omit<TaskRunsTable, 'run_count' | 'flow_run_run_count' | 'total_run_time'> & {
  run_count: number
  flow_run_run_count: number
  total_run_time: number
}

/**
 * Task runs are orchestrated by the client, which tells each state as an event. The recorder writes them to
 * `task_runs` and `task_run_states` in the transaction that stores the events: a batch is one insert, one
 * update and one insert of states, whatever its size. Each event is seen here once, since stored ids are
 * filtered before. An event that cannot be recorded is logged and leaves its neighbours alone.
 */
export function createTaskRunRecorder(log: Log): EventRecorder {
  return async (trx, events) => {
    const records: TaskRunRecord[] = []
    for (const { event, row } of events) {
      if (!event.event.startsWith('prefect.task-run.')) continue
      if (event.resource['prefect.orchestration'] !== 'client') continue
      const record = taskRunRecord(row.workspace_id, event)
      if (typeof record === 'string')
        log.warn({ event_id: event.id, reason: record }, 'task run not recorded')
      else records.push(record)
    }
    if (records.length > 0) await recordTaskRuns(trx, records, log)
  }
}

async function recordTaskRuns(trx: Trx, all: TaskRunRecord[], log: Log): Promise<void> {
  const known = await ofKnownFlowRuns(trx, all, log)
  let waiting = known
  for (let attempt = 1; waiting.length > 0; attempt++) {
    // Another process inserted the same task run meanwhile (PostgreSQL): now it can be read and updated.
    if (attempt > 5) throw new Error('Task runs keep colliding with another writer')
    waiting = await upsert(trx, waiting, log)
  }
  await insertMany(trx, 'task_run_states', known.filter((record) => !record.dropped).map(stateRow), {
    ignoreConflicts: ['id'],
  })
}

// A flow run of another workspace must not be written to, and one that was deleted stays deleted.
async function ofKnownFlowRuns(trx: Trx, records: TaskRunRecord[], log: Log): Promise<TaskRunRecord[]> {
  const ids = records.flatMap(({ flowRunId }) => flowRunId ?? [])
  const rows = await selectIn<{ id: string; workspace_id: string }>(trx, 'flow_runs', 'id', ids, {
    columns: ['id', 'workspace_id'],
  })
  const workspaces = new Map(rows.map((row) => [row.id, row.workspace_id]))
  return records.filter((record) => {
    if (record.flowRunId === null || workspaces.get(record.flowRunId) === record.workspaceId) return true
    log.debug({ event_id: record.stateId, flow_run_id: record.flowRunId }, 'task run of an unknown flow run')
    return false
  })
}

/** Writes the task runs; returns the records that met a row which was not there when we looked. */
async function upsert(trx: Trx, records: TaskRunRecord[], log: Log): Promise<TaskRunRecord[]> {
  const existing = await findExisting(trx, records)
  const groups = new Map<string, TaskRunRecord[]>()
  const idOfKey = new Map<string, string>()
  for (const record of records.toSorted(byTime)) {
    const found = existing.byId.get(record.id) ?? existing.byKey.get(keyOf(record) ?? '')
    if (found && found.workspace_id !== record.workspaceId) {
      record.dropped = true
      log.warn({ event_id: record.stateId, task_run_id: record.id }, 'task run belongs to another workspace')
      continue
    }
    const key = keyOf(record)
    const id = found?.id ?? (key === null ? record.id : (idOfKey.get(key) ?? record.id))
    if (key !== null) idOfKey.set(key, id)
    record.id = id
    const group = groups.get(id)
    if (group) group.push(record)
    else groups.set(id, [record])
  }
  const inserts: TaskRunRow[] = []
  const updates: TaskRunRow[] = []
  for (const [id, group] of groups) {
    const row = existing.byId.get(id)
    if (!row) inserts.push(fold(newRow(group[0]!), group))
    else if (isNewer(row, group[0]!)) updates.push(touched(fold(row, group)))
    else {
      const whole = fold(row, await wholeHistory(trx, row, group))
      if (hasChanged(row, whole)) updates.push(touched(whole))
    }
  }
  await updateMany(trx, 'task_runs', ['id'], updates.map(updateRow))
  // Always in the same order, so that two processes wait for each other instead of deadlocking.
  const sorted = inserts.sort((a, b) => (a.id < b.id ? -1 : 1))
  const inserted = await insertMany(trx, 'task_runs', sorted as unknown as Record<string, unknown>[], {
    ignoreConflicts: true,
    returning: ['id'],
  })
  if (inserted.length === inserts.length) return []
  const written = new Set(inserted.map((row) => row.id))
  return inserts.filter((row) => !written.has(row.id)).flatMap((row) => groups.get(row.id) ?? [])
}

async function findExisting(trx: Trx, records: TaskRunRecord[]) {
  const ids = records.map((record) => record.id)
  const rows = await selectIn<TaskRunRow>(trx, 'task_runs', 'id', ids, { lock: true })
  const byId = new Map(rows.map((row) => [row.id, row]))
  const byKey = new Map<string, TaskRunRow>()
  const db = dbOf(trx)
  const missing = new Map<string, TaskRunRecord>()
  for (const record of records) {
    const key = keyOf(record)
    if (key !== null && !byId.has(record.id)) missing.set(key, record)
  }
  for (const row of await findByKeys(trx, db, [...missing.values()])) {
    byKey.set(`${row.flow_run_id} ${row.task_key} ${row.dynamic_key}`, row)
    byId.set(row.id, row)
  }
  return { byId, byKey }
}

async function findByKeys(trx: Trx, db: Db, records: TaskRunRecord[]): Promise<TaskRunRow[]> {
  if (records.length === 0) return []
  if (db.dialect === 'sqlite') {
    const text = 'SELECT * FROM task_runs WHERE flow_run_id = ? AND task_key = ? AND dynamic_key = ?'
    const found: TaskRunRow[] = []
    for (const { flowRunId, taskKey, dynamicKey } of records)
      found.push(...(await runSql<TaskRunRow>(trx, text, [flowRunId, taskKey, dynamicKey])))
    return found
  }
  return runSql<TaskRunRow>(
    trx,
    `SELECT t.* FROM task_runs AS t JOIN unnest(?::uuid[], ?::text[], ?::text[]) AS k(flow_run_id, task_key, dynamic_key)
     USING (flow_run_id, task_key, dynamic_key) ORDER BY t.id FOR UPDATE OF t`,
    [
      records.map((record) => record.flowRunId),
      records.map((record) => record.taskKey),
      records.map((record) => record.dynamicKey),
    ],
  )
}

/**
 * An event that is older than the stored state may carry keys that the newer ones left out. So that any order
 * of arrival ends in the same row, all of the task run's events are applied again in their order.
 */
async function wholeHistory(trx: Trx, row: TaskRunRow, group: TaskRunRecord[]): Promise<TaskRunRecord[]> {
  const resources = new Set([row.id, ...group.map((record) => record.eventTaskRunId)])
  const found: TaskRunRecord[] = []
  for (const id of resources) {
    const rows = await runSql<EventRow>(
      trx,
      `SELECT e.* FROM event_resources AS r JOIN events AS e ON e.workspace_id = r.workspace_id AND e.id = r.event_id
       WHERE r.workspace_id = ? AND r.resource_id = ? AND r.resource_role = ''`,
      [row.workspace_id, `prefect.task-run.${id}`],
    )
    found.push(...storedTaskRunRecords(rows))
  }
  const seen = new Set(found.map((record) => record.stateId))
  return [...found, ...group.filter((record) => !seen.has(record.stateId))].sort(byTime)
}

/** The row after the records, oldest first. Only keys that an event holds are written. */
function fold(row: TaskRunRow, records: readonly TaskRunRecord[]): TaskRunRow {
  const result = { ...row }
  for (const record of records) {
    Object.assign(result, record.columns)
    if (!isNewer(result, record)) continue
    result.state_id = record.stateId
    result.state_type = record.type
    result.state_name = record.name
    result.state_timestamp = record.timestamp
    result.state_message = record.message
    result.state_details = detailsOf(record, row.id)
    result.state_data = record.data
  }
  return result
}

// Equal timestamps are decided by the id, so that the order of arrival does not matter.
function isNewer(row: Pick<TaskRunRow, 'state_timestamp' | 'state_id'>, record: TaskRunRecord): boolean {
  if (row.state_timestamp === null || row.state_timestamp < record.timestamp) return true
  return row.state_timestamp === record.timestamp && (row.state_id ?? '') < record.stateId
}

const byTime = (a: TaskRunRecord, b: TaskRunRecord): number =>
  a.timestamp - b.timestamp || (a.stateId < b.stateId ? -1 : 1)

function keyOf({ flowRunId, taskKey, dynamicKey }: TaskRunRecord): string | null {
  return flowRunId === null ? null : `${flowRunId} ${taskKey} ${dynamicKey}`
}

function newRow(record: TaskRunRecord): TaskRunRow {
  const now = systemNow()
  return {
    id: record.id,
    workspace_id: record.workspaceId,
    created: now,
    updated: now,
    name: `${record.taskKey}-${record.dynamicKey.slice(0, 3)}`,
    flow_run_id: record.flowRunId,
    task_key: record.taskKey,
    dynamic_key: record.dynamicKey,
    cache_key: null,
    cache_expiration: null,
    task_version: null,
    flow_run_run_count: 0,
    empirical_policy: '{}',
    tags: '[]',
    labels: '{}',
    task_inputs: '{}',
    state_id: null,
    state_type: null,
    state_name: null,
    state_timestamp: null,
    state_message: null,
    state_details: null,
    state_data: null,
    run_count: 0,
    expected_start_time: null,
    next_scheduled_start_time: null,
    start_time: null,
    end_time: null,
    total_run_time: 0,
  }
}

const touched = (row: TaskRunRow): TaskRunRow => ({ ...row, updated: systemNow() })

// What names the row never changes: an existing row's id and natural key win over an event's.
function updateRow(row: TaskRunRow): Record<string, unknown> {
  const { workspace_id, created, flow_run_id, task_key, dynamic_key, ...rest } = row
  return rest
}

const hasChanged = (before: TaskRunRow, after: TaskRunRow): boolean =>
  (Object.keys(after) as (keyof TaskRunRow)[]).some((key) => before[key] !== after[key])

function stateRow(record: TaskRunRecord): Record<string, unknown> {
  return {
    id: record.stateId,
    workspace_id: record.workspaceId,
    task_run_id: record.id,
    type: record.type,
    name: record.name,
    timestamp: record.timestamp,
    message: record.message,
    state_details: detailsOf(record, record.id),
    data: record.data,
    result_artifact_id: null,
  }
}

const detailsOf = (record: TaskRunRecord, taskRunId: string): string =>
  JSON.stringify({ ...record.details, flow_run_id: record.flowRunId, task_run_id: taskRunId })
