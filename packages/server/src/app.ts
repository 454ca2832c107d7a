import { createServer, type Server } from 'node:http'
import { newId } from '@orrery/schemas'
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify'
import { requireDeclaredAccess } from './http/access.ts'
import { installApiVersionCheck } from './http/api-version.ts'
import { installAuth } from './http/auth.ts'
import { installBodyParser } from './http/body.ts'
import type { Context } from './http/context.ts'
import { installErrorHandler } from './http/errors.ts'
import { collectRoutes, openApiRoutes } from './http/openapi.ts'
import { installRequestLog } from './http/request-log.ts'
import { attachSockets, type Sockets } from './http/sockets.ts'
import { installIdCheck, installValidation } from './http/validation.ts'
import { webRoutes } from './http/web.ts'
import { artifactRoutes } from './modules/artifacts/artifacts.routes.ts'
import { concurrencyRoutes } from './modules/concurrency/concurrency.routes.ts'
import { eventSockets } from './modules/events/event-sockets.ts'
import { eventRoutes } from './modules/events/events.routes.ts'
import { createEventIngest, type EventIngest } from './modules/events/events.service.ts'
import { createWarner } from './modules/events/workspace-warnings.ts'
import { flowRoutes } from './modules/flows/flows.routes.ts'
import { CloudIdentity } from './modules/identity/cloud-identity.ts'
import { identityRoutes } from './modules/identity/identity.routes.ts'
import { logSockets } from './modules/logs/log-sockets.ts'
import { logRoutes } from './modules/logs/logs.routes.ts'
import { uiLogRoutes } from './modules/logs/ui-logs.routes.ts'
import { countRunsRoutes } from './modules/runs/count-runs.routes.ts'
import { flowRunRoutes } from './modules/runs/flow-runs.routes.ts'
import { createTaskRunRecorder } from './modules/runs/record-task-runs.ts'
import { runInputRoutes } from './modules/runs/run-inputs.routes.ts'
import { runOverviewRoutes } from './modules/runs/run-overview.routes.ts'
import { runPageRoutes } from './modules/runs/run-page.routes.ts'
import { runStateRoutes } from './modules/runs/run-states.routes.ts'
import { taskRunRoutes } from './modules/runs/task-runs.routes.ts'
import { uiRunRoutes } from './modules/runs/ui-runs.routes.ts'
import { savedSearchRoutes } from './modules/saved-searches/saved-searches.routes.ts'
import { serverRoutes, workspaceServerRoutes } from './modules/server/server.routes.ts'
import { variableRoutes } from './modules/variables/variables.routes.ts'
import { workspacesRoutes } from './modules/workspaces/workspaces.routes.ts'

/** Where workspace routes live in cloud mode; in local mode they are directly under `/api`. */
const WORKSPACE_PREFIX = '/api/accounts/:account_id/workspaces/:workspace_id'

export interface App {
  fastify: FastifyInstance
  server: Server
  sockets: Sockets
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
  const document = collectRoutes(fastify)
  installRequestLog(fastify, context)
  installBodyParser(fastify)
  installValidation(fastify)
  installErrorHandler(fastify, context.config)
  installApiVersionCheck(fastify)
  installIdCheck(fastify)
  installAuth(fastify, context.identity)

  await fastify.register(async (api) => serverRoutes(api, context), { prefix: '/api' })
  await fastify.register(async (api) => identityRoutes(api, context), { prefix: '/api' })
  const ingest = createEventIngest(context.db, [createTaskRunRecorder(context.log)])
  const { identity } = context
  if (identity instanceof CloudIdentity)
    await fastify.register(async (api) => workspacesRoutes(api, identity), { prefix: '/api' })
  await fastify.register(async (workspace) => workspaceRoutes(workspace, context, ingest), {
    prefix: context.config.mode === 'local' ? '/api' : WORKSPACE_PREFIX,
  })
  await fastify.register(async (api) => openApiRoutes(api, document), { prefix: '/api' })
  await webRoutes(fastify, context)
  await fastify.ready()
  const server = httpServer! // the factory above has run
  const warner = createWarner(context)
  const sockets = attachSockets(server, context, [
    ...eventSockets(context, ingest, warner.warn),
    ...logSockets(context),
  ])
  const close = () => sockets.close().then(warner.flush)
  return { fastify, server, sockets: { close } }
}

function workspaceRoutes(app: FastifyInstance, context: Context, ingest: EventIngest): void {
  // Clients join these to the workspace's address; in local mode they stand under `/api` already.
  if (context.config.mode === 'cloud') serverRoutes(app, context)
  workspaceServerRoutes(app)
  eventRoutes(app, context, ingest)
  logRoutes(app, context)
  flowRoutes(app, context)
  artifactRoutes(app, context)
  flowRunRoutes(app, context)
  taskRunRoutes(app, context)
  runInputRoutes(app, context)
  runStateRoutes(app, context)
  runOverviewRoutes(app, context)
  uiRunRoutes(app, context)
  countRunsRoutes(app, context)
  savedSearchRoutes(app, context)
  runPageRoutes(app, context)
  uiLogRoutes(app, context)
  concurrencyRoutes(app, context)
  variableRoutes(app, context)
}
