/** Two servers on one PostgreSQL: what one of them does, the other does not do again. */
import { type FlowRun, newId, type OrchestrationResult, type State } from '@orrery/schemas'
import { findPostgresBin, type PostgresCluster, startPostgres } from '@orrery/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Db, openDb } from '../../db/index.ts'
import { type TestApp, testApp } from '../../testing/test-app.ts'

if (!findPostgresBin() && process.env.CI)
  throw new Error('CI needs PostgreSQL: install the package postgresql')

describe.skipIf(!findPostgresBin())('two servers on one PostgreSQL', () => {
  let cluster: PostgresCluster
  const dbs: Db[] = []
  const apps: TestApp[] = []
  beforeAll(async () => {
    cluster = await startPostgres()
    const url = await cluster.createDatabase()
    for (let index = 0; index < 2; index++) {
      const db = await openDb(url)
      dbs.push(db)
      apps.push(await testApp(db))
    }
  }, 60_000)
  afterAll(async () => {
    for (const app of apps) await app.close()
    for (const db of dbs) await db.close()
    await cluster?.stop()
  })

  /** The same workspace by way of each server. */
  const both = () => {
    const [first, second] = apps
    if (!first || !second) throw new Error('no servers')
    const here = first.workspace()
    return [here, second.workspace(['*'], here.id)] as const
  }

  it('racing for one run, exactly one stores each transition', async () => {
    const [here, there] = both()
    const { body: flow } = await here.call<{ id: string }>('POST', '/flows/', { name: 'raced' })
    const runs = await Promise.all(
      Array.from({ length: 20 }, () => here.call<FlowRun>('POST', '/flow_runs/', { flow_id: flow.id })),
    )
    const answers = await Promise.all(
      runs.flatMap(({ body }) => {
        const state = { type: 'RUNNING', state_details: { transition_id: newId() } }
        return [here, there, there, here].map(({ call }) =>
          call<OrchestrationResult>('POST', `/flow_runs/${body.id}/set_state`, { state }),
        )
      }),
    )
    for (let index = 0; index < runs.length; index++) {
      const four = answers.slice(index * 4, index * 4 + 4)
      expect(four.map(({ status }) => status).toSorted()).toEqual([200, 200, 200, 201])
      expect(new Set(four.map(({ body }) => body.state?.id)).size).toBe(1)
    }
    for (const { body } of runs) {
      const states = await there.call<State[]>('GET', `/flow_run_states/?flow_run_id=${body.id}`)
      expect(states.body.map((state) => state.type)).toEqual(['PENDING', 'RUNNING'])
    }
  })

  it('an idempotency key makes one run, whoever is asked', async () => {
    const [here, there] = both()
    const { body: flow } = await here.call<{ id: string }>('POST', '/flows/', { name: 'once' })
    for (let round = 0; round < 5; round++) {
      const answers = await Promise.all(
        [here, there, here, there, here, there].map(({ call }) =>
          call<FlowRun>('POST', '/flow_runs/', { flow_id: flow.id, idempotency_key: `key-${round}` }),
        ),
      )
      expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 200, 200, 200, 200, 201])
      expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1)
    }
    expect((await there.call('POST', '/flow_runs/count')).body).toBe(5)
  })

  it('children of one parent task, set from both, leave it in order', async () => {
    const [here, there] = both()
    const { body: flow } = await here.call<{ id: string }>('POST', '/flows/', { name: 'parents' })
    const { body: parent } = await here.call<FlowRun>('POST', '/flow_runs/', { flow_id: flow.id })
    const { body: task } = await here.call<{ id: string }>('POST', '/task_runs/', {
      flow_run_id: parent.id,
      task_key: 'k',
      dynamic_key: '0',
    })
    const children = await Promise.all(
      Array.from({ length: 10 }, () =>
        here.call<FlowRun>('POST', '/flow_runs/', { flow_id: flow.id, parent_task_run_id: task.id }),
      ),
    )
    await Promise.all(
      children.map(({ body }, index) =>
        (index % 2 ? here : there).call('POST', `/flow_runs/${body.id}/set_state`, {
          state: { type: 'RUNNING' },
        }),
      ),
    )
    const { body: states } = await here.call<State[]>('GET', `/task_run_states/?task_run_id=${task.id}`)
    expect(states).toHaveLength(21)
    expect(new Set(states.map((state) => state.timestamp)).size).toBe(21)
  })
})
