import {
  eachDatabase,
  freePort,
  type ProviderUser,
  type SignInProvider,
  startGithub,
  startOidcProvider,
  startServer,
  type TestServer,
} from '@orrery/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Answer, type Browser, browser, PASSWORD } from './testing.ts'

const GRACE: ProviderUser = {
  subject: '4711',
  email: 'grace@example.com',
  emailVerified: true,
  firstName: 'Grace',
  lastName: 'Hopper',
}

/** Follows redirects from `start` as a browser does, one cookie jar per host, until a page of ours that is no redirect. */
async function walk(ours: Browser, base: string, start: string): Promise<{ url: URL; answers: Answer[] }> {
  const jars = new Map<string, Browser>([[base, ours]])
  const answers: Answer[] = []
  let url = new URL(start, base)
  for (let step = 0; step < 12; step++) {
    const isPage = url.origin === base && !url.pathname.startsWith('/api/')
    if (isPage) return { url, answers }
    const jar = jars.get(url.origin) ?? browser(url.origin)
    jars.set(url.origin, jar)
    const answer = await jar.get(url.href)
    answers.push(answer)
    const location = answer.headers.get('location')
    if (!location) throw new Error(`${url.href} answered ${answer.status}: ${JSON.stringify(answer.body)}`)
    url = new URL(location, url)
  }
  throw new Error('too many redirects')
}

eachDatabase((database) => {
  describe('signing in at a provider', () => {
    let server: TestServer
    let oidc: SignInProvider
    let google: SignInProvider
    let github: SignInProvider
    let owner: Browser

    beforeAll(async () => {
      const port = await freePort()
      const callback = (id: string) => `http://127.0.0.1:${port}/api/auth/oauth/${id}/callback`
      oidc = await startOidcProvider([callback('oidc')], { ...GRACE })
      google = await startOidcProvider([callback('google')], { ...GRACE })
      github = await startGithub([callback('github')], { ...GRACE })
      const env = Object.fromEntries(
        Object.entries({ OIDC: oidc, GOOGLE: google, GITHUB: github }).flatMap(([name, provider]) => [
          [`ORRERY_${name}_CLIENT_ID`, provider.clientId],
          [`ORRERY_${name}_CLIENT_SECRET`, provider.clientSecret],
          [`ORRERY_${name}_ISSUER`, provider.url],
        ]),
      )
      server = await startServer({
        flags: { databaseUrl: await database.url(), port, logLevel: 'silent' },
        env: { ...env, ORRERY_OIDC_NAME: 'Keycloak' },
      })
      owner = browser(server.url)
      await owner.post('/api/auth/sign-up', { email: 'ada@example.com', password: PASSWORD })
    }, 30_000)
    afterAll(async () => {
      await server.stop()
      for (const provider of [oidc, google, github]) await provider.stop()
    })

    const setSignup = (signup: 'open' | 'closed') => owner.patch('/api/auth/settings', { signup })
    const me = async (client: Browser) =>
      ((await client.get('/api/auth/session')).body as { user: Record<string, unknown> | null }).user

    it('the configured providers are offered by name', async () => {
      const { body } = await owner.get('/api/auth/config')
      expect((body as { providers: unknown }).providers).toEqual([
        { id: 'google', name: 'Google' },
        { id: 'github', name: 'GitHub' },
        { id: 'oidc', name: 'Keycloak' },
      ])
      expect((await owner.get('/api/auth/oauth/gitlab')).status).toBe(404)
    })

    it('a new user by a provider obeys the rule of signing up', async () => {
      const client = browser(server.url)
      const { url } = await walk(client, server.url, '/api/auth/oauth/oidc')
      expect(url.pathname + url.search).toBe('/sign-in?error=signup_closed')
      expect(await me(client)).toBeNull()
    })

    it.each([
      ['oidc', () => oidc, 'o1', 'olga@example.com'],
      ['google', () => google, 'g1', 'gina@example.com'],
      ['github', () => github, '99', 'hugo@example.com'],
    ] as const)('%s signs a new user up and knows them again', async (id, provider, subject, email) => {
      await setSignup('open')
      provider().user = { ...GRACE, subject, email }
      const client = browser(server.url)
      const first = await walk(client, server.url, `/api/auth/oauth/${id}?redirect_to=/workspaces`)
      expect(first.url.pathname).toBe('/workspaces')
      const user = await me(client)
      expect(user).toMatchObject({
        email,
        handle: email.split('@')[0],
        first_name: 'Grace',
        last_name: 'Hopper',
        is_instance_owner: false,
      })
      await setSignup('closed')
      provider().user = { ...GRACE, subject, email: `moved-${email}` }
      const again = browser(server.url)
      await walk(again, server.url, `/api/auth/oauth/${id}`)
      expect((await me(again))?.id).toBe(user?.id)
      expect((await me(again))?.email).toBe(email)
    })

    it('an e-mail that the provider has not verified is refused', async () => {
      await setSignup('open')
      github.user = { ...GRACE, subject: '100', email: 'mallory@example.com', emailVerified: false }
      const client = browser(server.url)
      const { url } = await walk(client, server.url, '/api/auth/oauth/github')
      expect(url.search).toBe('?error=email_not_verified')
      expect(await me(client)).toBeNull()
    })

    it('a user with a password is not taken over by the same e-mail elsewhere', async () => {
      github.user = { ...GRACE, subject: '101', email: 'ada@example.com' }
      const stranger = browser(server.url)
      const { url } = await walk(stranger, server.url, '/api/auth/oauth/github')
      expect(url.search).toBe('?error=account_not_linked')
      expect(await me(stranger)).toBeNull()
    })

    it('who is signed in links the account of the same verified e-mail, and signs in by it from then on', async () => {
      github.user = { ...GRACE, subject: '101', email: 'Ada@example.com' }
      await walk(owner, server.url, '/api/auth/oauth/github?redirect_to=/my/profile')
      const elsewhere = browser(server.url)
      await walk(elsewhere, server.url, '/api/auth/oauth/github')
      expect((await me(elsewhere))?.email).toBe('ada@example.com')
    })

    it('who is signed in sees what is connected, and disconnects it, after which it lets nobody in', async () => {
      const ways = async () =>
        (await owner.get('/api/me/identities')).body as {
          has_password: boolean
          identities: { id: string }[]
        }
      const before = await ways()
      expect(before).toEqual({
        has_password: true,
        identities: [
          expect.objectContaining({
            provider: 'github',
            name: 'GitHub',
            email: 'ada@example.com',
            configured: true,
          }),
        ],
      })
      const stranger = browser(server.url)
      expect((await stranger.get('/api/me/identities')).status).toBe(401)
      const path = `/api/me/identities/${before.identities[0]?.id}`
      expect((await owner.delete(path)).status).toBe(204)
      expect((await owner.delete(path)).status).toBe(404)
      expect((await ways()).identities).toEqual([])
      const { url } = await walk(stranger, server.url, '/api/auth/oauth/github')
      expect(url.search).toBe('?error=account_not_linked')
      await walk(owner, server.url, '/api/auth/oauth/github?redirect_to=/my/profile')
    })

    it('the only way to sign in cannot be disconnected', async () => {
      oidc.user = { ...GRACE, subject: 'o1', email: 'olga@example.com' }
      const olga = browser(server.url)
      await walk(olga, server.url, '/api/auth/oauth/oidc')
      const { body } = await olga.get('/api/me/identities')
      const { has_password, identities } = body as { has_password: boolean; identities: { id: string }[] }
      expect(has_password).toBe(false)
      const refused = await olga.delete(`/api/me/identities/${identities[0]?.id}`)
      expect(refused.status).toBe(409)
      expect((refused.body as { code: string }).code).toBe('only_way_in')
    })

    it('who is signed in cannot link an account of another e-mail', async () => {
      github.user = { ...GRACE, subject: '102', email: 'other@example.com' }
      const { url } = await walk(owner, server.url, '/api/auth/oauth/github')
      expect(url.search).toBe('?error=account_not_linked')
    })

    it('a callback that this browser did not begin is refused', async () => {
      github.user = { ...GRACE, subject: '101', email: 'ada@example.com' }
      const attacker = browser(server.url)
      const begun = await attacker.get('/api/auth/oauth/github')
      const atProvider = await attacker.get(begun.headers.get('location') ?? '')
      const back = atProvider.headers.get('location') ?? ''
      const victim = browser(server.url)
      const answer = await victim.get(back)
      expect(answer.headers.get('location')).toBe('/sign-in?error=state_mismatch')
      expect(await me(victim)).toBeNull()
    })

    it('a callback works once', async () => {
      const client = browser(server.url)
      const begun = await client.get('/api/auth/oauth/github')
      const state = client.cookies.get('orrery_oauth') ?? ''
      const atProvider = await browser(github.url).get(begun.headers.get('location') ?? '')
      const back = atProvider.headers.get('location') ?? ''
      expect((await client.get(back)).headers.get('location')).toBe('/')
      client.cookies.set('orrery_oauth', state)
      expect((await client.get(back)).headers.get('location')).toBe('/sign-in?error=state_mismatch')
    })

    it('a refusal at the provider comes back as a known word', async () => {
      const client = browser(server.url)
      await client.get('/api/auth/oauth/github')
      const state = client.cookies.get('orrery_oauth') ?? ''
      const answer = await client.get(`/api/auth/oauth/github/callback?error=access_denied&state=${state}`)
      expect(answer.headers.get('location')).toBe('/sign-in?error=access_denied')
    })

    it('the way back stays on this site', async () => {
      for (const target of ['https://evil.example', '//evil.example', '/\\evil.example']) {
        const { url } = await walk(
          browser(server.url),
          server.url,
          `/api/auth/oauth/oidc?redirect_to=${encodeURIComponent(target)}`,
        )
        expect(url.origin).toBe(server.url)
        expect(url.pathname === '/' || url.pathname === '/sign-in').toBe(true)
      }
    })
  })
})
