/** Who is signed in, what this server is, and which workspaces there are: the queries that every page shares. */
import { queryOptions, useSuspenseQuery } from '@tanstack/react-query'
import { root } from './api.ts'

export interface AuthConfig {
  mode: 'cloud' | 'local'
  signup: 'open' | 'closed' | 'first_user'
  setup_code_required: boolean
  providers: { id: string; name: string }[]
  password_min_length: number
  mail: boolean
  version: string
  api_url: string
  workspace?: { account_id: string; workspace_id: string }
}

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

export interface WorkspaceRow {
  account_id: string
  account_name: string
  account_handle: string
  workspace_id: string
  workspace_name: string
  workspace_description: string
  workspace_handle: string
  role: string
}

export interface WorkspaceOverview extends WorkspaceRow {
  counts: { flows: number; deployments: number; flow_runs: number }
  today: { failed: number; crashed: number; late: number; running: number }
  history: { date: string; good: number; bad: number }[]
}

export const configQuery = queryOptions({
  queryKey: ['config'],
  queryFn: ({ signal }) => root.get<AuthConfig>('/auth/config', { signal }),
  staleTime: 60_000,
})

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async ({ signal }) => (await root.get<{ user: Me | null }>('/auth/session', { signal })).user,
  staleTime: 60_000,
})

export const workspacesQuery = queryOptions({
  queryKey: ['me', 'workspaces'],
  queryFn: ({ signal }) => root.get<WorkspaceRow[]>('/me/workspaces', { signal }),
  staleTime: 30_000,
})

export const overviewQuery = queryOptions({
  queryKey: ['me', 'workspaces', 'overview'],
  queryFn: ({ signal }) => root.get<WorkspaceOverview[]>('/me/workspaces/overview', { signal }),
  staleTime: 10_000,
})

/** The server's configuration; loaded before the first render, so it never suspends. */
export const useConfig = (): AuthConfig => useSuspenseQuery(configQuery).data

export function displayName(me: Pick<Me, 'first_name' | 'last_name' | 'handle' | 'email'>): string {
  const full = `${me.first_name ?? ''} ${me.last_name ?? ''}`.trim()
  return full || me.handle || me.email
}

export function initials(me: Pick<Me, 'first_name' | 'last_name' | 'handle' | 'email'>): string {
  const parts = displayName(me)
    .split(/[\s._@-]+/)
    .filter(Boolean)
  return ((parts[0]?.[0] ?? '') + (parts[1]?.[0] ?? '')).toUpperCase() || '?'
}
