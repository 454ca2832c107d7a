import { newId } from '@orrery/schemas'
import type { Trx } from '../../db/db.ts'
import type { Credentials, Principal } from '../../http/auth.ts'
import type { CloudIdentity } from './cloud-identity.ts'
import { findSessionUser } from './identity.queries.ts'
import { hashSecret, randomToken } from './secrets.ts'
import { cookieText, SESSION_COOKIE } from './session-cookie.ts'

const DAY = 24 * 60 * 60 * 1_000_000
/** A session ends when it was not used this long … */
export const IDLE_MICROS = 7 * DAY
/** … and this long after its sign-in in any case. */
export const ABSOLUTE_MICROS = 30 * DAY
/** How exactly the last use is known. */
const TOUCH_MICROS = 60 * 1_000_000

/** Makes a session and returns its token, which is stored only as a hash. */
export async function insertSession(
  trx: Trx,
  userId: string,
  credentials: Credentials,
  now: number,
): Promise<string> {
  const token = randomToken()
  const agent = credentials.headers['user-agent']
  await trx
    .insertInto('sessions')
    .values({
      id: newId(),
      created: now,
      updated: now,
      user_id: userId,
      token_hash: hashSecret(token),
      ip_address: credentials.address,
      user_agent: agent ? String(agent).slice(0, 500) : null,
      expires_at: now + IDLE_MICROS,
      ends_at: now + ABSOLUTE_MICROS,
    })
    .execute()
  // Expired sessions of anybody go now and then; there is no need of a service for so few rows.
  await trx.deleteFrom('sessions').where('expires_at', '<', now).execute()
  return token
}

/** Who the session's token stands for; null when it ended. */
export async function readSession(identity: CloudIdentity, token: string): Promise<Principal | null> {
  const hash = hashSecret(token)
  const row = await findSessionUser(identity.db.read, hash)
  const now = identity.clock.now()
  if (!row || row.expires_at <= now || row.ends_at <= now) return null
  if (now - row.updated > TOUCH_MICROS) touch(identity, row.id, row.ends_at, now)
  return { type: 'user', id: row.user_id, name: row.handle, sessionId: row.id, keyId: null }
}

function touch(identity: CloudIdentity, id: string, endsAt: number, now: number): void {
  identity.db
    .write((trx) =>
      trx
        .updateTable('sessions')
        .set({ updated: now, expires_at: Math.min(now + IDLE_MICROS, endsAt) })
        .where('id', '=', id)
        .execute(),
    )
    .catch((error) => identity.log.warn({ err: error }, 'the last use of a session could not be written'))
}

export async function removeSession(trx: Trx, token: string): Promise<void> {
  await trx.deleteFrom('sessions').where('token_hash', '=', hashSecret(token)).execute()
}

/** Ends the user's sessions, but `exceptId`. */
export async function removeSessions(trx: Trx, userId: string, exceptId: string | null): Promise<void> {
  let query = trx.deleteFrom('sessions').where('user_id', '=', userId)
  if (exceptId) query = query.where('id', '!=', exceptId)
  await query.execute()
}

export const sessionCookie = (identity: CloudIdentity, token: string): string =>
  cookieText(identity.config, SESSION_COOKIE, token, { maxAgeSeconds: ABSOLUTE_MICROS / 1_000_000 })

export const endedCookie = (identity: CloudIdentity): string =>
  cookieText(identity.config, SESSION_COOKIE, '', { maxAgeSeconds: 0 })
