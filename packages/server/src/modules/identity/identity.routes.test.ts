import { eachDatabase, startServer, type TestServer } from '@orrery/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Browser, browser, PASSWORD } from './testing.ts'

eachDatabase((database) => {
  describe('signing up, in and out', () => {
    let server: TestServer
    let owner: Browser
    let ids: { accountId: string; userId: string }
    beforeAll(async () => {
      server = await startServer({ flags: { databaseUrl: await database.url() } })
      owner = browser(server.url)
    })
    afterAll(() => server.stop())

    it('before anybody has signed up, the first user may', async () => {
      const { body } = await owner.get('/api/auth/config')
      expect(body).toMatchObject({
        mode: 'cloud',
        signup: 'first_user',
        setup_code_required: false,
        providers: [],
        password_min_length: 12,
        mail: false,
      })
    })

    it('a short or common password is refused with a reason', async () => {
      const short = await owner.post('/api/auth/sign-up', { email: 'ada@example.com', password: 'short' })
      expect(short.status).toBe(422)
      expect(short.body).toMatchObject({ code: 'password_too_short' })
      const common = await owner.post('/api/auth/sign-up', {
        email: 'ada@example.com',
        password: 'Password1234!',
      })
      expect(common.body).toMatchObject({ code: 'password_too_common' })
    })

    it('the first sign-up owns the instance and has a personal account', async () => {
      const answer = await owner.post('/api/auth/sign-up', {
        email: 'Ada@Example.com',
        password: PASSWORD,
        first_name: 'Ada',
        last_name: 'Lovelace',
      })
      expect(answer.status).toBe(201)
      const user = (answer.body as { user: Record<string, string> }).user
      expect(user).toMatchObject({
        handle: 'ada',
        email: 'ada@example.com',
        first_name: 'Ada',
        last_name: 'Lovelace',
        is_instance_owner: true,
      })
      ids = { accountId: String(user.personal_account_id), userId: String(user.id) }
      const account = await owner.get(`/api/accounts/${ids.accountId}`)
      expect(account.body).toMatchObject({ name: 'Ada Lovelace', handle: 'ada', plan_type: 'PERSONAL' })
      expect((await owner.get('/api/auth/session')).body).toMatchObject({ user: { id: ids.userId } })
    })

    it('a workspace and a key made by the session work with Bearer and Basic', async () => {
      const made = await owner.post(`/api/accounts/${ids.accountId}/workspaces/`, { name: 'Night Sky' })
      expect(made.status).toBe(201)
      const workspace = made.body as { id: string; handle: string; description: string }
      expect(workspace).toMatchObject({ handle: 'night-sky', description: '' })
      const key = await owner.post(`/api/users/${ids.userId}/api_keys`, { name: 'laptop' })
      expect(key.status).toBe(201)
      const secret = (key.body as { key: string }).key
      expect(secret).toMatch(/^pnu_[0-9A-Za-z]{36}$/)
      const W = `${server.url}/api/accounts/${ids.accountId}/workspaces/${workspace.id}`
      const ask = (authorization: string) => fetch(W, { headers: { authorization } }).then((r) => r.status)
      expect(await ask(`Bearer ${secret}`)).toBe(200)
      expect(await ask(`bearer ${secret}`)).toBe(200)
      expect(await ask(`Basic ${btoa(secret)}`)).toBe(200)
      expect(await ask(`Basic ${btoa(`me:${secret}`)}`)).toBe(200)
      expect(await ask('Bearer pnu_wrongwrongwrongwrongwrongwrongwrong12')).toBe(401)
      const listed = await owner.get(`/api/users/${ids.userId}/api_keys`)
      expect(listed.body).toEqual([
        {
          id: (key.body as { id: string }).id,
          created: expect.any(String),
          name: 'laptop',
          expiration: null,
          masked_key: `pnu_...${secret.slice(-4)}`,
          last_used: null,
        },
      ])
    })

    it('of several first users at once one becomes the owner, and the others are turned away', async () => {
      const fresh = await startServer({ flags: { databaseUrl: await database.url(), logLevel: 'silent' } })
      const answers = await Promise.all(
        ['a', 'b', 'c'].map((name) =>
          browser(fresh.url).post('/api/auth/sign-up', { email: `${name}@example.com`, password: PASSWORD }),
        ),
      )
      expect(answers.map((answer) => answer.status).sort()).toEqual([201, 403, 403])
      const users = await fresh.context.db.read.selectFrom('users').select('id').execute()
      expect(users).toHaveLength(1)
      await fresh.stop()
    })

    it('signing up is closed once there is an owner', async () => {
      const visitor = browser(server.url)
      expect((await visitor.get('/api/auth/config')).body).toMatchObject({ signup: 'closed' })
      const answer = await visitor.post('/api/auth/sign-up', { email: 'eve@example.com', password: PASSWORD })
      expect(answer.status).toBe(403)
      expect(answer.body).toMatchObject({ code: 'signup_closed' })
    })

    it('a wrong password and an unknown e-mail answer the same', async () => {
      const visitor = browser(server.url)
      const wrong = await visitor.post('/api/auth/sign-in', {
        email: 'ada@example.com',
        password: 'no such thing',
      })
      const nobody = await visitor.post('/api/auth/sign-in', {
        email: 'bob@example.com',
        password: 'no such thing',
      })
      for (const answer of [wrong, nobody]) {
        expect(answer.status).toBe(401)
        expect((answer.body as { detail: string }).detail).toBe('E-mail or password is wrong.')
      }
    })
  })
})
