import type { AccountRoleName } from '@orrery/core'
import type { Selectable } from 'kysely'
import type { Reader, Trx } from '../../db/db.ts'
import type { AccountsTable, ApiKeysTable, SessionsTable, UsersTable } from '../../db/tables/identity.ts'

export type UserRow = Selectable<UsersTable>
export type AccountRow = Selectable<AccountsTable>
export type SessionRow = Selectable<SessionsTable>
export type ApiKeyRow = Selectable<ApiKeysTable>

export const findUser = (db: Reader, id: string): Promise<UserRow | undefined> =>
  db.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirst()

export const findUserByEmail = (db: Reader, email: string): Promise<UserRow | undefined> =>
  db.selectFrom('users').selectAll().where('email', '=', email).executeTakeFirst()

export const findSessionUser = (db: Reader, tokenHash: string) =>
  db
    .selectFrom('sessions')
    .innerJoin('users', 'users.id', 'sessions.user_id')
    .select([
      'sessions.id',
      'sessions.user_id',
      'sessions.updated',
      'sessions.expires_at',
      'sessions.ends_at',
      'users.handle',
    ])
    .where('sessions.token_hash', '=', tokenHash)
    .executeTakeFirst()

export const findKeyUser = (db: Reader, keyHash: string) =>
  db
    .selectFrom('api_keys')
    .innerJoin('users', 'users.id', 'api_keys.user_id')
    .select(['api_keys.id', 'api_keys.user_id', 'api_keys.expiration', 'users.handle'])
    .where('api_keys.key_hash', '=', keyHash)
    .executeTakeFirst()

export async function findAccountRole(
  db: Reader,
  userId: string,
  accountId: string,
): Promise<AccountRoleName | null> {
  const row = await db
    .selectFrom('account_memberships')
    .select('role')
    .where('user_id', '=', userId)
    .where('account_id', '=', accountId)
    .executeTakeFirst()
  // Only the names of ACCOUNT_ROLES are written.
  return (row?.role as AccountRoleName | undefined) ?? null
}

/** The workspace's account and what decides about this user in it; null when there is no such workspace. */
export const findWorkspaceGrant = (db: Reader, userId: string, workspaceId: string) =>
  db
    .selectFrom('workspaces')
    .leftJoin('workspace_access', (join) =>
      join
        .onRef('workspace_access.workspace_id', '=', 'workspaces.id')
        .on('workspace_access.user_id', '=', userId),
    )
    .leftJoin('account_memberships', (join) =>
      join
        .onRef('account_memberships.account_id', '=', 'workspaces.account_id')
        .on('account_memberships.user_id', '=', userId),
    )
    .select([
      'workspaces.account_id',
      'workspaces.default_workspace_role_id',
      'workspace_access.workspace_role_id',
      'account_memberships.role as account_role',
    ])
    .where('workspaces.id', '=', workspaceId)
    .executeTakeFirst()

export async function isHandleTaken(db: Reader, handle: string): Promise<boolean> {
  const user = await db.selectFrom('users').select('id').where('handle', '=', handle).executeTakeFirst()
  if (user) return true
  const account = await db.selectFrom('accounts').select('id').where('handle', '=', handle).executeTakeFirst()
  return account !== undefined
}

export async function findSetting(db: Reader, key: string): Promise<string | null> {
  const row = await db
    .selectFrom('instance_settings')
    .select('value')
    .where('key', '=', key)
    .executeTakeFirst()
  return row?.value ?? null
}

export async function putSetting(trx: Trx, key: string, value: string): Promise<void> {
  await trx
    .insertInto('instance_settings')
    .values({ key, value })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
    .execute()
}

/** Takes the instance for its first user. Of two at once, one wins. */
export async function claimOwner(trx: Trx, userId: string): Promise<boolean> {
  const row = await trx
    .insertInto('instance_settings')
    .values({ key: 'owner', value: userId })
    .onConflict((conflict) => conflict.column('key').doNothing())
    .returning('key')
    .executeTakeFirst()
  return row !== undefined
}

export const findOwnerId = (db: Reader): Promise<string | null> => findSetting(db, 'owner')
