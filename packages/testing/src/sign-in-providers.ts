import { createHash, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Provider as OidcProvider } from 'oidc-provider'

/** Who signs in at the provider next. */
export interface ProviderUser {
  subject: string
  email: string
  emailVerified: boolean
  firstName: string
  lastName: string
}

export interface SignInProvider {
  /** Where it is, for `ORRERY_OIDC_ISSUER` and the like. */
  url: string
  clientId: string
  clientSecret: string
  /** Changed by tests between sign-ins. */
  user: ProviderUser
  stop(): Promise<void>
}

const CLIENT = { clientId: 'orrery-test', clientSecret: 'a secret between the two' }

/** A real OpenID provider (the package oidc-provider) that signs its user in without asking. */
export async function startOidcProvider(redirectUris: string[], user: ProviderUser): Promise<SignInProvider> {
  // Half a second to import: only for the tests that sign in there.
  const { Provider } = await import('oidc-provider')
  const http = createServer()
  const url = await listen(http)
  const state: SignInProvider = { url, ...CLIENT, user, stop: () => stop(http) }
  const provider = new Provider(url, {
    clients: [
      {
        client_id: CLIENT.clientId,
        client_secret: CLIENT.clientSecret,
        redirect_uris: redirectUris,
        response_types: ['code'],
        grant_types: ['authorization_code'],
      },
    ],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['given_name', 'family_name'] },
    cookies: { keys: [randomBytes(16).toString('hex')] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_context, accountId) => ({
      accountId,
      claims: () => ({
        sub: accountId,
        email: state.user.email,
        email_verified: state.user.emailVerified,
        given_name: state.user.firstName,
        family_name: state.user.lastName,
      }),
    }),
  })
  const handle = provider.callback()
  http.on('request', (request, response) => {
    if (!request.url?.startsWith('/interaction/')) return handle(request, response)
    finishInteraction(provider, request, response, state.user).catch((error) => {
      response.writeHead(500).end(String(error))
    })
  })
  return state
}

async function finishInteraction(
  provider: OidcProvider,
  request: IncomingMessage,
  response: ServerResponse,
  user: ProviderUser,
): Promise<void> {
  const { prompt, params } = await provider.interactionDetails(request, response)
  if (prompt.name === 'login') {
    await provider.interactionFinished(request, response, { login: { accountId: user.subject } })
    return
  }
  const grant = new provider.Grant({ accountId: user.subject, clientId: String(params.client_id) })
  grant.addOIDCScope(String(params.scope))
  await provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } })
}

/** An OAuth server of GitHub's shape: PKCE is checked, a code works once. As GitHub Enterprise, its API is at `/api/v3`. */
export async function startGithub(redirectUris: string[], user: ProviderUser): Promise<SignInProvider> {
  const codes = new Map<string, { challenge: string; redirectUri: string }>()
  const tokens = new Map<string, ProviderUser>()
  const http = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://github.test')
    const json = (status: number, body: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    if (url.pathname === '/login/oauth/authorize') {
      const redirectUri = url.searchParams.get('redirect_uri') ?? ''
      if (url.searchParams.get('client_id') !== CLIENT.clientId || !redirectUris.includes(redirectUri))
        return json(400, { error: 'redirect_uri_mismatch' })
      const code = randomBytes(10).toString('hex')
      codes.set(code, { challenge: url.searchParams.get('code_challenge') ?? '', redirectUri })
      const back = new URL(redirectUri)
      back.searchParams.set('code', code)
      back.searchParams.set('state', url.searchParams.get('state') ?? '')
      return response.writeHead(302, { location: back.href }).end()
    }
    if (url.pathname === '/login/oauth/access_token' && request.method === 'POST') {
      const form = new URLSearchParams(await readBody(request))
      const known = codes.get(form.get('code') ?? '')
      codes.delete(form.get('code') ?? '')
      const challenge = createHash('sha256')
        .update(form.get('code_verifier') ?? '')
        .digest('base64url')
      const right =
        known &&
        known.challenge === challenge &&
        known.redirectUri === form.get('redirect_uri') &&
        form.get('client_secret') === CLIENT.clientSecret
      // GitHub answers errors with 200.
      if (!right) return json(200, { error: 'bad_verification_code' })
      const token = `gho_${randomBytes(18).toString('hex')}`
      tokens.set(token, state.user)
      return json(200, { access_token: token, token_type: 'bearer', scope: 'read:user,user:email' })
    }
    const who = tokens.get((request.headers.authorization ?? '').replace(/^Bearer /, ''))
    if (!who) return json(401, { message: 'Bad credentials' })
    if (url.pathname === '/api/v3/user')
      return json(200, {
        id: Number(who.subject),
        login: who.firstName.toLowerCase(),
        name: `${who.firstName} ${who.lastName}`,
      })
    if (url.pathname === '/api/v3/user/emails')
      return json(200, [
        { email: 'old@example.com', primary: false, verified: true },
        { email: who.email, primary: true, verified: who.emailVerified },
      ])
    return json(404, { message: 'Not Found' })
  })
  const state: SignInProvider = { url: await listen(http), ...CLIENT, user, stop: () => stop(http) }
  return state
}

function listen(http: Server): Promise<string> {
  return new Promise((resolve) => {
    http.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(http.address() as AddressInfo).port}`))
  })
}

function stop(http: Server): Promise<void> {
  http.closeAllConnections()
  return new Promise((resolve) => http.close(() => resolve()))
}

async function readBody(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return text
}
