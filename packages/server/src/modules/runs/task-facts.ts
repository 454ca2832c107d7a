/** What the page of a run shows of its tasks beside the graph: attempts, names of states, messages of failures. */
import {
  type Attempt,
  type Micros,
  type StateType,
  type TaskContext,
  type TaskFact,
  toIso,
} from '@orrery/schemas'
import { sql } from 'kysely'
import type { Db } from '../../db/index.ts'
import type { WorkspaceScope } from '../../scope.ts'
import { findFlowRun } from './flow-runs.queries.ts'
import { FlowRunNotFound, TaskRunNotFound } from './runs.errors.ts'
import { currentStateFromRow } from './state-rows.ts'
import { findTaskRun } from './task-runs.queries.ts'

/** A message is shown as one line; tracebacks of thousands of tasks would be megabytes. */
const MESSAGE = 1_000

/** Facts of every task run of the flow run, in one answer, however many they are. */
export async function readTaskFacts(db: Db, scope: WorkspaceScope, flowRunId: string): Promise<TaskFact[]> {
  if (!(await findFlowRun(db.read, scope, flowRunId))) throw new FlowRunNotFound(flowRunId)
  const [tasks, states] = await Promise.all([
    db.scan
      .selectFrom('task_runs')
      .select(['id', 'name', 'dynamic_key', 'state_type', 'state_name', 'state_message', 'run_count'])
      .where('workspace_id', '=', scope.workspaceId)
      .where('flow_run_id', '=', flowRunId)
      .execute(),
    db.scan
      .selectFrom('task_runs')
      .innerJoin('task_run_states as s', 's.task_run_id', 'task_runs.id')
      .select(['s.task_run_id', 's.type', 's.timestamp'])
      .where('task_runs.workspace_id', '=', scope.workspaceId)
      .where('task_runs.flow_run_id', '=', flowRunId)
      .where('task_runs.run_count', '>', 1)
      .orderBy('s.task_run_id')
      .orderBy('s.timestamp')
      .execute(),
  ])
  const byTask = Map.groupBy(states, (state) => state.task_run_id)
  return tasks.map((task): TaskFact => {
    const attempts = attemptsOf(byTask.get(task.id) ?? [])
    const bad = task.state_type === 'FAILED' || task.state_type === 'CRASHED'
    return {
      id: task.id,
      state_name: task.state_name,
      run_count: task.run_count,
      key_length: keyLength(task.name, task.dynamic_key),
      message: bad ? (task.state_message?.slice(0, MESSAGE) ?? null) : null,
      ...(attempts.length > 1 && { attempts }),
    }
  })
}

/** Clients name a call `task-xyz`, with the first characters of its key, or `task-0` with its number. */
function keyLength(name: string, key: string): number {
  for (const suffix of [key.slice(0, 3), key]) if (suffix && name.endsWith(`-${suffix}`)) return suffix.length
  return 0
}

/** From each RUNNING to the state that ended it. A retry is asked for by a scheduled state: what ended there failed. */
function attemptsOf(states: readonly { type: string; timestamp: Micros }[]): Attempt[] {
  const out: Attempt[] = []
  for (const { type, timestamp } of states) {
    const open = out.at(-1)
    if (type === 'RUNNING') out.push({ from: toIso(timestamp), to: null, state_type: 'RUNNING' })
    else if (open && open.to === null) {
      open.to = toIso(timestamp)
      open.state_type = type === 'SCHEDULED' ? 'FAILED' : (type as StateType)
    }
  }
  return out
}

/** Completed task runs that are searched for the one whose result was taken, newest first. */
const ORIGINS = 20_000
const SIBLINGS = 200

export async function readTaskContext(db: Db, scope: WorkspaceScope, id: string): Promise<TaskContext> {
  const row = await findTaskRun(db.read, scope, id)
  if (!row) throw new TaskRunNotFound(id)
  const key = row.cache_key ?? currentStateFromRow(row)?.state_details.cache_key ?? null
  const [cachedFrom, siblings] = await Promise.all([
    row.state_name === 'Cached' && key !== null
      ? findOrigin(db, scope, { ...row, key })
      : Promise.resolve(null),
    row.flow_run_id === null ? Promise.resolve([]) : listSiblings(db, scope, row.flow_run_id, row.task_key),
  ])
  const at = siblings.findIndex((each) => each.id === id)
  const first = Math.max(0, Math.min(at - SIBLINGS / 2, siblings.length - SIBLINGS))
  return {
    cached_from: cachedFrom,
    siblings: siblings.slice(first, first + SIBLINGS),
    sibling_count: siblings.length,
  }
}

async function listSiblings(db: Db, scope: WorkspaceScope, flowRunId: string, taskKey: string) {
  return db.scan
    .selectFrom('task_runs')
    .select(['id', 'name', 'state_type', 'state_name'])
    .where('workspace_id', '=', scope.workspaceId)
    .where('flow_run_id', '=', flowRunId)
    .where('task_key', '=', taskKey)
    .orderBy('expected_start_time')
    .orderBy('id')
    .execute()
}

async function findOrigin(
  db: Db,
  scope: WorkspaceScope,
  { id, key, task_key, expected_start_time }: Origin,
): Promise<TaskContext['cached_from']> {
  const candidates = db.scan
    .selectFrom('task_runs')
    .select(['id', 'name', 'flow_run_id', 'task_key', 'state_name', 'state_details', 'cache_key'])
    .select(['end_time', 'expected_start_time'])
    .where('workspace_id', '=', scope.workspaceId)
    .where('state_type', '=', 'COMPLETED')
    .$if(expected_start_time !== null, (query) =>
      query.where('expected_start_time', '<=', expected_start_time ?? 0),
    )
    .orderBy('expected_start_time', 'desc')
    .limit(ORIGINS)
  const found = await db.scan
    .selectFrom(candidates.as('c'))
    .select(['id', 'name', 'flow_run_id', 'end_time'])
    .where('task_key', '=', task_key)
    .where('id', '!=', id)
    .where('state_name', '!=', 'Cached')
    .where(
      sql<boolean>`(cache_key = ${key} or state_details like ${`%"cache_key":${likeEscape(JSON.stringify(key))}%`} escape '!')`,
    )
    .orderBy('expected_start_time', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (!found) return null
  return { ...found, end_time: found.end_time === null ? null : toIso(found.end_time) }
}

interface Origin {
  id: string
  key: string
  task_key: string
  expected_start_time: Micros | null
}

const likeEscape = (text: string): string => text.replace(/[%_!]/g, (each) => `!${each}`)
