import { WORKSPACE_ROLES } from '@orrery/core'
import { newId, systemNow } from '@orrery/schemas'
import { eachDatabase, startServer, type TestServer } from '@orrery/testing'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasWorkspaceRows, listWorkspaceTables } from '../../db/dialect/workspace-rows.ts'
import type { CloudIdentity } from '../identity/cloud-identity.ts'
import { type Owner, signUpOwner } from '../identity/testing.ts'
import { finishDeletions } from './delete-workspace.ts'

const DAY = 24 * 60 * 60 * 1_000_000

eachDatabase((database) => {
  describe('workspaces', () => {
    let server: TestServer
    let ada: Owner
    let bob: Owner
    beforeAll(async () => {
      server = await startServer({
        flags: { databaseUrl: await database.url(), logLevel: 'silent' },
        env: { ORRERY_SIGNUP: 'open' },
      })
      ada = await signUpOwner(server.url, 'ada@example.com')
      bob = await signUpOwner(server.url, 'bob@example.com')
    })
    afterAll(() => server.stop())

    const create = async (body: object) =>
      ada.browser.post(`/api/accounts/${ada.accountId}/workspaces/`, body)
    const identity = () => server.context.identity as CloudIdentity

    /** Inserts a flow and its runs straight into the tables, with the given states. */
    async function insertRuns(workspaceId: string, states: [type: string, name: string, at: number][]) {
      const flowId = newId()
      const now = systemNow()
      await server.context.db.write(async (trx) => {
        await trx
          .insertInto('flows')
          .values({
            id: flowId,
            workspace_id: workspaceId,
            created: now,
            updated: now,
            name: flowId,
            tags: '[]',
            labels: '{}',
          })
          .execute()
        for (const [type, name, at] of states)
          await trx
            .insertInto('flow_runs')
            .values({
              id: newId(),
              workspace_id: workspaceId,
              created: now,
              updated: now,
              name: 'run',
              flow_id: flowId,
              parameters: '{}',
              context: '{}',
              empirical_policy: '{}',
              tags: '[]',
              labels: '{}',
              state_type: type,
              state_name: name,
              state_timestamp: at,
            } as never)
            .execute()
      })
    }

    it('handles are derived from the name and unique inside the account only', async () => {
      expect((await create({ name: 'Überraschung & Söhne' })).body).toMatchObject({
        handle: 'uberraschung-sohne',
        description: '',
        default_workspace_role_id: null,
        is_public: false,
      })
      expect((await create({ name: 'uberraschung sohne' })).body).toMatchObject({
        handle: 'uberraschung-sohne-2',
      })
      const taken = await create({ name: 'x', handle: 'uberraschung-sohne' })
      expect(taken.status).toBe(409)
      expect(taken.body).toMatchObject({ code: 'workspace_handle_taken' })
      expect((await create({ name: 'x', handle: 'No Handle' })).body).toMatchObject({
        code: 'handle_invalid',
      })
      expect((await create({ name: '  ' })).status).toBe(422)
      const other = await bob.browser.post(`/api/accounts/${bob.accountId}/workspaces/`, {
        name: 'Mine',
        handle: 'uberraschung-sohne',
      })
      expect(other.status).toBe(201)
    })

    it('workspaces of one name made at once get different handles', async () => {
      const made = await Promise.all(Array.from({ length: 6 }, () => create({ name: 'Twins' })))
      expect(made.map((answer) => answer.status)).toEqual([201, 201, 201, 201, 201, 201])
      const handles = made.map((answer) => (answer.body as { handle: string }).handle).sort()
      expect(handles).toEqual(['twins', 'twins-2', 'twins-3', 'twins-4', 'twins-5', 'twins-6'])
    })

    it('a workspace is read, renamed and listed; null leaves the default role, an empty text clears it', async () => {
      const { id } = (await create({ name: 'Old', description: 'what it is for' })).body as { id: string }
      const path = `/api/accounts/${ada.accountId}/workspaces/${id}`
      const runner = WORKSPACE_ROLES[2]?.id
      expect((await ada.browser.patch(path, { default_workspace_role_id: runner })).status).toBe(204)
      await ada.browser.patch(path, {
        name: 'New',
        handle: 'new-handle',
        description: null,
        default_workspace_role_id: null,
      })
      expect((await ada.browser.get(path)).body).toMatchObject({
        id,
        name: 'New',
        handle: 'new-handle',
        description: '',
        default_workspace_role_id: runner,
      })
      await ada.browser.patch(path, { default_workspace_role_id: '' })
      expect((await ada.browser.get(`${path}/`)).body).toMatchObject({ default_workspace_role_id: null })
      const filter = (body?: object) =>
        ada.browser.post(`/api/accounts/${ada.accountId}/workspaces/filter`, body)
      const found = (await filter({ workspaces: { handle: { any_: ['new-handle'] } } })).body as object[]
      expect(found).toHaveLength(1)
      const all = (await filter({ workspaces: { handle: { any_: null } }, limit: 200, offset: 0 }))
        .body as object[]
      expect(all.length).toBeGreaterThan(1)
      expect(((await filter()).body as object[]).length).toBe(all.length)
    })

    it('my workspaces have no nulls, say the role, and are sorted by full handle', async () => {
      const rows = (await ada.browser.get('/api/me/workspaces')).body as Record<string, string>[]
      for (const row of rows) {
        expect(Object.keys(row).sort()).toEqual([
          'account_handle',
          'account_id',
          'account_name',
          'role',
          'workspace_description',
          'workspace_handle',
          'workspace_id',
          'workspace_name',
        ])
        for (const value of Object.values(row)) expect(typeof value).toBe('string')
        expect(row.role).toBe('Owner')
      }
      const handles = rows.map((row) => row.workspace_handle)
      expect(handles).toEqual([...handles].sort())
    })

    it('outside of the own workspaces everything is 404, for cookie and key', async () => {
      const paths: [method: string, path: string][] = [
        ['GET', `/api/accounts/${ada.accountId}`],
        ['PATCH', `/api/accounts/${ada.accountId}`],
        ['GET', `/api/accounts/${ada.accountId}/settings`],
        ['PATCH', `/api/accounts/${ada.accountId}/settings`],
        ['GET', `/api/accounts/${ada.accountId}/domains`],
        ['POST', `/api/accounts/${ada.accountId}/workspaces/`],
        ['POST', `/api/accounts/${ada.accountId}/workspaces/filter`],
        ['GET', ada.path],
        ['PATCH', ada.path],
        ['DELETE', ada.path],
        ['GET', `${ada.path}/settings`],
        ['PATCH', `${ada.path}/settings`],
        ['GET', `/api/workspaces/${ada.workspaceId}`],
        ['GET', `/api/me/accounts/${ada.accountId}/permissions`],
        ['GET', `/api/me/workspaces/${ada.workspaceId}/scopes`],
        ['GET', `/api/users/${ada.userId}`],
        ['PATCH', `/api/users/${ada.userId}`],
        ['GET', `/api/users/${ada.userId}/api_keys`],
        ['POST', `/api/users/${ada.userId}/api_keys`],
        // The right workspace under the caller's own account is no workspace either.
        ['GET', `/api/accounts/${bob.accountId}/workspaces/${ada.workspaceId}`],
        ['DELETE', `/api/accounts/${bob.accountId}/workspaces/${ada.workspaceId}`],
        ['GET', `/api/accounts/${ada.accountId}/workspaces/${bob.workspaceId}`],
      ]
      for (const [method, path] of paths) {
        const body = method === 'GET' || method === 'DELETE' ? {} : { body: JSON.stringify({ name: 'x' }) }
        const answer = await fetch(server.url + path, {
          method,
          headers: { authorization: `Bearer ${bob.key}` },
          ...body,
        })
        expect([method, path, answer.status]).toEqual([method, path, 404])
      }
      expect((await bob.browser.get(ada.path)).status).toBe(404)
      expect((await ada.browser.get(ada.path)).body).toMatchObject({ name: 'First' })
    })

    it('without credentials everything is 401 in words that Prefect clients know', async () => {
      for (const path of [ada.path, '/api/me/', '/api/me/workspaces', `/api/accounts/${ada.accountId}`]) {
        const answer = await fetch(server.url + path)
        expect(answer.status).toBe(401)
        expect(await answer.json()).toMatchObject({ detail: 'Invalid authentication credentials' })
      }
    })

    it('a role gives its scopes and no others', async () => {
      const { db } = server.context
      const viewer = WORKSPACE_ROLES.find((role) => role.name === 'Viewer')?.id ?? ''
      const now = systemNow()
      await db.write(async (trx) => {
        await trx
          .insertInto('workspace_access')
          .values({
            id: newId(),
            created: now,
            updated: now,
            workspace_id: ada.workspaceId,
            user_id: bob.userId,
            workspace_role_id: viewer,
          })
          .execute()
        await identity().cache.changed(trx)
      })
      expect((await bob.browser.get(ada.path)).status).toBe(200)
      const settings = await bob.browser.get(`${ada.path}/settings`)
      expect(settings.status).toBe(403)
      expect(settings.body).toMatchObject({ code: 'permission_missing' })
      expect((await bob.browser.patch(ada.path, { name: 'mine now' })).status).toBe(403)
      expect((await bob.browser.delete(ada.path)).status).toBe(403)
      const scopes = (await bob.browser.get(`/api/me/workspaces/${ada.workspaceId}/scopes`)).body
      expect(scopes).toContain('see_flows')
      expect(scopes).not.toContain('run_flows')
      const has = await bob.browser.get(`/api/me/workspaces/${ada.workspaceId}/has_scope?scope=see_flows`)
      expect(has.body).toBe(true)
      const overview = (await bob.browser.get('/api/me/workspaces/overview')).body as Record<
        string,
        unknown
      >[]
      expect(overview.map((row) => [row.workspace_id, row.role]).sort()).toContainEqual([
        ada.workspaceId,
        'Viewer',
      ])
      await db.write(async (trx) => {
        await trx
          .deleteFrom('workspace_access')
          .where('user_id', '=', bob.userId)
          .where('workspace_id', '=', ada.workspaceId)
          .execute()
        await identity().cache.changed(trx)
      })
      expect((await bob.browser.get(ada.path)).status).toBe(404)
    })

    it('the overview counts what the cards show', async () => {
      const { id } = (await create({ name: 'Counted' })).body as { id: string }
      const now = systemNow()
      const today = Math.floor(now / DAY) * DAY
      await insertRuns(id, [
        ['COMPLETED', 'Completed', today],
        ['COMPLETED', 'Completed', today - 3 * DAY],
        ['COMPLETED', 'Cached', today - 3 * DAY + 1],
        ['FAILED', 'Failed', today],
        ['FAILED', 'TimedOut', today - 3 * DAY],
        ['CRASHED', 'Crashed', today + 1],
        ['CRASHED', 'Crashed', today - 40 * DAY],
        ['RUNNING', 'Running', today - DAY],
        ['RUNNING', 'Retrying', today],
        ['SCHEDULED', 'Late', today],
        ['SCHEDULED', 'Scheduled', today],
      ])
      const rows = (await ada.browser.get('/api/me/workspaces/overview')).body as {
        workspace_id: string
        role: string
        counts: object
        today: object
        history: { date: string; good: number; bad: number }[]
      }[]
      const row = rows.find((one) => one.workspace_id === id)
      expect(row).toMatchObject({
        role: 'Owner',
        counts: { flows: 1, deployments: 0, flow_runs: 11 },
        today: { failed: 1, crashed: 1, late: 1, running: 2 },
      })
      expect(row?.history).toHaveLength(30)
      const date = (at: number) => new Date(at / 1000).toISOString().slice(0, 10)
      expect(row?.history[29]).toEqual({ date: date(today), good: 1, bad: 2 })
      expect(row?.history[26]).toEqual({ date: date(today - 3 * DAY), good: 2, bad: 1 })
      expect(row?.history[0]).toEqual({ date: date(today - 29 * DAY), good: 0, bad: 0 })
    })

    it('a deleted workspace is gone at once with every row of every table, and other workspaces stay', async () => {
      const { id } = (await create({ name: 'Doomed' })).body as { id: string }
      const path = `/api/accounts/${ada.accountId}/workspaces/${id}`
      const { db } = server.context
      await insertRuns(
        id,
        Array.from({ length: 20 }, () => ['COMPLETED', 'Completed', systemNow()]),
      )
      await insertRuns(ada.workspaceId, [['COMPLETED', 'Completed', systemNow()]])
      await db.write((trx) =>
        trx
          .insertInto('logs')
          .values({
            id: newId(),
            workspace_id: id,
            created: systemNow(),
            name: 'n',
            level: 20,
            message: 'm',
            timestamp: systemNow(),
          } as never)
          .execute(),
      )
      // A table of a later release, which nobody told about here.
      await db.write(async (trx) => {
        const type = db.dialect === 'postgres' ? sql`uuid` : sql`text`
        await sql`create table later_things (workspace_id ${type} not null)`.execute(trx)
        await sql`insert into later_things values (${id}), (${ada.workspaceId})`.execute(trx)
        const run = await trx
          .selectFrom('flow_runs')
          .select('id')
          .where('workspace_id', '=', id)
          .executeTakeFirst()
        await trx
          .insertInto('flow_run_states')
          .values({
            id: newId(),
            workspace_id: id,
            flow_run_id: run?.id ?? '',
            type: 'COMPLETED',
            name: 'Completed',
            timestamp: systemNow(),
            message: null,
            state_details: '{}',
            data: null,
            result_artifact_id: null,
          })
          .execute()
      })
      expect((await ada.browser.delete(path)).status).toBe(204)
      expect((await ada.browser.get(path)).status).toBe(404)
      expect((await ada.browser.delete(path)).status).toBe(404)
      const tables = await listWorkspaceTables(db)
      expect(tables).toEqual(
        expect.arrayContaining(['flows', 'flow_run_states', 'logs', 'events', 'later_things']),
      )
      for (const table of tables)
        expect([table, await hasWorkspaceRows(db, table, id)]).toEqual([table, false])
      expect(await hasWorkspaceRows(db, 'later_things', ada.workspaceId)).toBe(true)
      const kept = await db.read
        .selectFrom('flow_runs')
        .select('id')
        .where('workspace_id', '=', ada.workspaceId)
        .execute()
      expect(kept).toHaveLength(1)
      expect((await create({ name: 'Doomed' })).body).toMatchObject({ handle: 'doomed' })
      const audit = await db.read
        .selectFrom('audit_log')
        .select('event')
        .where('in_workspace_id', '=', id)
        .orderBy('id')
        .execute()
      expect(audit.map((row) => row.event)).toEqual([
        'prefect-cloud.workspace.created',
        'prefect-cloud.workspace.deleted',
      ])
    })

    it('rows that were written while a workspace was being deleted go later', async () => {
      const { id } = (await create({ name: 'Late writer' })).body as { id: string }
      const { db } = server.context
      await ada.browser.delete(`/api/accounts/${ada.accountId}/workspaces/${id}`)
      await insertRuns(id, [['COMPLETED', 'Completed', systemNow()]])
      await db.write((trx) => trx.updateTable('workspace_deletions').set({ deleted: 0 }).execute())
      await finishDeletions(identity())
      expect(
        await db.read.selectFrom('flow_runs').select('id').where('workspace_id', '=', id).execute(),
      ).toEqual([])
      expect(await db.read.selectFrom('workspace_deletions').selectAll().execute()).toEqual([])
    })

    it('settings of an account and of a workspace are changed one by one', async () => {
      const A = `/api/accounts/${ada.accountId}`
      await ada.browser.patch(`${A}/settings`, { enforce_webhook_authentication: true, unknown: 1 })
      expect((await ada.browser.get(`${A}/settings`)).body).toEqual({
        allow_public_workspaces: false,
        ai_log_summaries: false,
        managed_execution: false,
        enforce_webhook_authentication: true,
      })
      await ada.browser.patch(A, {
        name: 'Ada & Co',
        handle: 'ada-co',
        location: 'London',
        auth_expiration_seconds: null,
      })
      expect((await ada.browser.get(`${A}/`)).body).toMatchObject({
        name: 'Ada & Co',
        handle: 'ada-co',
        location: 'London',
        settings: { enforce_webhook_authentication: true },
        plan_type: 'PERSONAL',
        status: 'ACTIVE',
      })
      expect((await ada.browser.patch(A, { handle: 'bob' })).body).toMatchObject({ code: 'handle_taken' })
      expect((await ada.browser.get(`${ada.path}/settings`)).body).toEqual({
        inherit_default_result_storage: true,
        default_result_storage_block_id: null,
      })
      await ada.browser.patch(`${ada.path}/settings`, { inherit_default_result_storage: false })
      expect((await ada.browser.get(`${ada.path}/settings`)).body).toMatchObject({
        inherit_default_result_storage: false,
      })
    })

    it('the profile is changed by its user only, its handle stays unique', async () => {
      const path = `/api/users/${ada.userId}`
      expect((await ada.browser.patch(path, { first_name: 'Ada', handle: 'countess' })).status).toBe(204)
      expect((await ada.browser.get('/api/me/')).body).toMatchObject({
        first_name: 'Ada',
        handle: 'countess',
      })
      expect((await ada.browser.patch(path, { handle: 'bob' })).body).toMatchObject({ code: 'handle_taken' })
      expect((await ada.browser.patch(path, { email: 'bob@example.com' })).body).toMatchObject({
        code: 'email_taken',
      })
      await ada.browser.patch(path, { settings: { default_timezone: 'Europe/Berlin' } })
      expect((await ada.browser.get('/api/me')).body).toMatchObject({
        settings: { default_timezone: 'Europe/Berlin' },
      })
    })
  })
})
