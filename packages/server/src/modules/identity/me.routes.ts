import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { ACCOUNT_ROLES, type AccountRoleName } from '@orrery/core'
import { toIso } from '@orrery/schemas'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { NotFound } from '../../errors.ts'
import { userAccess } from '../../http/access.ts'
import type { UserScope } from '../../scope.ts'
import { listApiKeys } from './api-keys.service.ts'
import { writeAudit } from './audit.ts'
import { type CloudIdentity, grantedScopes } from './cloud-identity.ts'
import { findAccountRole, findWorkspaceGrant } from './identity.queries.ts'
import { unlinkIdentity, waysIn } from './linked-identities.ts'
import { requireUser } from './update-user.ts'
import { toMe } from './users.service.ts'

const OptionalText = Type.Optional(Type.String())

/** The caller: profile, accounts, permissions, sessions. Prefix `/api/me`. */
export function meRoutes(instance: FastifyInstance, identity: CloudIdentity): void {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>()
  const { db } = identity

  app.get('/', { config: userAccess }, async (request) =>
    toMe(db.read, await requireUser(db.read, request.user)),
  )

  app.get('/accounts', { config: userAccess }, async (request) => listAccounts(identity, request.user))
  app.get('/organizations', { config: userAccess }, async (request) =>
    (await listAccounts(identity, request.user)).filter((row) => row.account_plan_type !== 'PERSONAL'),
  )

  app.get('/accounts/:account_id/permissions', { config: userAccess }, async (request) =>
    permissionsIn(identity, request.user, (request.params as { account_id: string }).account_id),
  )
  app.get(
    '/accounts/:account_id/has_permission',
    { config: userAccess, schema: { querystring: Type.Object({ permission: Type.String() }) } },
    async (request) => {
      const { account_id } = request.params as { account_id: string }
      return (await permissionsIn(identity, request.user, account_id)).includes(request.query.permission)
    },
  )
  app.get(
    '/accounts/has_permission',
    { config: userAccess, schema: { querystring: Type.Object({ permission: Type.String() }) } },
    async (request) => {
      const rows = await listAccounts(identity, request.user)
      return rows
        .filter((row) => permissionsOf(row.account_role_name).includes(request.query.permission))
        .map((row) => row.account_id)
    },
  )

  app.get('/workspaces/:workspace_id/scopes', { config: userAccess }, async (request) =>
    scopesIn(identity, request.user, (request.params as { workspace_id: string }).workspace_id),
  )
  app.get(
    '/workspaces/:workspace_id/has_scope',
    { config: userAccess, schema: { querystring: Type.Object({ scope: Type.String() }) } },
    async (request) => {
      const { workspace_id } = request.params as { workspace_id: string }
      return (await scopesIn(identity, request.user, workspace_id)).includes(request.query.scope)
    },
  )

  app.get(
    '/api_keys',
    { config: userAccess, schema: { querystring: Type.Object({ name: OptionalText }) } },
    async (request) => listApiKeys(db.read, request.user, request.query.name),
  )

  const sessions = async (scope: UserScope) => {
    const rows = await db.read
      .selectFrom('sessions')
      .selectAll()
      .where('user_id', '=', scope.userId)
      .where('expires_at', '>', identity.clock.now())
      .orderBy('updated', 'desc')
      .execute()
    return rows.map((row) => ({
      id: row.id,
      created: toIso(row.created),
      updated: toIso(row.updated),
      user_id: row.user_id,
      ip_address: row.ip_address ?? '',
      location: null,
      user_agent: row.user_agent ?? '',
      expires_at: Math.floor(row.expires_at / 1_000_000),
      restricted: false,
      current: row.id === scope.sessionId,
    }))
  }
  app.get('/sessions', { config: userAccess }, async (request) => sessions(request.user))
  app.post('/sessions/filter', { config: userAccess }, async (request) => sessions(request.user))

  app.post('/sessions/:id/terminate', { config: userAccess }, async (request, reply) => {
    const { id } = request.params as { id: string }
    await db.write(async (trx) => {
      const row = await trx
        .deleteFrom('sessions')
        .where('id', '=', id)
        .where('user_id', '=', request.user.userId)
        .returning('id')
        .executeTakeFirst()
      if (!row) throw new NotFound('Session not found', 'session_not_found')
      await writeAudit(trx, identity.clock, {
        event: 'prefect-cloud.user.logged-out',
        resourceId: `prefect-cloud.user.${request.user.userId}`,
        actor: request.user.actor,
        address: request.ip,
        payload: { session_id: id },
      })
    })
    return reply.code(204).send()
  })

  app.get('/identities', { config: userAccess }, async (request) => waysIn(identity, request.user))
  app.delete('/identities/:id', { config: userAccess }, async (request, reply) => {
    const { id } = request.params as { id: string }
    await unlinkIdentity(identity, request.user, { id, address: request.ip })
    return reply.code(204).send()
  })
}

async function listAccounts(identity: CloudIdentity, scope: UserScope) {
  const rows = await identity.db.read
    .selectFrom('account_memberships')
    .innerJoin('accounts', 'accounts.id', 'account_memberships.account_id')
    .select([
      'account_memberships.id as account_membership_id',
      'accounts.id as account_id',
      'accounts.name as account_name',
      'accounts.handle as account_handle',
      'account_memberships.role as account_role_name',
      'accounts.plan_type as account_plan_type',
    ])
    .where('account_memberships.user_id', '=', scope.userId)
    .orderBy('accounts.created')
    .execute()
  return rows.map((row) => ({ ...row, account_plan_tier: 0, account_plan_features: [] as string[] }))
}

const permissionsOf = (role: string): string[] => [
  ...(ACCOUNT_ROLES[role as AccountRoleName]?.permissions ?? []),
]

async function permissionsIn(
  identity: CloudIdentity,
  scope: UserScope,
  accountId: string,
): Promise<string[]> {
  const role = await findAccountRole(identity.db.read, scope.userId, accountId)
  if (!role) throw new NotFound('Account not found', 'account_not_found')
  return permissionsOf(role)
}

async function scopesIn(identity: CloudIdentity, scope: UserScope, workspaceId: string): Promise<string[]> {
  const grant = await findWorkspaceGrant(identity.db.read, scope.userId, workspaceId)
  const scopes = grant ? grantedScopes(grant) : new Set<string>()
  if (scopes.size === 0) throw new NotFound('Workspace not found', 'workspace_not_found')
  return [...scopes]
}
