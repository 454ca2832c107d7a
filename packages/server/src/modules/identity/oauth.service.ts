import { randomBytes } from 'node:crypto'
import { newId } from '@orrery/schemas'
import type { ProviderConfig } from '../../config.ts'
import type { Trx } from '../../db/db.ts'
import { againOnConflict } from '../../db/dialect/conflicts.ts'
import { DomainError } from '../../errors.ts'
import type { Credentials } from '../../http/auth.ts'
import { writeAudit } from './audit.ts'
import type { CloudIdentity } from './cloud-identity.ts'
import { findUser, findUserByEmail, type UserRow } from './identity.queries.ts'
import {
  type Attempt,
  authorizationUrl,
  fetchProfile,
  issuerOf,
  OAuthError,
  type Profile,
} from './oauth-providers.ts'
import { hashSecret, randomToken, sameSecret } from './secrets.ts'
import { startSession } from './sign-in.ts'
import { admitUser } from './sign-up.ts'
import { actorOf, readEmail } from './users.service.ts'

export const ATTEMPT_SECONDS = 600

export const redirectUri = (identity: CloudIdentity, provider: ProviderConfig): string =>
  `${identity.config.publicUrl}/api/auth/oauth/${provider.id}/callback`

/** Begins a sign-in at the provider. `state` goes into a cookie too: only the browser that began may end it. */
export async function beginOAuth(
  identity: CloudIdentity,
  provider: ProviderConfig,
  input: { redirectTo: string; linkUserId: string | null; address: string },
): Promise<{ url: string; state: string }> {
  identity.throttle.requireRequest('oauth', input.address)
  const attempt: Attempt = {
    state: randomToken(),
    codeVerifier: randomBytes(48).toString('base64url'),
    nonce: randomToken(),
    redirectUri: redirectUri(identity, provider),
  }
  const url = await authorizationUrl(provider, attempt)
  await identity.db.write(async (trx) => {
    const now = identity.clock.now()
    await trx.deleteFrom('oauth_attempts').where('expires_at', '<', now).execute()
    await trx
      .insertInto('oauth_attempts')
      .values({
        state_hash: hashSecret(attempt.state),
        created: now,
        expires_at: now + ATTEMPT_SECONDS * 1_000_000,
        provider: provider.id,
        code_verifier: attempt.codeVerifier,
        nonce: attempt.nonce,
        redirect_to: input.redirectTo,
        link_user_id: input.linkUserId,
      })
      .execute()
  })
  return { url, state: attempt.state }
}

export interface Callback {
  code?: string | undefined
  state?: string | undefined
  error?: string | undefined
  iss?: string | undefined
}

/** Ends a sign-in: checks that it is the one that this browser began, asks the provider, starts the session. */
export async function finishOAuth(
  identity: CloudIdentity,
  provider: ProviderConfig,
  credentials: Credentials,
  input: { callback: Callback; cookieState: string | null; userId: string | null },
): Promise<{ token: string; redirectTo: string }> {
  const { callback } = input
  const row = await takeAttempt(identity, provider, callback.state, input.cookieState)
  if (callback.error)
    throw new OAuthError(readErrorCode(callback.error), `The provider answered ${callback.error}`)
  if (!callback.code) throw new OAuthError('provider_error', 'The provider sent no code')
  const issuer = callback.iss === undefined ? null : await issuerOf(provider)
  if (issuer !== null && callback.iss !== issuer)
    throw new OAuthError('state_mismatch', 'The answer is of another provider')
  const attempt: Attempt = {
    state: callback.state ?? '',
    codeVerifier: row.code_verifier,
    nonce: row.nonce,
    redirectUri: redirectUri(identity, provider),
  }
  const profile = await fetchProfile(provider, callback.code, attempt)
  // Linking needs the session that began it, still there.
  const linkUserId = row.link_user_id !== null && row.link_user_id === input.userId ? input.userId : null
  const user = await againOnConflict(() =>
    identity.db.write((trx) => findOrAdmit(trx, identity, profile, linkUserId, credentials.address)),
  )
  identity.throttle.forgive('oauth', credentials.address)
  return { token: await startSession(identity, credentials, user, provider.id), redirectTo: row.redirect_to }
}

async function takeAttempt(
  identity: CloudIdentity,
  provider: ProviderConfig,
  state: string | undefined,
  cookieState: string | null,
) {
  if (!state || !cookieState || !sameSecret(state, cookieState))
    throw new OAuthError('state_mismatch', 'The sign-in was not begun by this browser')
  const row = await identity.db.write((trx) =>
    trx
      .deleteFrom('oauth_attempts')
      .where('state_hash', '=', hashSecret(state))
      .returningAll()
      .executeTakeFirst(),
  )
  if (!row || row.provider !== provider.id || row.expires_at < identity.clock.now())
    throw new OAuthError('state_mismatch', 'The sign-in is too old or was ended already')
  return row
}

/**
 * The user of that account elsewhere. An unknown one signs up by the same rules as everybody. One whose
 * e-mail is a user's here is never that user by the e-mail alone: whoever controls an address at a provider
 * could take over the user. It is linked only where the user is signed in and the provider has verified
 * that very e-mail.
 */
async function findOrAdmit(
  trx: Trx,
  identity: CloudIdentity,
  profile: Profile,
  linkUserId: string | null,
  address: string,
): Promise<UserRow> {
  const known = await trx
    .selectFrom('user_identities')
    .select('user_id')
    .where('provider', '=', profile.provider)
    .where('subject', '=', profile.subject)
    .executeTakeFirst()
  const knownUser = known && (await findUser(trx, known.user_id))
  if (knownUser) return knownUser
  if (!profile.email || !profile.emailVerified)
    throw new OAuthError('email_not_verified', 'The provider has not verified the e-mail')
  const email = readEmail(profile.email)
  const sameEmail = await findUserByEmail(trx, email)
  if (sameEmail && sameEmail.id !== linkUserId)
    throw new OAuthError('account_not_linked', 'A user with this e-mail signs in otherwise')
  if (!sameEmail && linkUserId)
    throw new OAuthError('account_not_linked', 'The e-mail there is not that of the signed-in user')
  const user = sameEmail ?? (await admit(trx, identity, profile, email, address))
  const now = identity.clock.now()
  await trx
    .insertInto('user_identities')
    .values({
      id: newId(),
      created: now,
      user_id: user.id,
      provider: profile.provider,
      subject: profile.subject,
      email,
    })
    .execute()
  await writeAudit(trx, identity.clock, {
    event: 'prefect-cloud.user.identity-linked',
    resourceId: `prefect-cloud.user.${user.id}`,
    actor: actorOf(user),
    accountId: user.personal_account_id,
    address,
    payload: { provider: profile.provider, email },
  })
  return user
}

async function admit(
  trx: Trx,
  identity: CloudIdentity,
  profile: Profile,
  email: string,
  address: string,
): Promise<UserRow> {
  const { firstName, lastName } = profile
  const now = identity.clock.now()
  try {
    // Where a set-up code is asked for, the first user signs up by the form that asks for it.
    const mayOwn = identity.setupCode.code === null
    return await admitUser(
      trx,
      identity,
      { email, passwordHash: null, firstName, lastName, now },
      mayOwn,
      address,
    )
  } catch (error) {
    if (error instanceof DomainError && error.kind === 'forbidden')
      throw new OAuthError('signup_closed', error.message, error)
    throw error
  }
}

// What the provider sends ends up in our own page's address: known words only.
const readErrorCode = (error: string): string => (error === 'access_denied' ? error : 'provider_error')
