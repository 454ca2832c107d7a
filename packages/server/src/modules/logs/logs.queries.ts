import { parseTextQuery } from '@orrery/core'
import type { LogFilter, LogSort } from '@orrery/schemas'
import { sql } from 'kysely'
import type { DialectName } from '../../db/columns.ts'
import { afterCommit, type Db, dbOf, type Trx } from '../../db/db.ts'
import { insertMany } from '../../db/dialect/bulk.ts'
import { type Condition, contains, isAnyOf } from '../../db/dialect/json.ts'
import { instantOrNull } from '../../db/filters/instants.ts'
import type { WorkspaceScope } from '../../scope.ts'
import type { LogRow } from './log-row.ts'
import { logStream } from './log-stream.ts'

/** Inserts lines and publishes them after the commit. */
export async function insertLogs(trx: Trx, rows: readonly LogRow[]): Promise<void> {
  await insertMany(trx, 'logs', rows as unknown as Record<string, unknown>[])
  const stream = logStream(dbOf(trx))
  const byWorkspace = Map.groupBy(rows, (row) => row.workspace_id)
  afterCommit(trx, () => {
    for (const [workspaceId, group] of byWorkspace) stream.published(workspaceId, group)
  })
}

export interface LogQuery {
  filter: LogFilter
  sort: LogSort
  limit: number
  offset: number
}

/** A page of lines; lines of one microsecond keep the order in which they came. */
export async function listLogs(db: Db, scope: WorkspaceScope, query: LogQuery): Promise<LogRow[]> {
  const direction = query.sort === 'TIMESTAMP_DESC' ? 'desc' : 'asc'
  return db.scan
    .selectFrom('logs')
    .select(['id', 'workspace_id', 'created', 'name', 'level', 'message', 'timestamp'])
    .select(['flow_run_id', 'task_run_id', 'worker_id'])
    .where(ofWorkspace(db.dialect, scope, namesRuns(query.filter)))
    .$if(true, (select) => {
      const condition = logCondition(db.dialect, query.filter)
      return condition ? select.where(condition) : select
    })
    .orderBy('timestamp', direction)
    .orderBy('seq', direction)
    .limit(query.limit)
    .offset(query.offset)
    .execute()
}

/** Lines of a run after a place in it, oldest first. */
export async function listRunLogs(
  db: Db,
  scope: WorkspaceScope,
  input: {
    run: { column: 'flow_run_id' | 'task_run_id'; id: string }
    after: { timestamp: number; seq: number } | null
    limit: number
  },
): Promise<(LogRow & { seq: number })[]> {
  const { run, after, limit } = input
  let select = db.scan
    .selectFrom('logs')
    .select(['seq', 'id', 'workspace_id', 'created', 'name', 'level', 'message', 'timestamp'])
    .select(['flow_run_id', 'task_run_id', 'worker_id'])
    .where(run.column, '=', run.id)
    .where(ofWorkspace(db.dialect, scope, true))
  if (after) select = select.where(sql<boolean>`(timestamp, seq) > (${after.timestamp}, ${after.seq})`)
  return select.orderBy('timestamp').orderBy('seq').limit(limit).execute()
}

// Without statistics SQLite takes the workspace's index, which holds all of its lines, also where runs are
// named; the plus sign keeps it from that.
const ofWorkspace = (dialect: DialectName, { workspaceId }: WorkspaceScope, byRun: boolean): Condition =>
  byRun && dialect === 'sqlite' ? sql`+workspace_id = ${workspaceId}` : sql`workspace_id = ${workspaceId}`

const namesRuns = (filter: LogFilter): boolean =>
  filter.operator !== 'or_' && (filter.flow_run_id?.any_ != null || filter.task_run_id?.any_ != null)

function logCondition(dialect: DialectName, filter: LogFilter): Condition | null {
  const { level, timestamp, flow_run_id: flowRun, task_run_id: taskRun, text } = filter
  const since = instantOrNull(timestamp?.after_, 'logs.timestamp.after_')
  const until = instantOrNull(timestamp?.before_, 'logs.timestamp.before_')
  const conditions: Condition[] = []
  if (level?.ge_ != null) conditions.push(sql`level >= ${level.ge_}`)
  if (level?.le_ != null) conditions.push(sql`level <= ${level.le_}`)
  if (since !== null) conditions.push(sql`timestamp >= ${since}`)
  if (until !== null) conditions.push(sql`timestamp <= ${until}`)
  if (flowRun?.any_) conditions.push(isAnyOf(dialect, 'flow_run_id', flowRun.any_, 'id'))
  if (taskRun?.any_) conditions.push(isAnyOf(dialect, 'task_run_id', taskRun.any_, 'id'))
  if (taskRun?.is_null_ != null)
    conditions.push(taskRun.is_null_ ? sql`task_run_id is null` : sql`task_run_id is not null`)
  if (text?.query.trim()) conditions.push(...textConditions(dialect, text.query))
  if (conditions.length === 0) return null
  return sql`(${sql.join(conditions, filter.operator === 'or_' ? sql` or ` : sql` and `)})`
}

function textConditions(dialect: DialectName, query: string): Condition[] {
  const { include, exclude, require } = parseTextQuery(query)
  const has = (term: string) => contains(dialect, 'message', term)
  const conditions = [...exclude.map((term): Condition => sql`not ${has(term)}`), ...require.map(has)]
  if (include.length > 0) conditions.push(sql`(${sql.join(include.map(has), sql` or `)})`)
  // Terms of one search belong together, also where the filter's fields are joined by "or".
  return conditions.length > 0 ? [sql`(${sql.join(conditions, sql` and `)})`] : []
}
