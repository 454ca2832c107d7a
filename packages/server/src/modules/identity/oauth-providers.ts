import type { ProviderConfig } from '../../config.ts'

/** What a provider tells about who signed in there. */
export interface Profile {
  /** Whose subjects these are: `google`, `github`, or `oidc` with its issuer. */
  provider: string
  subject: string
  email: string | null
  emailVerified: boolean
  firstName: string
  lastName: string
}

export interface Attempt {
  state: string
  codeVerifier: string
  nonce: string
  redirectUri: string
}

interface Discovery {
  issuer: string
  authorization_endpoint: string
  token_endpoint: string
  jwks_uri: string
  userinfo_endpoint?: string
  id_token_signing_alg_values_supported?: string[]
  token_endpoint_auth_methods_supported?: string[]
}

/** A sign-in elsewhere that failed; `code` is what the sign-in page explains. */
export class OAuthError extends Error {
  readonly code: string

  constructor(code: string, message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'OAuthError'
    this.code = code
  }
}

const GOOGLE = 'https://accounts.google.com'
export const GITHUB = 'https://github.com'
const TIMEOUT_MILLIS = 10_000
const DISCOVERY_MILLIS = 60 * 60 * 1000

// better-auth's helpers for state, PKCE, codes and tokens; 230 ms to import, so only when somebody comes this way.
const mechanics = () => import('better-auth/oauth2')

/** Where the browser goes to sign in, by PKCE (S256) and with a nonce where there is an ID token. */
export async function authorizationUrl(provider: ProviderConfig, attempt: Attempt): Promise<string> {
  const { createAuthorizationURL } = await mechanics()
  const isGithub = provider.id === 'github'
  const endpoint = isGithub
    ? `${githubBase(provider)}/login/oauth/authorize`
    : (await discover(provider)).authorization_endpoint
  const url = await createAuthorizationURL({
    id: provider.id,
    options: clientOf(provider),
    redirectURI: attempt.redirectUri,
    authorizationEndpoint: endpoint,
    state: attempt.state,
    codeVerifier: attempt.codeVerifier,
    scopes: isGithub ? ['read:user', 'user:email'] : ['openid', 'email', 'profile'],
    ...(isGithub ? {} : { nonce: attempt.nonce }),
  })
  return url.href
}

/** Turns the code that the browser brought back into who it is. */
export function fetchProfile(provider: ProviderConfig, code: string, attempt: Attempt): Promise<Profile> {
  return provider.id === 'github'
    ? fetchGithubProfile(provider, code, attempt)
    : fetchOidcProfile(provider, code, attempt)
}

/** The issuer that a callback may name (RFC 9207); null where there is none to compare. */
export const issuerOf = async (provider: ProviderConfig): Promise<string | null> =>
  provider.id === 'github' ? null : (await discover(provider)).issuer

const clientOf = (provider: ProviderConfig) => ({
  clientId: provider.clientId,
  clientSecret: provider.clientSecret,
})

const githubBase = (provider: ProviderConfig) => (provider.issuer ?? GITHUB).replace(/\/+$/, '')

async function fetchGithubProfile(
  provider: ProviderConfig,
  code: string,
  attempt: Attempt,
): Promise<Profile> {
  const { validateAuthorizationCode } = await mechanics()
  const base = githubBase(provider)
  const tokens = await validateAuthorizationCode({
    code,
    codeVerifier: attempt.codeVerifier,
    redirectURI: attempt.redirectUri,
    options: clientOf(provider),
    tokenEndpoint: `${base}/login/oauth/access_token`,
  })
  if (!tokens.accessToken) throw new OAuthError('provider_error', 'GitHub gave no token for the code')
  // GitHub Enterprise Server has its API below the same host.
  const api = base === GITHUB ? 'https://api.github.com' : `${base}/api/v3`
  const headers = {
    authorization: `Bearer ${tokens.accessToken}`,
    accept: 'application/vnd.github+json',
    'user-agent': 'orrery',
  }
  const user = await fetchJson<{ id: number; login: string; name: string | null }>(`${api}/user`, headers)
  const emails = await fetchJson<{ email: string; primary: boolean; verified: boolean }[]>(
    `${api}/user/emails`,
    headers,
  )
  const email = emails.find((one) => one.primary) ?? null
  const [firstName = '', ...rest] = (user.name ?? '').split(' ')
  return {
    provider: base === GITHUB ? 'github' : `github ${base}`,
    subject: String(user.id),
    email: email?.email ?? null,
    emailVerified: email?.verified === true,
    firstName,
    lastName: rest.join(' '),
  }
}

interface Claims {
  sub?: string
  aud?: string | string[]
  azp?: string
  nonce?: string
  email?: string
  email_verified?: boolean | string
  given_name?: string
  family_name?: string
  name?: string
}

async function fetchOidcProfile(provider: ProviderConfig, code: string, attempt: Attempt): Promise<Profile> {
  const { validateAuthorizationCode, validateToken } = await mechanics()
  const discovery = await discover(provider)
  const methods = discovery.token_endpoint_auth_methods_supported ?? ['client_secret_basic']
  const tokens = await validateAuthorizationCode({
    code,
    codeVerifier: attempt.codeVerifier,
    redirectURI: attempt.redirectUri,
    options: clientOf(provider),
    tokenEndpoint: discovery.token_endpoint,
    authentication: methods.includes('client_secret_basic') ? 'basic' : 'post',
  })
  if (!tokens.idToken) throw new OAuthError('provider_error', 'The provider gave no ID token')
  // Only signatures by the provider's public keys; `none` and shared secrets never.
  const algorithms = (discovery.id_token_signing_alg_values_supported ?? ['RS256']).filter((name) =>
    /^(RS|PS|ES)(256|384|512)$|^EdDSA$|^Ed25519$/.test(name),
  )
  const { payload } = await validateToken<Claims>(tokens.idToken, discovery.jwks_uri, {
    issuer: discovery.issuer,
    audience: provider.clientId,
    algorithms,
    requiredClaims: ['iss', 'sub', 'aud', 'exp', 'iat'],
    clockTolerance: 30,
  })
  if (payload.nonce !== attempt.nonce)
    throw new OAuthError('state_mismatch', 'The ID token is of another sign-in')
  if (Array.isArray(payload.aud) && payload.aud.length > 1 && payload.azp !== provider.clientId)
    throw new OAuthError('provider_error', 'The ID token was made for another client')
  const claims = await withUserInfo(payload, discovery, tokens.accessToken)
  const [first = '', ...rest] = (claims.name ?? '').split(' ')
  return {
    provider: provider.id === 'google' ? 'google' : `oidc ${discovery.issuer}`,
    subject: String(payload.sub),
    email: claims.email ?? null,
    emailVerified: claims.email_verified === true || claims.email_verified === 'true',
    firstName: claims.given_name ?? first,
    lastName: claims.family_name ?? rest.join(' '),
  }
}

/** Many providers keep the e-mail out of the ID token. */
async function withUserInfo(
  payload: Claims,
  discovery: Discovery,
  accessToken: string | undefined,
): Promise<Claims> {
  if (payload.email || !discovery.userinfo_endpoint || !accessToken) return payload
  const info = await fetchJson<Claims>(discovery.userinfo_endpoint, {
    authorization: `Bearer ${accessToken}`,
    accept: 'application/json',
  })
  if (info.sub !== payload.sub) throw new OAuthError('provider_error', 'The user info is of somebody else')
  return { ...info, ...payload }
}

const discoveries = new Map<string, { at: number; discovery: Discovery }>()

async function discover(provider: ProviderConfig): Promise<Discovery> {
  const issuer = (provider.issuer ?? GOOGLE).replace(/\/+$/, '')
  const known = discoveries.get(issuer)
  if (known && performance.now() - known.at < DISCOVERY_MILLIS) return known.discovery
  const discovery = await fetchJson<Discovery>(`${issuer}/.well-known/openid-configuration`, {})
  if (discovery.issuer.replace(/\/+$/, '') !== issuer)
    throw new OAuthError('provider_error', `${issuer} says that it is ${discovery.issuer}`)
  discoveries.set(issuer, { at: performance.now(), discovery })
  return discovery
}

async function fetchJson<T>(url: string, headers: Record<string, string>): Promise<T> {
  const response = await fetch(url, {
    headers,
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MILLIS),
  })
  if (!response.ok) throw new OAuthError('provider_error', `${new URL(url).host} answered ${response.status}`)
  // The provider's answer; what matters of it is checked where it is used.
  return (await response.json()) as T
}
