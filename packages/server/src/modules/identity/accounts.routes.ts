import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { ACCOUNT_PERMISSIONS, WORKSPACE_SCOPES } from '@orrery/core'
import { toIso } from '@orrery/schemas'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { NotFound } from '../../errors.ts'
import { accountAccess, userAccess } from '../../http/access.ts'
import type { AccountScope } from '../../scope.ts'
import { writeAudit } from './audit.ts'
import type { CloudIdentity } from './cloud-identity.ts'
import { requireHandle } from './handles.ts'
import { HandleTaken } from './identity.errors.ts'
import { type AccountRow, isHandleTaken } from './identity.queries.ts'

const NullableText = Type.Optional(Type.Union([Type.String({ maxLength: 5000 }), Type.Null()]))
const OptionalText = Type.Optional(Type.String({ maxLength: 5000 }))
const Flag = Type.Optional(Type.Union([Type.Boolean(), Type.Null()]))
const Settings = Type.Object({
  allow_public_workspaces: Flag,
  ai_log_summaries: Flag,
  managed_execution: Flag,
  enforce_webhook_authentication: Flag,
})

/** Off until asked for. `enforce_ip_allowlist` is absent: clients read that as "there is no allowlist". */
const DEFAULT_SETTINGS = {
  allow_public_workspaces: false,
  ai_log_summaries: false,
  managed_execution: false,
  enforce_webhook_authentication: false,
}

/** Accounts, and the names of all permissions. Prefix `/api`. */
export function accountsRoutes(instance: FastifyInstance, identity: CloudIdentity): void {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>()
  const { db } = identity

  app.get('/accounts/permissions', { config: userAccess }, async () => ACCOUNT_PERMISSIONS)
  app.get('/workspace_scopes', { config: userAccess }, async () => WORKSPACE_SCOPES)

  app.get('/accounts/:account_id', { config: accountAccess('read:account') }, async (request) =>
    toAccount(await requireAccount(identity, request.account)),
  )

  app.patch(
    '/accounts/:account_id',
    {
      config: accountAccess('update:account'),
      schema: {
        body: Type.Object({
          name: OptionalText,
          handle: OptionalText,
          location: NullableText,
          link: NullableText,
          billing_email: NullableText,
          // Terraform sends null for what it does not manage: null leaves it as it is.
          auth_expiration_seconds: Type.Optional(Type.Union([Type.Integer({ minimum: 0 }), Type.Null()])),
          settings: Type.Optional(Type.Union([Settings, Type.Null()])),
        }),
      },
    },
    async (request, reply) => {
      const { body } = request
      if (body.handle !== undefined) requireHandle(body.handle)
      await db.write(async (trx) => {
        const account = await requireAccount(identity, request.account)
        if (
          body.handle !== undefined &&
          body.handle !== account.handle &&
          (await isHandleTaken(trx, body.handle))
        )
          throw new HandleTaken(body.handle)
        await trx
          .updateTable('accounts')
          .set({
            updated: identity.clock.now(),
            ...(body.name !== undefined && { name: body.name }),
            ...(body.handle !== undefined && { handle: body.handle }),
            ...(body.location !== undefined && { location: body.location }),
            ...(body.link !== undefined && { link: body.link }),
            ...(body.billing_email !== undefined && { billing_email: body.billing_email }),
            ...(typeof body.auth_expiration_seconds === 'number' && {
              auth_expiration_seconds: body.auth_expiration_seconds,
            }),
            ...(body.settings && { settings: mergedSettings(account, body.settings) }),
          })
          .where('id', '=', account.id)
          .execute()
        await audit(trx, request.account, 'account', Object.keys(body))
      })
      return reply.code(204).send()
    },
  )

  app.get('/accounts/:account_id/settings', { config: accountAccess('read:account') }, async (request) =>
    readSettings(await requireAccount(identity, request.account)),
  )

  app.patch(
    '/accounts/:account_id/settings',
    { config: accountAccess('update:account'), schema: { body: Settings } },
    async (request, reply) => {
      await db.write(async (trx) => {
        const account = await requireAccount(identity, request.account)
        await trx
          .updateTable('accounts')
          .set({ updated: identity.clock.now(), settings: mergedSettings(account, request.body) })
          .where('id', '=', account.id)
          .execute()
        await audit(trx, request.account, 'account-settings', Object.keys(request.body))
      })
      return reply.code(204).send()
    },
  )

  // Asked on every read of an account by Terraform; there is no single sign-on by domain yet.
  app.get('/accounts/:account_id/domains', { config: accountAccess('read:account') }, async () => [])

  const audit = (
    trx: Parameters<typeof writeAudit>[0],
    scope: AccountScope,
    type: string,
    changed: string[],
  ) =>
    writeAudit(trx, identity.clock, {
      event: `prefect-cloud.${type}.updated`,
      resourceId: `prefect-cloud.${type}.${scope.accountId}`,
      actor: scope.actor,
      accountId: scope.accountId,
      payload: { changed },
    })
}

async function requireAccount(identity: CloudIdentity, scope: AccountScope): Promise<AccountRow> {
  const row = await identity.db.read
    .selectFrom('accounts')
    .selectAll()
    .where('id', '=', scope.accountId)
    .executeTakeFirst()
  if (!row) throw new NotFound('Account not found', 'account_not_found')
  return row
}

const readSettings = (account: AccountRow) => ({ ...DEFAULT_SETTINGS, ...JSON.parse(account.settings) })

function mergedSettings(account: AccountRow, change: Record<string, boolean | null | undefined>): string {
  const known = Object.keys(DEFAULT_SETTINGS)
  const given = Object.entries(change).filter(
    ([key, value]) => known.includes(key) && typeof value === 'boolean',
  )
  return JSON.stringify({ ...JSON.parse(account.settings), ...Object.fromEntries(given) })
}

const toAccount = (account: AccountRow) => ({
  id: account.id,
  created: toIso(account.created),
  updated: toIso(account.updated),
  name: account.name,
  handle: account.handle,
  location: account.location,
  link: account.link,
  image_location: null,
  auth_expiration_seconds: account.auth_expiration_seconds,
  settings: readSettings(account),
  status: 'ACTIVE',
  plan_type: account.plan_type,
  plan_tier: 0,
  features: [],
  sso_state: 'disabled',
  scim_state: 'disabled',
  run_retention_days: null,
  audit_log_retention_days: null,
  automations_limit: null,
  work_pool_limit: null,
  mex_work_pool_limit: null,
  max_deployments_per_workspace: null,
  billing_email: account.billing_email,
})
