import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import Fastify, { type FastifyInstance, type RouteOptions } from 'fastify'
import { NotFound } from '../errors.ts'
import { API_VERSION, ORRERY_VERSION } from '../version.ts'
import { publicAccess } from './access.ts'

/**
 * Notes every route registered after it. The document is made when it is first asked for: its library
 * would cost each start 5 MB and a tenth of its time.
 */
export function collectRoutes(app: FastifyInstance): () => Promise<object> {
  const routes: RouteOptions[] = []
  app.addHook('onRoute', (route) => {
    routes.push(route)
  })
  let document: Promise<object> | null = null
  return () => (document ??= describe(routes))
}

async function describe(routes: RouteOptions[]): Promise<object> {
  const { default: swagger } = await import('@fastify/swagger')
  const stub = Fastify({ logger: false, exposeHeadRoutes: false })
  stub.setValidatorCompiler(() => () => true)
  stub.setSerializerCompiler(() => () => '')
  await stub.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Orrery',
        description: `The API of Orrery ${ORRERY_VERSION}; its workspace routes are those of Prefect's API ${API_VERSION}.`,
        version: ORRERY_VERSION,
      },
      components: {
        securitySchemes: {
          key: { type: 'http', scheme: 'bearer', description: 'An API key, `pnu_…` or `pnb_…`' },
          session: { type: 'apiKey', in: 'cookie', name: 'orrery_session' },
        },
      },
      security: [{ key: [] }, { session: [] }],
    },
    transform: ({ schema, url, route }) => {
      const access = route.config?.access
      const permission = access && 'permission' in access ? access.permission : null
      return {
        url,
        schema: {
          tags: [tagOf(url)],
          ...(permission ? { description: `Needs \`${permission}\`.` } : {}),
          ...(access?.kind === 'public' ? { security: [] } : {}),
          ...(schema as object | undefined),
        },
      }
    },
  })
  const seen = new Set<string>()
  for (const { method, url, schema, config } of routes) {
    const path = url.length > 1 ? url.replace(/\/+$/, '') : url
    const methods = [method].flat().filter((name) => name !== 'HEAD' && !seen.has(`${name} ${path}`))
    if (methods.length === 0 || !path.startsWith('/api') || path.includes('*')) continue
    for (const name of methods) seen.add(`${name} ${path}`)
    stub.route({
      method: methods,
      url: path,
      handler: async () => null,
      ...(schema ? { schema } : {}),
      ...(config ? { config } : {}),
    })
  }
  await stub.ready()
  return stub.swagger()
}

const WORKSPACE = /^\/api\/accounts\/:account_id\/workspaces\/:workspace_id/

function tagOf(url: string): string {
  const rest = url.replace(WORKSPACE, '').replace(/^\/api/, '')
  const [first = '', second = ''] = rest.split('/').filter(Boolean)
  return (first === 'v2' ? second : first) || 'server'
}

const FILES: Record<string, string> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
}

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Orrery API</title>
<link rel="stylesheet" href="/api/docs/swagger-ui.css">
</head>
<body>
<div id="docs"></div>
<script src="/api/docs/swagger-ui-bundle.js"></script>
<script src="/api/docs/start.js"></script>
</body>
</html>`

const START =
  "SwaggerUIBundle({ url: '/api/openapi.json', dom_id: '#docs', docExpansion: 'none', filter: true, tagsSorter: 'alpha' })"

/** The document and the pages that show it. Register after every other route. */
export function openApiRoutes(app: FastifyInstance, document: () => Promise<object>): void {
  app.get('/openapi.json', { config: publicAccess, schema: { hide: true } }, async () => document())
  app.get('/docs', { config: publicAccess, schema: { hide: true } }, async (_request, reply) =>
    reply
      .type('text/html; charset=utf-8')
      .header(
        'content-security-policy',
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'",
      )
      .send(PAGE),
  )
  app.get<{ Params: { file: string } }>(
    '/docs/:file',
    { config: publicAccess, schema: { hide: true } },
    async (request, reply) => {
      const { file } = request.params
      if (file === 'start.js') return reply.type('text/javascript; charset=utf-8').send(START)
      const type = FILES[file]
      if (!type) throw new NotFound('Not Found')
      const folder = join(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'), '..')
      return reply
        .type(type)
        .header('cache-control', 'public, max-age=86400')
        .send(await readFile(join(folder, file)))
    },
  )
}
