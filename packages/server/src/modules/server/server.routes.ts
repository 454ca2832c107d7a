import type { FastifyInstance, FastifyReply } from 'fastify'
import { publicAccess, workspaceAccess } from '../../http/access.ts'
import type { Context } from '../../http/context.ts'
import { API_VERSION, PREFECT_VERSION } from '../../version.ts'

/** `/health`, `/ready`, `/version`: answered at the root of the API and, as clients join paths, in each workspace. */
export function serverRoutes(app: FastifyInstance, { db }: Context): void {
  app.get('/health', { config: publicAccess }, async () => true)
  app.get('/ready', { config: publicAccess }, async (_request, reply) => {
    try {
      await db.read.selectNoFrom((eb) => eb.lit(1).as('one')).execute()
      return { message: 'OK' }
    } catch {
      return reply.code(503).send({ message: 'The database does not answer' })
    }
  })
  app.get('/version', { config: publicAccess }, async (_request, reply) => jsonText(reply, API_VERSION))
  app.get('/hello', { config: publicAccess }, async (_request, reply) => jsonText(reply, '👋'))
  app.get('/admin/version', { config: publicAccess }, async (_request, reply) =>
    jsonText(reply, PREFECT_VERSION),
  )
  // Bearer keys and same-site cookies leave nothing for Prefect's CSRF tokens to protect; clients read this text as "off".
  app.get('/csrf-token', { config: publicAccess }, async (_request, reply) =>
    reply.code(422).send({ detail: 'CSRF protection is disabled.' }),
  )
}

/** What a client asks of a workspace about the server itself. */
export function workspaceServerRoutes(app: FastifyInstance): void {
  app.get('/admin/settings', { config: workspaceAccess('see_flows') }, async () => ({
    server: { analytics_enabled: false },
  }))
  app.get('/admin/storage', { config: workspaceAccess('see_flows') }, async () => ({
    default_result_storage_block_id: null,
  }))
}

// Fastify sends a string as plain text; these answers are JSON strings.
const jsonText = (reply: FastifyReply, text: string) =>
  reply.type('application/json; charset=utf-8').send(JSON.stringify(text))
