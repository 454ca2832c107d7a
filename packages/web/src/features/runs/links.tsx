import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useWorkspace } from '../../lib/workspace.ts'
import type { RunSearch, RunsSearch } from './search.ts'

const BASE = '/account/$accountId/workspace/$workspaceId' as const
interface LinkLook {
  className?: string | undefined
  title?: string | undefined
  children: ReactNode
}

export function FlowRunLink({ id, search, ...rest }: { id: string; search?: RunSearch } & LinkLook) {
  const { accountId, workspaceId } = useWorkspace()
  return (
    <Link
      to={`${BASE}/runs/flow-run/$flowRunId`}
      params={{ accountId, workspaceId, flowRunId: id }}
      search={search ?? {}}
      {...rest}
    />
  )
}
export function TaskRunLink({ id, search, ...rest }: { id: string; search?: RunSearch } & LinkLook) {
  const { accountId, workspaceId } = useWorkspace()
  return (
    <Link
      to={`${BASE}/runs/task-run/$taskRunId`}
      params={{ accountId, workspaceId, taskRunId: id }}
      search={search ?? {}}
      {...rest}
    />
  )
}
export function FlowLink({ id, ...rest }: { id: string } & LinkLook) {
  const { accountId, workspaceId } = useWorkspace()
  return <Link to={`${BASE}/flows/flow/$flowId`} params={{ accountId, workspaceId, flowId: id }} {...rest} />
}
export function RunsLink({ search, ...rest }: { search?: RunsSearch } & LinkLook) {
  const { accountId, workspaceId } = useWorkspace()
  return <Link to={`${BASE}/runs`} params={{ accountId, workspaceId }} search={search ?? {}} {...rest} />
}
