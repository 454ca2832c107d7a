import { Unauthenticated } from '../../errors.ts'
import type { Identity } from '../../http/auth.ts'
import { makeAccountScope, makeUserScope, makeWorkspaceScope } from '../../scope.ts'

/** The ids of local mode's only account and workspace: fixed, so that a database can move between machines. */
export const LOCAL_ACCOUNT_ID = '00000000-0000-7000-8000-000000000001'
export const LOCAL_WORKSPACE_ID = '00000000-0000-7000-8000-000000000002'

const ALL = new Set(['*'])

/** Local mode: everybody who reaches loopback may do everything in the one workspace. */
export function createLocalIdentity(): Identity {
  const actor = { type: 'local', id: LOCAL_ACCOUNT_ID, name: 'local' } as const
  const localScope = makeWorkspaceScope({
    accountId: LOCAL_ACCOUNT_ID,
    workspaceId: LOCAL_WORKSPACE_ID,
    actor,
    permissions: ALL,
  })
  const principal = {
    type: 'local',
    id: LOCAL_ACCOUNT_ID,
    name: 'local',
    sessionId: null,
    keyId: null,
  } as const
  return {
    authenticate: async () => principal,
    authenticateToken: async () => principal,
    userScope: () => makeUserScope({ userId: LOCAL_ACCOUNT_ID, actor, sessionId: null }),
    accountScope: async () => makeAccountScope({ accountId: LOCAL_ACCOUNT_ID, actor, permissions: ALL }),
    workspaceScope: async (_principal, _accountId, workspaceId) => {
      if (workspaceId !== LOCAL_WORKSPACE_ID) throw new Unauthenticated()
      return localScope
    },
    localScope,
  }
}
