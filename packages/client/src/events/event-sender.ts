import type { WebSocket } from 'ws'
import { authorizationOf, type Connection, isCloud } from '../http/http-client.ts'
import { userAgent } from '../version.ts'
import { websocketUrl } from './subscribe.ts'

/** How an {@link EventSender} behaves. All have defaults fit for production. */
export interface EventSenderOptions {
  /** Sent events after which a checkpoint is asked for. @default 500 */
  readonly checkpointEvents?: number
  /** Milliseconds after the last event at which a checkpoint is asked for anyway. @default 200 */
  readonly checkpointMillis?: number
  /** Unconfirmed events at which {@link EventSender.ready} makes producers wait. @default 10000 */
  readonly highWaterMark?: number
  /** Milliseconds that the server may take to confirm before the connection counts as lost. @default 30000 */
  readonly answerMillis?: number
  /** The longest wait between two attempts to connect, in milliseconds. @default 5000 */
  readonly maxBackoffMillis?: number
  /** Told about trouble, once per cause. */
  readonly onWarning?: (message: string) => void
}

/** The server will not take events from this key: trying again would not help. */
export class EventsRefusedError extends Error {
  override name = 'EventsRefusedError'
  constructor(url: string, reason: string) {
    super(
      `The server refused events at ${url} (${reason}). Task runs are not recorded. ` +
        'Check PREFECT_API_KEY; on a server with accounts set PREFECT_CLOUD_API_URL as well, to the part of ' +
        'PREFECT_API_URL before /accounts.',
    )
  }
}

/** Not every event could be delivered in time. */
export class EventsUndeliveredError extends Error {
  override name = 'EventsUndeliveredError'
  readonly undelivered: number
  constructor(undelivered: number, url: string, reason: string) {
    super(
      `${undelivered} events could not be delivered to ${url} (${reason}). ` +
        'The task runs that they record may be incomplete. Check that the server runs and can be reached.',
    )
    this.undelivered = undelivered
  }
}

/**
 * Sends events over `/events/in` and forgets one only when the server has confirmed it.
 *
 * The protocol has no answer to an event, but a server answers a ping only after what came before it (ours: after it
 * is committed). So a ping is the checkpoint: its pong confirms every event sent before it. What is unconfirmed when a
 * connection ends is sent again over the next one; servers drop repeated ids.
 */
export class EventSender {
  readonly url: string
  readonly #connection: Connection
  readonly #options: Required<Omit<EventSenderOptions, 'onWarning'>> & Pick<EventSenderOptions, 'onWarning'>
  /** Serialised events, oldest first: the first `#sent` of them went out over the present socket. */
  #unconfirmed: string[] = []
  #head = 0
  #sent = 0
  #sinceCheckpoint = 0
  /** Events confirmed since the start: a ping carries the count before it, so its pong says how far we are. */
  #confirmedTotal = 0
  #watchdog: NodeJS.Timeout | undefined
  #socket: WebSocket | undefined
  #state: 'idle' | 'connecting' | 'open' | 'waiting' | 'refused' | 'closed' = 'idle'
  #failures = 0
  #lastFailure = 'never connected'
  #refusal: EventsRefusedError | undefined
  #timer: NodeJS.Timeout | undefined
  #retryTimer: NodeJS.Timeout | undefined
  #flushScheduled = false
  #waiters: (() => void)[] = []

  constructor(connection: Connection, options: EventSenderOptions = {}) {
    this.#connection = connection
    this.url = websocketUrl(connection, '/events/in')
    this.#options = {
      checkpointEvents: 500,
      checkpointMillis: 200,
      highWaterMark: 10_000,
      answerMillis: 30_000,
      maxBackoffMillis: 5000,
      ...options,
    }
  }

  /** How many events the server has not confirmed. */
  get pending(): number {
    return this.#unconfirmed.length - this.#head
  }

  /** Queues one event, already as JSON. Never blocks; see {@link ready}. */
  send(json: string): void {
    if (this.#state === 'refused' || this.#state === 'closed') return
    this.#unconfirmed.push(json)
    if (this.#state === 'idle') this.#connect()
    else if (this.#state === 'open' && !this.#flushScheduled) {
      this.#flushScheduled = true
      // One pass for all events of this turn of the loop: the socket then writes them together.
      setImmediate(() => {
        this.#flushScheduled = false
        this.#flush()
      })
    }
  }

  /** Undefined while there is room; else a promise for when there is. Producers await it before the next run. */
  ready(): Promise<void> | undefined {
    if (this.pending < this.#options.highWaterMark || this.#refusal) return undefined
    return new Promise((resolve) => {
      this.#waiters.push(resolve)
      this.#wake()
    })
  }

  /**
   * Waits until the server has confirmed everything.
   * @param timeoutMillis how long without any progress before giving up
   * @throws EventsRefusedError, EventsUndeliveredError
   */
  async drain(timeoutMillis = 10_000): Promise<void> {
    let before = this.pending
    let deadline = Date.now() + timeoutMillis
    while (this.pending > 0) {
      if (this.#refusal) throw this.#refusal
      this.#checkpoint()
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.max(1, Math.min(500, deadline - Date.now())))
        this.#waiters.push(() => {
          clearTimeout(timer)
          resolve()
        })
      })
      if (this.pending < before) {
        before = this.pending
        deadline = Date.now() + timeoutMillis
      } else if (Date.now() >= deadline) {
        throw new EventsUndeliveredError(this.pending, this.url, this.#lastFailure)
      }
    }
    if (this.#refusal) throw this.#refusal
  }

  /** Ends the connection; what is unconfirmed is dropped. Call {@link drain} first. */
  close(): void {
    this.#state = 'closed'
    clearTimeout(this.#timer)
    clearTimeout(this.#retryTimer)
    clearTimeout(this.#watchdog)
    this.#socket?.close(1000)
    this.#wakeAll()
  }

  async #connect(): Promise<void> {
    this.#state = 'connecting'
    const { WebSocket } = await import('ws')
    if (this.#state !== 'connecting') return
    const cloud = isCloud(this.#connection)
    const headers: Record<string, string> = { 'user-agent': userAgent() }
    const authorization = authorizationOf(this.#connection)
    if (authorization)
      headers.authorization = cloud ? authorization.replace(/^Bearer/, 'bearer') : authorization
    for (const [name, value] of Object.entries(this.#connection.headers ?? {}))
      headers[name.toLowerCase()] = value
    const socket = new WebSocket(this.url, cloud ? [] : ['prefect'], {
      headers,
      perMessageDeflate: false,
      handshakeTimeout: 10_000,
    })
    this.#socket = socket
    socket.on('unexpected-response', (_request, answer) => {
      const status = answer.statusCode ?? 0
      this.#lastFailure = `HTTP ${status}`
      if (status === 401 || status === 403 || status === 404) this.#refuse(`HTTP ${status}`)
      socket.terminate()
    })
    socket.on('error', (error) => {
      if (this.#state === 'connecting')
        this.#lastFailure = error.message || String((error as NodeJS.ErrnoException).code)
    })
    socket.on('close', (code, reason) => this.#lost(socket, code, String(reason)))
    socket.on('pong', (data) => this.#confirm(Number(String(data))))
    socket.on('open', () => {
      if (cloud) this.#opened()
      else {
        const token = this.#connection.authString ?? this.#connection.apiKey ?? null
        socket.send(JSON.stringify({ type: 'auth', token }))
      }
    })
    socket.on('message', (data) => {
      if (this.#state !== 'connecting') return
      const message = JSON.parse(String(data)) as { type?: string }
      if (message.type === 'auth_success') this.#opened()
    })
  }

  #opened(): void {
    this.#state = 'open'
    this.#failures = 0
    this.#sent = 0
    this.#sinceCheckpoint = 0
    this.#flush()
  }

  #flush(): void {
    const socket = this.#socket
    if (this.#state !== 'open' || !socket) return
    const { checkpointEvents } = this.#options
    while (this.#head + this.#sent < this.#unconfirmed.length) {
      // The kernel's buffer is full: go on when it has drained, or the process would hold everything twice.
      if (socket.bufferedAmount > 4_000_000) {
        setTimeout(() => this.#flush(), 5)
        break
      }
      socket.send(this.#unconfirmed[this.#head + this.#sent] ?? '')
      this.#sent++
      this.#sinceCheckpoint++
      if (this.#sinceCheckpoint >= checkpointEvents) this.#ping()
    }
    this.#wake()
  }

  /** Keeps the process alive exactly while something is unconfirmed, and asks for a checkpoint after a pause. */
  #wake(): void {
    const socket = (this.#socket as unknown as { _socket?: import('node:net').Socket } | undefined)?._socket
    if (this.pending === 0) socket?.unref()
    else socket?.ref()
    if (this.#sinceCheckpoint === 0 || this.#timer) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#checkpoint()
    }, this.#options.checkpointMillis)
  }

  #checkpoint(): void {
    if (this.#state === 'open' && this.#sinceCheckpoint > 0) this.#ping()
  }

  #ping(): void {
    this.#sinceCheckpoint = 0
    const socket = this.#socket
    socket?.ping(String(this.#confirmedTotal + this.#sent))
    // A peer that vanished without a word leaves the socket open for minutes.
    this.#watchdog ??= setTimeout(() => socket?.terminate(), this.#options.answerMillis).unref()
  }

  #confirm(upTo: number): void {
    clearTimeout(this.#watchdog)
    this.#watchdog = undefined
    const count = upTo - this.#confirmedTotal
    // A server may answer only the latest of several pings, or say something of its own.
    if (!(count > 0 && count <= this.#sent)) return
    this.#confirmedTotal = upTo
    this.#head += count
    this.#sent -= count
    // Shifting one by one would be quadratic; cutting now and then keeps the memory flat.
    if (this.#head > 1000 || this.#head === this.#unconfirmed.length) {
      this.#unconfirmed = this.#unconfirmed.slice(this.#head)
      this.#head = 0
    }
    this.#wakeAll()
    this.#wake()
  }

  #wakeAll(): void {
    const waiters = this.#waiters
    this.#waiters = []
    for (const wake of waiters) wake()
  }

  #refuse(reason: string): void {
    if (this.#refusal) return
    this.#refusal = new EventsRefusedError(this.url, reason)
    this.#state = 'refused'
    this.#options.onWarning?.(this.#refusal.message)
    this.#unconfirmed = []
    this.#head = 0
    this.#sent = 0
    this.#wakeAll()
  }

  #lost(socket: WebSocket, code: number, reason: string): void {
    if (socket !== this.#socket || this.#state === 'closed') return
    this.#socket = undefined
    this.#sent = 0
    this.#sinceCheckpoint = 0
    clearTimeout(this.#timer)
    clearTimeout(this.#watchdog)
    this.#timer = undefined
    this.#watchdog = undefined
    if (code === 1008) this.#refuse(reason || 'closed with 1008')
    if (this.#state === 'refused') return
    if (this.#state === 'open') this.#lastFailure = `closed with ${code}${reason ? ` ${reason}` : ''}`
    this.#state = 'waiting'
    this.#failures++
    if (this.pending === 0) {
      this.#state = 'idle'
      return
    }
    if (this.#failures === 3) {
      this.#options.onWarning?.(
        `The connection for events to ${this.url} is down (${this.#lastFailure}). ${this.pending} events wait and are sent when it is back.`,
      )
    }
    const backoff = Math.min(this.#options.maxBackoffMillis, 100 * 2 ** Math.min(10, this.#failures - 1))
    this.#retryTimer = setTimeout(() => {
      if (this.#state === 'waiting') void this.#connect()
    }, backoff)
  }
}
