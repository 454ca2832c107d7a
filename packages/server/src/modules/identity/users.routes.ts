import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import { toIso } from '@orrery/schemas'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { NotFound } from '../../errors.ts'
import { userAccess } from '../../http/access.ts'
import { createApiKey, deleteApiKey, listApiKeys, readApiKey } from './api-keys.service.ts'
import type { CloudIdentity } from './cloud-identity.ts'
import { requireUser, updateUser } from './update-user.ts'
import { toMe } from './users.service.ts'

const Params = Type.Object({ user_id: Type.String() })
const KeyParams = Type.Object({ user_id: Type.String(), key_id: Type.String() })
const NullableText = Type.Optional(Type.Union([Type.String({ maxLength: 5000 }), Type.Null()]))
const OptionalText = Type.Optional(Type.String({ maxLength: 5000 }))

/** A user and their API keys: only the user itself may call. Prefix `/api/users`. */
export function usersRoutes(instance: FastifyInstance, identity: CloudIdentity): void {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>()
  const { db } = identity

  // Another user's id answers as an id of nobody.
  app.addHook('preHandler', async (request: FastifyRequest) => {
    const { user_id } = request.params as { user_id?: string }
    if (user_id !== request.user.userId) throw new NotFound('User not found', 'user_not_found')
  })

  app.get('/:user_id', { config: userAccess, schema: { params: Params } }, async (request) => {
    const user = await requireUser(db.read, request.user)
    return {
      ...(await toMe(db.read, user)),
      created: toIso(user.created),
      updated: toIso(user.updated),
      actor_id: user.actor_id,
      title: user.title,
      image_location: user.image_location,
      last_login: user.last_login === null ? null : toIso(user.last_login),
    }
  })

  app.patch(
    '/:user_id',
    {
      config: userAccess,
      schema: {
        params: Params,
        body: Type.Object({
          handle: OptionalText,
          first_name: NullableText,
          last_name: NullableText,
          email: OptionalText,
          location: NullableText,
          title: NullableText,
          image_location: NullableText,
          settings: Type.Optional(Type.Union([Type.Record(Type.String(), Type.Unknown()), Type.Null()])),
        }),
      },
    },
    async (request, reply) => {
      await updateUser(identity, request.user, request.body)
      return reply.code(204).send()
    },
  )

  app.get(
    '/:user_id/api_keys',
    { config: userAccess, schema: { params: Params, querystring: Type.Object({ name: OptionalText }) } },
    async (request) => listApiKeys(db.read, request.user, request.query.name),
  )

  app.post(
    '/:user_id/api_keys',
    {
      config: userAccess,
      schema: {
        params: Params,
        body: Type.Object({ name: Type.String({ maxLength: 500 }), expiration: NullableText }),
      },
    },
    async (request, reply) => {
      const key = await createApiKey(identity, request.user, request.body)
      return reply.code(201).header('cache-control', 'no-store').send(key)
    },
  )

  app.get(
    '/:user_id/api_keys/:key_id',
    { config: userAccess, schema: { params: KeyParams } },
    async (request) => readApiKey(db.read, request.user, request.params.key_id),
  )

  app.delete(
    '/:user_id/api_keys/:key_id',
    { config: userAccess, schema: { params: KeyParams } },
    async (request, reply) => {
      await deleteApiKey(identity, request.user, request.params.key_id)
      return reply.code(204).send()
    },
  )
}
