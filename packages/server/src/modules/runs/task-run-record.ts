import {
  fromSeconds,
  isUuid,
  type Labels,
  type Micros,
  type NewEvent,
  parseIso,
  parseJson,
  STATE_TYPES,
  type StateType,
} from '@orrery/schemas'
import { type EventRow, wellFormedJson } from '../events/event-row.ts'
import { isRecord } from '../events/parse-event.ts'

/** What one event says about a task run. */
export interface TaskRunRecord {
  workspaceId: string
  /** The id of the row it goes to: the event's, or that of the row with the same natural key. */
  id: string
  eventTaskRunId: string
  flowRunId: string | null
  taskKey: string
  dynamicKey: string
  /** The columns of `task_runs` that the event holds; the others stay as they are. */
  columns: Record<string, unknown>
  /** The event's id is the state's, and its time the state's. */
  stateId: string
  timestamp: Micros
  type: StateType
  name: string
  message: string | null
  details: Record<string, unknown>
  data: string | null
  /** Set when its row belongs to another workspace. */
  dropped?: boolean
}

const TYPES = new Set<string>(STATE_TYPES)

/** Reads the event, or says why it cannot be recorded. */
export function taskRunRecord(workspaceId: string, event: NewEvent): TaskRunRecord | string {
  const id = objectId('prefect.task-run.', event.resource)
  if (id === null) return 'the resource id names no task run'
  const flowRun = event.related.find((related) => related['prefect.resource.role'] === 'flow-run')
  const flowRunId = flowRun ? objectId('prefect.flow-run.', flowRun) : null
  if (flowRun && flowRunId === null) return 'the related flow run has no id'
  const { validated_state: state, task_run: run } = event.payload
  if (!isRecord(state) || !isRecord(run)) return 'payload.validated_state or payload.task_run is missing'
  const { type, name, message } = state
  if (typeof type !== 'string' || !TYPES.has(type)) return `${String(type)} is no state type`
  const { task_key: taskKey, dynamic_key: dynamicKey } = run
  if (typeof taskKey !== 'string' || taskKey === '') return 'payload.task_run.task_key is missing'
  if (typeof dynamicKey !== 'string' && typeof dynamicKey !== 'number')
    return 'payload.task_run.dynamic_key is missing'
  return {
    workspaceId,
    id,
    eventTaskRunId: id,
    flowRunId,
    taskKey: taskKey.toWellFormed(),
    dynamicKey: String(dynamicKey).toWellFormed(),
    columns: readColumns(run),
    stateId: event.id,
    timestamp: event.occurred,
    type: type as StateType,
    name: typeof name === 'string' && name !== '' ? name : type.charAt(0) + type.slice(1).toLowerCase(),
    message: typeof message === 'string' ? message : null,
    details: isRecord(state.state_details) ? state.state_details : {},
    data: isPersisted(state.data) ? json(state.data) : null,
  }
}

/** The records among stored events. */
export function storedTaskRunRecords(rows: readonly EventRow[]): TaskRunRecord[] {
  return rows.flatMap((row) => {
    const event: NewEvent = {
      id: row.id,
      occurred: row.occurred,
      event: row.event,
      resource: parseJson(row.resource) as Labels,
      related: parseJson(row.related) as Labels[],
      payload: parseJson(row.payload) as Record<string, unknown>,
      follows: row.follows,
    }
    if (!event.event.startsWith('prefect.task-run.')) return []
    if (event.resource['prefect.orchestration'] !== 'client') return []
    const record = taskRunRecord(row.workspace_id, event)
    return typeof record === 'string' ? [] : [record]
  })
}

function objectId(prefix: string, resource: Labels): string | null {
  const text = resource['prefect.resource.id'] ?? ''
  const id = text.startsWith(prefix) ? text.slice(prefix.length) : ''
  return isUuid(id) ? id.toLowerCase() : null
}

const json = (value: unknown): string => wellFormedJson(JSON.stringify(value))

const isPersisted = (data: unknown): boolean =>
  data !== null && data !== undefined && !(isRecord(data) && data.type === 'unpersisted')

/** Undefined: the value is of the wrong kind, and the column stays as it is. */
type Reader = (value: unknown) => unknown

const text: Reader = (value) => (typeof value === 'string' ? value.toWellFormed() : undefined)
const count: Reader = (value) => (Number.isSafeInteger(value) ? value : undefined)
const object: Reader = (value) => (isRecord(value) ? json(value) : undefined)
const list: Reader = (value) => (Array.isArray(value) ? json(value) : undefined)
const instant: Reader = (value) => (typeof value === 'string' ? (parseIso(value) ?? undefined) : undefined)
const duration: Reader = (value) =>
  typeof value === 'number' && Number.isFinite(value) ? fromSeconds(value) : undefined
const nullable =
  (read: Reader): Reader =>
  (value) =>
    value === null ? null : read(value)

const READERS: [column: string, read: Reader][] = [
  ['name', text],
  ['cache_key', nullable(text)],
  ['cache_expiration', nullable(instant)],
  ['task_version', nullable(text)],
  ['flow_run_run_count', count],
  ['empirical_policy', object],
  ['tags', list],
  ['labels', object],
  ['task_inputs', object],
  ['run_count', count],
  ['expected_start_time', nullable(instant)],
  ['next_scheduled_start_time', nullable(instant)],
  ['start_time', nullable(instant)],
  ['end_time', nullable(instant)],
  ['total_run_time', duration],
]

function readColumns(run: Record<string, unknown>): Record<string, unknown> {
  const columns: Record<string, unknown> = {}
  for (const [column, read] of READERS) {
    const given = run[column]
    if (given === undefined) continue
    const value = read(given)
    if (value !== undefined) columns[column] = value
  }
  return columns
}
