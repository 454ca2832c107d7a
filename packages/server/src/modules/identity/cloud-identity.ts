import {
  ACCOUNT_ROLES,
  expandScopes,
  findWorkspaceRole,
  ownsEveryWorkspace,
  workspaceRole,
} from '@orrery/core'
import type { Config } from '../../config.ts'
import type { Db } from '../../db/db.ts'
import { Forbidden, NotFound, Unauthenticated } from '../../errors.ts'
import type { Credentials, Identity, Principal } from '../../http/auth.ts'
import type { Log } from '../../http/context.ts'
import {
  type AccountScope,
  type Actor,
  type Clock,
  makeAccountScope,
  makeUserScope,
  makeWorkspaceScope,
  type UserScope,
  type WorkspaceScope,
} from '../../scope.ts'
import { AccessCache } from './access-cache.ts'
import { findAccountRole, findKeyUser, findWorkspaceGrant } from './identity.queries.ts'
import { KeyUse } from './key-use.ts'
import { requireSameSite } from './same-origin.ts'
import { hashSecret } from './secrets.ts'
import { readCookie, SESSION_COOKIE } from './session-cookie.ts'
import { readSession } from './sessions.service.ts'
import { SetupCode } from './setup-code.ts'
import { Throttle } from './throttle.ts'

const KEY = /^pn[ub]_[0-9A-Za-z]{20,}$/

/** Users, sessions and keys: who calls, and what they may do. One for each server. */
export class CloudIdentity implements Identity {
  readonly localScope = null
  readonly db: Db
  readonly clock: Clock
  readonly config: Config
  readonly log: Log
  readonly cache: AccessCache
  readonly throttle = new Throttle()
  readonly setupCode: SetupCode
  readonly #keyUse: KeyUse

  constructor(parts: { db: Db; clock: Clock; config: Config; log: Log }) {
    this.db = parts.db
    this.clock = parts.clock
    this.config = parts.config
    this.log = parts.log
    this.cache = new AccessCache(parts.db)
    this.setupCode = new SetupCode(parts.config)
    this.#keyUse = new KeyUse(parts.db, parts.log)
  }

  async authenticate(credentials: Credentials): Promise<Principal | null> {
    const { headers } = credentials
    if (headers.authorization !== undefined) {
      const key = readKey(headers.authorization)
      const principal = key === null ? null : await this.authenticateToken(key)
      if (!principal) throw new Unauthenticated()
      return principal
    }
    const token = readCookie(headers.cookie, SESSION_COOKIE)
    if (token === null) return null
    const principal = await readSession(this, token)
    if (!principal) throw new Unauthenticated()
    requireSameSite(credentials, this.config)
    return principal
  }

  async authenticateToken(token: string): Promise<Principal | null> {
    if (!KEY.test(token)) return null
    const waiting = this.cache.refresh()
    if (waiting) await waiting
    const hash = hashSecret(token)
    const known =
      this.cache.keys.get(hash) ??
      (await this.cache.remember(this.cache.keys, hash, () => this.#loadKey(hash)))
    if (!known) return null
    const now = this.clock.now()
    if (known.expiration !== null && known.expiration <= now) return null
    if (known.principal.keyId) this.#keyUse.note(known.principal.keyId, now)
    return known.principal
  }

  async #loadKey(hash: string) {
    const row = await findKeyUser(this.db.read, hash)
    if (!row) return null
    const principal: Principal = {
      type: 'user',
      id: row.user_id,
      name: row.handle,
      sessionId: null,
      keyId: row.id,
    }
    return { principal, expiration: row.expiration }
  }

  userScope(principal: Principal): UserScope {
    return makeUserScope({ userId: principal.id, actor: toActor(principal), sessionId: principal.sessionId })
  }

  async accountScope(principal: Principal, accountId: string, permission: string): Promise<AccountScope> {
    const role = await findAccountRole(this.db.read, principal.id, accountId)
    if (!role) throw new NotFound('Not Found')
    const permissions = new Set<string>(ACCOUNT_ROLES[role].permissions)
    if (!permissions.has(permission)) throw new MissingPermission(permission)
    return makeAccountScope({ accountId, actor: toActor(principal), permissions })
  }

  async workspaceScope(
    principal: Principal,
    accountId: string,
    workspaceId: string,
    permission: string,
  ): Promise<WorkspaceScope> {
    const waiting = this.cache.refresh()
    if (waiting) await waiting
    const key = `${principal.id}/${workspaceId}`
    const scope =
      this.cache.scopes.get(key) ??
      (await this.cache.remember(this.cache.scopes, key, () => this.#loadScope(principal, workspaceId)))
    if (scope?.accountId !== accountId) throw new NotFound('Not Found')
    if (!scope.permissions.has(permission)) throw new MissingPermission(permission)
    return scope
  }

  async #loadScope(principal: Principal, workspaceId: string): Promise<WorkspaceScope | null> {
    const grant = await findWorkspaceGrant(this.db.read, principal.id, workspaceId)
    if (!grant) return null
    const permissions = grantedScopes(grant)
    if (permissions.size === 0) return null
    return makeWorkspaceScope({
      accountId: grant.account_id,
      workspaceId,
      actor: toActor(principal),
      permissions,
    })
  }

  /** Flushes what is written lazily. */
  async close(): Promise<void> {
    this.cache.close()
    await this.#keyUse.close()
  }
}

export class MissingPermission extends Forbidden {
  constructor(permission: string) {
    super(`This needs the permission ${permission}, which your roles do not give.`, 'permission_missing')
  }
}

/**
 * The union of the user's own role, of what the workspace gives to everyone of its account, and of
 * everything for Owners and Admins of the account. Empty: no access.
 */
export function grantedScopes(grant: {
  account_role: string | null
  default_workspace_role_id: string | null
  workspace_role_id: string | null
}): Set<string> {
  const role = grant.account_role as keyof typeof ACCOUNT_ROLES | null // only those names are written
  if (role && ownsEveryWorkspace(role)) return new Set(workspaceRole('Owner').scopes)
  const roleIds = [
    grant.workspace_role_id,
    role && role !== 'Collaborator' ? grant.default_workspace_role_id : null,
  ]
  return expandScopes(roleIds.flatMap((id) => (id ? (findWorkspaceRole(id)?.scopes ?? []) : [])))
}

const toActor = (principal: Principal): Actor => ({
  type: principal.type,
  id: principal.id,
  name: principal.name,
})

/** The key in `Bearer KEY`, or in `Basic` as the whole decoded text or as its password. */
function readKey(header: string | string[]): string | null {
  const [scheme = '', value = ''] = String(header).trim().split(/\s+/, 2)
  if (/^bearer$/i.test(scheme)) return value
  if (!/^basic$/i.test(scheme)) return null
  const text = Buffer.from(value, 'base64').toString('utf8')
  return KEY.test(text) ? text : text.slice(text.indexOf(':') + 1)
}
