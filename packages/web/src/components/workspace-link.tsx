import { Link } from '@tanstack/react-router'
import type { ComponentProps } from 'react'
import { useWorkspace, workspacePath } from '../lib/workspace.ts'

export interface WorkspaceLinkProps extends Omit<ComponentProps<'a'>, 'href'> {
  /** Path below the workspace: `/runs`, `/runs/flow-run/ID`. */
  to: string
  search?: Record<string, unknown>
  hash?: string
  replace?: boolean
  activeProps?: { className?: string; 'aria-current'?: 'page' }
  activeOptions?: { exact?: boolean; includeSearch?: boolean }
  /** Another workspace than the current one. */
  of?: { accountId: string; workspaceId: string }
}

/** A link to a page of the current workspace, in both modes; it keeps the shared time range. */
export function WorkspaceLink({ to, of, ...rest }: WorkspaceLinkProps) {
  return of ? (
    <PlainLink to={workspacePath(of.accountId, of.workspaceId) + to} {...rest} />
  ) : (
    <CurrentLink to={to} {...rest} />
  )
}

function CurrentLink({ to, ...rest }: Omit<WorkspaceLinkProps, 'of'>) {
  const workspace = useWorkspace()
  return <PlainLink to={workspace.path + to} {...rest} />
}

// The path is built here, so the router's path types have nothing to check.
const PlainLink = Link as unknown as (props: Omit<WorkspaceLinkProps, 'of'>) => React.ReactNode
