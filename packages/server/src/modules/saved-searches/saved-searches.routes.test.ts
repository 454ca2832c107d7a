import type { SavedSearch } from '@orrery/schemas'
import { eachDatabase } from '@orrery/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TestApp, type TestWorkspace, testApp } from '../../testing/test-app.ts'

const filter = {
  object: 'flow_run',
  property: 'state',
  type: 'string',
  operation: 'equals',
  value: 'failed|crashed',
}

eachDatabase((database) => {
  let app: TestApp
  beforeAll(async () => {
    app = await testApp(await database.open())
  })
  afterAll(() => app.close())

  /** Gives a search that the caller made to somebody else. */
  const handOver = (id: string) =>
    app.db.write((trx) =>
      trx
        .updateTable('saved_searches')
        .set({ owner_id: 'somebody', owner_name: 'Jonas' })
        .where('id', '=', id)
        .execute(),
    )
  const names = async ({ call }: TestWorkspace): Promise<string[]> =>
    (await call<SavedSearch[]>('POST', '/saved_searches/filter')).body.map((each) => each.name)

  describe('saved searches', () => {
    it('are made as Prefect makes them, and seen by everybody unless it is said otherwise', async () => {
      const { call } = app.workspace()
      const made = await call<SavedSearch>('PUT', '/saved_searches/', { name: 'Bad news', filters: [filter] })
      expect([made.status, made.body]).toMatchObject([
        200,
        { name: 'Bad news', filters: [filter], shared: true, pinned: false, own: true },
      ])
      expect(made.body.owner.name).toBe('tester')
      expect((await call('GET', `/saved_searches/${made.body.id}`)).body).toEqual(made.body)
      expect((await call('POST', '/saved_searches/filter')).body).toEqual([made.body])
      const bare = await call<SavedSearch>('PUT', '/saved_searches/', { name: 'All' })
      expect(bare.body.filters).toEqual([])
    })

    it('a name is there once for each owner: saving it again replaces the filters and keeps the id', async () => {
      const workspace = app.workspace()
      const { call } = workspace
      const first = await call<SavedSearch>('PUT', '/saved_searches/', {
        name: 'Bad',
        filters: [filter],
        shared: false,
        pinned: true,
      })
      const again = await call<SavedSearch>('PUT', '/saved_searches/', { name: ' Bad ', filters: [] })
      expect(again.body).toMatchObject({ id: first.body.id, filters: [], shared: false, pinned: true })
      await handOver(first.body.id)
      const mine = await call<SavedSearch>('PUT', '/saved_searches/', { name: 'Bad', filters: [] })
      expect(mine.body.id).not.toBe(first.body.id)
    })

    it('a private one is found by its owner alone', async () => {
      const workspace = app.workspace()
      const { call } = workspace
      const { body } = await call<SavedSearch>('PUT', '/saved_searches/', { name: 'Mine', shared: false })
      expect(await names(workspace)).toEqual(['Mine'])
      await handOver(body.id)
      expect(await names(workspace)).toEqual([])
      for (const [method, path, change] of [
        ['GET', ''],
        ['PATCH', '', { name: 'Yours' }],
        ['DELETE', ''],
        ['PUT', '/pin', { pinned: true }],
      ] as const)
        expect((await call(method, `/saved_searches/${body.id}${path}`, change)).status).toBe(404)
    })

    it('a shared one is changed by its owner, or by whoever governs the workspace', async () => {
      const { call, id } = app.workspace(['see_flows', 'manage_saved_search'])
      const { body } = await call<SavedSearch>('PUT', '/saved_searches/', { name: 'Team', shared: true })
      await handOver(body.id)
      const refused = await call('PATCH', `/saved_searches/${body.id}`, { shared: false })
      expect([refused.status, refused.body]).toMatchObject([
        403,
        {
          code: 'saved_search_of_another',
          detail: "'Team' belongs to Jonas. Only its owner, or an Owner of the workspace, may change it.",
        },
      ])
      expect((await call('DELETE', `/saved_searches/${body.id}`)).status).toBe(403)
      expect((await call<SavedSearch>('GET', `/saved_searches/${body.id}`)).body).toMatchObject({
        own: false,
      })
      const owner = app.workspace(['*'], id)
      expect((await owner.call('DELETE', `/saved_searches/${body.id}`)).status).toBe(204)
      expect((await owner.call('GET', `/saved_searches/${body.id}`)).status).toBe(404)
    })

    it('are renamed, but not to a name that their owner uses', async () => {
      const workspace = app.workspace()
      const { call } = workspace
      const { body } = await call<SavedSearch>('PUT', '/saved_searches/', { name: 'a' })
      await call('PUT', '/saved_searches/', { name: 'b' })
      expect((await call('PATCH', `/saved_searches/${body.id}`, { name: 'b' })).body).toMatchObject({
        code: 'saved_search_name_taken',
      })
      expect((await call('PATCH', `/saved_searches/${body.id}`, { name: 'a' })).status).toBe(204)
      expect((await call('PATCH', `/saved_searches/${body.id}`, { name: 'c', shared: false })).status).toBe(
        204,
      )
      expect(await names(workspace)).toEqual(['b', 'c'])
    })

    it('are pinned by each reader alone, who need not be allowed to change them', async () => {
      const { call, id } = app.workspace()
      const { body } = await call<SavedSearch>('PUT', '/saved_searches/', { name: 'Team' })
      await handOver(body.id)
      const viewer = app.workspace(['see_flows'], id)
      const pin = (pinned: boolean) => viewer.call('PUT', `/saved_searches/${body.id}/pin`, { pinned })
      expect((await pin(true)).status).toBe(204)
      expect((await pin(true)).status).toBe(204)
      const read = async () =>
        (await viewer.call<SavedSearch>('GET', `/saved_searches/${body.id}`)).body.pinned
      expect(await read()).toBe(true)
      await app.db.write((trx) =>
        trx
          .updateTable('saved_search_pins')
          .set({ actor_id: 'somebody' })
          .where('saved_search_id', '=', body.id)
          .execute(),
      )
      expect(await read()).toBe(false)
      await pin(true)
      await pin(false)
      expect(await read()).toBe(false)
    })

    it('take see_flows to read and manage_saved_search to change', async () => {
      const { call, id } = app.workspace()
      const { body } = await call<SavedSearch>('PUT', '/saved_searches/', { name: 'Team' })
      const viewer = app.workspace(['see_flows'], id)
      expect((await viewer.call('GET', `/saved_searches/${body.id}`)).status).toBe(200)
      for (const [method, path, change] of [
        ['PUT', '/', { name: 'x' }],
        ['PATCH', `/${body.id}`, { name: 'x' }],
        ['DELETE', `/${body.id}`],
      ] as const)
        expect((await viewer.call(method, `/saved_searches${path}`, change)).status).toBe(403)
      const nobody = app.workspace(['manage_saved_search'], id)
      expect((await nobody.call('POST', '/saved_searches/filter')).status).toBe(403)
    })

    it('another workspace sees 404', async () => {
      const mine = app.workspace()
      const theirs = app.workspace()
      const { body } = await mine.call<SavedSearch>('PUT', '/saved_searches/', { name: 'Team', pinned: true })
      for (const [method, path, change] of [
        ['GET', ''],
        ['PATCH', '', { name: 'x' }],
        ['DELETE', ''],
        ['PUT', '/pin', { pinned: false }],
      ] as const)
        expect((await theirs.call(method, `/saved_searches/${body.id}${path}`, change)).status).toBe(404)
      expect(await names(theirs)).toEqual([])
      expect((await theirs.call<SavedSearch>('PUT', '/saved_searches/', { name: 'Team' })).body.id).not.toBe(
        body.id,
      )
      expect((await mine.call<SavedSearch>('GET', `/saved_searches/${body.id}`)).body).toEqual(body)
    })

    it('have a name, and filters of a size that pages can carry', async () => {
      const { call } = app.workspace()
      expect((await call('PUT', '/saved_searches/', { name: '  ' })).status).toBe(422)
      expect((await call('PUT', '/saved_searches/', { name: 'x', colour: 'red' })).status).toBe(422)
      const long = await call('PUT', '/saved_searches/', {
        name: 'x',
        filters: [{ ...filter, value: 'y'.repeat(20_001) }],
      })
      expect([long.status, long.body]).toMatchObject([422, { code: 'saved_search_too_long' }])
      for (let n = 0; n < 200; n++) await call('PUT', '/saved_searches/', { name: `v${n}` })
      const full = await call('PUT', '/saved_searches/', { name: 'one more' })
      expect([full.status, full.body]).toMatchObject([409, { code: 'saved_searches_full' }])
      expect((await call('PUT', '/saved_searches/', { name: 'v7', filters: [filter] })).status).toBe(200)
    })
  })
})
