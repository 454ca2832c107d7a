/**
 * What the person's role in the workspace allows. The server decides; this only lets the page say beforehand, in the
 * place of a refusal, which role is needed.
 */
import { useQuery } from '@tanstack/react-query'
import { workspacesQuery } from './identity.ts'
import { useWorkspace } from './workspace.ts'

/** Things a person does here, by the scope that the server asks for. */
const NEEDED = {
  run_flows: 'Runner',
  manage_flows: 'Developer',
  manage_artifacts: 'Developer',
  write_workspace_settings: 'Owner',
  manage_workspace_settings: 'Owner',
} as const

export type Permission = keyof typeof NEEDED

const RANKS: Readonly<Record<string, number>> = { Viewer: 1, Worker: 2, Runner: 2, Developer: 3, Owner: 4 }

/** Why not, in words; null where the role allows it, or is one of the account's own: then the server decides. */
export function lacks(role: string | undefined, permission: Permission): string | null {
  const rank = role === undefined ? undefined : RANKS[role]
  const needed = NEEDED[permission]
  if (rank === undefined || rank >= (RANKS[needed] ?? 0)) return null
  return `This needs the role ${needed}; you are a ${role}.`
}

/** Pass the answer to `why` of a menu item or a `GuardedButton`. In local mode everything is allowed. */
export function usePermissions(): (permission: Permission) => string | null {
  const { mode, workspaceId } = useWorkspace()
  const { data: mine } = useQuery({ ...workspacesQuery, enabled: mode === 'cloud' })
  const role = mine?.find((row) => row.workspace_id === workspaceId)?.role
  return (permission) => lacks(role, permission)
}
