import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { publicAccess } from './access.ts'
import type { Context } from './context.ts'

/** The build of the UI: beside this package's own build where it is installed, `packages/web/dist` in a checkout. */
const HERE = dirname(fileURLToPath(import.meta.url))
const INSTALLED = join(HERE, '../web')
const WEB = existsSync(INSTALLED) ? INSTALLED : join(HERE, '../../../web/dist')

/**
 * Scripts only from files of ours, no eval, no frames around us. A style sheet is a file of ours too, or one that a
 * component makes while a dialog is open, which carries the number that this answer's index page was given. Images may
 * come from anywhere on https: artifacts show them. The page that signs the CLI in posts the key to the CLI's own port
 * on this machine.
 */
const policy = (styleNonce: string): string =>
  [
    "default-src 'self'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${styleNonce}'`,
    "img-src 'self' data: blob: https:",
    "font-src 'self'",
    "connect-src 'self' http://localhost:* http://127.0.0.1:*",
    "worker-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ')

const MISSING = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Orrery</title>
<h1>Orrery is up, and its web pages are not built</h1>
<p>Run <code>npm run build:web</code> in the repository, then reload this page. The API answers at <code>/api</code>.</p>
</html>
`

/** The UI at `/`: files of the build, and its index page for every other path that a browser opens. */
export async function webRoutes(app: FastifyInstance, context: Context, root: string = WEB): Promise<void> {
  // The build lies beside its files in .br and .gz as well.
  await app.register(fastifyStatic, { root, serve: false, etag: true, preCompressed: true })
  app.get('/ui-settings', { config: publicAccess, schema: { hide: true } }, async () => uiSettings(context))
  app.get('/*', { config: publicAccess, schema: { hide: true } }, async (request, reply) => {
    const path = pathOf(request)
    if (path === '/api' || path.startsWith('/api/') || path.startsWith('/hooks/')) return reply.callNotFound()
    const styleNonce = randomBytes(16).toString('base64url')
    protect(reply, styleNonce)
    if (path !== '/' && existsSync(join(root, 'index.html')) && isFile(root, path)) {
      // Built assets carry the hash of their content in their names.
      const immutable = path.startsWith('/assets/')
      reply.header('cache-control', immutable ? 'public, max-age=31536000, immutable' : 'no-cache')
      return reply.sendFile(path.slice(1), root, { cacheControl: false })
    }
    if (path.startsWith('/assets/') || !acceptsHtml(request)) return reply.callNotFound()
    const page = readIndex(root)?.replace('STYLE_NONCE', styleNonce) ?? null
    return reply
      .code(page === null ? 503 : 200)
      .header('cache-control', 'no-cache')
      .type('text/html; charset=utf-8')
      .send(page ?? MISSING)
  })
}

function protect(reply: FastifyReply, styleNonce: string): void {
  reply
    .header('content-security-policy', policy(styleNonce))
    .header('x-content-type-options', 'nosniff')
    .header('referrer-policy', 'same-origin')
    .header('x-frame-options', 'DENY')
    .header('cross-origin-opener-policy', 'same-origin')
}

/** The path without its query; one that cannot be decoded names nothing. */
function pathOf(request: FastifyRequest): string {
  const raw = request.url.split('?', 1)[0] ?? '/'
  try {
    return decodeURIComponent(raw)
  } catch {
    return '/api/'
  }
}

const isFile = (root: string, path: string): boolean =>
  !path.includes('..') && /\.[a-z0-9]+$/i.test(path) && existsSync(join(root, path))

const acceptsHtml = (request: FastifyRequest): boolean =>
  /text\/html|\*\/\*/.test(request.headers.accept ?? '*/*')

// Read at each request: 1 kB from the page cache, and a new build shows without a restart.
function readIndex(root: string): string | null {
  try {
    return readFileSync(join(root, 'index.html'), 'utf8')
  } catch {
    return null
  }
}

/** What Prefect's own UI reads first; some tools ask for it to find the API. */
function uiSettings({ config }: Context) {
  return {
    api_url: `${config.publicUrl}/api`,
    csrf_enabled: false,
    auth: null,
    flags: [],
    default_ui: 'v2',
    available_uis: ['v2'],
    v1_base_url: null,
    v2_base_url: '/',
  }
}
