import type { RawData, WebSocket } from 'ws'

type Frame = { kind: 'message'; text: string } | { kind: 'ping'; data: Buffer }

export interface SocketHandler {
  message(text: string): void
  /** Must lead to `pong(data)`. Without it pings are answered at once. */
  ping?(data: Buffer): void
}

/** A peer that reads slower than we send is cut off past this many bytes; it comes back and catches up. */
const MAX_BUFFERED = 32 * 1024 * 1024
const DRAINED = 1024 * 1024

/**
 * A websocket whose frames keep their order: messages and pings wait in one line until somebody takes them,
 * so that no pong overtakes a message that came before its ping.
 */
export class Socket {
  readonly #ws: WebSocket
  #line: Frame[] = []
  #waiter: ((text: string | null) => void) | null = null
  #handler: SocketHandler | null = null
  #ended = false
  #alive = true
  readonly #endings: (() => void)[] = []
  #stopper: ((code: number, reason: string) => void) | null = null

  constructor(ws: WebSocket) {
    this.#ws = ws
    ws.on('message', (data) => {
      this.#alive = true
      this.#take({ kind: 'message', text: textOf(data) })
    })
    ws.on('ping', (data) => this.#take({ kind: 'ping', data }))
    ws.on('pong', () => {
      this.#alive = true
    })
    ws.on('error', () => ws.terminate())
    ws.on('close', () => {
      this.#ended = true
      this.#waiter?.(null)
      for (const fn of this.#endings) fn()
    })
  }

  get protocol(): string {
    return this.#ws.protocol
  }

  get isOpen(): boolean {
    return !this.#ended && this.#ws.readyState === this.#ws.OPEN
  }

  /** The next message, answering pings before it; null when the socket ended. */
  next(): Promise<string | null> {
    while (this.#line.length > 0) {
      const frame = this.#line.shift()!
      if (frame.kind === 'message') return Promise.resolve(frame.text)
      this.pong(frame.data)
    }
    if (this.#ended) return Promise.resolve(null)
    return new Promise((resolve) => {
      this.#waiter = (text) => {
        this.#waiter = null
        resolve(text)
      }
    })
  }

  /** From now on frames go to the handler, first those that wait. Resolves when the socket has ended. */
  handle(handler: SocketHandler): Promise<void> {
    this.#handler = handler
    const line = this.#line
    this.#line = []
    for (const frame of line) this.#take(frame)
    return this.ended()
  }

  ended(): Promise<void> {
    if (this.#ended) return Promise.resolve()
    return new Promise((resolve) => this.#endings.push(resolve))
  }

  send(text: string): void {
    if (!this.isOpen) return
    if (this.#ws.bufferedAmount > MAX_BUFFERED) this.close(1013, 'Too slow: connect again to catch up')
    else this.#ws.send(text)
  }

  /** Resolves when little of what was sent still waits here. */
  async drained(): Promise<void> {
    while (this.isOpen && this.#ws.bufferedAmount > DRAINED)
      await new Promise((resolve) => setTimeout(resolve, 5))
  }

  pong(data: Buffer): void {
    if (this.isOpen) this.#ws.pong(data)
  }

  /** Stops reading from the peer: its sending backs up until `resume`. */
  pause(): void {
    this.#ws.pause()
  }

  resume(): void {
    this.#ws.resume()
  }

  close(code: number, reason: string): void {
    if (this.#ws.readyState >= this.#ws.CLOSING) return
    // A frame's reason holds 123 bytes.
    this.#ws.close(code, Buffer.from(reason).subarray(0, 120).toString())
    const cut = setTimeout(() => this.#ws.terminate(), 2000)
    this.#endings.push(() => clearTimeout(cut))
    // The peer's closing frame must be read, also when we had stopped reading.
    if (this.#ws.isPaused) this.#ws.resume()
  }

  /** What happens instead of closing at once when the server stops: to finish what was received. */
  onStop(fn: (code: number, reason: string) => void): void {
    this.#stopper = fn
  }

  stop(code: number, reason: string): void {
    if (this.#stopper) this.#stopper(code, reason)
    else this.close(code, reason)
  }

  /** Cuts a peer that has not answered since the last look. */
  look(): void {
    if (this.#ws.isPaused) return
    if (!this.#alive) {
      this.#ws.terminate()
      return
    }
    this.#alive = false
    this.#ws.ping()
  }

  #take(frame: Frame): void {
    if (this.#handler) {
      if (frame.kind === 'message') this.#handler.message(frame.text)
      else if (this.#handler.ping) this.#handler.ping(frame.data)
      else this.pong(frame.data)
    } else if (frame.kind === 'ping' && this.#line.length === 0) {
      this.pong(frame.data)
    } else if (frame.kind === 'message' && this.#waiter) {
      this.#waiter(frame.text)
    } else {
      this.#line.push(frame)
    }
  }
}

function textOf(data: RawData): string {
  return Array.isArray(data) ? Buffer.concat(data).toString() : data.toString()
}
