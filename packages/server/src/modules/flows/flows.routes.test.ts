import { type Flow, newId } from '@orrery/schemas'
import { eachDatabase } from '@orrery/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TestApp, testApp } from '../../testing/test-app.ts'

eachDatabase((database) => {
  let app: TestApp
  beforeAll(async () => {
    app = await testApp(await database.open())
  })
  afterAll(() => app.close())

  const namesOf = (flows: Flow[]) => flows.map((flow) => flow.name)

  describe('flows', () => {
    it('a name makes one flow in a workspace; the second time it is answered as it was', async () => {
      const { call } = app.workspace()
      const first = await call<Flow>('POST', '/flows/', {
        name: 'etl',
        tags: ['b', 'a'],
        labels: { team: 'x', n: 1 },
      })
      expect(first.status).toBe(201)
      expect(first.body).toMatchObject({ name: 'etl', tags: ['b', 'a'], labels: { team: 'x', n: 1 } })
      const second = await call<Flow>('POST', '/flows/', { name: 'etl', tags: ['c'] })
      expect([second.status, second.body]).toEqual([200, first.body])
      const both = await Promise.all(
        Array.from({ length: 8 }, () =>
          call<Flow>('POST', '/flows/', { name: 'raced', tags: null, labels: null }),
        ),
      )
      expect(new Set(both.map(({ body }) => body.id)).size).toBe(1)
      expect(both.filter(({ status }) => status === 201)).toHaveLength(1)
    })

    it('are read by id and by name, spaces and all', async () => {
      const { call } = app.workspace()
      const { body: flow } = await call<Flow>('POST', '/flows', { name: 'my flow / ä' })
      expect((await call('GET', `/flows/${flow.id}`)).body).toEqual(flow)
      expect((await call('GET', `/flows/${flow.id.toUpperCase()}`)).body).toEqual(flow)
      expect((await call('GET', `/flows/name/${encodeURIComponent('my flow / ä')}`)).body).toEqual(flow)
      expect((await call('GET', '/flows/name/none')).status).toBe(404)
      expect((await call('GET', '/flows/no-uuid')).status).toBe(404)
    })

    it('another workspace sees 404, and may use the same name', async () => {
      const mine = app.workspace()
      const theirs = app.workspace()
      const { body: flow } = await mine.call<Flow>('POST', '/flows/', { name: 'private' })
      expect((await theirs.call('GET', `/flows/${flow.id}`)).status).toBe(404)
      expect((await theirs.call('GET', '/flows/name/private')).status).toBe(404)
      expect((await theirs.call('PATCH', `/flows/${flow.id}`, { tags: [] })).status).toBe(404)
      expect((await theirs.call('DELETE', `/flows/${flow.id}`)).status).toBe(404)
      expect((await theirs.call('POST', '/flows/filter', {})).body).toEqual([])
      expect((await theirs.call('POST', '/flows/count')).body).toBe(0)
      expect((await theirs.call('POST', '/flows/', { name: 'private' })).status).toBe(201)
      expect((await mine.call('GET', `/flows/${flow.id}`)).status).toBe(200)
    })

    it('a caller needs the scope of the route', async () => {
      const { call } = app.workspace(['see_flows'])
      expect((await call('POST', '/flows/', { name: 'x' })).status).toBe(403)
      expect((await call('POST', '/flows/filter')).status).toBe(200)
      expect((await call('DELETE', `/flows/${newId()}`)).status).toBe(403)
    })

    it('PATCH replaces the tags, DELETE takes the flow and its runs', async () => {
      const { call } = app.workspace()
      const { body: flow } = await call<Flow>('POST', '/flows/', { name: 'gone', tags: ['old'] })
      const { body: run } = await call<{ id: string }>('POST', '/flow_runs/', { flow_id: flow.id })
      expect((await call('PATCH', `/flows/${flow.id}`, { tags: ['new'] })).status).toBe(204)
      expect((await call<Flow>('GET', `/flows/${flow.id}`)).body.tags).toEqual(['new'])
      expect((await call('DELETE', `/flows/${flow.id}`)).status).toBe(204)
      expect((await call('GET', `/flows/${flow.id}`)).status).toBe(404)
      expect((await call('GET', `/flow_runs/${run.id}`)).status).toBe(404)
      expect((await call('DELETE', `/flows/${flow.id}`)).status).toBe(404)
    })

    it('are listed by filter, sort and page', async () => {
      const { call } = app.workspace()
      for (const [name, tags] of [
        ['alpha', ['x', 'y']],
        ['Beta', ['y']],
        ['al_pha', []],
      ] as const)
        await call('POST', '/flows/', { name, tags })
      const { body: alpha } = await call<Flow>('GET', '/flows/name/alpha')
      const run = (await call<{ id: string }>('POST', '/flow_runs/', { flow_id: alpha.id })).body
      const cases: [unknown, string[]][] = [
        [{ flows: { name: { like_: 'ALPH' } } }, ['alpha']],
        [{ flows: { name: { like_: 'l_p' } } }, ['al_pha']],
        [{ flows: { name: { any_: ['Beta', 'none'] } } }, ['Beta']],
        [{ flows: { name: { any_: [] } } }, []],
        [{ flows: { name: { like_: '' }, id: null } }, ['Beta', 'al_pha', 'alpha']],
        [{ flows: { tags: { all_: ['y'] } } }, ['Beta', 'alpha']],
        [{ flows: { tags: { all_: ['x', 'y'] } } }, ['alpha']],
        [{ flows: { tags: { is_null_: true } } }, ['al_pha']],
        [
          { flows: { operator: 'or_', tags: { is_null_: true }, name: { any_: ['Beta'] } } },
          ['Beta', 'al_pha'],
        ],
        [{ flows: { id: { not_any_: [alpha.id] } } }, ['Beta', 'al_pha']],
        [{ flows: { deployment: { is_null_: true } } }, ['Beta', 'al_pha', 'alpha']],
        [{ flows: { deployment: { is_null_: false } } }, []],
        [{ flow_runs: { id: { any_: [run.id] } } }, ['alpha']],
        [{ flow_runs: { state: { type: { any_: ['RUNNING'] } } } }, []],
        [{ task_runs: {} }, []],
        [{ sort: 'NAME_DESC', limit: 2 }, ['alpha', 'al_pha']],
        [{ limit: 1, offset: 1 }, ['al_pha']],
        [{ limit: 0 }, []],
        [{ sort: null, limit: null, offset: null, flows: null }, ['Beta', 'al_pha', 'alpha']],
      ]
      const byText = (names: string[]) => names.toSorted()
      for (const [body, names] of cases) {
        const answer = await call<Flow[]>('POST', '/flows/filter', body)
        expect([body, byText(namesOf(answer.body))]).toEqual([body, byText(names)])
      }
      expect((await call('POST', '/flows/count', { flows: { tags: { all_: ['y'] } } })).body).toBe(2)
      const paged = await call('POST', '/flows/paginate', { page: 2, limit: 2 })
      expect(paged.body).toMatchObject({ count: 3, limit: 2, pages: 2, page: 2, results: [{}] })
      expect((await call('POST', '/flows/filter', { limit: 201 })).body).toMatchObject({
        detail: 'Invalid limit: must be less than or equal to 200.',
      })
      expect((await call('POST', '/flows/filter', { sort: 'SIDEWAYS' })).status).toBe(422)
    })
  })
})
