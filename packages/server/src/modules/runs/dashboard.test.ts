import { type Dashboard, type FlowHealth, type FlowRun, newId, toIso } from '@orrery/schemas'
import { eachDatabase } from '@orrery/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TestApp, testApp } from '../../testing/test-app.ts'
import { quantilesOf } from './run-quantiles.ts'

const SECOND = 1_000_000
const HOUR = 3600 * SECOND
const START = Date.UTC(2026, 10, 24, 9) * 1000

eachDatabase((database) => {
  let app: TestApp
  let at = START
  const clock = { now: () => at }
  beforeAll(async () => {
    app = await testApp(await database.open(), { clock })
  })
  afterAll(() => app.close())

  /** A workspace with a clock: runs are made in the order of time. */
  async function place() {
    const workspace = app.workspace()
    at = START - 30 * HOUR
    const flow = async (name: string) =>
      (await workspace.call<{ id: string }>('POST', '/flows/', { name })).body.id
    const schedule = async (flowId: string, due: number, tags: string[] = []) =>
      (
        await workspace.call<FlowRun>('POST', '/flow_runs/', {
          flow_id: flowId,
          tags,
          state: { type: 'SCHEDULED', state_details: { scheduled_time: toIso(due) } },
        })
      ).body.id
    const set = (id: string, type: string, more: object = {}) =>
      workspace.call('POST', `/flow_runs/${id}/set_state`, { state: { type, ...more }, force: true })
    /** Due at `due`, begun `late` seconds after it, ended after `took` more. */
    const ran = async (
      flowId: string,
      due: number,
      { late = 0, took = 10, type = 'COMPLETED', message = '', tags = [] as string[] } = {},
    ) => {
      at = due
      const id = await schedule(flowId, due, tags)
      at = due + late * SECOND
      await set(id, 'RUNNING')
      at += took * SECOND
      if (type !== 'RUNNING') await set(id, type, message ? { message } : {})
      return id
    }
    const ask = async (more: object = {}) => {
      at = START
      const body = { since: toIso(START - 10 * HOUR), until: toIso(START + 5 * HOUR), buckets: 15, ...more }
      return (await workspace.call<Dashboard>('POST', '/ui/dashboard', body)).body
    }
    return { ...workspace, flow, schedule, set, ran, ask }
  }

  describe('the dashboard', () => {
    it('counts what was due in the window, and in the one of equal length before it', async () => {
      const { flow, ran, schedule, set, ask } = await place()
      const id = await flow('counted')
      await ran(id, START - 21 * HOUR, { type: 'FAILED' }) // before both windows
      await ran(id, START - 20 * HOUR, { type: 'FAILED' })
      await ran(id, START - 11 * HOUR)
      await ran(id, START - 10 * HOUR)
      await ran(id, START - 9 * HOUR, { type: 'FAILED' })
      await ran(id, START - 8 * HOUR, { type: 'CRASHED' })
      await ran(id, START - HOUR, { type: 'RUNNING' })
      const late = await schedule(id, START - HOUR / 2)
      await set(late, 'SCHEDULED', {
        name: 'Late',
        state_details: { scheduled_time: toIso(START - HOUR / 2) },
      })
      await schedule(id, START + HOUR)
      const seen = await ask()
      expect(seen.now).toBe(toIso(START))
      expect(seen.counts).toEqual({ COMPLETED: 1, FAILED: 1, CRASHED: 1, RUNNING: 1, SCHEDULED: 1, late: 1 })
      expect(seen.before).toEqual({ COMPLETED: 1, FAILED: 1, late: 0 })
      expect(seen.open).toEqual({ running: 1, late: 1 })
      expect(seen.flow_names).toEqual({ [id]: 'counted' })
      expect(seen.history).toHaveLength(15)
      // What runs and what is late is of now, also when the window is long gone.
      const past = await ask({ since: toIso(START - 21 * HOUR), until: toIso(START - 20 * HOUR) })
      expect(past.counts).toEqual({ FAILED: 1, late: 0 })
      expect(past.open).toEqual({ running: 1, late: 1 })
    })

    it('measures the median and the 95th percentile of the window and of each step', async () => {
      const { flow, ran, schedule, ask } = await place()
      const id = await flow('measured')
      for (let n = 1; n <= 20; n++)
        await ran(id, START - 10 * HOUR + n * 60 * SECOND, { late: n, took: 100 * n })
      await ran(id, START - HOUR, { late: 2, took: 7, type: 'FAILED' })
      await schedule(id, START - 120 * SECOND) // should have begun two minutes ago
      await schedule(id, START + HOUR)
      const { duration, lateness } = await ask()
      expect(duration.buckets[0]).toEqual({ p50: 1000, p95: 1900, count: 20 })
      expect(duration.buckets[9]).toEqual({ p50: 7, p95: 7, count: 1 })
      expect(duration.buckets.map((each) => each?.count ?? 0)).toEqual([
        20, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0,
      ])
      expect(duration.whole).toEqual({ p50: 1000, p95: 1900, count: 21 })
      expect(lateness.buckets[0]).toEqual({ p50: 10, p95: 19, count: 20 })
      expect(lateness.buckets[9]).toEqual({ p50: 2, p95: 120, count: 2 })
      expect(lateness.whole).toEqual({ p50: 10, p95: 20, count: 22 })
    })

    it('groups failures by flow and by what their messages have in common', async () => {
      const { flow, ran, ask } = await place()
      const [orders, reports] = [await flow('orders'), await flow('reports')]
      const bad = (n: number) => ({ type: 'FAILED', message: `KeyError: order ${n}\n  in line ${n}` })
      await ran(orders, START - 5 * HOUR, bad(17))
      await ran(orders, START - 4 * HOUR, { type: 'FAILED', message: 'MemoryError' })
      const latest = await ran(orders, START - 3 * HOUR, bad(23_456))
      await ran(reports, START - 2 * HOUR, bad(1))
      await ran(reports, START - HOUR)
      const seen = await ask()
      expect(seen.failed_runs).toEqual({ standing: 3, since_succeeded: 1 })
      expect(
        seen.failures.map(({ flow_name, fingerprint, count, since_succeeded }) => [
          flow_name,
          fingerprint,
          count,
          since_succeeded,
        ]),
      ).toEqual([
        ['orders', 'KeyError: order #', 2, false],
        ['orders', 'MemoryError', 1, false],
        ['reports', 'KeyError: order #', 1, true],
      ])
      expect(seen.failures[0]).toMatchObject({
        message: 'KeyError: order 23456\n  in line 23456',
        state_type: 'FAILED',
        first_time: toIso(START - 5 * HOUR + 10 * SECOND),
        latest: { id: latest, end_time: toIso(START - 3 * HOUR + 10 * SECOND), deployment_id: null },
      })
    })

    it('a completed run of before does not heal a failure', async () => {
      const { flow, ran, ask } = await place()
      const id = await flow('healing')
      await ran(id, START - 5 * HOUR)
      await ran(id, START - 4 * HOUR, { type: 'FAILED', message: 'boom' })
      await ran(id, START - 3 * HOUR, { type: 'CANCELLED' })
      expect((await ask()).failures[0]).toMatchObject({ since_succeeded: false })
      await ran(id, START - 2 * HOUR)
      expect((await ask()).failures[0]).toMatchObject({ since_succeeded: true })
    })

    it('lanes show the worst flows first, with the runs to come', async () => {
      const { flow, ran, schedule, ask } = await place()
      const names = Array.from({ length: 14 }, (_, n) => `flow-${String(n).padStart(2, '0')}`)
      const ids = await Promise.all(names.map(flow))
      for (const id of ids) await ran(id, START - 6 * HOUR)
      const [first = '', second = '', third = ''] = ids
      await ran(third, START - 5 * HOUR, { type: 'CRASHED' })
      await ran(second, START - 4 * HOUR, { type: 'FAILED' })
      const failed = await ran(second, START - 3 * HOUR, { type: 'FAILED', took: 90 })
      await ran(first, START - 2 * HOUR, { type: 'RUNNING' })
      const next = await schedule(first, START + 2 * HOUR)
      await schedule(first, START + 30 * HOUR)
      const { lanes, next_runs: nextRuns } = await ask()
      expect(lanes).toHaveLength(12)
      expect(lanes.slice(0, 4).map((lane) => lane.flow_name)).toEqual([
        'flow-01',
        'flow-02',
        'flow-00',
        'flow-03',
      ])
      expect(lanes[0]).toMatchObject({ failed: 2, crashed: 0, total: 3, good: 1, ended: 3 })
      expect(lanes[0]?.marks.at(-1)).toMatchObject({
        state_type: 'FAILED',
        count: 1,
        id: failed,
        at: 7 * 3600,
        took: 90,
      })
      expect(lanes[2]?.marks.map(({ state_type, at, took }) => [state_type, at, took])).toEqual([
        ['COMPLETED', 4 * 3600, 10],
        ['RUNNING', 8 * 3600, 2 * 3600],
        ['SCHEDULED', 12 * 3600, null],
      ])
      expect(lanes[2]?.marks[2]?.id).toBe(next)
      expect(nextRuns).toEqual({ [first]: toIso(START + 2 * HOUR) })
    })

    it('runs of one flow and state in one step of a lane are one mark', async () => {
      const { flow, ran, ask } = await place()
      const id = await flow('dense')
      for (let n = 0; n < 5; n++) await ran(id, START - 9 * HOUR + n * SECOND, { took: 3 + n })
      const { lanes } = await ask()
      expect(lanes[0]?.marks).toEqual([
        {
          state_type: 'COMPLETED',
          state_name: 'Completed',
          count: 5,
          at: 3600,
          took: 11,
        },
      ])
    })

    it('the next 24 hours are counted by flow, whatever the window', async () => {
      const { flow, schedule, ask } = await place()
      const [a, b] = [await flow('a'), await flow('b')]
      await schedule(a, START + 23 * HOUR)
      const first = await schedule(a, START + HOUR)
      await schedule(b, START + 24 * HOUR)
      const { next_day: nextDay, upcoming } = await ask({ until: toIso(START) })
      expect(nextDay).toMatchObject({
        until: toIso(START + 24 * HOUR),
        count: 2,
        flows: [{ flow_id: a, flow_name: 'a', count: 2, first: { id: first, at: toIso(START + HOUR) } }],
      })
      expect(upcoming).toHaveLength(3)
    })

    it('flows and tags narrow everything, and another workspace sees nothing', async () => {
      const { flow, ran, schedule, ask } = await place()
      const [a, b] = [await flow('a'), await flow('b')]
      await ran(a, START - HOUR, { type: 'FAILED', tags: ['x'] })
      await ran(b, START - HOUR)
      await schedule(b, START + HOUR)
      const onlyA = await ask({ flow_ids: [a] })
      expect(onlyA).toMatchObject({ counts: { FAILED: 1, late: 0 }, next_day: { count: 0 } })
      expect(onlyA.lanes.map((lane) => lane.flow_name)).toEqual(['a'])
      expect((await ask({ tags: ['x'] })).counts).toEqual({ FAILED: 1, late: 0 })
      const other = await place()
      const nothing = await other.ask({ flow_ids: [a] })
      expect(nothing).toMatchObject({
        counts: { late: 0 },
        failures: [],
        lanes: [],
        duration: { whole: null },
        next_day: { count: 0, flows: [] },
        open: { running: 0, late: 0 },
      })
      const refused = await other.call('POST', '/ui/dashboard', {
        since: toIso(START),
        until: toIso(START),
        buckets: 1,
      })
      expect(refused.status).toBe(422)
      expect((await other.call('POST', '/ui/dashboard', { flow_ids: [newId()] })).status).toBe(422)
    })

    it('the health of flows is their last runs, newest first, and when they run next', async () => {
      const { call, flow, ran, schedule } = await place()
      const [a, b] = [await flow('a'), await flow('b')]
      const ids: string[] = []
      for (let n = 5; n > 0; n--)
        ids.unshift(await ran(a, START - n * HOUR, { took: n, type: n === 2 ? 'FAILED' : 'COMPLETED' }))
      const running = await ran(a, START - HOUR / 2, { type: 'RUNNING' })
      await schedule(a, START + 2 * HOUR)
      const next = await schedule(a, START + HOUR)
      at = START
      const { body } = await call<Record<string, FlowHealth>>('POST', '/ui/flows/health', {
        flow_ids: [a, b],
        limit: 4,
      })
      expect(body[a]?.runs.map((run) => [run.id, run.state_type, Math.round(run.run_time)])).toEqual([
        [running, 'RUNNING', 1800],
        [ids[0], 'COMPLETED', 1],
        [ids[1], 'FAILED', 2],
        [ids[2], 'COMPLETED', 3],
      ])
      expect(body[a]?.next).toMatchObject({ id: next, at: toIso(START + HOUR) })
      expect(body[b]).toEqual({ runs: [], next: null })
      const other = app.workspace()
      const foreign = await other.call('POST', '/ui/flows/health', { flow_ids: [a] })
      expect(foreign.body).toEqual({ [a]: { runs: [], next: null } })
    })
  })
})

it('quantiles of cells are measured values, within three in a hundred of the exact ones', () => {
  const values = Array.from({ length: 5000 }, (_, n) => Math.round(1e6 * 1.002 ** n))
  const cells = new Map<number, { cell: number; count: number; least: number; most: number }>()
  for (const value of values) {
    const cell = Math.floor(Math.log(value + 1) * 32)
    const known = cells.get(cell) ?? { cell, count: 0, least: value, most: value }
    cells.set(cell, { ...known, count: known.count + 1, most: value })
  }
  const { p50, p95, count } = quantilesOf([...cells.values()]) ?? { p50: 0, p95: 0, count: 0 }
  expect(count).toBe(5000)
  const exact = (part: number) => (values[Math.ceil(part * 5000) - 1] ?? 0) / 1e6
  expect(p50 / exact(0.5)).toBeCloseTo(1, 1)
  expect(Math.abs(p95 / exact(0.95) - 1)).toBeLessThan(0.03)
  expect(quantilesOf([])).toBeNull()
})
