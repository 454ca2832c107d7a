/** The 47 permissions on an account, `verb:noun`. */
export const ACCOUNT_PERMISSIONS = [
  'read:account',
  'update:account',
  'delete:account',
  'read:account_membership',
  'update:account_membership',
  'delete:account_membership',
  'add:account_member',
  'create:account_role',
  'read:account_role',
  'update:account_role',
  'delete:account_role',
  'create:bot',
  'read:bot',
  'update:bot',
  'delete:bot',
  'create:team',
  'read:team',
  'update:team',
  'delete:team',
  'create:workspace_role',
  'read:workspace_role',
  'update:workspace_role',
  'delete:workspace_role',
  'read:sso',
  'administrate:sso',
  'bypass:sso',
  'read:billing',
  'update:billing',
  'create:invitation',
  'read:invitation',
  'update:invitation',
  'create:workspace_invitation',
  'read:workspace_invitation',
  'update:workspace_invitation',
  'create:workspace',
  'read:workspace',
  'delete:workspace',
  'administrate:workspace',
  'create:audit_event',
  'read:audit_event',
  'read:ip_allowlist',
  'update:ip_allowlist',
  'read:integrations',
  'update:integrations',
  'read:mex-storage',
  'update:mex-storage',
  'delete:mex-storage',
] as const

export type AccountPermission = (typeof ACCOUNT_PERMISSIONS)[number]
export type AccountRoleName = 'Owner' | 'Admin' | 'Member' | 'Collaborator'

export interface AccountRole {
  /** Fixed, so that clients may remember it and databases agree. */
  id: string
  name: AccountRoleName
  permissions: readonly AccountPermission[]
}

const without = (...names: AccountPermission[]) =>
  ACCOUNT_PERMISSIONS.filter((permission) => !names.includes(permission))

const MEMBER: readonly AccountPermission[] = [
  'read:account',
  'read:account_membership',
  'read:account_role',
  'read:bot',
  'read:team',
  'read:workspace_role',
  'read:workspace',
  'read:invitation',
  'read:workspace_invitation',
  'read:sso',
  'read:ip_allowlist',
  'read:integrations',
  'read:mex-storage',
]

/**
 * The built-in roles. Nobody creates audit events by hand, so not even an Owner has that permission;
 * an Admin lacks what could take the account from its Owner.
 */
export const ACCOUNT_ROLES: Readonly<Record<AccountRoleName, AccountRole>> = {
  Owner: {
    id: '00000000-0000-7000-8000-0000000000a1',
    name: 'Owner',
    permissions: without('create:audit_event'),
  },
  Admin: {
    id: '00000000-0000-7000-8000-0000000000a2',
    name: 'Admin',
    permissions: without('create:audit_event', 'bypass:sso', 'delete:account'),
  },
  Member: { id: '00000000-0000-7000-8000-0000000000a3', name: 'Member', permissions: MEMBER },
  Collaborator: {
    id: '00000000-0000-7000-8000-0000000000a4',
    name: 'Collaborator',
    permissions: ['read:account', 'read:workspace', 'read:workspace_role'],
  },
}

/** Owners and Admins are Owners of every workspace of their account, without a grant. */
export const ownsEveryWorkspace = (role: AccountRoleName): boolean => role === 'Owner' || role === 'Admin'
