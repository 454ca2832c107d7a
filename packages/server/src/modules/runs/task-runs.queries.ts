import type { Micros, RunFilters, TaskRunSort } from '@orrery/schemas'
import { type SelectQueryBuilder, sql } from 'kysely'
import { taskRunsWhere } from '../../db/filters/index.ts'
import type { Db, Reader, Trx } from '../../db/index.ts'
import type { Tables } from '../../db/tables.ts'
import type { WorkspaceScope } from '../../scope.ts'
import type { TaskRunRow } from './run-rows.ts'

export async function findTaskRun(db: Reader, scope: WorkspaceScope, id: string): Promise<TaskRunRow | null> {
  const row = await db
    .selectFrom('task_runs')
    .selectAll()
    .where('workspace_id', '=', scope.workspaceId)
    .where('id', '=', id)
    .executeTakeFirst()
  return row ?? null
}

/** False when there is no such run. */
export async function patchTaskRun(
  trx: Trx,
  scope: WorkspaceScope,
  id: string,
  changes: { name?: string; updated: Micros },
): Promise<boolean> {
  const result = await trx
    .updateTable('task_runs')
    .set(changes)
    .where('workspace_id', '=', scope.workspaceId)
    .where('id', '=', id)
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}

export interface TaskRunPage {
  filters: RunFilters
  sort: TaskRunSort
  limit: number
  offset: number
}

type Query<O> = SelectQueryBuilder<Tables, 'task_runs', O>

/** The workspace's task runs that the filters let through. */
export function filteredTaskRuns<O>(
  db: Db,
  scope: WorkspaceScope,
  filters: RunFilters,
  query: Query<O>,
): Query<O> {
  const own = query.where('task_runs.workspace_id', '=', scope.workspaceId)
  const condition = taskRunsWhere(db.dialect, filters)
  return condition ? own.where(condition) : own
}

export async function listTaskRuns(
  db: Db,
  scope: WorkspaceScope,
  page: TaskRunPage,
  now: Micros,
): Promise<TaskRunRow[]> {
  const query = filteredTaskRuns(
    db,
    scope,
    page.filters,
    db.scan.selectFrom('task_runs').selectAll('task_runs'),
  )
  return sorted(query, page.sort, now).limit(page.limit).offset(page.offset).execute()
}

// The id decides between equals, so that pages neither repeat nor miss a run.
function sorted<O>(query: Query<O>, sort: TaskRunSort, now: Micros): Query<O> {
  // Its running stretch up to now counts to a run's duration.
  const duration = sql<number>`task_runs.total_run_time + case when task_runs.state_type = 'RUNNING' then ${sql.lit(now)} - task_runs.state_timestamp else 0 end`
  switch (sort) {
    case 'ID_DESC':
      return query.orderBy('task_runs.id', 'desc')
    case 'EXPECTED_START_TIME_ASC':
      return query.orderBy('expected_start_time', 'asc').orderBy('task_runs.id', 'asc')
    case 'EXPECTED_START_TIME_DESC':
      return query.orderBy('expected_start_time', 'desc').orderBy('task_runs.id', 'desc')
    case 'NAME_ASC':
      return query.orderBy('task_runs.name', 'asc').orderBy('task_runs.id', 'asc')
    case 'NAME_DESC':
      return query.orderBy('task_runs.name', 'desc').orderBy('task_runs.id', 'desc')
    case 'NEXT_SCHEDULED_START_TIME_ASC':
      return query
        .orderBy('next_scheduled_start_time', (order) => order.asc().nullsLast())
        .orderBy('task_runs.id', 'asc')
    case 'END_TIME_DESC':
      return query.orderBy('end_time', (order) => order.desc().nullsLast()).orderBy('task_runs.id', 'desc')
    case 'DURATION_ASC':
      return query
        .orderBy(duration, 'asc')
        .orderBy('expected_start_time', 'desc')
        .orderBy('task_runs.id', 'desc')
    case 'DURATION_DESC':
      return query
        .orderBy(duration, 'desc')
        .orderBy('expected_start_time', 'desc')
        .orderBy('task_runs.id', 'desc')
  }
}

export async function countTaskRuns(db: Db, scope: WorkspaceScope, filters: RunFilters): Promise<number> {
  const query = db.scan.selectFrom('task_runs').select(sql<number>`count(*)`.as('count'))
  return (await filteredTaskRuns(db, scope, filters, query).executeTakeFirstOrThrow()).count
}
