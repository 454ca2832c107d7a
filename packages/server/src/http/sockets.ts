import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { isUuid, toIso } from '@orrery/schemas'
import { WebSocketServer } from 'ws'
import { isLoopback } from '../config.ts'
import { DomainError } from '../errors.ts'
import type { WorkspaceScope } from '../scope.ts'
import type { Credentials, Principal } from './auth.ts'
import type { Context } from './context.ts'
import { Socket } from './socket.ts'

/** A websocket of a workspace, as `/events/in`. */
export interface SocketRoute {
  path: string
  /** Any of these suffices. */
  permissions: readonly string[]
  /** Serves the socket until it ends. */
  serve(socket: Socket, scope: WorkspaceScope): Promise<void>
  /** Told when a caller without credentials was refused. */
  refused?(caller: { accountId: string; workspaceId: string; userAgent: string }): void
}

export interface Sockets {
  /** Stops taking sockets, lets each finish what it received, and closes them. */
  close(): Promise<void>
}

const MAX_PAYLOAD = 16 * 1024 * 1024
/** Between two looks whether the peer is still there. */
const LOOK_MILLIS = 30_000
/** Between two looks whether it is still allowed: its key may have been deleted. */
const CHECK_MILLIS = 5000
/** A client that connects and never says who it is. */
const AUTH_MILLIS = 30_000
/** Closing: the policy forbids it (a wrong key, a missing permission). */
const POLICY = 1008
const GOING_AWAY = 1001

interface Target {
  route: SocketRoute
  accountId: string | null
  workspaceId: string | null
}

/**
 * The sockets of the workspaces. A path that exists is always accepted and closed with a reason when it must
 * be refused: an answer other than 101 ends the Python client's event sender together with what it holds.
 */
export function attachSockets(server: Server, context: Context, routes: readonly SocketRoute[]): Sockets {
  const upgrader = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    // The answer to a ping on /events/in says that everything before it is stored.
    autoPong: false,
    maxPayload: MAX_PAYLOAD,
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has('prefect') ? 'prefect' : false),
  })
  const open = new Set<Socket>()
  const serving = new Set<Promise<void>>()
  let closing = false

  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    const target = findTarget(request.url ?? '', context.config.mode, routes)
    stream.on('error', () => stream.destroy())
    if (!target) return stream.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
    upgrader.handleUpgrade(request, stream, head, (ws) => {
      const socket = new Socket(ws)
      if (closing) return socket.close(GOING_AWAY, 'The server is stopping')
      open.add(socket)
      const work = serve(context, socket, target, request)
        .catch((error: unknown) => {
          context.log.error({ err: error, path: target.route.path }, 'socket failed')
          socket.close(1011, 'Internal error')
        })
        .finally(() => {
          open.delete(socket)
          serving.delete(work)
        })
      serving.add(work)
    })
  })

  return {
    async close() {
      closing = true
      for (const socket of open) socket.stop(GOING_AWAY, 'The server is stopping')
      await Promise.allSettled(serving)
      upgrader.close()
    },
  }
}

async function serve(
  context: Context,
  socket: Socket,
  target: Target,
  request: IncomingMessage,
): Promise<void> {
  if (context.identity.localScope && isForeignPage(request.headers.origin)) {
    socket.close(POLICY, 'Pages of other sites may not connect')
    return
  }
  const credentials = credentialsOf(request)
  const late = setTimeout(() => socket.close(POLICY, 'Authentication took too long'), AUTH_MILLIS)
  const caller = await authorise(context, socket, target, credentials).finally(() => clearTimeout(late))
  if (!caller) return
  const look = setInterval(() => socket.look(), LOOK_MILLIS)
  const check = setInterval(() => void caller.check(), CHECK_MILLIS)
  try {
    await target.route.serve(socket, caller.scope)
  } finally {
    clearInterval(look)
    clearInterval(check)
  }
}

interface Caller {
  scope: WorkspaceScope
  /** Closes the socket of a caller who would not be let in any more. */
  check(): Promise<void>
}

/** The scope of the caller; null when it was refused and the socket is closing. */
async function authorise(
  context: Context,
  socket: Socket,
  target: Target,
  credentials: Credentials,
): Promise<Caller | null> {
  const { identity } = context
  let identify = () => identity.authenticate(credentials)
  let principal: Principal | null = null
  let wrong = false
  try {
    principal = await identify()
  } catch (error) {
    if (!(error instanceof DomainError)) throw error
    wrong = true
  }
  if (socket.protocol === 'prefect') {
    const message = await socket.next()
    if (message === null) return null
    const auth = readMessage(message)
    if (auth?.type !== 'auth') return refuse(socket, "Expected 'auth' message")
    const { token } = auth
    if (typeof token === 'string' && token !== '') {
      const byToken = await identity.authenticateToken(token)
      if (byToken) {
        principal = byToken
        identify = () => identity.authenticateToken(token)
      } else if (!principal) wrong = true
    }
  }
  if (!principal) {
    if (!wrong) reportRefusal(target, credentials)
    return refuse(socket, wrong ? 'Invalid authentication credentials' : 'Authentication required')
  }
  const scope = await scopeOf(context, target, principal)
  if (typeof scope === 'string') return refuse(socket, scope)
  if (socket.protocol === 'prefect')
    socket.send(JSON.stringify({ type: 'auth_success', now: toIso(context.clock.now()) }))
  return {
    scope,
    async check() {
      try {
        const again = await identify()
        const allowed = again ? await scopeOf(context, target, again) : 'Invalid authentication credentials'
        if (typeof allowed === 'string') socket.close(POLICY, allowed)
      } catch (error) {
        // A database that is away for a moment is no reason to cut anybody off.
        if (error instanceof DomainError && error.kind !== 'unavailable') socket.close(POLICY, error.message)
      }
    },
  }
}

function refuse(socket: Socket, reason: string): null {
  socket.close(POLICY, reason)
  return null
}

function reportRefusal({ route, accountId, workspaceId }: Target, { headers }: Credentials): void {
  if (!accountId || !workspaceId) return
  route.refused?.({ accountId, workspaceId, userAgent: String(headers['user-agent'] ?? '').slice(0, 200) })
}

/** The workspace's scope, or why there is none. */
async function scopeOf(
  { identity }: Context,
  { route, accountId, workspaceId }: Target,
  principal: Principal,
): Promise<WorkspaceScope | string> {
  if (accountId === null || workspaceId === null) return identity.localScope ?? 'Not Found'
  let reason = 'Forbidden'
  for (const permission of route.permissions) {
    try {
      return await identity.workspaceScope(principal, accountId, workspaceId, permission)
    } catch (error) {
      if (!(error instanceof DomainError)) throw error
      reason = error.message
    }
  }
  return reason
}

const CLOUD_PATH = /^\/api\/accounts\/([^/]+)\/workspaces\/([^/]+)(\/.+)$/

function findTarget(url: string, mode: 'cloud' | 'local', routes: readonly SocketRoute[]): Target | null {
  const path = url.replace(/\?.*$/, '').replace(/\/$/, '')
  const find = (tail: string) => routes.find((route) => route.path === tail)
  const match = CLOUD_PATH.exec(path)
  if (match) {
    const [, accountId = '', workspaceId = '', tail = ''] = match
    const route = find(tail)
    if (!route || !isUuid(accountId) || !isUuid(workspaceId)) return null
    return { route, accountId: accountId.toLowerCase(), workspaceId: workspaceId.toLowerCase() }
  }
  if (mode !== 'local' || !path.startsWith('/api/')) return null
  const route = find(path.slice('/api'.length))
  return route ? { route, accountId: null, workspaceId: null } : null
}

function credentialsOf(request: IncomingMessage): Credentials {
  return { headers: request.headers, method: 'GET', address: request.socket.remoteAddress ?? '' }
}

// Without accounts whoever reaches loopback is let in, and a browser reaches it for any page it shows.
function isForeignPage(origin: string | undefined): boolean {
  if (origin === undefined) return false
  return !URL.canParse(origin) || !isLoopback(new URL(origin).hostname.replace(/^\[|\]$/g, ''))
}

/** Told to who asked for it in its filter: from now on everything is delivered. Prefect's clients know no such frame. */
export function acknowledge(socket: Socket, filterMessage: Record<string, unknown>): void {
  if (filterMessage.acknowledge === true) socket.send('{"type":"subscribed"}')
}

export function readMessage(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null
  } catch {
    return null
  }
}
