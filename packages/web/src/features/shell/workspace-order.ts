/** Starred workspaces come first, then those visited last. */
export const byLiking =
  (stars: ReadonlySet<string>, recent: readonly string[]) =>
  (a: { workspace_id: string }, b: { workspace_id: string }): number =>
    Number(stars.has(b.workspace_id)) - Number(stars.has(a.workspace_id)) ||
    sinceVisit(recent, a.workspace_id) - sinceVisit(recent, b.workspace_id)

/** How many workspaces were visited since this one. */
const sinceVisit = (recent: readonly string[], id: string): number =>
  recent.includes(id) ? recent.indexOf(id) : recent.length
