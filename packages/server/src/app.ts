import { createServer, type Server } from 'node:http'
import { newId } from '@orrery/schemas'
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify'
import { requireDeclaredAccess } from './http/access.ts'
import { installAuth } from './http/auth.ts'
import { installBodyParser } from './http/body.ts'
import type { Context } from './http/context.ts'
import { installErrorHandler } from './http/errors.ts'
import { installOpenApi, openApiRoutes } from './http/openapi.ts'
import { installRequestLog } from './http/request-log.ts'
import { installIdCheck, installValidation } from './http/validation.ts'
import { CloudIdentity } from './modules/identity/cloud-identity.ts'
import { identityRoutes } from './modules/identity/identity.routes.ts'
import { flowRoutes } from './modules/flows/flows.routes.ts'
import { flowRunRoutes } from './modules/runs/flow-runs.routes.ts'
import { taskRunRoutes } from './modules/runs/task-runs.routes.ts'
import { serverRoutes, workspaceServerRoutes } from './modules/server/server.routes.ts'
import { workspacesRoutes } from './modules/workspaces/workspaces.routes.ts'

/** Where workspace routes live in cloud mode; in local mode they are directly under `/api`. */
const WORKSPACE_PREFIX = '/api/accounts/:account_id/workspaces/:workspace_id'

export interface App {
  fastify: FastifyInstance
  server: Server
}

/** Every module registered by name, on one screen. */
export async function buildApp(context: Context): Promise<App> {
  let httpServer: Server | undefined
  const fastify = Fastify({
    loggerInstance: context.log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: 8 * 1024 * 1024,
    genReqId: () => newId(),
    trustProxy: context.config.trustedProxies.length > 0 ? context.config.trustedProxies : false,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 500 },
    serverFactory: (handler) => {
      httpServer = createServer({ keepAliveTimeout: 75_000 }, handler)
      return httpServer
    },
    forceCloseConnections: 'idle',
  })
  requireDeclaredAccess(fastify)
  await installOpenApi(fastify)
  installRequestLog(fastify, context)
  installBodyParser(fastify)
  installValidation(fastify)
  installErrorHandler(fastify)
  installIdCheck(fastify)
  installAuth(fastify, context.identity)

  await fastify.register(async (api) => serverRoutes(api, context), { prefix: '/api' })
  await fastify.register(async (api) => identityRoutes(api, context), { prefix: '/api' })
  const { identity } = context
  if (identity instanceof CloudIdentity)
    await fastify.register(async (api) => workspacesRoutes(api, identity), { prefix: '/api' })
  await fastify.register(async (workspace) => workspaceRoutes(workspace, context), {
    prefix: context.config.mode === 'local' ? '/api' : WORKSPACE_PREFIX,
  })
  await fastify.register(async (api) => openApiRoutes(api), { prefix: '/api' })
  await fastify.ready()
  return { fastify, server: httpServer! }
}

function workspaceRoutes(app: FastifyInstance, context: Context): void {
  // Clients join these to the workspace's address; in local mode they stand under `/api` already.
  if (context.config.mode === 'cloud') serverRoutes(app, context)
  workspaceServerRoutes(app)
  flowRoutes(app, context)
  flowRunRoutes(app, context)
  taskRunRoutes(app, context)
}
