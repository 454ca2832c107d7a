import type { WireEvent, WireLog } from '../api/wire.ts'
import { type Connection, isCloud } from '../http/http-client.ts'

/** As much of a WebSocket as a subscription needs: the browser's, Node's, or `ws`. */
export interface SocketLike {
  send(text: string): void
  close(code?: number): void
  addEventListener(type: 'open' | 'close' | 'error' | 'message', listener: (event: unknown) => void): void
}

/** How to listen. */
export interface StreamOptions {
  /** Ends the subscription. */
  readonly signal?: AbortSignal
  /** Opens a socket. @default the global WebSocket, which cannot send headers */
  readonly open?: (url: string, protocol: string) => SocketLike
  /** Called when a socket was lost and is tried again. */
  readonly onReconnect?: (reason: string) => void
}

/** Why a subscription ended for good. */
export class SubscriptionRefusedError extends Error {
  override name = 'SubscriptionRefusedError'
}

const REMEMBERED_IDS = 5000

/** Events as they happen, from `/events/out`. Reconnects by itself; an event is yielded once. */
export function subscribeToEvents(
  connection: Connection,
  filter: Readonly<Record<string, unknown>>,
  options: StreamOptions = {},
): AsyncGenerator<WireEvent, void, void> {
  // A minute of overlap: what happened while the socket was being opened is caught up with.
  const since = new Date(Date.now() - 60_000).toISOString()
  const occurred = { since, until: new Date(Date.now() + 365 * 86_400_000).toISOString() }
  return subscribe<WireEvent>(connection, '/events/out', { occurred, ...filter }, 'event', options)
}

/** Log lines as they arrive, from `/logs/out`. There is no backfill: read what is past with `logs.filter`. */
export function subscribeToLogs(
  connection: Connection,
  filter: Readonly<Record<string, unknown>>,
  options: StreamOptions = {},
): AsyncGenerator<WireLog, void, void> {
  return subscribe<WireLog>(connection, '/logs/out', filter, 'log', options)
}

async function* subscribe<T extends { readonly id: string }>(
  connection: Connection,
  path: string,
  filter: Readonly<Record<string, unknown>>,
  kind: 'event' | 'log',
  options: StreamOptions,
): AsyncGenerator<T, void, void> {
  const { signal } = options
  const seen = new Set<string>()
  const open = options.open ?? ((url: string, protocol: string) => new WebSocket(url, protocol) as SocketLike)
  const token =
    (isCloud(connection) ? connection.apiKey : undefined) ??
    connection.authString ??
    connection.apiKey ??
    null
  for (let failures = 0; !signal?.aborted; ) {
    const inbox = new Inbox<T | Lost>()
    const socket = open(websocketUrl(connection, path), 'prefect')
    const stop = () => socket.close()
    signal?.addEventListener('abort', stop, { once: true })
    socket.addEventListener('open', () => socket.send(JSON.stringify({ type: 'auth', token })))
    socket.addEventListener('error', () => inbox.put(new Lost('the connection failed')))
    socket.addEventListener('close', (event) => {
      const { code = 1006, reason = '' } = event as { code?: number; reason?: string }
      inbox.put(new Lost(reason || `closed with ${code}`, code))
    })
    socket.addEventListener('message', (event) => {
      const message = JSON.parse(String((event as { data: unknown }).data)) as Record<string, unknown>
      if (message.type === 'auth_success') socket.send(JSON.stringify({ type: 'filter', filter }))
      else if (message.type === 'error') inbox.put(new Lost(String(message.message ?? message.reason), 1008))
      else if (message.type === kind) inbox.put(message[kind] as T)
    })
    try {
      for (;;) {
        const item = await inbox.take()
        if (item instanceof Lost) {
          if (signal?.aborted) return
          if (item.code === 1008 || item.code === 1002) {
            throw new SubscriptionRefusedError(
              `${path} was refused (${item.reason}). Check PREFECT_API_KEY and PREFECT_API_URL.`,
            )
          }
          options.onReconnect?.(item.reason)
          break
        }
        failures = 0
        if (seen.has(item.id)) continue
        seen.add(item.id)
        if (seen.size > REMEMBERED_IDS) seen.delete(seen.values().next().value ?? '')
        yield item
      }
    } finally {
      signal?.removeEventListener('abort', stop)
      socket.close()
    }
    failures++
    await new Promise((resolve) => setTimeout(resolve, Math.min(10_000, 250 * 2 ** failures)))
  }
}

/** The websocket address of a path of the API. */
export function websocketUrl(connection: Connection, path: string): string {
  return connection.apiUrl.replace(/^http/, 'ws').replace(/\/+$/, '') + path
}

class Lost {
  readonly reason: string
  readonly code: number
  constructor(reason: string, code = 1006) {
    this.reason = reason
    this.code = code
  }
}

/** A queue with one reader. */
class Inbox<T> {
  #items: T[] = []
  #waiting: ((item: T) => void) | undefined

  put(item: T): void {
    const waiting = this.#waiting
    this.#waiting = undefined
    if (waiting) waiting(item)
    else this.#items.push(item)
  }

  take(): Promise<T> {
    const item = this.#items.shift()
    if (item !== undefined) return Promise.resolve(item)
    return new Promise((resolve) => {
      this.#waiting = resolve
    })
  }
}
