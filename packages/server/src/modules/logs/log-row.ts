import { matchesText, parseTextQuery } from '@orrery/core'
import { isUuid, type LogFilter, type Micros, newId, parseIso, toIso } from '@orrery/schemas'
import { instantOrNull } from '../../db/filters/instants.ts'
import { Invalid } from '../../errors.ts'
import { isRecord } from '../events/parse-event.ts'

/** A log line as it stands in its table. */
export interface LogRow {
  id: string
  workspace_id: string
  created: Micros
  name: string
  level: number
  message: string
  timestamp: Micros
  flow_run_id: string | null
  task_run_id: string | null
  worker_id: string | null
}

export const LOG_COLUMNS = [
  'id',
  'workspace_id',
  'created',
  'name',
  'level',
  'message',
  'timestamp',
  'flow_run_id',
  'task_run_id',
  'worker_id',
] as const

/**
 * Checks a line as it came; by hand, since tens of thousands come each second. Throws `Invalid` naming the
 * line. What PostgreSQL cannot store (U+0000, halves of surrogate pairs) becomes U+FFFD on both databases.
 */
export function parseLog(workspaceId: string, created: Micros, value: unknown, index: number): LogRow {
  if (!isRecord(value)) throw invalid(index, 'it must be a JSON object')
  const { name, level, message, timestamp } = value
  if (typeof name !== 'string') throw invalid(index, 'name must be a text')
  if (typeof level !== 'number' || !Number.isSafeInteger(level))
    throw invalid(index, 'level must be an integer')
  if (typeof message !== 'string') throw invalid(index, 'message must be a text')
  const instant = typeof timestamp === 'string' ? parseIso(timestamp) : null
  if (instant === null) throw invalid(index, 'timestamp must be an ISO 8601 instant')
  return {
    id: newId(),
    workspace_id: workspaceId,
    created,
    name: clean(name),
    level,
    message: clean(message),
    timestamp: instant,
    flow_run_id: readId(value.flow_run_id, 'flow_run_id', index),
    task_run_id: readId(value.task_run_id, 'task_run_id', index),
    worker_id: readId(value.worker_id, 'worker_id', index),
  }
}

const clean = (text: string): string =>
  (text.includes('\0') ? text.replaceAll('\0', '\ufffd') : text).toWellFormed()

function readId(value: unknown, field: string, index: number): string | null {
  if (value === undefined || value === null) return null
  if (typeof value !== 'string' || !isUuid(value)) throw invalid(index, `${field} must be a UUID`)
  return value.toLowerCase()
}

const invalid = (index: number, reason: string): Invalid =>
  new Invalid(`Log ${index} of the batch is not valid: ${reason}`, 'invalid_log')

/** The line as it is answered. */
export function logToJson(row: LogRow): string {
  const created = toIso(row.created)
  return JSON.stringify({
    id: row.id,
    created,
    updated: created,
    name: row.name,
    level: row.level,
    message: row.message,
    timestamp: toIso(row.timestamp),
    flow_run_id: row.flow_run_id,
    task_run_id: row.task_run_id,
    worker_id: row.worker_id,
  })
}

/** The filter as one function, as the SQL of the log queries says it. */
export function compileLogFilter(filter: LogFilter): (row: LogRow) => boolean {
  const tests: ((row: LogRow) => boolean)[] = []
  const { level, timestamp, flow_run_id: flowRun, task_run_id: taskRun, text } = filter
  const since = instantOrNull(timestamp?.after_, 'filter.timestamp.after_')
  const until = instantOrNull(timestamp?.before_, 'filter.timestamp.before_')
  if (level?.ge_ != null) tests.push((row) => row.level >= (level.ge_ ?? 0))
  if (level?.le_ != null) tests.push((row) => row.level <= (level.le_ ?? 0))
  if (since !== null) tests.push((row) => row.timestamp >= since)
  if (until !== null) tests.push((row) => row.timestamp <= until)
  if (flowRun?.any_) tests.push(isOneOf('flow_run_id', flowRun.any_))
  if (taskRun?.any_) tests.push(isOneOf('task_run_id', taskRun.any_))
  if (taskRun?.is_null_ != null) tests.push((row) => (row.task_run_id === null) === taskRun.is_null_)
  if (text?.query.trim()) {
    const query = parseTextQuery(text.query)
    tests.push((row) => matchesText(query, row.message))
  }
  if (filter.operator === 'or_' && tests.length > 0) return (row) => tests.some((test) => test(row))
  return (row) => tests.every((test) => test(row))
}

function isOneOf(column: 'flow_run_id' | 'task_run_id', ids: readonly string[]): (row: LogRow) => boolean {
  const wanted = new Set(ids.map((id) => id.toLowerCase()))
  return (row) => wanted.has(row[column] ?? '')
}
