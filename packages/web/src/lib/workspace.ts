/** The workspace a page is about: its API, its sockets and its links, the same in cloud and in local mode. */
import { useParams } from '@tanstack/react-router'
import { useMemo } from 'react'
import { type Api, apiAt } from './api.ts'
import { useConfig } from './identity.ts'

export interface Workspace {
  mode: 'cloud' | 'local'
  accountId: string
  workspaceId: string
  /** Put this first in every query key, so that workspaces never share a cache entry. */
  key: string
  api: Api
  /** `/account/A/workspace/W` (the router strips it in local mode). */
  path: string
  /** Address of a socket of this workspace: `socketUrl('/events/out')`. */
  socketUrl(path: string): string
}

export const workspacePath = (accountId: string, workspaceId: string): string =>
  `/account/${accountId}/workspace/${workspaceId}`

export const workspaceApiBase = (mode: 'cloud' | 'local', accountId: string, workspaceId: string): string =>
  mode === 'local' ? '/api' : `/api/accounts/${accountId}/workspaces/${workspaceId}`

export function makeWorkspace(mode: 'cloud' | 'local', accountId: string, workspaceId: string): Workspace {
  const base = workspaceApiBase(mode, accountId, workspaceId)
  return {
    mode,
    accountId,
    workspaceId,
    key: workspaceId,
    api: apiAt(base),
    path: workspacePath(accountId, workspaceId),
    socketUrl: (path) => `${location.origin.replace(/^http/, 'ws')}${base}${path}`,
  }
}

/** The current workspace, from the URL. Only below the workspace route. */
export function useWorkspace(): Workspace {
  const { mode } = useConfig()
  const { accountId, workspaceId } = useParams({ strict: false }) as {
    accountId?: string
    workspaceId?: string
  }
  return useMemo(() => {
    if (!accountId || !workspaceId) throw new Error('useWorkspace is used outside of a workspace page')
    return makeWorkspace(mode, accountId, workspaceId)
  }, [mode, accountId, workspaceId])
}
