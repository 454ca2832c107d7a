import type { FastifyInstance } from 'fastify'
import type { AccountScope, UserScope, WorkspaceScope } from '../scope.ts'

/** What a route asks of its caller. Every route declares one; the server does not start otherwise. */
export type Access =
  | { kind: 'public' }
  | { kind: 'user' }
  | { kind: 'account'; permission: string }
  | { kind: 'workspace'; permission: string }

export const publicAccess = { access: { kind: 'public' } as Access }
/** A signed-in user, or one of their keys. */
export const userAccess = { access: { kind: 'user' } as Access }
export const accountAccess = (permission: string) => ({ access: { kind: 'account', permission } as Access })
/** A workspace scope of cloud-api's list, as in `see_flows`, `run_flows`, `manage_flows`. */
export const workspaceAccess = (permission: string) => ({
  access: { kind: 'workspace', permission } as Access,
})

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access
  }
  interface FastifyRequest {
    /** The workspace of a route with workspace access. */
    scope: WorkspaceScope
    account: AccountScope
    user: UserScope
    /** The body as it came, kept where `config.rawBody` asks for it. */
    bodyText: string | null
  }
}

/** Refuses to start with a route that does not say who may call it. */
export function requireDeclaredAccess(app: FastifyInstance): void {
  app.addHook('onRoute', (route) => {
    if (!route.config?.access) throw new Error(`${String(route.method)} ${route.url} declares no access`)
  })
}
