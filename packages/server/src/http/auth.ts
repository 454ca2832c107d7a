import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Unauthenticated } from '../errors.ts'
import type { AccountScope, UserScope, WorkspaceScope } from '../scope.ts'

/** Who is calling, before it is known where. Made by `identity` from a cookie, a key or a socket's auth message. */
export interface Principal {
  type: 'user' | 'service_account' | 'local'
  id: string
  name: string
  /** Set for a browser session; null for a key. */
  sessionId: string | null
  /** Set for a key. */
  keyId: string | null
}

/** The headers of a request or of a socket's upgrade. */
export interface Credentials {
  headers: NodeJS.Dict<string | string[]>
  method: string
  /** The caller's address, after trusted proxies. */
  address: string
}

/** The one place that knows callers. HTTP routes and sockets share it. */
export interface Identity {
  /** Reads cookie, `Bearer` or `Basic`. Null when there are no credentials; throws Unauthenticated when they are wrong. */
  authenticate(credentials: Credentials): Promise<Principal | null>
  /** The principal of a key that came otherwise, as in a socket's auth message. Null when it is not valid. */
  authenticateToken(token: string): Promise<Principal | null>
  userScope(principal: Principal): UserScope
  /** Throws NotFound outside the caller's accounts, Forbidden without the permission. */
  accountScope(principal: Principal, accountId: string, permission: string): Promise<AccountScope>
  /** Throws NotFound outside the caller's workspaces, Forbidden without the permission. */
  workspaceScope(
    principal: Principal,
    accountId: string,
    workspaceId: string,
    permission: string,
  ): Promise<WorkspaceScope>
  /** The only workspace of local mode; null otherwise. */
  readonly localScope: WorkspaceScope | null
}

/** Turns each request into the scope that its route declares, or refuses it. */
export function installAuth(app: FastifyInstance, identity: Identity): void {
  app.decorateRequest('scope', null as unknown as WorkspaceScope)
  app.decorateRequest('account', null as unknown as AccountScope)
  app.decorateRequest('user', null as unknown as UserScope)
  app.decorateRequest('tenant', null)
  app.addHook('onRequest', async (request) => {
    const access = request.routeOptions.config.access
    if (!access || access.kind === 'public') return
    const params = request.params as { account_id?: string; workspace_id?: string }
    if (access.kind === 'workspace' && identity.localScope && params.workspace_id === undefined) {
      await identity.authenticate(credentialsOf(request))
      request.scope = identity.localScope
      return
    }
    const principal = await identity.authenticate(credentialsOf(request))
    if (!principal) throw new Unauthenticated()
    if (access.kind === 'user') {
      request.user = identity.userScope(principal)
      bind(request, { user_id: principal.id })
    } else if (access.kind === 'account') {
      request.account = await identity.accountScope(principal, params.account_id ?? '', access.permission)
      if (principal.type === 'user') request.user = identity.userScope(principal)
      bind(request, { account_id: params.account_id, actor_id: principal.id })
    } else {
      request.scope = await identity.workspaceScope(
        principal,
        params.account_id ?? '',
        params.workspace_id ?? '',
        access.permission,
      )
      if (principal.type === 'user') request.user = identity.userScope(principal)
      bind(request, {
        account_id: params.account_id,
        workspace_id: params.workspace_id,
        actor_id: principal.id,
      })
    }
  })
}

/** Logs of this request name the tenant from here on. Kept cheap: the child logger is made on first use. */
function bind(request: FastifyRequest, names: Record<string, unknown>): void {
  request.tenant = names
}

declare module 'fastify' {
  interface FastifyRequest {
    tenant: Record<string, unknown> | null
  }
}

export function credentialsOf(request: FastifyRequest): Credentials {
  return { headers: request.headers, method: request.method, address: request.ip }
}
