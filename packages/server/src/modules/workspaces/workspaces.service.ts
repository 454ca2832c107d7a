import { findWorkspaceRole, ownsEveryWorkspace, workspaceRole } from '@orrery/core'
import { newId, toIso } from '@orrery/schemas'
import type { Reader, Trx } from '../../db/db.ts'
import { againOnConflict } from '../../db/dialect/conflicts.ts'
import { Invalid } from '../../errors.ts'
import type { AccountScope, UserScope, WorkspaceScope } from '../../scope.ts'
import { writeAudit } from '../identity/audit.ts'
import { type CloudIdentity, grantedScopes } from '../identity/cloud-identity.ts'
import { deriveHandle, freeHandle, requireHandle } from '../identity/handles.ts'
import { WorkspaceHandleTaken, WorkspaceNotFound } from './workspaces.errors.ts'
import {
  findWorkspace,
  isWorkspaceHandleTaken,
  listCandidates,
  type WorkspaceRow,
} from './workspaces.queries.ts'

export interface Workspace {
  id: string
  created: string
  updated: string
  account_id: string
  name: string
  handle: string
  description: string
  default_workspace_role_id: string | null
  is_public: boolean
}

export interface MyWorkspace {
  account_id: string
  account_name: string
  account_handle: string
  workspace_id: string
  workspace_name: string
  workspace_description: string
  workspace_handle: string
}

export const toWorkspace = (row: WorkspaceRow): Workspace => ({
  id: row.id,
  created: toIso(row.created),
  updated: toIso(row.updated),
  account_id: row.account_id,
  name: row.name,
  handle: row.handle,
  description: row.description,
  default_workspace_role_id: row.default_workspace_role_id,
  is_public: false,
})

export interface NewWorkspace {
  name: string
  handle?: string | null | undefined
  description?: string | null | undefined
}

/** Makes a workspace, of which its creator is an Owner. A handle that is not given is derived and made unique. */
export function createWorkspace(
  identity: CloudIdentity,
  scope: AccountScope & { actor: { id: string } },
  input: NewWorkspace,
): Promise<WorkspaceRow> {
  if (input.name.trim() === '') throw new Invalid('A workspace needs a name.', 'workspace_name_empty')
  if (input.handle) requireHandle(input.handle)
  return againOnConflict(() => identity.db.write((trx) => insertWorkspace(trx, identity, scope, input)))
}

export async function insertWorkspace(
  trx: Trx,
  identity: Pick<CloudIdentity, 'clock'>,
  scope: AccountScope,
  input: NewWorkspace,
): Promise<WorkspaceRow> {
  const { accountId, actor } = scope
  const taken = (handle: string) => isWorkspaceHandleTaken(trx, accountId, handle)
  if (input.handle && (await taken(input.handle))) throw new WorkspaceHandleTaken(input.handle)
  const handle = input.handle || (await freeHandle(deriveHandle(input.name, 'workspace'), taken))
  const now = identity.clock.now()
  const row = await trx
    .insertInto('workspaces')
    .values({
      id: newId(),
      created: now,
      updated: now,
      account_id: accountId,
      name: input.name,
      handle,
      description: input.description ?? '',
      default_workspace_role_id: null,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  await trx
    .insertInto('workspace_access')
    .values({
      id: newId(),
      created: now,
      updated: now,
      workspace_id: row.id,
      user_id: actor.id,
      workspace_role_id: workspaceRole('Owner').id,
    })
    .execute()
  await writeAudit(trx, identity.clock, {
    event: 'prefect-cloud.workspace.created',
    resourceId: `prefect-cloud.workspace.${row.id}`,
    actor,
    accountId,
    workspaceId: row.id,
    payload: { name: row.name, handle },
  })
  return row
}

export async function readWorkspace(db: Reader, scope: WorkspaceScope): Promise<WorkspaceRow> {
  const row = await findWorkspace(db, scope.accountId, scope.workspaceId)
  if (!row) throw new WorkspaceNotFound()
  return row
}

export interface WorkspaceChange {
  name?: string | undefined
  handle?: string | undefined
  description?: string | null | undefined
  /** Null leaves it: Terraform sends null for what it does not manage. An empty text clears it. */
  default_workspace_role_id?: string | null | undefined
}

export async function updateWorkspace(
  identity: CloudIdentity,
  scope: WorkspaceScope,
  change: WorkspaceChange,
): Promise<void> {
  const roleId = change.default_workspace_role_id
  if (change.name !== undefined && change.name.trim() === '')
    throw new Invalid('A workspace needs a name.', 'workspace_name_empty')
  if (change.handle !== undefined) requireHandle(change.handle)
  if (roleId && !findWorkspaceRole(roleId))
    throw new Invalid(`There is no workspace role ${roleId}.`, 'workspace_role_unknown')
  await identity.db.write(async (trx) => {
    const row = await readWorkspace(trx, scope)
    if (
      change.handle !== undefined &&
      change.handle !== row.handle &&
      (await isWorkspaceHandleTaken(trx, scope.accountId, change.handle))
    )
      throw new WorkspaceHandleTaken(change.handle)
    await trx
      .updateTable('workspaces')
      .set({
        updated: identity.clock.now(),
        ...(change.name !== undefined && { name: change.name }),
        ...(change.handle !== undefined && { handle: change.handle }),
        ...(change.description !== undefined && { description: change.description ?? '' }),
        ...(typeof roleId === 'string' && { default_workspace_role_id: roleId || null }),
      })
      .where('id', '=', row.id)
      .execute()
    if (typeof roleId === 'string') await identity.cache.changed(trx)
    await writeAudit(trx, identity.clock, {
      event: 'prefect-cloud.workspace.updated',
      resourceId: `prefect-cloud.workspace.${row.id}`,
      actor: scope.actor,
      accountId: scope.accountId,
      workspaceId: row.id,
      payload: { changed: Object.keys(change) },
    })
  })
}

export interface MyWorkspaceWithRole extends MyWorkspace {
  role: string
}

/** The workspaces that the user has any scope in, by full handle. */
export async function listMyWorkspaces(db: Reader, scope: UserScope): Promise<MyWorkspaceWithRole[]> {
  const candidates = await listCandidates(db, scope)
  return candidates.flatMap((row) => {
    if (grantedScopes(row).size === 0) return []
    const { default_workspace_role_id, workspace_role_id, account_role, ...workspace } = row
    const owner = account_role !== null && ownsEveryWorkspace(account_role as 'Owner')
    const roleId = workspace_role_id ?? default_workspace_role_id
    const role = owner ? 'Owner' : (roleId && findWorkspaceRole(roleId)?.name) || 'Viewer'
    return [{ ...workspace, role }]
  })
}
