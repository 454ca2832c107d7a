export interface WorkspaceScopeInfo {
  name: string
  title: string
  feature_group: string
  /** Weaker scopes of the same group that this one carries. */
  includes_scopes: string[]
  /** The scope that lets one look at the group; null where there is none. */
  see_scope: string | null
}

interface Group {
  title: string
  /** From the weakest to the strongest; each includes those before it. */
  chain: readonly string[]
  /** Scopes of the group that include nothing and are included by nothing. */
  alone?: readonly string[]
}

/** The 61 scopes on a workspace, by group. */
const GROUPS: readonly Group[] = [
  {
    title: 'Flows',
    chain: ['see_flows', 'run_flows', 'manage_flows'],
    alone: ['manage_saved_search', 'run_tasks'],
  },
  {
    title: 'Deployments',
    chain: ['see_deployments', 'run_deployments', 'write_deployments', 'manage_deployments'],
  },
  { title: 'Blocks', chain: ['see_blocks', 'see_secret_blocks', 'manage_blocks'] },
  { title: 'Work pools', chain: ['see_work_pools', 'write_work_pools', 'manage_work_pools'] },
  { title: 'Work queues', chain: ['see_work_queues', 'write_work_queues', 'manage_work_queues'] },
  { title: 'Workers', chain: ['see_workers', 'write_workers', 'manage_workers'] },
  { title: 'Concurrency limits', chain: ['see_concurrency_limits', 'manage_concurrency_limits'] },
  { title: 'Artifacts', chain: ['see_artifacts', 'write_artifacts', 'manage_artifacts'] },
  { title: 'Variables', chain: ['see_variables', 'write_variables', 'manage_variables'] },
  { title: 'Assets', chain: ['see_assets', 'write_assets', 'manage_assets'] },
  { title: 'Events', chain: ['see_events', 'manage_events'] },
  { title: 'Event publications', chain: ['see_event_publications', 'manage_event_publications'] },
  { title: 'Event subscriptions', chain: ['see_event_subscriptions', 'manage_event_subscriptions'] },
  { title: 'Automations', chain: ['see_automations', 'manage_automations'] },
  { title: 'Webhooks', chain: ['see_webhooks', 'manage_webhooks'] },
  { title: 'Incidents', chain: ['see_incidents', 'write_incidents', 'manage_incidents'] },
  { title: 'Notifications', chain: ['see_notifications', 'write_notifications', 'manage_notifications'] },
  { title: 'Tags', chain: ['see_tags', 'manage_tags'] },
  {
    title: 'Workspace settings',
    chain: ['see_workspace_settings', 'write_workspace_settings', 'manage_workspace_settings'],
  },
  { title: 'Workspace users', chain: ['see_workspace_users', 'manage_workspace_users'] },
  {
    title: 'Workspace service accounts',
    chain: ['see_workspace_service_accounts', 'manage_workspace_service_accounts'],
  },
  { title: 'Workspace teams', chain: [], alone: ['manage_workspace_teams'] },
  { title: 'Access control', chain: [], alone: ['manage_acls'] },
  { title: 'Managed execution', chain: [], alone: ['manage_mex_storage', 'manage_mex_deploy'] },
]

const titleOf = (name: string): string => {
  const words = name.replaceAll('_', ' ')
  return words[0]!.toUpperCase() + words.slice(1)
}

export const WORKSPACE_SCOPES: readonly WorkspaceScopeInfo[] = GROUPS.flatMap(({ title, chain, alone }) => [
  ...chain.map((name, index) => ({
    name,
    title: titleOf(name),
    feature_group: title,
    includes_scopes: chain.slice(0, index),
    see_scope: chain[0] ?? null,
  })),
  ...(alone ?? []).map((name) => ({
    name,
    title: titleOf(name),
    feature_group: title,
    includes_scopes: [],
    see_scope: chain[0] ?? null,
  })),
])

const byName = new Map(WORKSPACE_SCOPES.map((scope) => [scope.name, scope]))

export const isWorkspaceScope = (name: string): boolean => byName.has(name)

/** The scopes with everything that they include. */
export function expandScopes(names: Iterable<string>): Set<string> {
  const all = new Set<string>()
  for (const name of names) {
    all.add(name)
    for (const included of byName.get(name)?.includes_scopes ?? []) all.add(included)
  }
  return all
}
