import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { newId } from '@orrery/schemas/ids'
import { systemNow, toIso } from '@orrery/schemas/instants'
import { type WebSocket, WebSocketServer } from 'ws'

/** A state as the stub keeps it. */
export interface StubState {
  readonly type: string
  readonly name: string
  readonly message?: string | null
  readonly state_details: Record<string, unknown>
  readonly [key: string]: unknown
}

/** A run as the stub keeps it, with every state that it had. */
export interface StubRun {
  readonly id: string
  name: string
  states: StubState[]
  run_count: number
  [key: string]: unknown
}

/** An event of a task run. */
export interface StubEvent {
  readonly id: string
  readonly event: string
  readonly follows: string | null
  readonly resource: Record<string, string>
  readonly related: Record<string, string>[]
  readonly payload: {
    readonly initial_state: { readonly type: string } | null
    readonly validated_state: StubState & { readonly data: Record<string, unknown> | null }
    readonly task_run: Record<string, unknown> & {
      readonly name: string
      readonly task_inputs: Record<string, unknown[]>
    }
  }
}

/**
 * An API in memory that does what the engine relies on and keeps what it is told: for tests of the engine's logic
 * without a server.
 */
export class StubApi {
  readonly flowRuns: StubRun[] = []
  readonly trackingRuns: StubRun[] = []
  readonly logs: {
    readonly name: string
    readonly level: number
    readonly message: string
    readonly task_run_id: string | null
  }[] = []
  readonly events: StubEvent[] = []
  readonly requests: string[] = []
  /** Concurrency limits by name: how many slots each has. */
  readonly limits = new Map<string, number>()
  readonly taken = new Map<string, number>()
  /** Set to answer a proposed state otherwise. */
  onSetState: ((run: StubRun, proposed: StubState) => Record<string, unknown> | undefined) | undefined
  keepEvents = true
  eventCount = 0
  apiUrl = ''
  readonly #server = createServer((request, response) => void this.#answer(request, response))
  readonly #sockets = new WebSocketServer({ noServer: true })

  static async start(): Promise<StubApi> {
    const stub = new StubApi()
    await new Promise<void>((resolve) => stub.#server.listen(0, '127.0.0.1', resolve))
    stub.apiUrl = `http://127.0.0.1:${(stub.#server.address() as AddressInfo).port}/api`
    stub.#server.on('upgrade', (request, socket, head) => {
      stub.#sockets.handleUpgrade(request, socket, head, (client) => stub.#listen(client))
    })
    return stub
  }

  async stop(): Promise<void> {
    for (const client of this.#sockets.clients) client.terminate()
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  /** The names of the states of a task run, by the run's name or the beginning of it. */
  taskStates(name: string): string[] {
    return this.taskEvents(name).map((event) => event.payload.validated_state.name)
  }

  taskEvents(name: string): StubEvent[] {
    const first = this.events.find(
      (event) => event.event.startsWith('prefect.task-run') && event.payload.task_run.name.startsWith(name),
    )
    const id = first?.resource['prefect.resource.id']
    return this.events.filter((event) => event.resource['prefect.resource.id'] === id)
  }

  taskRunId(name: string): string {
    return this.taskEvents(name)[0]?.resource['prefect.resource.id']?.replace('prefect.task-run.', '') ?? ''
  }

  #listen(client: WebSocket): void {
    let greeted = client.protocol !== 'prefect'
    client.on('message', (data) => {
      const text = String(data)
      if (!greeted) {
        greeted = true
        client.send('{"type":"auth_success"}')
        return
      }
      this.eventCount++
      if (this.keepEvents) this.events.push(JSON.parse(text) as StubEvent)
    })
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = ''
    for await (const chunk of request) text += chunk
    const path = (request.url ?? '').replace(/^\/api/, '')
    this.requests.push(`${request.method} ${path}`)
    const { status = 200, body } = this.#route(
      request.method ?? 'GET',
      path,
      text ? JSON.parse(text) : undefined,
    )
    response.writeHead(status, { 'content-type': 'application/json', 'retry-after': '0.05' })
    response.end(body === undefined ? '' : JSON.stringify(body))
  }

  #route(method: string, path: string, body: unknown): { status?: number; body?: unknown } {
    const input = body as Record<string, unknown>
    if (path === '/health') return { body: true }
    if (path === '/admin/version') return { body: '3.9.1' }
    if (path.startsWith('/csrf-token'))
      return { status: 422, body: { detail: 'CSRF protection is disabled.' } }
    if (path === '/flows/') return { status: 201, body: { id: newId(), name: input.name } }
    if (path === '/logs/') {
      if (this.keepEvents) this.logs.push(...(body as never[]))
      return { status: 201 }
    }
    if (path === '/flow_runs/') return { status: 201, body: this.#create(this.flowRuns, input) }
    if (path === '/task_runs/') return { status: 201, body: this.#create(this.trackingRuns, input) }
    if (path === '/flow_runs/filter') {
      const filter =
        (input.flow_runs as { parent_task_run_id?: { any_: string[] } }).parent_task_run_id?.any_ ?? []
      return {
        body: this.flowRuns.filter((run) => filter.includes(String(run.parent_task_run_id))).map(view),
      }
    }
    if (path.endsWith('increment-with-lease')) return this.#acquire(input)
    if (path.endsWith('decrement-with-lease')) {
      const [name = ''] = String(input.lease_id).split('#')
      this.taken.set(name, (this.taken.get(name) ?? 1) - 1)
      return { status: 204 }
    }
    const [, id = '', action] = /^\/flow_runs\/([^/]+)(\/set_state)?$/.exec(path) ?? []
    const run = this.flowRuns.find((known) => known.id === id)
    if (!run) return { status: 404, body: { detail: 'Not Found' } }
    if (method === 'PATCH') {
      Object.assign(run, input)
      return { status: 204 }
    }
    return { body: action ? this.#setState(run, input) : view(run) }
  }

  #create(runs: StubRun[], input: Record<string, unknown>): Record<string, unknown> {
    const known = runs.find(
      (run) =>
        input.dynamic_key !== undefined &&
        run.dynamic_key === input.dynamic_key &&
        run.task_key === input.task_key &&
        run.flow_run_id === input.flow_run_id,
    )
    if (known) return view(known)
    const id = newId()
    const state = input.state as StubState
    const run = {
      labels: {},
      ...input,
      id,
      name: input.name ?? `stub-run-${runs.length}`,
      states: [state],
      run_count: 0,
    }
    runs.push(run as unknown as StubRun)
    return view(run as unknown as StubRun)
  }

  #acquire(input: Record<string, unknown>): { status?: number; body?: unknown } {
    const [name = ''] = input.names as string[]
    const limit = this.limits.get(name)
    if (limit === undefined) return { body: { lease_id: newId(), limits: [] } }
    const taken = this.taken.get(name) ?? 0
    if (taken >= limit) return { status: 423, body: { detail: 'full' } }
    this.taken.set(name, taken + 1)
    return { body: { lease_id: `${name}#${taken}`, limits: [{ id: newId(), name }] } }
  }

  #setState(run: StubRun, input: Record<string, unknown>): Record<string, unknown> {
    const proposed = input.state as StubState
    const special = this.onSetState?.(run, proposed)
    if (special) return special
    const policy = run.empirical_policy as { retries: number; retry_delay: number }
    const last = run.states.at(-1)
    const retried = proposed.type === 'FAILED' && last?.type === 'RUNNING' && run.run_count <= policy.retries
    const state = retried
      ? { type: 'SCHEDULED', name: 'AwaitingRetry', message: null, state_details: {} }
      : last?.name === 'AwaitingRetry' && proposed.type === 'RUNNING'
        ? { ...proposed, name: 'Retrying' }
        : proposed
    run.states.push(state)
    if (state.type === 'RUNNING') run.run_count++
    return {
      status: retried ? 'REJECT' : 'ACCEPT',
      details: { type: retried ? 'reject_details' : 'accept_details', reason: null },
      state: { ...state, id: newId(), timestamp: toIso(systemNow()) },
    }
  }
}

function view(run: StubRun): Record<string, unknown> {
  const state = run.states.at(-1)
  return { ...run, states: undefined, state, state_type: state?.type, state_name: state?.name }
}
