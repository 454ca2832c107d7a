import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Received {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: unknown
}

type Answer = { status?: number; body?: unknown; headers?: Record<string, string> }
type Route = Answer | ((request: Received) => Answer)

/** An API that answers what it is told, and remembers what it was asked. Keys are `METHOD /path`, without the query. */
export class StubServer {
  readonly received: Received[] = []
  readonly routes: Record<string, Route>
  readonly #server: Server

  private constructor(routes: Record<string, Route>) {
    this.routes = {
      'GET /api/admin/version': { body: '3.9.1' },
      'GET /api/csrf-token': { status: 404 },
      'GET /api/health': { body: true },
      ...routes,
    }
    this.#server = createServer(async (request, response) => {
      let text = ''
      for await (const chunk of request) text += chunk
      const [path = ''] = (request.url ?? '').split('?')
      const received: Received = {
        method: request.method ?? '',
        path,
        headers: request.headers,
        body: text === '' ? undefined : JSON.parse(text),
      }
      this.received.push(received)
      const route = this.routes[`${received.method} ${path}`] ?? {
        status: 404,
        body: { detail: 'Not Found' },
      }
      const { status = 200, body, headers } = typeof route === 'function' ? route(received) : route
      response.writeHead(status, { 'content-type': 'application/json', connection: 'close', ...headers })
      response.end(body === undefined ? '' : JSON.stringify(body))
    })
  }

  static async start(routes: Record<string, Route> = {}): Promise<StubServer> {
    const stub = new StubServer(routes)
    await new Promise<void>((resolve) => stub.#server.listen(0, '127.0.0.1', resolve))
    return stub
  }

  /** Its API's address. */
  get api(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/api`
  }

  /** What was asked of one route. */
  asked(route: string): Received[] {
    return this.received.filter(({ method, path }) => `${method} ${path}` === route)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}
