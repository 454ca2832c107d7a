import { type Artifact, type ArtifactCollection, newId } from '@orrery/schemas'
import { eachDatabase } from '@orrery/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TestApp, type TestWorkspace, testApp } from '../../testing/test-app.ts'

interface WireEvent {
  event: string
  resource: Record<string, string>
  related: Record<string, string>[]
  payload: Record<string, unknown>
}

eachDatabase((database) => {
  let app: TestApp
  beforeAll(async () => {
    app = await testApp(await database.open())
  })
  afterAll(() => app.close())

  const make = async ({ call }: TestWorkspace, input: object = {}): Promise<Artifact> => {
    const made = await call<Artifact>('POST', '/artifacts/', input)
    expect(made.status).toBe(201)
    return made.body
  }
  const latestOf = async ({ call }: TestWorkspace, key: string) =>
    (await call<ArtifactCollection>('GET', `/artifacts/${key}/latest`)).body
  const eventsOf = async ({ call }: TestWorkspace): Promise<WireEvent[]> => {
    const filter = { event: { prefix: ['prefect.artifact-collection.'] }, order: 'ASC' }
    return (await call<{ events: WireEvent[] }>('POST', '/events/filter', { filter })).body.events
  }
  const startRun = async ({ call }: TestWorkspace, flowName = 'etl') => {
    const { body: flow } = await call<{ id: string }>('POST', '/flows/', { name: flowName })
    const { body: run } = await call<{ id: string }>('POST', '/flow_runs/', {
      flow_id: flow.id,
      state: { type: 'PENDING' },
    })
    return run.id
  }

  describe('artifacts', () => {
    it('hold any JSON as data, and answer every key', async () => {
      const workspace = app.workspace()
      const empty = await make(workspace)
      expect(empty).toEqual({
        id: empty.id,
        created: empty.created,
        updated: empty.created,
        key: null,
        type: null,
        description: null,
        data: null,
        metadata_: null,
        flow_run_id: null,
        task_run_id: null,
      })
      const run = newId()
      const full = await make(workspace, {
        key: 'report',
        type: 'table',
        description: '# Report \u0000',
        data: [{ a: 1.5 }, null, 'x'],
        metadata_: { short: 'v', long: 'x'.repeat(600) },
        flow_run_id: run.toUpperCase(),
        task_run_id: null,
      })
      expect(full).toMatchObject({ key: 'report', data: [{ a: 1.5 }, null, 'x'], flow_run_id: run })
      expect(full.metadata_).toEqual({ short: 'v', long: `${'x'.repeat(500)}...` })
      expect((await workspace.call('GET', `/artifacts/${full.id}`)).body).toMatchObject({
        id: full.id,
        type: 'table',
        data: full.data,
      })
      const big = await workspace.call('POST', '/artifacts/', '{"data":12345678901234567890123}')
      expect(big.text).toContain('"data":12345678901234567890123')
    })

    it('keep the id that a client sends; a second one of the same id is refused', async () => {
      const workspace = app.workspace()
      const id = newId()
      expect((await make(workspace, { id: id.toUpperCase(), key: 'k' })).id).toBe(id)
      const again = await workspace.call('POST', '/artifacts/', { id, key: 'k', data: 2 })
      expect([again.status, again.body]).toMatchObject([409, { code: 'artifact_id_taken' }])
      expect((await latestOf(workspace, 'k')).data).toBe(null)
    })

    it('a key has lower-case letters, digits and dashes only', async () => {
      const { call } = app.workspace()
      for (const key of ['Report', 'a_b', 'a b', 'ä'])
        expect((await call('POST', '/artifacts/', { key })).status).toBe(422)
      expect((await call('POST', '/artifacts/', { key: 'a-1' })).status).toBe(201)
    })

    it('the newest of a key is its latest, under one id that stays', async () => {
      const workspace = app.workspace()
      const flowRun = newId()
      const first = await make(workspace, {
        key: 'report',
        type: 'markdown',
        data: '# One',
        description: 'd',
      })
      const before = await latestOf(workspace, 'report')
      expect(before).toEqual({ ...first, id: before.id, latest_id: first.id })
      const second = await make(workspace, { key: 'report', type: 'table', data: '[]', flow_run_id: flowRun })
      const after = await latestOf(workspace, 'report')
      expect(after).toEqual({ ...second, id: before.id, latest_id: second.id, created: first.created })
      expect((await workspace.call('GET', '/artifacts/none/latest')).status).toBe(404)
      await make(workspace, { type: 'markdown', data: 'without a key' })
      expect((await workspace.call('POST', '/artifacts/latest/count')).body).toBe(1)
      expect((await workspace.call('POST', '/artifacts/count')).body).toBe(3)
    })

    it('a change shows in the artifact and in its key', async () => {
      const workspace = app.workspace()
      const made = await make(workspace, { key: 'load', type: 'progress', data: 10, description: 'Load' })
      const path = `/artifacts/${made.id}`
      expect((await workspace.call('PATCH', path, { data: 80.5 })).status).toBe(204)
      const changed = (await workspace.call<Artifact>('GET', path)).body
      expect(changed).toMatchObject({ data: 80.5, description: 'Load', created: made.created })
      expect(Date.parse(changed.updated ?? '')).toBeGreaterThanOrEqual(Date.parse(made.created ?? ''))
      expect(changed.updated).not.toBe(made.updated)
      expect(await latestOf(workspace, 'load')).toMatchObject({ data: 80.5, updated: changed.updated })
      await workspace.call('PATCH', path, { description: null, metadata_: { a: 'b' } })
      expect((await workspace.call('GET', path)).body).toMatchObject({
        data: 80.5,
        description: null,
        metadata_: { a: 'b' },
      })
      expect((await workspace.call('PATCH', `/artifacts/${newId()}`, { data: 1 })).status).toBe(404)
    })

    it('deleting the latest moves the key back, and with the last one it is gone', async () => {
      const workspace = app.workspace()
      const [one, two, three] = [
        await make(workspace, { key: 'k', type: 'markdown', data: '1' }),
        await make(workspace, { key: 'k', type: 'table', data: '2' }),
        await make(workspace, { key: 'k', type: 'markdown', data: '3' }),
      ]
      const remove = async (id: string) => (await workspace.call('DELETE', `/artifacts/${id}`)).status
      expect(await remove(one.id)).toBe(204)
      expect((await latestOf(workspace, 'k')).latest_id).toBe(three.id)
      expect(await remove(three.id)).toBe(204)
      const moved = await latestOf(workspace, 'k')
      expect(moved).toEqual({ ...two, id: moved.id, latest_id: two.id })
      expect(await remove(two.id)).toBe(204)
      expect((await workspace.call('GET', '/artifacts/k/latest')).status).toBe(404)
      expect(await remove(two.id)).toBe(404)
      expect(
        (await eventsOf(workspace)).map(({ event, payload }) => [event.split('.')[2], payload.data]),
      ).toEqual([
        ['created', '1'],
        ['updated', '2'],
        ['updated', '3'],
        ['updated', '2'],
        ['deleted', '2'],
      ])
    })

    it('events of a key name its latest artifact and the runs that made it', async () => {
      const workspace = app.workspace()
      const [flowRun, taskRun] = [newId(), newId()]
      const made = await make(workspace, {
        key: 'k',
        type: 'markdown',
        data: '# x',
        description: 'd',
        flow_run_id: flowRun,
        task_run_id: taskRun,
      })
      const { id } = await latestOf(workspace, 'k')
      await make(workspace, { type: 'markdown', data: 'no key, no event' })
      expect(await eventsOf(workspace)).toMatchObject([
        {
          event: 'prefect.artifact-collection.created',
          resource: {
            'prefect.resource.id': `prefect.artifact-collection.${id}`,
            'prefect.resource.name': 'k',
          },
          related: [
            { 'prefect.resource.id': `prefect.artifact.${made.id}`, 'prefect.resource.role': 'latest' },
            { 'prefect.resource.id': `prefect.flow-run.${flowRun}`, 'prefect.resource.role': 'flow-run' },
            { 'prefect.resource.id': `prefect.task-run.${taskRun}`, 'prefect.resource.role': 'task-run' },
          ],
          payload: { key: 'k', type: 'markdown', data: '# x', description: 'd' },
        },
      ])
    })

    it('writers of one key at once leave one collection whose latest exists', async () => {
      const workspace = app.workspace()
      const made = await Promise.all(
        Array.from({ length: 12 }, (_, index) => make(workspace, { key: 'raced', data: index })),
      )
      expect((await workspace.call('POST', '/artifacts/latest/count')).body).toBe(1)
      expect(made.map((each) => each.id)).toContain((await latestOf(workspace, 'raced')).latest_id)
      // Deletions of all but one, among new versions: what is left is always one of those that exist.
      await Promise.all([
        ...made.slice(1).map((each) => workspace.call('DELETE', `/artifacts/${each.id}`)),
        workspace.call('PATCH', `/artifacts/${made[0]?.id}`, { data: 'kept' }),
      ])
      expect(await latestOf(workspace, 'raced')).toMatchObject({ latest_id: made[0]?.id, data: 'kept' })
      await Promise.all([
        workspace.call('DELETE', `/artifacts/${made[0]?.id}`),
        make(workspace, { key: 'raced', data: 'new' }),
      ])
      expect((await latestOf(workspace, 'raced')).data).toBe('new')
    })

    it('another workspace sees 404, and has its own latest of the same key', async () => {
      const mine = app.workspace()
      const theirs = app.workspace()
      const flowRun = await startRun(mine)
      const made = await make(mine, { key: 'k', data: 'mine', flow_run_id: flowRun })
      for (const [method, body] of [['GET'], ['PATCH', { data: 'theirs' }], ['DELETE']] as const)
        expect((await theirs.call(method, `/artifacts/${made.id}`, body)).status).toBe(404)
      expect((await theirs.call('GET', '/artifacts/k/latest')).status).toBe(404)
      expect((await theirs.call('POST', '/artifacts/filter')).body).toEqual([])
      expect((await theirs.call('POST', '/artifacts/latest/filter')).body).toEqual([])
      expect((await theirs.call('POST', '/artifacts/count')).body).toBe(0)
      // Naming another workspace's run makes nothing of it visible.
      await make(theirs, { key: 'k', data: 'theirs', flow_run_id: flowRun })
      expect((await theirs.call('POST', '/artifacts/count', { flow_runs: {} })).body).toBe(0)
      expect((await latestOf(mine, 'k')).data).toBe('mine')
      expect(
        (await mine.call<{ artifacts: [] }>('GET', `/flow_runs/${flowRun}/graph-v2`)).body.artifacts,
      ).toHaveLength(0)
    })

    it('a caller needs the scope of the route', async () => {
      const all = app.workspace()
      const made = await make(all, { key: 'k' })
      const may = async (permission: string) => {
        const { call } = app.workspace([permission], all.id)
        const statuses = []
        for (const [method, path, body] of [
          ['GET', `/artifacts/${made.id}`],
          ['POST', '/artifacts/latest/count'],
          ['POST', '/artifacts/', { data: 1 }],
          ['PATCH', `/artifacts/${made.id}`, { data: 1 }],
          ['DELETE', `/artifacts/${newId()}`],
        ] as const)
          statuses.push((await call(method, path, body)).status)
        return statuses
      }
      expect(await may('see_artifacts')).toEqual([200, 200, 403, 403, 403])
      expect(await may('write_artifacts')).toEqual([403, 403, 201, 204, 403])
      expect(await may('manage_artifacts')).toEqual([403, 403, 403, 403, 404])
    })

    it('are listed and counted by their own fields and by those of their runs', async () => {
      const workspace = app.workspace()
      const { call } = workspace
      const flowRun = await startRun(workspace, 'reports')
      const { body: task } = await call<{ id: string }>('POST', '/task_runs/', {
        flow_run_id: flowRun,
        task_key: 't',
        dynamic_key: '0',
        name: 'draw',
        state: { type: 'PENDING' },
      })
      const a = await make(workspace, { key: 'alpha', type: 'markdown', data: 1, flow_run_id: flowRun })
      const b = await make(workspace, {
        key: 'beta',
        type: 'table',
        data: 2,
        flow_run_id: flowRun,
        task_run_id: task.id,
      })
      const old = await make(workspace, { key: 'alpha', type: 'result', data: 3 })
      const bare = await make(workspace, { data: 4 })
      const cases: [object, unknown[]][] = [
        [{}, [4, 3, 2, 1]],
        [{ artifacts: { id: { any_: [a.id, bare.id] } } }, [4, 1]],
        [{ artifacts: { id: { any_: [] } } }, []],
        [{ artifacts: { key: { any_: ['alpha'] } } }, [3, 1]],
        [{ artifacts: { key: { any_: null } } }, [4, 3, 2, 1]],
        [{ artifacts: { key: { like_: 'ALP' } } }, [3, 1]],
        [{ artifacts: { key: { exists_: true } } }, [3, 2, 1]],
        [{ artifacts: { key: { exists_: false } } }, [4]],
        [{ artifacts: { type: { any_: ['table', 'markdown'] } } }, [2, 1]],
        // What has no type is neither: a comparison with null is no match, as with the genuine server.
        [{ artifacts: { type: { not_any_: ['result'] } } }, [2, 1]],
        [{ artifacts: { type: { not_any_: [] } } }, [4, 3, 2, 1]],
        [{ artifacts: { flow_run_id: { any_: [flowRun.toUpperCase()] } } }, [2, 1]],
        [{ artifacts: { task_run_id: { any_: [task.id] } } }, [2]],
        [{ artifacts: { operator: 'or_', key: { any_: ['beta'] }, type: { any_: ['result'] } } }, [3, 2]],
        [{ flow_runs: {} }, [2, 1]],
        [{ flow_runs: { state: { type: { any_: ['RUNNING'] } } } }, []],
        [{ flows: { name: { any_: ['reports'] } } }, [2, 1]],
        [{ flows: { name: { any_: ['others'] } } }, []],
        [{ deployments: {} }, []],
        [{ task_runs: { name: { any_: ['draw'] } } }, [2]],
        [{ sort: 'CREATED_DESC', limit: 2, offset: 1 }, [3, 2]],
        [{ sort: 'KEY_ASC' }, [3, 1, 2, 4]],
        [{ sort: 'KEY_DESC' }, [2, 3, 1, 4]],
        [{ limit: 0 }, []],
      ]
      for (const [body, data] of cases) {
        const answer = await call<Artifact[]>('POST', '/artifacts/filter', body)
        expect([body, answer.body.map((each) => each.data)]).toEqual([body, data])
        if (!('limit' in body)) expect((await call('POST', '/artifacts/count', body)).body).toBe(data.length)
      }
      await call('PATCH', `/artifacts/${a.id}`, { data: 1 })
      const updated = await call<Artifact[]>('POST', '/artifacts/filter', { sort: 'UPDATED_DESC', limit: 1 })
      expect(updated.body[0]?.id).toBe(a.id)

      const latest: [object, unknown[]][] = [
        [{ sort: 'KEY_ASC' }, [3, 2]],
        [{ sort: 'KEY_DESC' }, [2, 3]],
        [{ sort: 'UPDATED_DESC' }, [3, 2]],
        [{ artifacts: { latest_id: { any_: [old.id, a.id] } } }, [3]],
        [{ artifacts: { key: { like_: 'bet' } } }, [2]],
        [{ artifacts: { key: { exists_: false } } }, []],
        [{ artifacts: { type: { not_any_: ['table'] } } }, [3]],
        [{ artifacts: { flow_run_id: { any_: [flowRun] } } }, [2]],
        [{ flow_runs: { id: { any_: [flowRun] } } }, [2]],
        [{ task_runs: { id: { any_: [task.id] } } }, [2]],
        [{ sort: 'KEY_ASC', limit: 1, offset: 1 }, [2]],
      ]
      for (const [body, data] of latest) {
        const answer = await call<ArtifactCollection[]>('POST', '/artifacts/latest/filter', body)
        expect([body, answer.body.map((each) => each.data)]).toEqual([body, data])
        if (!('limit' in body))
          expect((await call('POST', '/artifacts/latest/count', body)).body).toBe(data.length)
      }
      expect(b.task_run_id).toBe(task.id)
      expect((await call('POST', '/artifacts/filter', { limit: 201 })).status).toBe(422)
      expect((await call('POST', '/artifacts/filter', { sort: 'SIDEWAYS' })).status).toBe(422)
    })

    it("a state's stored data becomes an artifact of its run; an unpersisted result does not", async () => {
      const workspace = app.workspace()
      const { call } = workspace
      const flowRun = await startRun(workspace)
      await call('POST', `/flow_runs/${flowRun}/set_state`, { state: { type: 'RUNNING' } })
      const stored = { storage_key: 'results/x', serializer: { type: 'pickle' } }
      await call('POST', `/flow_runs/${flowRun}/set_state`, { state: { type: 'COMPLETED', data: stored } })
      const { body: task } = await call<{ id: string }>('POST', '/task_runs/', {
        flow_run_id: flowRun,
        task_key: 't',
        dynamic_key: '0',
        state: { type: 'PENDING' },
      })
      const set = (data: object) =>
        call('POST', `/task_runs/${task.id}/set_state`, { state: { type: 'COMPLETED', data }, force: true })
      await set({ type: 'unpersisted' })
      await set({ ...stored, artifact_key: 'out', artifact_type: 'table', artifact_description: 'D' })
      const { body } = await call<Artifact[]>('POST', '/artifacts/filter', { sort: 'CREATED_DESC' })
      expect(body).toMatchObject([
        {
          key: 'out',
          type: 'table',
          description: 'D',
          data: stored,
          flow_run_id: flowRun,
          task_run_id: task.id,
        },
        { key: null, type: null, description: null, data: stored, flow_run_id: flowRun, task_run_id: null },
      ])
      expect(await latestOf(workspace, 'out')).toMatchObject({ latest_id: body[0]?.id, data: stored })
    })

    it('the graph shows those of the flow and of each task, with the data of progress only', async () => {
      const workspace = app.workspace()
      const { call } = workspace
      const flowRun = await startRun(workspace)
      const { body: task } = await call<{ id: string }>('POST', '/task_runs/', {
        flow_run_id: flowRun,
        task_key: 't',
        dynamic_key: '0',
        state: { type: 'PENDING' },
      })
      const of = { flow_run_id: flowRun }
      const one = await make(workspace, { ...of, key: 'k', type: 'markdown', data: '# 1' })
      const two = await make(workspace, { ...of, key: 'k', type: 'markdown', data: '# 2' })
      await make(workspace, { ...of, data: { storage_key: 'x' } })
      const load = await make(workspace, { ...of, task_run_id: task.id, type: 'progress', data: 40 })
      const { body } = await call<{ artifacts: object[]; nodes: [string, { artifacts: object[] }][] }>(
        'GET',
        `/flow_runs/${flowRun}/graph-v2`,
      )
      const shown = { key: 'k', type: 'markdown', data: null }
      expect(body.artifacts).toEqual([
        { id: one.id, created: one.created, is_latest: false, ...shown },
        { id: two.id, created: two.created, is_latest: true, ...shown },
      ])
      expect(body.nodes[0]?.[1].artifacts).toEqual([
        { id: load.id, created: load.created, key: null, type: 'progress', is_latest: true, data: 40 },
      ])
    })

    it('outlive their run', async () => {
      const workspace = app.workspace()
      const flowRun = await startRun(workspace)
      const made = await make(workspace, { key: 'kept', data: 1, flow_run_id: flowRun })
      expect((await workspace.call('DELETE', `/flow_runs/${flowRun}`)).status).toBe(204)
      expect((await workspace.call('GET', `/artifacts/${made.id}`)).body).toMatchObject({
        flow_run_id: flowRun,
      })
      expect((await latestOf(workspace, 'kept')).latest_id).toBe(made.id)
      expect((await workspace.call('POST', '/artifacts/count', { flow_runs: {} })).body).toBe(0)
    })
  })
})
