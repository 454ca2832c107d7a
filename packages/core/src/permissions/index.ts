export {
  ACCOUNT_PERMISSIONS,
  ACCOUNT_ROLES,
  type AccountPermission,
  type AccountRole,
  type AccountRoleName,
  ownsEveryWorkspace,
} from './account-roles.ts'
export {
  findWorkspaceRole,
  WORKSPACE_ROLES,
  type WorkspaceRole,
  type WorkspaceRoleName,
  workspaceRole,
} from './workspace-roles.ts'
export {
  expandScopes,
  isWorkspaceScope,
  WORKSPACE_SCOPES,
  type WorkspaceScopeInfo,
} from './workspace-scopes.ts'
