// What the person's role lacks for the actions on runs.
import { lacks, usePermissions } from '../../lib/permissions.ts'

/** Reasons why not; null where the role allows it, or is one we do not know: then the server decides. */
export interface RunPermissions {
  run: string | null
  manage: string | null
}

export const permissionsOf = (role: string | undefined): RunPermissions => ({
  run: lacks(role, 'run_flows'),
  manage: lacks(role, 'manage_flows'),
})

export function useRunPermissions(): RunPermissions {
  const may = usePermissions()
  return { run: may('run_flows'), manage: may('manage_flows') }
}
