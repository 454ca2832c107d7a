import type { Selectable } from 'kysely'
import type { Reader } from '../../db/db.ts'
import type { WorkspacesTable } from '../../db/tables/identity.ts'
import type { UserScope } from '../../scope.ts'

export type WorkspaceRow = Selectable<WorkspacesTable>

export const findWorkspace = (db: Reader, accountId: string, id: string): Promise<WorkspaceRow | undefined> =>
  db
    .selectFrom('workspaces')
    .selectAll()
    .where('account_id', '=', accountId)
    .where('id', '=', id)
    .executeTakeFirst()

export async function isWorkspaceHandleTaken(
  db: Reader,
  accountId: string,
  handle: string,
): Promise<boolean> {
  const row = await db
    .selectFrom('workspaces')
    .select('id')
    .where('account_id', '=', accountId)
    .where('handle', '=', handle)
    .executeTakeFirst()
  return row !== undefined
}

/** Every workspace of the user's accounts, and those granted elsewhere, with what decides about the user there. */
export const listCandidates = (db: Reader, scope: UserScope) =>
  db
    .selectFrom('workspaces')
    .innerJoin('accounts', 'accounts.id', 'workspaces.account_id')
    .leftJoin('account_memberships', (join) =>
      join
        .onRef('account_memberships.account_id', '=', 'workspaces.account_id')
        .on('account_memberships.user_id', '=', scope.userId),
    )
    .leftJoin('workspace_access', (join) =>
      join
        .onRef('workspace_access.workspace_id', '=', 'workspaces.id')
        .on('workspace_access.user_id', '=', scope.userId),
    )
    .select([
      'accounts.id as account_id',
      'accounts.name as account_name',
      'accounts.handle as account_handle',
      'workspaces.id as workspace_id',
      'workspaces.name as workspace_name',
      'workspaces.description as workspace_description',
      'workspaces.handle as workspace_handle',
      'workspaces.default_workspace_role_id',
      'workspace_access.workspace_role_id',
      'account_memberships.role as account_role',
    ])
    .where((eb) =>
      eb.or([eb('account_memberships.id', 'is not', null), eb('workspace_access.id', 'is not', null)]),
    )
    .orderBy('accounts.handle')
    .orderBy('workspaces.handle')
    .execute()
