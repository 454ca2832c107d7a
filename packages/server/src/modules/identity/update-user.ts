import type { Reader } from '../../db/db.ts'
import { againOnConflict } from '../../db/dialect/conflicts.ts'
import { NotFound } from '../../errors.ts'
import type { UserScope } from '../../scope.ts'
import { writeAudit } from './audit.ts'
import type { CloudIdentity } from './cloud-identity.ts'
import { requireHandle } from './handles.ts'
import { EmailTaken, HandleTaken, SessionRequired } from './identity.errors.ts'
import { findUser, findUserByEmail, isHandleTaken, type UserRow } from './identity.queries.ts'
import { readEmail } from './users.service.ts'

export interface UserChange {
  handle?: string | undefined
  first_name?: string | null | undefined
  last_name?: string | null | undefined
  email?: string | undefined
  location?: string | null | undefined
  title?: string | null | undefined
  image_location?: string | null | undefined
  settings?: Record<string, unknown> | null | undefined
}

export async function requireUser(db: Reader, scope: UserScope): Promise<UserRow> {
  const user = await findUser(db, scope.userId)
  if (!user) throw new NotFound('User not found', 'user_not_found')
  return user
}

/**
 * Changes the user's profile. The e-mail needs a browser session: it is where reset links go, so whoever
 * holds a key could take the user over with it. The personal account's handle stays: URLs have ids, and
 * people type it in `prefect cloud login`.
 */
export async function updateUser(
  identity: CloudIdentity,
  scope: UserScope,
  change: UserChange,
): Promise<void> {
  const email = change.email === undefined ? undefined : readEmail(change.email)
  if (change.handle !== undefined) requireHandle(change.handle)
  await againOnConflict(() =>
    identity.db.write(async (trx) => {
      const user = await requireUser(trx, scope)
      const emailChanges = email !== undefined && email !== user.email
      const handleChanges = change.handle !== undefined && change.handle !== user.handle
      if (emailChanges && !scope.sessionId) throw new SessionRequired()
      if (emailChanges && (await findUserByEmail(trx, email))) throw new EmailTaken()
      if (handleChanges && change.handle && (await isHandleTakenByOther(trx, user, change.handle)))
        throw new HandleTaken(change.handle)
      await trx
        .updateTable('users')
        .set({
          updated: identity.clock.now(),
          ...(change.handle !== undefined && { handle: change.handle }),
          ...(email !== undefined && { email }),
          ...(change.first_name !== undefined && { first_name: change.first_name ?? '' }),
          ...(change.last_name !== undefined && { last_name: change.last_name ?? '' }),
          ...(change.location !== undefined && { location: change.location }),
          ...(change.title !== undefined && { title: change.title }),
          ...(change.image_location !== undefined && { image_location: change.image_location }),
          ...(change.settings && {
            settings: JSON.stringify({ ...JSON.parse(user.settings), ...change.settings }),
          }),
        })
        .where('id', '=', user.id)
        .execute()
      // A link to the old address must not set the password of the new one.
      if (emailChanges) await trx.deleteFrom('password_resets').where('user_id', '=', user.id).execute()
      if (handleChanges) await identity.cache.changed(trx)
      await writeAudit(trx, identity.clock, {
        event: 'prefect-cloud.user.updated',
        resourceId: `prefect-cloud.user.${user.id}`,
        actor: scope.actor,
        accountId: user.personal_account_id,
        payload: {
          changed: Object.keys(change),
          ...(emailChanges && { email, previous_email: user.email }),
        },
      })
    }),
  )
}

async function isHandleTakenByOther(db: Reader, user: UserRow, handle: string): Promise<boolean> {
  const own = await db
    .selectFrom('accounts')
    .select('handle')
    .where('id', '=', user.personal_account_id)
    .executeTakeFirst()
  return own?.handle !== handle && (await isHandleTaken(db, handle))
}
