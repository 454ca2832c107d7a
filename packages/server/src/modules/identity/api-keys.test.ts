import { toIso } from '@orrery/schemas'
import { eachDatabase, startServer, type TestServer } from '@orrery/testing'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AccessCache } from './access-cache.ts'
import { type Owner, signUpOwner } from './testing.ts'

eachDatabase((database) => {
  describe('API keys on two servers of one database', () => {
    let first: TestServer
    let second: TestServer
    let owner: Owner
    beforeAll(async () => {
      const databaseUrl = await database.url()
      first = await startServer({ flags: { databaseUrl, logLevel: 'silent' } })
      second = await startServer({ flags: { databaseUrl, logLevel: 'silent' } })
      owner = await signUpOwner(first.url, 'ada@example.com')
    })
    afterAll(async () => {
      await first.stop()
      await second.stop()
    })

    const makeKey = async (name: string, expiration?: string) =>
      (await owner.browser.post(`/api/users/${owner.userId}/api_keys`, { name, expiration })).body as {
        id: string
        key: string
        expiration: string | null
      }
    const ask = async (server: TestServer, key: string, path = '/api/me/'): Promise<number> =>
      (await fetch(server.url + path, { headers: { authorization: `Bearer ${key}` } })).status
    const cacheOf = (server: TestServer) =>
      (server.context.identity as unknown as { cache: AccessCache }).cache

    it('a key made on one is valid on the other at once', async () => {
      const { key } = await makeKey('both')
      expect(await ask(first, key)).toBe(200)
      expect(await ask(second, key)).toBe(200)
    })

    it('a deleted key is refused within a second by both', async () => {
      const { id, key } = await makeKey('short-lived')
      for (const server of [first, second]) expect(await ask(server, key, owner.path)).toBe(200)
      expect((await owner.browser.delete(`/api/users/${owner.userId}/api_keys/${id}`)).status).toBe(204)
      const deleted = performance.now()
      expect(await ask(first, key, owner.path)).toBe(401)
      while ((await ask(second, key, owner.path)) !== 401) {
        expect(performance.now() - deleted).toBeLessThan(1000)
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
      expect(performance.now() - deleted).toBeLessThan(1500)
    })

    it('once known, a key and its scopes are checked without reading the database', async () => {
      const { key } = await makeKey('hot')
      const cache = cacheOf(second)
      // A change that is just being noticed (the deletion above) keeps the first answers out of the memory.
      for (let tries = 0; tries < 50 && cache.keys.size + cache.scopes.size < 2; tries++) {
        await ask(second, key, owner.path)
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
      expect([cache.keys.size, cache.scopes.size]).toEqual([1, 1])
      const { identity, db } = second.context
      const principal = await identity.authenticateToken(key)
      // The look at the row that is due now, if it is, happens beside that call.
      await new Promise((resolve) => setTimeout(resolve, 50))
      // No read works from here on; what is held in memory must do.
      const read = db.read.selectFrom
      let reads = 0
      Object.defineProperty(db.read, 'selectFrom', {
        configurable: true,
        value: (...args: Parameters<typeof read>) => {
          reads++
          return read.apply(db.read, args)
        },
      })
      await identity.authenticateToken(key)
      if (principal) await identity.workspaceScope(principal, owner.accountId, owner.workspaceId, 'see_flows')
      Object.defineProperty(db.read, 'selectFrom', { configurable: true, value: read })
      expect(reads).toBe(0)
    })

    if (database.name === 'postgres')
      it('a deletion is seen in time while notifications are lost', async () => {
        const { id, key } = await makeKey('unnoticed')
        expect(await ask(second, key, owner.path)).toBe(200)
        await sql`select pg_terminate_backend(pid) from pg_stat_activity
        where pid <> pg_backend_pid() and query like 'LISTEN%'`.execute(first.context.db.read)
        await owner.browser.delete(`/api/users/${owner.userId}/api_keys/${id}`)
        const deleted = performance.now()
        while ((await ask(second, key, owner.path)) !== 401) {
          expect(performance.now() - deleted).toBeLessThan(1000)
          await new Promise((resolve) => setTimeout(resolve, 20))
        }
        for (let tries = 0; tries < 100 && !second.context.db.listening; tries++)
          await new Promise((resolve) => setTimeout(resolve, 50))
        expect(second.context.db.listening).toBe(true)
      })

    it('an expired key is refused, also when it was cached', async () => {
      const soon = Math.ceil(Date.now() / 1000 + 1) * 1_000_000
      const { key, expiration } = await makeKey('expiring', toIso(soon))
      expect(expiration).toBe(toIso(soon))
      expect(await ask(first, key)).toBe(200)
      while (Date.now() * 1000 <= soon) await new Promise((resolve) => setTimeout(resolve, 50))
      expect(await ask(first, key)).toBe(401)
    })

    it('a key without a name, or that is already expired, is not made', async () => {
      const post = (body: object) => owner.browser.post(`/api/users/${owner.userId}/api_keys`, body)
      expect((await post({ name: ' ' })).body).toMatchObject({ code: 'api_key_name_empty' })
      expect((await post({ name: 'x', expiration: '2020-01-01T00:00:00Z' })).body).toMatchObject({
        code: 'api_key_expiration_invalid',
      })
      expect((await post({ name: 'x', expiration: 'tomorrow' })).status).toBe(422)
    })

    it('when a key was last used is written a little later', async () => {
      const { id, key } = await makeKey('used')
      await ask(first, key)
      const read = async () =>
        (
          (await owner.browser.get(`/api/users/${owner.userId}/api_keys/${id}`)).body as {
            last_used: string | null
          }
        ).last_used
      for (let tries = 0; tries < 60 && (await read()) === null; tries++)
        await new Promise((resolve) => setTimeout(resolve, 50))
      expect(Date.parse((await read()) ?? '')).toBeGreaterThan(Date.now() - 60_000)
    })

    it('keys stand in the database only as hashes', async () => {
      const { key } = await makeKey('stored')
      const rows = await first.context.db.read.selectFrom('api_keys').selectAll().execute()
      const audit = await first.context.db.read.selectFrom('audit_log').selectAll().execute()
      expect(JSON.stringify([rows, audit])).not.toContain(key.slice(4))
    })

    it('making and deleting keys is in the audit log', async () => {
      const { id } = await makeKey('audited')
      await owner.browser.delete(`/api/users/${owner.userId}/api_keys/${id}`)
      const rows = await first.context.db.read
        .selectFrom('audit_log')
        .select(['event', 'actor_id'])
        .where('resource_id', '=', `prefect-cloud.api-key.${id}`)
        .orderBy('id')
        .execute()
      expect(rows).toEqual([
        { event: 'prefect-cloud.api-key.created', actor_id: owner.userId },
        { event: 'prefect-cloud.api-key.deleted', actor_id: owner.userId },
      ])
    })
  })
})
