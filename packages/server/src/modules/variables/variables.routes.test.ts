import type { Variable } from '@orrery/schemas'
import { eachDatabase } from '@orrery/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TestApp, testApp } from '../../testing/test-app.ts'

eachDatabase((database) => {
  let app: TestApp
  beforeAll(async () => {
    app = await testApp(await database.open())
  })
  afterAll(() => app.close())

  describe('variables', () => {
    it('hold any JSON value, long integers and null included', async () => {
      const { call } = app.workspace()
      const values = ['text', 7, 1.5, true, null, [1, 'a'], { nested: { x: [] } }]
      for (const [index, value] of values.entries()) {
        const made = await call<Variable>('POST', '/variables/', { name: `v${index}`, value, tags: ['t'] })
        expect([made.status, made.body.value, made.body.tags]).toEqual([201, value, ['t']])
        expect((await call('GET', `/variables/${made.body.id}`)).body).toEqual(made.body)
        expect((await call('GET', `/variables/name/v${index}`)).body).toEqual(made.body)
      }
      const big = await call('POST', '/variables/', '{"name":"big","value":12345678901234567890123}')
      expect(big.text).toContain('"value":12345678901234567890123')
    })

    it('a name is unique inside a workspace, and follows its pattern', async () => {
      const mine = app.workspace()
      const theirs = app.workspace()
      expect((await mine.call('POST', '/variables/', { name: 'one', value: 1 })).status).toBe(201)
      const taken = await mine.call('POST', '/variables/', { name: 'one', value: 2 })
      expect([taken.status, taken.body]).toMatchObject([
        409,
        { detail: "A variable with the name 'one' already exists.", code: 'variable_name_taken' },
      ])
      expect((await theirs.call('POST', '/variables/', { name: 'one', value: 3 })).status).toBe(201)
      expect((await mine.call('POST', '/variables/', { name: 'Not This', value: 1 })).status).toBe(422)
      const long = await mine.call('POST', '/variables/', { name: 'long', value: 'x'.repeat(5000) })
      expect([long.status, long.body]).toMatchObject([422, { code: 'variable_too_long' }])
      await mine.call('POST', '/variables/', { name: 'two', value: 2 })
      expect((await mine.call('PATCH', '/variables/name/two', { name: 'one' })).status).toBe(409)
      expect((await mine.call('PATCH', '/variables/name/two', { name: 'two' })).status).toBe(204)
    })

    it('another workspace sees 404', async () => {
      const mine = app.workspace()
      const theirs = app.workspace()
      const { body } = await mine.call<Variable>('POST', '/variables/', { name: 'secret', value: 1 })
      for (const path of [`/variables/${body.id}`, '/variables/name/secret'])
        for (const [method, change] of [['GET'], ['PATCH', { value: 2 }], ['DELETE']] as const)
          expect((await theirs.call(method, path, change)).status).toBe(404)
      expect((await theirs.call('POST', '/variables/filter')).body).toEqual([])
      expect((await mine.call<Variable>('GET', `/variables/${body.id}`)).body.value).toBe(1)
    })

    it('are changed and deleted by id and by name', async () => {
      const { call } = app.workspace()
      const { body } = await call<Variable>('POST', '/variables/', { name: 'v', value: 1, tags: ['a'] })
      await call('PATCH', `/variables/${body.id}`, { value: null })
      await call('PATCH', '/variables/name/v', { name: 'w', tags: ['b'] })
      expect((await call('GET', '/variables/name/w')).body).toMatchObject({
        id: body.id,
        value: null,
        tags: ['b'],
      })
      expect((await call('DELETE', '/variables/name/w')).status).toBe(204)
      expect((await call('GET', `/variables/${body.id}`)).status).toBe(404)
    })

    it('are listed and counted by name and tags', async () => {
      const { call } = app.workspace()
      for (const [name, tags] of [
        ['alpha', ['x']],
        ['beta', ['x', 'y']],
        ['gamma', []],
      ] as const)
        await call('POST', '/variables/', { name, value: 0, tags })
      const names = async (body: object) =>
        (await call<Variable[]>('POST', '/variables/filter', body)).body.map((variable) => variable.name)
      expect(await names({})).toEqual(['alpha', 'beta', 'gamma'])
      expect(await names({ sort: 'NAME_DESC', limit: 1, offset: 1 })).toEqual(['beta'])
      expect(await names({ variables: { name: { like_: 'AM' } } })).toEqual(['gamma'])
      expect(await names({ variables: { tags: { all_: ['x', 'y'] } } })).toEqual(['beta'])
      expect(
        await names({ variables: { operator: 'or_', name: { any_: ['alpha'] }, tags: { is_null_: true } } }),
      ).toEqual(['alpha', 'gamma'])
      expect((await call('POST', '/variables/count', { variables: { tags: { all_: ['x'] } } })).body).toBe(2)
      expect((await call('POST', '/variables/count')).body).toBe(3)
    })
  })
})
