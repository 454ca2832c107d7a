import { isLoopback } from '../../config.ts'
import { Unauthenticated } from '../../errors.ts'
import type { Credentials, Identity } from '../../http/auth.ts'
import { makeAccountScope, makeUserScope, makeWorkspaceScope } from '../../scope.ts'
import { CrossSiteRequest } from './identity.errors.ts'

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
    async authenticate(credentials) {
      requireLocalPage(credentials)
      return principal
    },
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

/**
 * Nothing but the address protects local mode, and a page of any site runs in a browser on this machine. Its
 * requests carry its own `Origin`, or, where its name was pointed at loopback, its own `Host`.
 */
function requireLocalPage({ headers }: Credentials): void {
  const host = String(headers.host ?? '')
  if (!isLocalName(host)) throw new CrossSiteRequest()
  const { origin } = headers
  if (origin === undefined || origin === `http://${host}`) return
  if (!URL.canParse(String(origin)) || !isLocalName(new URL(String(origin)).host))
    throw new CrossSiteRequest()
}

/** Loopback, and the name by which containers reach it. */
function isLocalName(host: string): boolean {
  const name = host.replace(/:\d+$/, '').replace(/^\[|\]$/g, '')
  return isLoopback(name) || name === 'host.docker.internal' || name.endsWith('.localhost')
}
