import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eachDatabase, startServer } from '@orrery/testing'
import { afterAll, describe, expect, it } from 'vitest'
import { adminBootstrap } from './admin-bootstrap.ts'
import { readConfig } from './config.ts'

const OWNER = { email: 'Ops@Example.com', password: 'four quiet rivers at dawn', workspace: 'Main Stage' }

eachDatabase((database) => {
  describe('admin bootstrap', () => {
    const home = mkdtempSync(join(tmpdir(), 'orrery-bootstrap-'))
    afterAll(() => rmSync(home, { recursive: true, force: true }))

    it('makes owner, workspace and key once, finds them again, and the newest key works in a running server', async () => {
      const databaseUrl = await database.url()
      const config = readConfig(
        { databaseUrl, logLevel: 'silent' },
        { ORRERY_HOME: home, ORRERY_URL: 'https://orrery.example.com' },
      )
      const first = await adminBootstrap(config, OWNER)
      expect(first).toEqual({
        account_id: expect.any(String),
        workspace_id: expect.any(String),
        api_url: `https://orrery.example.com/api/accounts/${first.account_id}/workspaces/${first.workspace_id}`,
        cloud_api_url: 'https://orrery.example.com/api',
        api_key: expect.stringMatching(/^pnu_[0-9A-Za-z]{36}$/),
      })

      const server = await startServer({ home, flags: { databaseUrl } })
      const ask = (key: string) =>
        fetch(`${server.url}/api/me/workspaces`, { headers: { authorization: `Bearer ${key}` } })
      const rows = await (await ask(first.api_key)).json()
      expect(rows).toEqual([
        {
          account_id: first.account_id,
          account_name: 'ops',
          account_handle: 'ops',
          workspace_id: first.workspace_id,
          workspace_name: 'Main Stage',
          workspace_description: '',
          workspace_handle: 'main-stage',
          role: 'Owner',
        },
      ])

      const second = await adminBootstrap(config, { ...OWNER, password: 'another long password than before' })
      expect({ ...second, api_key: '' }).toEqual({ ...first, api_key: '' })
      expect(second.api_key).not.toBe(first.api_key)
      expect((await ask(second.api_key)).status).toBe(200)
      await new Promise((resolve) => setTimeout(resolve, 1000))
      expect((await ask(first.api_key)).status).toBe(401)

      const signIn = await fetch(`${server.url}/api/auth/sign-in`, {
        method: 'POST',
        body: JSON.stringify({ email: OWNER.email, password: OWNER.password }),
      })
      expect(signIn.status).toBe(200)
      await server.stop()
    })

    it('refuses another owner than the instance has, and changes nothing', async () => {
      const config = readConfig(
        { databaseUrl: await database.url(), logLevel: 'silent' },
        { ORRERY_HOME: home },
      )
      await adminBootstrap(config, OWNER)
      await expect(adminBootstrap(config, { ...OWNER, email: 'eve@example.com' })).rejects.toMatchObject({
        code: 'instance_owned',
      })
    })

    it('refuses a poor password for a new owner', async () => {
      const config = readConfig(
        { databaseUrl: await database.url(), logLevel: 'silent' },
        { ORRERY_HOME: home },
      )
      await expect(adminBootstrap(config, { ...OWNER, password: 'short' })).rejects.toMatchObject({
        code: 'password_too_short',
      })
    })
  })
})
