import { expandScopes, WORKSPACE_SCOPES } from './workspace-scopes.ts'

export type WorkspaceRoleName = 'Owner' | 'Developer' | 'Runner' | 'Viewer' | 'Worker'

export interface WorkspaceRole {
  /** Fixed, so that clients may remember it and databases agree. */
  id: string
  name: WorkspaceRoleName
  description: string
  /** Expanded: what a scope includes is listed too. */
  scopes: readonly string[]
}

const ALL = WORKSPACE_SCOPES.map((scope) => scope.name)
const HIDDEN_FROM_VIEWERS = [
  'see_secret_blocks',
  'see_workspace_settings',
  'see_workspace_users',
  'see_workspace_service_accounts',
]
const VIEWER = ALL.filter((name) => name.startsWith('see_') && !HIDDEN_FROM_VIEWERS.includes(name))
const RUNNER = [...VIEWER, 'run_deployments', 'run_flows']
/** Groups that govern the workspace itself: a Developer has no hand in them. */
const GOVERNING = [
  'Workspace settings',
  'Workspace users',
  'Workspace service accounts',
  'Workspace teams',
  'Access control',
]
const DEVELOPER = [
  ...WORKSPACE_SCOPES.filter((scope) => !GOVERNING.includes(scope.feature_group)).map((scope) => scope.name),
  'see_workspace_settings',
]
/** A worker also takes and returns slots of global limits, or flows with limits could not run on it. */
const WORKER = [
  'see_flows',
  'run_flows',
  'see_deployments',
  'see_work_pools',
  'write_work_pools',
  'see_work_queues',
  'see_workers',
  'write_workers',
  'see_blocks',
  'see_secret_blocks',
  'see_variables',
  'see_artifacts',
  'write_artifacts',
  'manage_events',
  'see_concurrency_limits',
  'manage_concurrency_limits',
]

const role = (
  digit: number,
  name: WorkspaceRoleName,
  description: string,
  scopes: string[],
): WorkspaceRole => ({
  id: `00000000-0000-7000-8000-0000000000b${digit}`,
  name,
  description,
  scopes: [...expandScopes(scopes)],
})

/** The built-in roles on a workspace, strongest first. */
export const WORKSPACE_ROLES: readonly WorkspaceRole[] = [
  role(1, 'Owner', 'Everything, members and settings included', ALL),
  role(2, 'Developer', 'Runs flows; writes deployments, pools, blocks and automations', DEVELOPER),
  role(3, 'Runner', 'Sees everything and runs flows and deployments', RUNNER),
  role(4, 'Viewer', 'Sees everything but secrets and settings', VIEWER),
  role(5, 'Worker', 'What a worker needs to poll and to run flows', WORKER),
]

export const workspaceRole = (name: WorkspaceRoleName): WorkspaceRole =>
  WORKSPACE_ROLES.find((candidate) => candidate.name === name)!

export const findWorkspaceRole = (id: string): WorkspaceRole | undefined =>
  WORKSPACE_ROLES.find((candidate) => candidate.id === id)
