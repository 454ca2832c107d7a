import { type FlowRun, fromIso, type State, systemNow, toIso } from '@orrery/schemas'
import { eachDatabase, findPostgresBin, startPostgres, startServer } from '@orrery/testing'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { readConfig } from '../../config.ts'
import { type Db, openDb } from '../../db/index.ts'
import { type TestApp, type TestWorkspace, testApp } from '../../testing/test-app.ts'
import { LATE_BATCH, markLateRuns } from './mark-late-runs.ts'

const SECOND = 1_000_000
const rule = { afterSeconds: 15 }

/** A clock that stands until it is moved. */
const stoppedClock = (at = systemNow()) => ({
  at,
  now() {
    return this.at
  },
})

async function withFlow(workspace: TestWorkspace) {
  const { body } = await workspace.call<{ id: string }>('POST', '/flows/', { name: 'late' })
  const schedule = async (at: number, name?: string) => {
    const state = { type: 'SCHEDULED', name, state_details: { scheduled_time: toIso(at) } }
    return (await workspace.call<FlowRun>('POST', '/flow_runs/', { flow_id: body.id, state })).body.id
  }
  const read = async (id: string) => (await workspace.call<FlowRun>('GET', `/flow_runs/${id}`)).body
  const states = async (id: string) =>
    (await workspace.call<State[]>('GET', `/flow_run_states/?flow_run_id=${id}`)).body
  return { ...workspace, flowId: body.id, schedule, read, states }
}

eachDatabase((database) => {
  let app: TestApp
  let db: Db
  const clock = stoppedClock()
  beforeAll(async () => {
    db = await database.open()
    app = await testApp(db, { clock })
  })
  afterAll(() => app.close())

  describe('late runs', () => {
    it('a run is late once it is overdue by more than 15 seconds, in every workspace', async () => {
      const here = await withFlow(app.workspace())
      const there = await withFlow(app.workspace())
      const due = clock.at + 60 * SECOND
      const runs = [await here.schedule(due), await there.schedule(due)] as const
      const later = await here.schedule(due + SECOND)
      clock.at = due + 15 * SECOND - 1
      expect(await markLateRuns({ db, clock }, rule)).toEqual({ marked: 0, more: false })
      clock.at = due + 15 * SECOND
      expect(await markLateRuns({ db, clock }, rule)).toEqual({ marked: 2, more: false })
      expect((await here.read(runs[0])).state_name).toBe('Late')
      expect((await there.read(runs[1])).state_name).toBe('Late')
      expect((await here.read(later)).state_name).toBe('Scheduled')
    })

    it('the scheduled time is kept, the history and the event are written, and nothing is marked twice', async () => {
      const place = await withFlow(app.workspace())
      const due = clock.at
      const id = await place.schedule(due)
      clock.at += 20 * SECOND
      expect((await markLateRuns({ db, clock }, rule)).marked).toBeGreaterThanOrEqual(1)
      expect((await markLateRuns({ db, clock }, rule)).marked).toBe(0)
      const states = await place.states(id)
      expect(states.map((state) => state.name)).toEqual(['Scheduled', 'Late'])
      const late = states[1]
      expect(fromIso(late?.state_details?.scheduled_time ?? '')).toBe(due)
      const run = await place.read(id)
      expect(run.next_scheduled_start_time).toBe(toIso(due))
      expect(run.expected_start_time).toBe(toIso(due))
      const events = await db.read
        .selectFrom('events')
        .select(['id', 'event'])
        .where('workspace_id', '=', place.id)
        .where('event', '=', 'prefect.flow-run.Late')
        .execute()
      expect(events).toEqual([{ id: late?.id, event: 'prefect.flow-run.Late' }])
    })

    it('only the state named Scheduled becomes late', async () => {
      const place = await withFlow(app.workspace())
      const retry = await place.schedule(clock.at, 'AwaitingRetry')
      const taken = await place.schedule(clock.at)
      await place.call('POST', `/flow_runs/${taken}/set_state`, { state: { type: 'PENDING' } })
      clock.at += 60 * SECOND
      expect((await markLateRuns({ db, clock }, rule)).marked).toBe(0)
      expect((await place.read(retry)).state_name).toBe('AwaitingRetry')
      expect((await place.read(taken)).state_name).toBe('Pending')
    })

    it('a long list is marked in passes of 400', async () => {
      const place = await withFlow(app.workspace())
      await Promise.all(Array.from({ length: LATE_BATCH + 5 }, () => place.schedule(clock.at)))
      clock.at += 20 * SECOND
      expect(await markLateRuns({ db, clock }, rule)).toEqual({ marked: LATE_BATCH, more: true })
      expect(await markLateRuns({ db, clock }, rule)).toEqual({ marked: 5, more: false })
    })

    it('the question that is asked every five seconds is answered by its index', async () => {
      if (db.dialect !== 'sqlite') return
      const { rows } = await db.read.executeQuery<{ detail: string }>(
        (await import('kysely')).CompiledQuery.raw(
          "explain query plan select id from flow_runs where state_name = 'Scheduled' and state_type = 'SCHEDULED' and next_scheduled_start_time <= 5 order by next_scheduled_start_time limit 400",
        ),
      )
      expect(rows.map((row) => row.detail)).toEqual([
        'SEARCH flow_runs USING INDEX flow_runs_due (next_scheduled_start_time<?)',
      ])
    })
  })
})

describe('the service', () => {
  const overdue = async (env: Record<string, string>) => {
    const server = await startServer({
      flags: { local: true },
      env: {
        PREFECT_SERVER_SERVICES_LATE_RUNS_LOOP_SECONDS: '0.1',
        PREFECT_SERVER_SERVICES_LATE_RUNS_AFTER_SECONDS: '0.5',
        ...env,
      },
    })
    const call = async <T>(method: string, path: string, body?: object): Promise<T> => {
      const answer = await fetch(`${server.url}/api${path}`, {
        method,
        ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
      })
      return (await answer.json()) as T
    }
    const { id } = await call<{ id: string }>('POST', '/flows/', { name: 'waiting' })
    const state = { type: 'SCHEDULED', state_details: { scheduled_time: toIso(systemNow()) } }
    const run = await call<FlowRun>('POST', '/flow_runs/', { flow_id: id, state })
    return { server, name: async () => (await call<FlowRun>('GET', `/flow_runs/${run.id}`)).state_name }
  }

  it('a server marks overdue runs by itself', async () => {
    const { server, name } = await overdue({})
    expect(await name()).toBe('Scheduled')
    await vi.waitFor(async () => expect(await name()).toBe('Late'), { timeout: 10_000, interval: 50 })
    await server.stop()
  })

  it("Prefect's setting switches it off", async () => {
    const { server, name } = await overdue({ PREFECT_SERVER_SERVICES_LATE_RUNS_ENABLED: 'false' })
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    expect(await name()).toBe('Scheduled')
    await server.stop()
  })

  it('a setting that makes no sense is told at the start', () => {
    const env = {
      PREFECT_SERVER_SERVICES_LATE_RUNS_ENABLED: 'perhaps',
      PREFECT_SERVER_SERVICES_LATE_RUNS_LOOP_SECONDS: '0',
    }
    expect(() => readConfig({}, env)).toThrow(
      'PREFECT_SERVER_SERVICES_LATE_RUNS_ENABLED is "perhaps"; it is true or false\n' +
        'PREFECT_SERVER_SERVICES_LATE_RUNS_LOOP_SECONDS is "0"; it must be a number of seconds, at least 0.1',
    )
  })
})

describe.skipIf(!findPostgresBin())('late runs on two servers', () => {
  it('each run is marked once, by one of them', async () => {
    const cluster = await startPostgres()
    const url = await cluster.createDatabase()
    const clock = stoppedClock()
    const dbs = [await openDb(url), await openDb(url)] as const
    const apps = await Promise.all(dbs.map((db) => testApp(db, { clock })))
    try {
      const place = await withFlow(apps[0]!.workspace())
      const ids = await Promise.all(Array.from({ length: 60 }, () => place.schedule(clock.at)))
      clock.at += 20 * SECOND
      const passes = await Promise.all(
        [0, 1, 0, 1].map((index) => markLateRuns({ db: dbs[index] as Db, clock }, rule)),
      )
      expect(passes.reduce((sum, pass) => sum + pass.marked, 0)).toBe(60)
      for (const id of ids)
        expect((await place.states(id)).map((state) => state.name)).toEqual(['Scheduled', 'Late'])
    } finally {
      for (const app of apps) await app.close()
      for (const db of dbs) await db.close()
      await cluster.stop()
    }
  }, 60_000)
})
