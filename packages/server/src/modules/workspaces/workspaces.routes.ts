import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { accountAccess, userAccess, workspaceAccess } from '../../http/access.ts'
import { PageFields, readPage } from '../../http/pagination.ts'
import { writeAudit } from '../identity/audit.ts'
import type { CloudIdentity } from '../identity/cloud-identity.ts'
import { deleteWorkspace } from './delete-workspace.ts'
import { readOverview } from './overview.ts'
import { WorkspaceNotFound } from './workspaces.errors.ts'
import {
  createWorkspace,
  listMyWorkspaces,
  readWorkspace,
  toWorkspace,
  updateWorkspace,
} from './workspaces.service.ts'

const Text = Type.String({ maxLength: 5000 })
const NullableText = Type.Optional(Type.Union([Text, Type.Null()]))
const AnyText = Type.Optional(
  Type.Union([
    Type.Object({ any_: Type.Optional(Type.Union([Type.Array(Text), Type.Null()])) }),
    Type.Null(),
  ]),
)
const W = '/accounts/:account_id/workspaces/:workspace_id'

/** Workspaces of an account and of the caller. Prefix `/api`. */
export function workspacesRoutes(instance: FastifyInstance, identity: CloudIdentity): void {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>()
  const { db } = identity

  // `role` is ours: clients of Prefect pass over what they do not know.
  app.get('/me/workspaces', { config: userAccess }, async (request) =>
    listMyWorkspaces(db.read, request.user),
  )

  app.get('/me/workspaces/overview', { config: userAccess }, async (request) =>
    readOverview(db, request.user, identity.clock.now()),
  )

  app.post(
    '/accounts/:account_id/workspaces',
    {
      config: accountAccess('create:workspace'),
      schema: { body: Type.Object({ name: Text, handle: NullableText, description: NullableText }) },
    },
    async (request, reply) =>
      reply.code(201).send(toWorkspace(await createWorkspace(identity, request.account, request.body))),
  )

  app.post(
    '/accounts/:account_id/workspaces/filter',
    {
      config: accountAccess('read:workspace'),
      schema: {
        // A filter without a body is normal.
        body: Type.Union([
          Type.Null(),
          Type.Object({
            workspaces: Type.Optional(
              Type.Union([Type.Object({ id: AnyText, handle: AnyText, name: AnyText }), Type.Null()]),
            ),
            ...PageFields,
          }),
        ]),
      },
    },
    async (request) => {
      const { limit, offset } = readPage(request.body)
      const filter = request.body?.workspaces
      const mine = await listMyWorkspaces(db.read, request.user)
      const wanted = mine
        .filter((row) => row.account_id === request.account.accountId)
        .filter((row) => passes(filter?.id, row.workspace_id))
        .filter((row) => passes(filter?.handle, row.workspace_handle))
        .filter((row) => passes(filter?.name, row.workspace_name))
        .slice(offset, offset + limit)
        .map((row) => row.workspace_id)
      if (wanted.length === 0) return []
      const rows = await db.read
        .selectFrom('workspaces')
        .selectAll()
        .where('id', 'in', wanted)
        .orderBy('handle')
        .execute()
      return rows.map(toWorkspace)
    },
  )

  // The vendor's short form; ids do not tell the account.
  app.get('/workspaces/:workspace_id', { config: userAccess }, async (request, reply) => {
    const { workspace_id } = request.params as { workspace_id: string }
    const row = (await listMyWorkspaces(db.read, request.user)).find(
      (one) => one.workspace_id === workspace_id,
    )
    if (!row) throw new WorkspaceNotFound()
    return reply.redirect(`/api/accounts/${row.account_id}/workspaces/${workspace_id}`, 307)
  })

  app.get(W, { config: workspaceAccess('see_flows') }, async (request) =>
    toWorkspace(await readWorkspace(db.read, request.scope)),
  )

  app.patch(
    W,
    {
      config: workspaceAccess('write_workspace_settings'),
      schema: {
        body: Type.Object({
          name: Type.Optional(Text),
          handle: Type.Optional(Text),
          description: NullableText,
          default_workspace_role_id: NullableText,
        }),
      },
    },
    async (request, reply) => {
      await updateWorkspace(identity, request.scope, request.body)
      return reply.code(204).send()
    },
  )

  app.delete(W, { config: workspaceAccess('manage_workspace_settings') }, async (request, reply) => {
    await deleteWorkspace(identity, request.scope)
    return reply.code(204).send()
  })

  app.get(`${W}/settings`, { config: workspaceAccess('see_workspace_settings') }, async (request) => {
    const row = await readWorkspace(db.read, request.scope)
    return { ...DEFAULT_SETTINGS, ...JSON.parse(row.settings) }
  })

  app.patch(
    `${W}/settings`,
    {
      config: workspaceAccess('write_workspace_settings'),
      schema: {
        body: Type.Object({
          inherit_default_result_storage: Type.Optional(Type.Union([Type.Boolean(), Type.Null()])),
          default_result_storage_block_id: Type.Optional(
            Type.Union([Type.String({ format: 'uuid' }), Type.Null()]),
          ),
        }),
      },
    },
    async (request, reply) => {
      const { body, scope } = request
      await db.write(async (trx) => {
        const row = await readWorkspace(trx, scope)
        const known = Object.entries(body).filter(([key]) => key in DEFAULT_SETTINGS)
        await trx
          .updateTable('workspaces')
          .set({
            updated: identity.clock.now(),
            settings: JSON.stringify({ ...JSON.parse(row.settings), ...Object.fromEntries(known) }),
          })
          .where('id', '=', row.id)
          .execute()
        await writeAudit(trx, identity.clock, {
          event: 'prefect-cloud.workspace-settings.updated',
          resourceId: `prefect-cloud.workspace.${row.id}`,
          actor: scope.actor,
          accountId: scope.accountId,
          workspaceId: row.id,
          payload: { changed: known.map(([key]) => key) },
        })
      })
      return reply.code(204).send()
    },
  )
}

const DEFAULT_SETTINGS = {
  inherit_default_result_storage: true,
  default_result_storage_block_id: null,
}

// `any_: null` means no filter: Terraform sends it to list everything.
const passes = (filter: { any_?: string[] | null } | null | undefined, value: string): boolean =>
  !filter?.any_ || filter.any_.includes(value)
