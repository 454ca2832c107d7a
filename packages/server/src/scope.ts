import type { Micros } from '@orrery/schemas'

/** Who acts: stands in every scope, and on the runs and events that they cause. */
export interface Actor {
  type: 'user' | 'service_account' | 'local' | 'system'
  id: string
  name: string
}

declare const workspaceBrand: unique symbol
declare const accountBrand: unique symbol
declare const userBrand: unique symbol

/** Proof that the actor may act in this workspace. Only `identity` (and tests) make one, so a query without a tenant does not compile. */
export interface WorkspaceScope {
  readonly [workspaceBrand]: true
  readonly accountId: string
  readonly workspaceId: string
  readonly actor: Actor
  /** The workspace scopes that the actor's roles give, as in `see_flows`; `*` stands for all. */
  readonly permissions: ReadonlySet<string>
}

/** Proof that the actor is a member of this account. */
export interface AccountScope {
  readonly [accountBrand]: true
  readonly accountId: string
  readonly actor: Actor
  readonly permissions: ReadonlySet<string>
}

/** Proof that a user is signed in, or acts by one of their keys. */
export interface UserScope {
  readonly [userBrand]: true
  readonly userId: string
  readonly actor: Actor
  /** Set when a browser session authenticates: some actions ask for one. */
  readonly sessionId: string | null
}

type Unbranded<T> = { [K in keyof T as K extends symbol ? never : K]: T[K] }

export const makeWorkspaceScope = (fields: Unbranded<WorkspaceScope>): WorkspaceScope =>
  fields as WorkspaceScope
export const makeAccountScope = (fields: Unbranded<AccountScope>): AccountScope => fields as AccountScope
export const makeUserScope = (fields: Unbranded<UserScope>): UserScope => fields as UserScope

/** The scope of a service, which acts in every workspace: only loops make one. */
export const systemWorkspaceScope = (workspaceId: string, service: string): WorkspaceScope =>
  makeWorkspaceScope({
    // No query asks for it: rows below a workspace know only the workspace.
    accountId: '',
    workspaceId,
    actor: { type: 'system', id: service, name: service },
    permissions: new Set(['*']),
  })

export const permits = (scope: { permissions: ReadonlySet<string> }, permission: string): boolean =>
  scope.permissions.has('*') || scope.permissions.has(permission)

/** What the modules need from outside; tests replace the clock. */
export interface Clock {
  now(): Micros
}
