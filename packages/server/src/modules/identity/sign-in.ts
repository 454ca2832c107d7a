import type { Credentials } from '../../http/auth.ts'
import { writeAudit } from './audit.ts'
import type { CloudIdentity } from './cloud-identity.ts'
import { WrongCredentials } from './identity.errors.ts'
import { findUserByEmail, type UserRow } from './identity.queries.ts'
import { verifyPassword } from './passwords.ts'
import { readCookie, SESSION_COOKIE } from './session-cookie.ts'
import { insertSession, removeSession } from './sessions.service.ts'
import { actorOf } from './users.service.ts'

/** Makes a session for the right e-mail and password. Whatever is wrong, the answer and its time are the same. */
export async function signIn(
  identity: CloudIdentity,
  credentials: Credentials,
  input: { email: string; password: string },
): Promise<{ user: UserRow; token: string }> {
  const email = input.email.trim().toLowerCase()
  identity.throttle.requireSignIn(credentials.address, email)
  const user = await findUserByEmail(identity.db.read, email)
  const right = await verifyPassword(user?.password_hash ?? null, input.password)
  if (!user || !right) {
    identity.throttle.failedSignIn(credentials.address, email)
    await auditFailure(identity, credentials, user, email)
    throw new WrongCredentials()
  }
  identity.throttle.signedIn(credentials.address, email)
  return { user, token: await startSession(identity, credentials, user, 'password') }
}

/** A new session for a user who has shown who they are; one that the browser already had ends. */
export function startSession(
  identity: CloudIdentity,
  credentials: Credentials,
  user: UserRow,
  method: string,
): Promise<string> {
  const old = readCookie(credentials.headers.cookie, SESSION_COOKIE)
  return identity.db.write(async (trx) => {
    const now = identity.clock.now()
    if (old) await removeSession(trx, old)
    const token = await insertSession(trx, user.id, credentials, now)
    await trx.updateTable('users').set({ last_login: now }).where('id', '=', user.id).execute()
    await writeAudit(trx, identity.clock, {
      event: 'prefect-cloud.user.logged-in',
      resourceId: `prefect-cloud.user.${user.id}`,
      actor: actorOf(user),
      accountId: user.personal_account_id,
      address: credentials.address,
      payload: { method },
    })
    return token
  })
}

// The address that was typed is kept only when it is a user's: people type passwords into the wrong field.
async function auditFailure(
  identity: CloudIdentity,
  credentials: Credentials,
  user: UserRow | undefined,
  email: string,
): Promise<void> {
  await identity.db.write((trx) =>
    writeAudit(trx, identity.clock, {
      event: 'prefect-cloud.user.login-failed',
      resourceId: `prefect-cloud.user.${user?.id ?? 'unknown'}`,
      actor: { type: 'user', id: user?.id ?? 'unknown', name: user ? email : 'unknown' },
      accountId: user?.personal_account_id ?? null,
      address: credentials.address,
    }),
  )
}
