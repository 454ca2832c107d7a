import type { Config } from '../../config.ts'
import type { Credentials } from '../../http/auth.ts'
import { CrossSiteRequest } from './identity.errors.ts'

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * What a browser session must show besides its cookie, which the browser adds by itself to requests that
 * other sites make: unsafe methods carry our header (a form cannot) and our own `Origin`; a socket's upgrade,
 * where a script cannot set headers, carries our own `Origin`.
 */
export function requireSameSite(credentials: Credentials, config: Config): void {
  const { headers, method } = credentials
  const isUpgrade = String(headers.upgrade ?? '').toLowerCase() === 'websocket'
  if (SAFE.has(method) && !isUpgrade) return
  if (!isUpgrade && headers['x-orrery-request'] !== '1') throw new CrossSiteRequest()
  if (!isOwnOrigin(headers, config)) throw new CrossSiteRequest()
}

/** For signing in and the like, which need no cookie: another site's page cannot do it for its visitor. */
export function refuseForeignOrigin(credentials: Credentials, config: Config): void {
  if (credentials.headers.origin !== undefined && !isOwnOrigin(credentials.headers, config))
    throw new CrossSiteRequest()
}

function isOwnOrigin(headers: Credentials['headers'], config: Config): boolean {
  const origin = headers.origin
  if (typeof origin !== 'string' || !URL.canParse(origin)) return false
  const url = new URL(origin)
  return url.host === headers.host || url.origin === new URL(config.publicUrl).origin
}
