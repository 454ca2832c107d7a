import { newId } from '@orrery/schemas'
import type { Reader, Trx } from '../../db/db.ts'
import type { Actor } from '../../scope.ts'
import { deriveHandle, freeHandle } from './handles.ts'
import { EmailInvalid } from './identity.errors.ts'
import { findOwnerId, findUserByEmail, isHandleTaken, type UserRow } from './identity.queries.ts'

export interface Me {
  id: string
  handle: string
  first_name: string
  last_name: string
  email: string
  location: string | null
  personal_account_id: string
  settings: Record<string, unknown>
  is_instance_owner: boolean
}

export async function toMe(db: Reader, user: UserRow): Promise<Me> {
  return {
    id: user.id,
    handle: user.handle,
    first_name: user.first_name,
    last_name: user.last_name,
    email: user.email,
    location: user.location,
    personal_account_id: user.personal_account_id,
    settings: JSON.parse(user.settings),
    is_instance_owner: (await findOwnerId(db)) === user.id,
  }
}

export const actorOf = (user: Pick<UserRow, 'id' | 'handle'>): Actor => ({
  type: 'user',
  id: user.id,
  name: user.handle,
})

/** The address as it is stored and compared. */
export function readEmail(text: string): string {
  const email = text.trim().toLowerCase()
  if (email.length > 254 || !/^[^\s@]+@[^\s@]+$/.test(email)) throw new EmailInvalid(text)
  return email
}

/** The user by the address as `readEmail` gives it. */
export const readUserByEmail = (db: Reader, email: string): Promise<UserRow | undefined> =>
  findUserByEmail(db, email)

/** Null until somebody has signed up. */
export const readOwnerId = (db: Reader): Promise<string | null> => findOwnerId(db)

export interface NewUser {
  email: string
  passwordHash: string | null
  firstName: string
  lastName: string
  now: number
}

/** A user with a personal account of the same handle, whose Owner they are. */
export async function insertUserWithAccount(trx: Trx, input: NewUser): Promise<UserRow> {
  const local = input.email.slice(0, input.email.indexOf('@'))
  const handle = await freeHandle(deriveHandle(local, 'user'), (candidate) => isHandleTaken(trx, candidate))
  const userId = newId()
  const accountId = newId()
  const { now } = input
  await trx
    .insertInto('accounts')
    .values({
      id: accountId,
      created: now,
      updated: now,
      name: `${input.firstName} ${input.lastName}`.trim() || local,
      handle,
      plan_type: 'PERSONAL',
      location: null,
      link: null,
      billing_email: null,
      auth_expiration_seconds: null,
    })
    .execute()
  await trx
    .insertInto('account_memberships')
    .values({
      id: newId(),
      created: now,
      updated: now,
      account_id: accountId,
      user_id: userId,
      role: 'Owner',
    })
    .execute()
  return trx
    .insertInto('users')
    .values({
      id: userId,
      created: now,
      updated: now,
      actor_id: newId(),
      personal_account_id: accountId,
      handle,
      email: input.email,
      first_name: input.firstName,
      last_name: input.lastName,
      location: null,
      title: null,
      image_location: null,
      password_hash: input.passwordHash,
      last_login: null,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
}
