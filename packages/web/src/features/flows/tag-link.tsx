import { WorkspaceLink } from '../../components/workspace-link.tsx'

/** A tag that leads to the flows that have it. */
export function TagLink({ tag }: { tag: string }) {
  return (
    <WorkspaceLink
      to="/flows"
      search={{ tag }}
      title={`Flows tagged ${tag}`}
      className="inline-flex h-6 items-center rounded-chip border border-line-strong px-1.5 text-small whitespace-nowrap text-text-2 hover:bg-hover"
    >
      {tag}
    </WorkspaceLink>
  )
}
