import { newId, type StateType, systemNow, toIso } from '@orrery/schemas'
import { eachDatabase } from '@orrery/testing'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Db } from '../../db/db.ts'
import { makeWorkspaceScope, type WorkspaceScope } from '../../scope.ts'
import { createEventIngest, type EventIngest } from '../events/events.service.ts'
import { parseEvent } from '../events/parse-event.ts'
import { taskRunEvent } from '../events/testing/task-run-events.ts'
import { createTaskRunRecorder } from './record-task-runs.ts'

const silent = { debug() {}, info() {}, warn() {}, error() {} }
const scopeOf = (workspaceId: string): WorkspaceScope =>
  makeWorkspaceScope({
    accountId: newId(),
    workspaceId,
    actor: { type: 'system', id: newId(), name: 'test' },
    permissions: new Set(['*']),
  })

/** A small generator of numbers in [0, 1), so that a failing case can be run again by its seed. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296
    return state / 4_294_967_296
  }
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const result = [...items]
  for (let index = result.length - 1; index > 0; index--) {
    const other = Math.floor(random() * (index + 1))
    ;[result[index], result[other]] = [result[other]!, result[index]!]
  }
  return result
}

eachDatabase((database) => {
  let db: Db
  let ingest: EventIngest
  beforeAll(async () => {
    db = await database.open()
    ingest = createEventIngest(db, [createTaskRunRecorder(silent)])
  }, 60_000)

  const flowRun = async (workspaceId: string) => {
    const id = newId()
    const now = systemNow()
    const fields = { workspace_id: workspaceId, created: now, updated: now, tags: '[]', labels: '{}' }
    await db.write(async (trx) => {
      await trx
        .insertInto('flows')
        .values({ id, name: id, ...fields })
        .execute()
      await trx
        .insertInto('flow_runs')
        .values({
          id,
          name: 'run',
          flow_id: id,
          parameters: '{}',
          context: '{}',
          empirical_policy: '{}',
          ...fields,
        })
        .execute()
    })
    return id
  }
  const send = (scope: WorkspaceScope, events: Record<string, unknown>[]) =>
    ingest(scope, structuredClone(events).map(parseEvent))
  const taskRun = (id: string) =>
    db.read.selectFrom('task_runs').selectAll().where('id', '=', id).executeTakeFirst()
  const statesOf = (id: string) =>
    db.read
      .selectFrom('task_run_states')
      .select(['id', 'type', 'name', 'timestamp', 'state_details'])
      .where('task_run_id', '=', id)
      .orderBy('timestamp')
      .execute()

  /** The events of one task run that fails once and is retried; keys come and go as the client leaves nulls out. */
  const story = (taskRunId: string, flowRunId: string | null) => {
    const start = systemNow()
    const steps: [StateType, string, Record<string, unknown>][] = [
      ['PENDING', 'Pending', { run_count: 0, expected_start_time: toIso(start) }],
      ['RUNNING', 'Running', { run_count: 1, start_time: toIso(start + 2) }],
      [
        'SCHEDULED',
        'AwaitingRetry',
        { run_count: 1, end_time: toIso(start + 3), next_scheduled_start_time: toIso(start + 9) },
      ],
      ['RUNNING', 'Retrying', { run_count: 2, end_time: null, next_scheduled_start_time: null }],
      [
        'COMPLETED',
        'Completed',
        { run_count: 2, total_run_time: 1.5, end_time: toIso(start + 5), cache_key: 'k' },
      ],
    ]
    return steps.map(([type, name, run], index) =>
      taskRunEvent({ taskRunId, flowRunId, type, name, at: start + index, taskRun: run }),
    )
  }
  const comparable = async (id: string) => {
    const row = await taskRun(id)
    expect(row).toBeDefined()
    const { id: _id, dynamic_key, created, updated, state_details, flow_run_id, workspace_id, ...rest } = row!
    const { state_id, state_timestamp, expected_start_time, start_time, end_time, ...plain } = rest
    return plain
  }

  it('ends in the same row and the whole history whatever the order, with repetitions', async () => {
    const scope = scopeOf(newId())
    const flowRunId = await flowRun(scope.workspaceId)
    const inOrder = newId()
    for (const event of story(inOrder, flowRunId)) await send(scope, [event])
    const expected = await comparable(inOrder)
    expect(expected).toMatchObject({
      state_name: 'Completed',
      run_count: 2,
      total_run_time: 1_500_000,
      cache_key: 'k',
    })
    for (let seed = 1; seed <= 25; seed++) {
      const random = seeded(seed)
      const id = newId()
      const events = story(id, flowRunId)
      const arriving = shuffled([...events, ...shuffled(events, random).slice(0, 2)], random)
      while (arriving.length > 0) await send(scope, arriving.splice(0, 1 + Math.floor(random() * 3)))
      expect(await comparable(id), `seed ${seed}`).toEqual(expected)
      const row = await taskRun(id)
      expect(row?.end_time).toBe(row!.state_timestamp! + 1)
      expect(
        (await statesOf(id)).map((state) => state.id),
        `seed ${seed}`,
      ).toEqual(events.map((event) => event.id))
    }
  }, 60_000)

  it('decides equal timestamps by the id of the state', async () => {
    const at = systemNow()
    const [first, second] = [newId(), newId()]
    const winners: (string | null | undefined)[] = []
    for (const order of [
      [0, 1],
      [1, 0],
    ]) {
      const id = newId()
      const events = [
        taskRunEvent({ taskRunId: id, type: 'RUNNING', at, id: first }),
        taskRunEvent({ taskRunId: id, type: 'COMPLETED', at, id: second }),
      ]
      const own = scopeOf(newId())
      for (const index of order) await send(own, [events[index]!])
      winners.push((await taskRun(id))?.state_type)
    }
    expect(winners).toEqual(['COMPLETED', 'COMPLETED'])
  })

  it('keeps the id of the row that has the natural key already', async () => {
    const scope = scopeOf(newId())
    const flowRunId = await flowRun(scope.workspaceId)
    const [old, again] = [newId(), newId()]
    const at = systemNow()
    const common = { flowRunId, taskKey: 'add-1', dynamicKey: '0' }
    await send(scope, [taskRunEvent({ ...common, taskRunId: old, type: 'PENDING', at })])
    await send(scope, [taskRunEvent({ ...common, taskRunId: again, type: 'RUNNING', at: at + 1 })])
    expect(await taskRun(again)).toBeUndefined()
    expect(await taskRun(old)).toMatchObject({ state_type: 'RUNNING' })
    const states = await statesOf(old)
    expect(states.map((state) => state.type)).toEqual(['PENDING', 'RUNNING'])
    expect(JSON.parse(states[1]?.state_details ?? '')).toEqual({ flow_run_id: flowRunId, task_run_id: old })
  })

  it('records tasks without a flow run', async () => {
    const scope = scopeOf(newId())
    const id = newId()
    await send(scope, [taskRunEvent({ taskRunId: id, at: systemNow() })])
    expect(await taskRun(id)).toMatchObject({ flow_run_id: null, state_type: 'RUNNING' })
  })

  it('leaves out tasks of flow runs that are gone or belong to others, and keeps their neighbours', async () => {
    const scope = scopeOf(newId())
    const foreign = await flowRun(newId())
    const ids = [newId(), newId(), newId(), newId()] as const
    const at = systemNow()
    await send(scope, [
      taskRunEvent({ taskRunId: ids[0], flowRunId: newId(), at }),
      taskRunEvent({ taskRunId: ids[1], flowRunId: foreign, at }),
      { ...taskRunEvent({ taskRunId: ids[2], at }), payload: { task_run: {} } },
      taskRunEvent({ taskRunId: ids[3], at }),
    ])
    const rows = await Promise.all(ids.map(taskRun))
    expect(rows.map((row) => row?.id)).toEqual([undefined, undefined, undefined, ids[3]])
    const events = await db.read
      .selectFrom('events')
      .select('id')
      .where('workspace_id', '=', scope.workspaceId)
      .execute()
    expect(events).toHaveLength(4)
  })

  it('does not touch a task run of another workspace', async () => {
    const id = newId()
    const at = systemNow()
    const [mine, other] = [scopeOf(newId()), scopeOf(newId())]
    await send(mine, [taskRunEvent({ taskRunId: id, type: 'PENDING', at })])
    await send(other, [taskRunEvent({ taskRunId: id, type: 'COMPLETED', at: at + 1 })])
    expect(await taskRun(id)).toMatchObject({ workspace_id: mine.workspaceId, state_type: 'PENDING' })
    expect(await statesOf(id)).toHaveLength(1)
  })

  it('ignores events that the client does not orchestrate', async () => {
    const id = newId()
    const event = taskRunEvent({ taskRunId: id, at: systemNow() })
    delete (event.resource as Record<string, string>)['prefect.orchestration']
    await send(scopeOf(newId()), [event])
    expect(await taskRun(id)).toBeUndefined()
  })

  if (database.name === 'postgres')
    describe('two recorders at once', () => {
      it('meet on the same task runs without losing a state', async () => {
        const scope = scopeOf(newId())
        const flowRunId = await flowRun(scope.workspaceId)
        const other = createEventIngest(db, [createTaskRunRecorder(silent)])
        const ids = Array.from({ length: 60 }, () => newId())
        const stories = ids.map((id) => story(id, flowRunId))
        const halves = [ingest, other].map((take, half) =>
          Promise.all(
            shuffled(
              stories.flatMap((events) => events.filter((_, index) => index % 2 === half)),
              seeded(half + 7),
            ).map((event) => take(scope, [parseEvent(structuredClone(event))])),
          ),
        )
        await Promise.all(halves)
        for (const id of ids) {
          expect((await statesOf(id)).length).toBe(5)
          expect(await taskRun(id)).toMatchObject({ state_name: 'Completed', run_count: 2 })
        }
      }, 30_000)
    })
})
