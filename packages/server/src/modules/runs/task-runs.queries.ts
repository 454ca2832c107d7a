import type { Micros, RunFilters, TaskRunSort } from '@orrery/schemas'
import { type SelectQueryBuilder, sql } from 'kysely'
import { inWorkspace, type Order, orderBy, planTaskRuns, taskRunsWhere } from '../../db/filters/index.ts'
import type { Db, Reader, Trx } from '../../db/index.ts'
import type { Tables } from '../../db/tables.ts'
import type { WorkspaceScope } from '../../scope.ts'
import type { TaskRunRow } from './run-rows.ts'
import { runTime } from './run-times.ts'

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
  const own = query.where(inWorkspace('task_runs', scope, planTaskRuns(db.dialect, filters)))
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
  return query
    .orderBy(orderBy(ordersOf(page.sort, now), planTaskRuns(db.dialect, page.filters)))
    .limit(page.limit)
    .offset(page.offset)
    .execute()
}

const ref = (column: string) => sql.ref(`task_runs.${column}`)

// The id decides between equals, so that pages neither repeat nor miss a run.
function ordersOf(sort: TaskRunSort, now: Micros): readonly Order[] {
  switch (sort) {
    case 'ID_DESC':
      return [[ref('id'), 'desc']]
    case 'EXPECTED_START_TIME_ASC':
      return [
        [ref('expected_start_time'), 'asc'],
        [ref('id'), 'asc'],
      ]
    case 'EXPECTED_START_TIME_DESC':
      return [
        [ref('expected_start_time'), 'desc'],
        [ref('id'), 'desc'],
      ]
    case 'NAME_ASC':
      return [
        [ref('name'), 'asc'],
        [ref('id'), 'asc'],
      ]
    case 'NAME_DESC':
      return [
        [ref('name'), 'desc'],
        [ref('id'), 'desc'],
      ]
    case 'NEXT_SCHEDULED_START_TIME_ASC':
      return [
        [ref('next_scheduled_start_time'), 'asc nulls last'],
        [ref('id'), 'asc'],
      ]
    case 'END_TIME_DESC':
      return [
        [ref('end_time'), 'desc nulls last'],
        [ref('id'), 'desc'],
      ]
    case 'DURATION_ASC':
    case 'DURATION_DESC':
      return [
        [sql`(${runTime('task_runs', now)})`, sort === 'DURATION_ASC' ? 'asc' : 'desc'],
        [ref('expected_start_time'), 'desc'],
        [ref('id'), 'desc'],
      ]
  }
}

export async function countTaskRuns(db: Db, scope: WorkspaceScope, filters: RunFilters): Promise<number> {
  const query = db.scan.selectFrom('task_runs').select(sql<number>`count(*)`.as('count'))
  return (await filteredTaskRuns(db, scope, filters, query).executeTakeFirstOrThrow()).count
}
