// What the person's role lacks, in words: an action that is not theirs stays visible and says which role it needs.
import { useQuery } from '@tanstack/react-query'
import { overviewQuery } from '../../lib/identity.ts'
import { useWorkspace } from '../../lib/workspace.ts'

/** Reasons why not; null where the role allows it, or is one we do not know: then the server decides. */
export interface RunPermissions {
  run: string | null
  manage: string | null
}

const ALLOWED: RunPermissions = { run: null, manage: null }

export function permissionsOf(role: string | undefined): RunPermissions {
  const needs = (action: string, needed: string): string =>
    `${action} needs the role ${needed}; you are a ${role}.`
  switch (role) {
    case 'Viewer':
      return { run: needs('This', 'Runner'), manage: needs('This', 'Developer') }
    case 'Runner':
    case 'Worker':
      return { run: null, manage: needs('This', 'Developer') }
    default:
      return ALLOWED
  }
}

export function useRunPermissions(): RunPermissions {
  const { mode, workspaceId } = useWorkspace()
  const overview = useQuery({ ...overviewQuery, enabled: mode === 'cloud', staleTime: 300_000 })
  return permissionsOf(overview.data?.find((row) => row.workspace_id === workspaceId)?.role)
}
