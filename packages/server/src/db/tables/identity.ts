import type { Generated } from 'kysely'

export interface AccountsTable {
  id: string
  created: number
  updated: number
  name: string
  handle: string
  plan_type: string
  location: string | null
  link: string | null
  billing_email: string | null
  auth_expiration_seconds: number | null
  settings: Generated<string>
}

export interface UsersTable {
  id: string
  created: number
  updated: number
  actor_id: string
  personal_account_id: string
  handle: string
  email: string
  first_name: string
  last_name: string
  location: string | null
  title: string | null
  image_location: string | null
  settings: Generated<string>
  password_hash: string | null
  last_login: number | null
}

export interface UserIdentitiesTable {
  id: string
  created: number
  user_id: string
  provider: string
  subject: string
  email: string
}

export interface SessionsTable {
  id: string
  created: number
  updated: number
  user_id: string
  token_hash: string
  ip_address: string | null
  user_agent: string | null
  expires_at: number
  ends_at: number
}

export interface ApiKeysTable {
  id: string
  created: number
  user_id: string
  name: string
  key_hash: string
  masked_key: string
  expiration: number | null
  last_used: number | null
}

export interface AccountMembershipsTable {
  id: string
  created: number
  updated: number
  account_id: string
  user_id: string
  role: string
}

export interface WorkspacesTable {
  id: string
  created: number
  updated: number
  account_id: string
  name: string
  handle: string
  description: string
  default_workspace_role_id: string | null
  settings: Generated<string>
}

export interface WorkspaceAccessTable {
  id: string
  created: number
  updated: number
  workspace_id: string
  user_id: string
  workspace_role_id: string
}

export interface WorkspaceDeletionsTable {
  id: string
  deleted: number
}

export interface PasswordResetsTable {
  id: string
  created: number
  user_id: string
  token_hash: string
  expires_at: number
}

export interface OauthAttemptsTable {
  state_hash: string
  created: number
  expires_at: number
  provider: string
  code_verifier: string
  nonce: string
  redirect_to: string
  link_user_id: string | null
}

export interface InstanceSettingsTable {
  key: string
  value: string
}

export interface IdentityVersionTable {
  id: number
  version: number
}

export interface AuditLogTable {
  id: string
  occurred: number
  event: string
  resource_id: string
  actor_type: string
  actor_id: string
  actor_name: string
  account_id: string | null
  in_workspace_id: string | null
  ip_address: string | null
  payload: Generated<string>
}

export interface IdentityTables {
  accounts: AccountsTable
  users: UsersTable
  user_identities: UserIdentitiesTable
  sessions: SessionsTable
  api_keys: ApiKeysTable
  account_memberships: AccountMembershipsTable
  workspaces: WorkspacesTable
  workspace_access: WorkspaceAccessTable
  workspace_deletions: WorkspaceDeletionsTable
  password_resets: PasswordResetsTable
  oauth_attempts: OauthAttemptsTable
  instance_settings: InstanceSettingsTable
  identity_version: IdentityVersionTable
  audit_log: AuditLogTable
}
