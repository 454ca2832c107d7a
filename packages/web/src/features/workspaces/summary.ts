import { plural } from '../../lib/format.ts'
import type { WorkspaceOverview } from '../../lib/identity.ts'

export const hasTrouble = ({ today }: Pick<WorkspaceOverview, 'today'>): boolean =>
  today.failed + today.crashed + today.late > 0

/** The heading is the answer: how many workspaces, and how many of them need somebody. */
export function heading(rows: readonly Pick<WorkspaceOverview, 'today'>[]): string {
  const trouble = rows.filter(hasTrouble).length
  if (rows.length === 0) return 'No workspaces yet'
  const all = plural(rows.length, 'workspace')
  if (trouble === 0) return rows.length === 1 ? `${all}, all well today` : `${all}, all well today`
  return `${all}, ${trouble === rows.length && trouble > 1 ? 'all' : trouble} with trouble today`
}

/** Starred first, then by how much runs in them. */
export function order(rows: readonly WorkspaceOverview[], stars: ReadonlySet<string>): WorkspaceOverview[] {
  return rows.toSorted(
    (a, b) =>
      Number(stars.has(b.workspace_id)) - Number(stars.has(a.workspace_id)) ||
      b.counts.flow_runs - a.counts.flow_runs ||
      a.workspace_name.localeCompare(b.workspace_name),
  )
}
