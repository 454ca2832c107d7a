import { newId } from '@orrery/schemas'
import type { Trx } from '../../db/db.ts'
import type { Credentials } from '../../http/auth.ts'
import type { UserScope } from '../../scope.ts'
import { writeAudit } from './audit.ts'
import type { CloudIdentity } from './cloud-identity.ts'
import { ResetTokenInvalid, SessionRequired, WrongPassword } from './identity.errors.ts'
import { findUser, findUserByEmail, type UserRow } from './identity.queries.ts'
import { sendResetLink } from './mailer.ts'
import { hashPassword, requireGoodPassword, verifyPassword } from './passwords.ts'
import { hashSecret, randomToken } from './secrets.ts'
import { removeSessions } from './sessions.service.ts'
import { wordsAbout } from './sign-up.ts'
import { actorOf } from './users.service.ts'

const RESET_MICROS = 60 * 60 * 1_000_000

/** Sets a new password for the signed-in user and ends their other sessions. Keys go on. */
export async function changePassword(
  identity: CloudIdentity,
  scope: UserScope,
  credentials: Credentials,
  input: { current_password: string; new_password: string },
): Promise<void> {
  if (!scope.sessionId) throw new SessionRequired()
  const user = await findUser(identity.db.read, scope.userId)
  if (!user) throw new WrongPassword()
  identity.throttle.requireSignIn(credentials.address, user.email)
  // A user who only ever came by Google or the like has no password to show: the session is the proof.
  if (user.password_hash !== null && !(await verifyPassword(user.password_hash, input.current_password))) {
    identity.throttle.failedSignIn(credentials.address, user.email)
    throw new WrongPassword()
  }
  identity.throttle.signedIn(credentials.address, user.email)
  requireGoodPassword(input.new_password, wordsAbout(user.email, user))
  const hash = await hashPassword(input.new_password)
  await identity.db.write((trx) =>
    putPassword(trx, identity, user, hash, {
      keepSession: scope.sessionId,
      credentials,
      by: 'password-change',
    }),
  )
}

/** Sends a link to set a new password, if there is such a user. The answer never tells. */
export async function forgotPassword(
  identity: CloudIdentity,
  credentials: Credentials,
  input: { email: string },
): Promise<void> {
  const email = input.email.trim().toLowerCase()
  identity.throttle.requireRequest('forgot', credentials.address)
  identity.throttle.requireRequest('forgot-for', email)
  const user = await findUserByEmail(identity.db.read, email)
  if (!user) return
  // Beside the answer, which would else come later where there is a user.
  void startReset(identity, user).catch((error) =>
    identity.log.error({ err: error }, 'the link to reset a password could not be sent'),
  )
}

async function startReset(identity: CloudIdentity, user: UserRow): Promise<void> {
  const token = randomToken()
  await identity.db.write(async (trx) => {
    const now = identity.clock.now()
    await trx.deleteFrom('password_resets').where('expires_at', '<', now).execute()
    await trx
      .insertInto('password_resets')
      .values({
        id: newId(),
        created: now,
        user_id: user.id,
        token_hash: hashSecret(token),
        expires_at: now + RESET_MICROS,
      })
      .execute()
  })
  await sendResetLink(identity, user.email, `${identity.config.publicUrl}/reset-password?token=${token}`)
}

/** Sets a new password by a link of `forgotPassword`, which works once. Ends all sessions. */
export async function resetPassword(
  identity: CloudIdentity,
  credentials: Credentials,
  input: { token: string; new_password: string },
): Promise<void> {
  identity.throttle.requireRequest('reset', credentials.address)
  const found = await identity.db.read
    .selectFrom('password_resets')
    .select(['user_id', 'expires_at'])
    .where('token_hash', '=', hashSecret(input.token))
    .executeTakeFirst()
  const user =
    found && found.expires_at > identity.clock.now()
      ? await findUser(identity.db.read, found.user_id)
      : undefined
  if (!user) throw new ResetTokenInvalid()
  // Before the token is used up: a refused password must not cost the link.
  identity.throttle.forgive('reset', credentials.address)
  requireGoodPassword(input.new_password, wordsAbout(user.email, user))
  const hash = await hashPassword(input.new_password)
  await identity.db.write(async (trx) => {
    const used = await trx
      .deleteFrom('password_resets')
      .where('token_hash', '=', hashSecret(input.token))
      .returning('id')
      .executeTakeFirst()
    if (!used) throw new ResetTokenInvalid()
    await trx.deleteFrom('password_resets').where('user_id', '=', user.id).execute()
    await putPassword(trx, identity, user, hash, { keepSession: null, credentials, by: 'password-reset' })
  })
  identity.throttle.signedIn(credentials.address, user.email)
}

async function putPassword(
  trx: Trx,
  identity: CloudIdentity,
  user: UserRow,
  hash: string,
  how: { keepSession: string | null; credentials: Credentials; by: string },
): Promise<void> {
  const now = identity.clock.now()
  await trx
    .updateTable('users')
    .set({ password_hash: hash, updated: now })
    .where('id', '=', user.id)
    .execute()
  await removeSessions(trx, user.id, how.keepSession)
  await writeAudit(trx, identity.clock, {
    event: 'prefect-cloud.user.updated',
    resourceId: `prefect-cloud.user.${user.id}`,
    actor: actorOf(user),
    accountId: user.personal_account_id,
    address: how.credentials.address,
    payload: { changed: ['password'], by: how.by },
  })
}
