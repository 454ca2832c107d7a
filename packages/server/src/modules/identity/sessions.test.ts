import { MICROS_PER_SECOND } from '@orrery/schemas'
import { eachDatabase, type MailServer, startMailServer, startServer, type TestServer } from '@orrery/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Browser, browser, PASSWORD, signUpOwner } from './testing.ts'

const NEXT = 'another river, further north'

eachDatabase((database) => {
  describe('sessions and passwords', () => {
    let server: TestServer
    let mail: MailServer
    let user: Browser
    let key: string
    beforeAll(async () => {
      mail = await startMailServer()
      server = await startServer({
        flags: { databaseUrl: await database.url(), logLevel: 'silent' },
        env: { ORRERY_SMTP_URL: mail.url, ORRERY_MAIL_FROM: 'Orrery <orrery@example.com>' },
      })
      const owner = await signUpOwner(server.url, 'ada@example.com')
      user = owner.browser
      key = owner.key
    })
    afterAll(async () => {
      await server.stop()
      await mail.stop()
    })

    const signIn = async (password = PASSWORD): Promise<Browser> => {
      const client = browser(server.url)
      const answer = await client.post('/api/auth/sign-in', { email: 'ada@example.com', password })
      expect(answer.status).toBe(200)
      return client
    }
    const isSignedIn = async (client: Browser) =>
      ((await client.get('/api/auth/session')).body as { user: unknown }).user !== null
    const sessions = async (client: Browser) =>
      (await client.get('/api/me/sessions')).body as { id: string; current: boolean; user_agent: string }[]

    it('the cookie is out of reach of scripts and other sites, and stands only as a hash in the database', async () => {
      const client = browser(server.url)
      const answer = await client.post('/api/auth/sign-in', { email: 'ada@example.com', password: PASSWORD })
      const [cookie = ''] = answer.headers.getSetCookie()
      expect(cookie).toMatch(/^orrery_session=[\w-]{43}; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Lax$/)
      const token = client.cookies.get('orrery_session')
      const rows = await server.context.db.read.selectFrom('sessions').selectAll().execute()
      expect(JSON.stringify(rows)).not.toContain(token)
    })

    it('signing in again makes a new session and ends the old one', async () => {
      const client = await signIn()
      const before = client.cookies.get('orrery_session') ?? ''
      await client.post('/api/auth/sign-in', { email: 'ada@example.com', password: PASSWORD })
      expect(client.cookies.get('orrery_session')).not.toBe(before)
      const old = browser(server.url)
      old.cookies.set('orrery_session', before)
      expect(await isSignedIn(old)).toBe(false)
    })

    it('a change with the cookie needs our header and our origin', async () => {
      const client = await signIn()
      const cookie = `orrery_session=${client.cookies.get('orrery_session')}`
      const change = (headers: Record<string, string>) =>
        fetch(`${server.url}/api/users/00000000-0000-7000-8000-000000000000`, {
          method: 'PATCH',
          headers: { cookie, ...headers },
          body: '{}',
        })
      const foreign = { origin: 'https://evil.example', 'x-orrery-request': '1' }
      for (const headers of [{}, { 'x-orrery-request': '1' }, { origin: server.url }, foreign]) {
        const answer = await change(headers)
        expect(answer.status).toBe(403)
        expect(await answer.json()).toMatchObject({ code: 'cross_site_request' })
      }
      expect((await change({ origin: server.url, 'x-orrery-request': '1' })).status).toBe(404)
    })

    it('another site cannot sign its visitor in', async () => {
      const answer = await fetch(`${server.url}/api/auth/sign-in`, {
        method: 'POST',
        headers: { origin: 'https://evil.example', 'content-type': 'text/plain' },
        body: JSON.stringify({ email: 'ada@example.com', password: PASSWORD }),
      })
      expect(answer.status).toBe(403)
    })

    it('sessions are listed, the own one marked, and ended one by one', async () => {
      const other = await signIn()
      const mine = await sessions(user)
      expect(mine.filter((session) => session.current)).toHaveLength(1)
      const theirs = (await sessions(other)).find((session) => session.current)
      expect((await user.post(`/api/me/sessions/${theirs?.id}/terminate`)).status).toBe(204)
      expect(await isSignedIn(other)).toBe(false)
      expect(await isSignedIn(user)).toBe(true)
    })

    it('signing out ends the session, not only the cookie', async () => {
      const client = await signIn()
      const token = client.cookies.get('orrery_session') ?? ''
      expect((await client.post('/api/auth/sign-out')).status).toBe(204)
      expect(client.cookies.has('orrery_session')).toBe(false)
      client.cookies.set('orrery_session', token)
      expect((await client.get('/api/me/')).status).toBe(401)
    })

    it('a new password ends the other sessions and leaves keys alone', async () => {
      const other = await signIn()
      const wrong = await user.post('/api/auth/password', { current_password: 'not it', new_password: NEXT })
      expect(wrong.status).toBe(403)
      expect(wrong.body).toMatchObject({ code: 'wrong_password' })
      const right = await user.post('/api/auth/password', { current_password: PASSWORD, new_password: NEXT })
      expect(right.status).toBe(204)
      expect(await isSignedIn(user)).toBe(true)
      expect(await isSignedIn(other)).toBe(false)
      const byKey = { authorization: `Bearer ${key}` }
      expect((await fetch(`${server.url}/api/me/`, { headers: byKey })).status).toBe(200)
      const back = await user.post('/api/auth/password', { current_password: NEXT, new_password: PASSWORD })
      expect(back.status).toBe(204)
    })

    it('a key cannot change the password or the e-mail', async () => {
      const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
      const password = await fetch(`${server.url}/api/auth/password`, {
        method: 'POST',
        headers,
        body: JSON.stringify({ current_password: PASSWORD, new_password: NEXT }),
      })
      expect(password.status).toBe(403)
      const { id } = (await (await fetch(`${server.url}/api/me/`, { headers })).json()) as { id: string }
      const email = await fetch(`${server.url}/api/users/${id}`, {
        method: 'PATCH',
        headers,
        body: JSON.stringify({ email: 'eve@example.com' }),
      })
      expect(email.status).toBe(403)
      expect(await email.json()).toMatchObject({ code: 'session_required' })
    })

    it('the link of a reset mail sets a password once and ends all sessions', async () => {
      const other = await signIn()
      const visitor = browser(server.url)
      expect((await visitor.post('/api/auth/forgot-password', { email: 'nobody@example.com' })).status).toBe(
        202,
      )
      expect((await visitor.post('/api/auth/forgot-password', { email: 'Ada@example.com' })).status).toBe(202)
      const text = (await mail.next()).replace(/=\r\n/g, '').replaceAll('=3D', '=')
      expect(mail.mails).toHaveLength(1)
      expect(text).toContain('To: ada@example.com')
      const token = /\/reset-password\?token=([\w-]{43})/.exec(text)?.[1]
      const reset = (new_password: string) =>
        visitor.post('/api/auth/reset-password', { token, new_password })
      expect((await reset('short')).body).toMatchObject({ code: 'password_too_short' })
      expect((await reset(NEXT)).status).toBe(204)
      expect((await reset('yet another long one')).body).toMatchObject({ code: 'reset_token_invalid' })
      expect(await isSignedIn(other)).toBe(false)
      user = await signIn(NEXT)
    })

    it('a reset link ends after an hour', async () => {
      const visitor = browser(server.url)
      await visitor.post('/api/auth/forgot-password', { email: 'ada@example.com' })
      const text = (await mail.next()).replace(/=\r\n/g, '').replaceAll('=3D', '=')
      const token = /token=([\w-]{43})/.exec(text)?.[1]
      const { db } = server.context
      await db.write((trx) =>
        trx
          .updateTable('password_resets')
          .set((eb) => ({ expires_at: eb('expires_at', '-', 3600 * MICROS_PER_SECOND) }))
          .execute(),
      )
      const late = await visitor.post('/api/auth/reset-password', { token, new_password: PASSWORD })
      expect(late.status).toBe(410)
    })

    it('a session ends when it was idle for a week', async () => {
      const client = await signIn(NEXT)
      const [current] = (await sessions(client)).filter((session) => session.current)
      await server.context.db.write((trx) =>
        trx
          .updateTable('sessions')
          .set((eb) => ({ expires_at: eb('expires_at', '-', 7 * 86_400 * MICROS_PER_SECOND) }))
          .where('id', '=', current?.id ?? '')
          .execute(),
      )
      expect((await client.get('/api/me/')).status).toBe(401)
    })

    it('guessing at one account is slowed down, whatever is guessed', async () => {
      const visitor = browser(server.url)
      const statuses: number[] = []
      for (let attempt = 0; attempt < 7; attempt++) {
        const answer = await visitor.post('/api/auth/sign-in', { email: 'bob@example.com', password: 'x' })
        statuses.push(answer.status)
        if (answer.status === 429) {
          expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
          break
        }
      }
      expect(statuses).toEqual([401, 401, 401, 401, 401, 429])
      await signIn(NEXT)
    })
  })

  describe('the first sign-up of a server that others can reach', () => {
    it('needs the code that the server made, and the code is not needed again', async () => {
      const server = await startServer({
        flags: { databaseUrl: await database.url(), logLevel: 'silent' },
        env: { ORRERY_URL: 'http://orrery.example.com', ORRERY_SIGNUP: 'open' },
      })
      const { identity } = server.context
      const code = 'setupCode' in identity ? (identity.setupCode as { code: string | null }).code : null
      expect(code).toMatch(/^[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}$/)
      const visitor = browser(server.url)
      expect((await visitor.get('/api/auth/config')).body).toMatchObject({ setup_code_required: true })
      const signUp = (email: string, setup_code?: string) =>
        visitor.post('/api/auth/sign-up', { email, password: PASSWORD, setup_code })
      for (const wrong of [undefined, 'AAAA-BBBB-CCCC']) {
        const answer = await signUp('eve@example.com', wrong)
        expect(answer.status).toBe(403)
        expect(answer.body).toMatchObject({ code: 'wrong_setup_code' })
      }
      expect((await signUp('ada@example.com', code?.toLowerCase())).status).toBe(201)
      expect((await visitor.get('/api/auth/config')).body).toMatchObject({
        signup: 'open',
        setup_code_required: false,
      })
      const second = browser(server.url)
      const bob = await second.post('/api/auth/sign-up', { email: 'bob@example.com', password: PASSWORD })
      expect(bob.status).toBe(201)
      expect((bob.body as { user: { is_instance_owner: boolean } }).user.is_instance_owner).toBe(false)
      expect((await second.get('/api/auth/settings')).status).toBe(403)
      await server.stop()
    })

    it('guesses at the code are throttled', async () => {
      const server = await startServer({
        flags: { databaseUrl: await database.url(), logLevel: 'silent' },
        env: { ORRERY_URL: 'http://orrery.example.com' },
      })
      const visitor = browser(server.url)
      let last = 0
      for (let attempt = 0; attempt < 8 && last !== 429; attempt++)
        last = (
          await visitor.post('/api/auth/sign-up', {
            email: 'eve@example.com',
            password: PASSWORD,
            setup_code: 'A',
          })
        ).status
      expect(last).toBe(429)
      await server.stop()
    })
  })
})
