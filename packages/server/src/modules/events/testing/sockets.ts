import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocket } from 'ws'

/** A client's side of a socket, for tests: messages and closings as they came. */
export class TestSocket {
  readonly ws: WebSocket
  readonly messages: Record<string, unknown>[] = []
  closed: { code: number; reason: string } | null = null
  pongs = 0

  constructor(url: string, options: { headers?: Record<string, string>; plain?: boolean } = {}) {
    this.ws = new WebSocket(url.replace(/^http/, 'ws'), options.plain ? [] : ['prefect'], {
      headers: { 'user-agent': 'prefect/3.9.1 (API 0.8.4)', ...options.headers },
    })
    this.ws.on('message', (data) => this.messages.push(JSON.parse(String(data))))
    this.ws.on('pong', () => this.pongs++)
    this.ws.on('error', () => {})
    this.ws.on('close', (code, reason) => {
      this.closed = { code, reason: reason.toString() }
    })
  }

  async open(): Promise<this> {
    await once(this.ws, 'open')
    return this
  }

  /** Opens and passes the authentication of the subprotocol. */
  async authenticated(token: string | null = null): Promise<this> {
    await this.open()
    this.send({ type: 'auth', token })
    await this.until(() => this.messages.length > 0)
    if (this.messages.shift()?.type !== 'auth_success') throw new Error('not authenticated')
    return this
  }

  send(value: unknown): void {
    this.ws.send(JSON.stringify(value))
  }

  /** Resolves with the pong. */
  async ping(): Promise<void> {
    const before = this.pongs
    this.ws.ping()
    await this.until(() => this.pongs > before)
  }

  async until(condition: () => boolean, millis = 8000): Promise<void> {
    const end = performance.now() + millis
    while (!condition()) {
      if (performance.now() > end)
        throw new Error(
          `waited in vain; messages: ${this.messages.length}, closed: ${JSON.stringify(this.closed)}`,
        )
      await sleep(2)
    }
  }

  async close(): Promise<void> {
    this.ws.close()
    await this.until(() => this.closed !== null)
  }
}
