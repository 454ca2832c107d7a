import { type FlowRun, systemNow, type TaskRun, toIso } from '@orrery/schemas'
import { eachDatabase } from '@orrery/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TestApp, testApp } from '../../testing/test-app.ts'

const S = 1_000_000
const T0 = systemNow() - 3600 * S
/** Seconds after the beginning of the span. */
const at = (seconds: number) => toIso(T0 + seconds * S)

eachDatabase((database) => {
  let app: TestApp
  let now = T0
  beforeAll(async () => {
    app = await testApp(await database.open(), { clock: { now: () => now } })
  })
  afterAll(() => app.close())

  /** A workspace with one flow, and how to make a run that runs from one second to another. */
  async function world() {
    const workspace = app.workspace()
    const { call } = workspace
    const flow = (await call<{ id: string }>('POST', '/flows/', { name: 'etl' })).body.id
    const run = async (name: string, from: number | null, to: number | null, tags: string[] = []) => {
      now = T0 + (from ?? 0) * S
      const made = await call<FlowRun>('POST', '/flow_runs/', {
        flow_id: flow,
        name,
        tags,
        state: { type: 'PENDING' },
      })
      const set = (type: string) => call('POST', `/flow_runs/${made.body.id}/set_state`, { state: { type } })
      if (from !== null) await set('RUNNING')
      if (to !== null) {
        now = T0 + to * S
        await set('COMPLETED')
      }
      return made.body.id
    }
    const most = async (filters: object = {}, until = 100, buckets = 10): Promise<number[]> => {
      const answer = await call<{ most: number }[]>('POST', '/ui/flow_runs/concurrency', {
        ...filters,
        since: at(0),
        until: at(until),
        buckets,
      })
      expect(answer.text).toContain('most')
      return answer.body.map((each) => each.most)
    }
    return { ...workspace, run, most }
  }

  describe('runs at once', () => {
    it('are the most of each interval, and run on through those in which nothing begins or ends', async () => {
      const { run, most, call } = await world()
      await run('a', 5, 45)
      await run('b', 8, 12)
      await run('c', 15, 18)
      await run('before', -20, 2)
      await run('long ago', -40, -30)
      now = T0 + 100 * S
      expect(await most()).toEqual([2, 2, 1, 1, 1, 0, 0, 0, 0, 0])
      expect(await most({ flow_runs: { name: { any_: ['b', 'c'] } } })).toEqual([
        1, 1, 0, 0, 0, 0, 0, 0, 0, 0,
      ])
      const backwards = await call('POST', '/ui/flow_runs/concurrency', {
        since: at(9),
        until: at(3),
        buckets: 3,
      })
      expect([backwards.status, backwards.body]).toMatchObject([422, { code: 'interval_empty' }])
    })

    it('a run that follows another at the same instant is not beside it', async () => {
      const { run, most } = await world()
      await run('first', 10, 20)
      await run('second', 20, 29)
      now = T0 + 100 * S
      expect(await most()).toEqual([0, 1, 1, 0, 0, 0, 0, 0, 0, 0])
    })

    it('one that still runs runs until now and no further, one that never ran does not count', async () => {
      const { run, most } = await world()
      await run('waits', null, null)
      await run('runs', 31, null)
      now = T0 + 55 * S
      expect(await most()).toEqual([0, 0, 0, 1, 1, 1, 1, 1, 1, 1])
      expect((await most({}, 50, 5))[2]).toBe(0)
    })

    it('another workspace has its own', async () => {
      const mine = await world()
      const theirs = await world()
      await mine.run('a', 5, 45)
      now = T0 + 100 * S
      expect(await theirs.most()).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
    })
  })

  describe('counts', () => {
    it('of many filters are one answer, of flow runs and of task runs', async () => {
      const mine = await world()
      const theirs = await world()
      const id = await mine.run('a', 1, 2, ['x'])
      await mine.run('b', 1, null)
      await mine.call<TaskRun>('POST', '/task_runs/', { flow_run_id: id, task_key: 't', dynamic_key: '0' })
      const body = {
        counts: [
          { filters: {} },
          { filters: { flow_runs: { tags: { all_: ['x'] } } } },
          { kind: 'task_runs', filters: {} },
        ],
      }
      expect((await mine.call('POST', '/ui/runs/counts', body)).body).toEqual([2, 1, 1])
      expect((await theirs.call('POST', '/ui/runs/counts', body)).body).toEqual([0, 0, 0])
    })
  })

  describe('filters of our own', () => {
    it('match names by groups of terms: all groups, any term of a group, exact or a part', async () => {
      const { run, call } = await world()
      for (const name of ['nightly-etl', 'nightly-report', 'etl', 'weekly_etl']) await run(name, 1, 2)
      const names = async (matches_: object[][]) =>
        (
          await call<FlowRun[]>('POST', '/flow_runs/filter', {
            flow_runs: { name: { matches_ } },
            sort: 'NAME_ASC',
          })
        ).body.map((each) => each.name)
      expect(await names([[{ like_: 'ETL' }]])).toEqual(['etl', 'nightly-etl', 'weekly_etl'])
      expect(await names([[{ is_: 'etl' }]])).toEqual(['etl'])
      expect(await names([[{ is_: 'etl' }, { like_: 'y_e' }]])).toEqual(['etl', 'weekly_etl'])
      expect(await names([[{ like_: 'nightly' }], [{ like_: 'etl' }, { like_: 'mail' }]])).toEqual([
        'nightly-etl',
      ])
      expect(await names([])).toHaveLength(4)
    })

    it('know how long a run ran, and by now runs', async () => {
      const { run, call } = await world()
      await run('short', 0, 10)
      await run('long', 0, 120)
      await run('running', 0, null)
      await run('waiting', null, null)
      const names = async (run_time: object) =>
        (
          await call<FlowRun[]>('POST', '/flow_runs/filter', { flow_runs: { run_time }, sort: 'NAME_ASC' })
        ).body.map((each) => each.name)
      expect(await names({ longer_: 60, at_: at(200) })).toEqual(['long', 'running'])
      expect(await names({ longer_: 60, at_: at(30) })).toEqual(['long'])
      expect(await names({ shorter_: 60, at_: at(200) })).toEqual(['short'])
      expect(await names({ longer_: 5, shorter_: 10, at_: at(200) })).toEqual(['short'])
    })
  })
})
