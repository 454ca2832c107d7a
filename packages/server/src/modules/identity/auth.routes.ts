import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { DomainError, Forbidden } from '../../errors.ts'
import { publicAccess, userAccess } from '../../http/access.ts'
import { credentialsOf } from '../../http/auth.ts'
import { ORRERY_VERSION } from '../../version.ts'
import { writeAudit } from './audit.ts'
import { changePassword, forgotPassword, resetPassword } from './change-password.ts'
import type { CloudIdentity } from './cloud-identity.ts'
import { findOwnerId, findUser, putSetting } from './identity.queries.ts'
import { PASSWORD_MIN_LENGTH } from './passwords.ts'
import { refuseForeignOrigin } from './same-origin.ts'
import { readCookie, SESSION_COOKIE } from './session-cookie.ts'
import { endedCookie, removeSession, sessionCookie } from './sessions.service.ts'
import { signIn } from './sign-in.ts'
import { needsSetupCode, readSignupMode, signUp } from './sign-up.ts'
import { toMe } from './users.service.ts'

const Text = Type.String({ maxLength: 5000 })

/** Signing up, in and out, passwords, and who may sign up. Prefix `/api/auth`. */
export function authRoutes(instance: FastifyInstance, identity: CloudIdentity): void {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>()
  const { config, db } = identity

  app.get('/config', { config: publicAccess }, async () => {
    const signup = await readSignupMode(db.read, config)
    return {
      mode: config.mode,
      signup,
      setup_code_required: needsSetupCode(identity, signup),
      providers: config.providers.map(({ id, name }) => ({ id, name })),
      password_min_length: PASSWORD_MIN_LENGTH,
      mail: config.smtpUrl !== null,
      version: ORRERY_VERSION,
      api_url: `${config.publicUrl}/api`,
    }
  })

  app.post(
    '/sign-up',
    {
      config: publicAccess,
      schema: {
        body: Type.Object({
          email: Text,
          password: Text,
          first_name: Type.Optional(Text),
          last_name: Type.Optional(Text),
          setup_code: Type.Optional(Text),
        }),
      },
    },
    async (request, reply) => {
      refuseForeignOrigin(credentialsOf(request), config)
      const { user, token } = await signUp(identity, credentialsOf(request), request.body)
      return reply
        .code(201)
        .header('set-cookie', sessionCookie(identity, token))
        .send({ user: await toMe(db.read, user) })
    },
  )

  app.post(
    '/sign-in',
    { config: publicAccess, schema: { body: Type.Object({ email: Text, password: Text }) } },
    async (request, reply) => {
      refuseForeignOrigin(credentialsOf(request), config)
      const { user, token } = await signIn(identity, credentialsOf(request), request.body)
      reply.header('set-cookie', sessionCookie(identity, token))
      return { user: await toMe(db.read, user) }
    },
  )

  app.post('/sign-out', { config: publicAccess }, async (request, reply) => {
    await signOut(request, reply)
    return reply.code(204).send()
  })

  async function signOut(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const credentials = credentialsOf(request)
    refuseForeignOrigin(credentials, config)
    const token = readCookie(credentials.headers.cookie, SESSION_COOKIE)
    reply.header('set-cookie', endedCookie(identity))
    if (!token) return
    const principal = await identity.authenticate(credentials).catch((error) => {
      if (error instanceof DomainError && error.kind === 'unauthenticated') return null
      throw error
    })
    if (!principal) return
    await db.write(async (trx) => {
      await removeSession(trx, token)
      await writeAudit(trx, identity.clock, {
        event: 'prefect-cloud.user.logged-out',
        resourceId: `prefect-cloud.user.${principal.id}`,
        actor: { type: 'user', id: principal.id, name: principal.name },
        address: credentials.address,
      })
    })
  }

  app.get('/session', { config: publicAccess }, async (request) => {
    const principal = await identity.authenticate(credentialsOf(request)).catch((error) => {
      if (error instanceof DomainError && error.kind === 'unauthenticated') return null
      throw error
    })
    const user = principal ? await findUser(db.read, principal.id) : undefined
    return { user: user ? await toMe(db.read, user) : null }
  })

  app.post(
    '/password',
    { config: userAccess, schema: { body: Type.Object({ current_password: Text, new_password: Text }) } },
    async (request, reply) => {
      await changePassword(identity, request.user, credentialsOf(request), request.body)
      return reply.code(204).send()
    },
  )

  app.post(
    '/forgot-password',
    { config: publicAccess, schema: { body: Type.Object({ email: Text }) } },
    async (request, reply) => {
      refuseForeignOrigin(credentialsOf(request), config)
      await forgotPassword(identity, credentialsOf(request), request.body)
      return reply.code(202).send({})
    },
  )

  app.post(
    '/reset-password',
    { config: publicAccess, schema: { body: Type.Object({ token: Text, new_password: Text }) } },
    async (request, reply) => {
      refuseForeignOrigin(credentialsOf(request), config)
      await resetPassword(identity, credentialsOf(request), request.body)
      return reply.code(204).send()
    },
  )

  app.get('/settings', { config: userAccess }, async (request) => {
    await requireOwner(request)
    return { signup: await readSignupMode(db.read, config), fixed_by_environment: config.signup !== null }
  })

  app.patch(
    '/settings',
    {
      config: userAccess,
      schema: { body: Type.Object({ signup: Type.Union([Type.Literal('open'), Type.Literal('closed')]) }) },
    },
    async (request, reply) => {
      await requireOwner(request)
      if (config.signup !== null)
        throw new Forbidden(
          `ORRERY_SIGNUP=${config.signup} decides who may sign up. Take it out of the environment to decide here.`,
          'signup_fixed',
        )
      const { signup } = request.body
      await db.write(async (trx) => {
        await putSetting(trx, 'signup', signup)
        await writeAudit(trx, identity.clock, {
          event: 'prefect-cloud.instance-settings.updated',
          resourceId: 'prefect-cloud.instance-settings',
          actor: request.user.actor,
          address: request.ip,
          payload: { signup },
        })
      })
      return reply.code(204).send()
    },
  )

  async function requireOwner(request: FastifyRequest): Promise<void> {
    if ((await findOwnerId(db.read)) !== request.user.userId)
      throw new Forbidden('Only the owner of this instance may do this.', 'instance_owner_only')
  }
}
