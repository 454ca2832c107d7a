import { type Connection, HttpClient, isStatus } from '../http/http-client.ts'
import type {
  RunFilter,
  SetStateAnswer,
  WireEvent,
  WireFlow,
  WireFlowRun,
  WireLog,
  WireLogCreate,
  WireState,
  WireStateCreate,
  WireTaskRun,
  WireWorkspace,
} from './wire.ts'

/** The orchestration API of one server or workspace: one method a route, wire names as they are. */
export class ApiClient {
  readonly http: HttpClient

  constructor(connection: Connection | HttpClient) {
    this.http = connection instanceof HttpClient ? connection : new HttpClient(connection)
  }

  readonly flows = {
    /** Creates the flow, or answers the one of this name. */
    create: (name: string): Promise<WireFlow> => this.http.post('/flows/', { name, tags: [], labels: {} }),
    read: (id: string): Promise<WireFlow> => this.http.get(`/flows/${id}`),
    readByName: (name: string): Promise<WireFlow> => this.http.get(`/flows/name/${encodeURIComponent(name)}`),
    filter: (filter: RunFilter = {}): Promise<WireFlow[]> => this.http.post('/flows/filter', filter),
    count: (filter: RunFilter = {}): Promise<number> => this.http.post('/flows/count', filter),
    delete: (id: string): Promise<void> => this.http.delete(`/flows/${id}`),
  }

  readonly flowRuns = {
    create: (run: Readonly<Record<string, unknown>>): Promise<WireFlowRun> =>
      this.http.post('/flow_runs/', run),
    read: (id: string): Promise<WireFlowRun> => this.http.get(`/flow_runs/${id}`),
    update: (id: string, changes: Readonly<Record<string, unknown>>): Promise<void> =>
      this.http.patch(`/flow_runs/${id}`, changes),
    delete: (id: string): Promise<void> => this.http.delete(`/flow_runs/${id}`),
    filter: (filter: RunFilter = {}): Promise<WireFlowRun[]> => this.http.post('/flow_runs/filter', filter),
    count: (filter: RunFilter = {}): Promise<number> => this.http.post('/flow_runs/count', filter),
    /** Proposes a state. The answer says what became of it; only a broken request throws. */
    setState: (id: string, state: WireStateCreate, force = false): Promise<SetStateAnswer> =>
      this.http.post(`/flow_runs/${id}/set_state`, { state, force }),
    states: (id: string): Promise<WireState[]> =>
      this.http.get('/flow_run_states/', { query: { flow_run_id: id } }),
    resume: (id: string, input: Readonly<Record<string, unknown>> = {}): Promise<SetStateAnswer> =>
      this.http.post(`/flow_runs/${id}/resume`, { run_input: input }),
  }

  readonly taskRuns = {
    create: (run: Readonly<Record<string, unknown>>): Promise<WireTaskRun> =>
      this.http.post('/task_runs/', run),
    read: (id: string): Promise<WireTaskRun> => this.http.get(`/task_runs/${id}`),
    filter: (filter: RunFilter = {}): Promise<WireTaskRun[]> => this.http.post('/task_runs/filter', filter),
    count: (filter: RunFilter = {}): Promise<number> => this.http.post('/task_runs/count', filter),
    delete: (id: string): Promise<void> => this.http.delete(`/task_runs/${id}`),
    states: (id: string): Promise<WireState[]> =>
      this.http.get('/task_run_states/', { query: { task_run_id: id } }),
  }

  readonly logs = {
    create: (logs: readonly WireLogCreate[]): Promise<void> => this.http.post('/logs/', logs),
    filter: (filter: Readonly<Record<string, unknown>>): Promise<WireLog[]> =>
      this.http.post('/logs/filter', filter),
  }

  readonly events = {
    /** Sends events over HTTP: the fallback where no websocket gets through. */
    create: (events: readonly WireEvent[]): Promise<void> => this.http.post('/events', events),
    filter: (
      filter: Readonly<Record<string, unknown>>,
    ): Promise<{ events: WireEvent[]; total: number; next_page: string | null }> =>
      this.http.post('/events/filter', filter),
  }

  readonly deployments = {
    filter: (filter: RunFilter = {}): Promise<Record<string, unknown>[]> =>
      this.http.post('/deployments/filter', filter),
    read: (id: string): Promise<Record<string, unknown> & { id: string; name: string }> =>
      this.http.get(`/deployments/${id}`),
  }

  readonly concurrency = {
    /**
     * Takes a slot of each limit and a lease on it. Null when they are full for now: ask again after
     * `retryAfterSeconds`. A limit that does not exist takes nothing.
     */
    acquire: async (input: {
      names: readonly string[]
      slots: number
      leaseSeconds: number
      holder: { type: string; id: string }
    }): Promise<
      | { leaseId: string | null; limits: { id: string; name: string }[] }
      | { full: true; retryAfterSeconds: number }
    > => {
      try {
        const answer = await this.http.post<{
          lease_id?: string | null
          limits: { id: string; name: string }[]
        }>('/v2/concurrency_limits/increment-with-lease', {
          names: input.names,
          slots: input.slots,
          mode: 'concurrency',
          lease_duration: input.leaseSeconds,
          holder: input.holder,
        })
        return { leaseId: answer.lease_id ?? null, limits: answer.limits }
      } catch (error) {
        if (!isStatus(error, 423)) throw error
        return { full: true, retryAfterSeconds: error.retryAfterSeconds ?? 1 }
      }
    },
    renew: (leaseId: string, leaseSeconds: number): Promise<void> =>
      this.http.post(`/v2/concurrency_limits/leases/${leaseId}/renew`, { lease_duration: leaseSeconds }),
    release: (leaseId: string): Promise<void> =>
      this.http.post('/v2/concurrency_limits/decrement-with-lease', { lease_id: leaseId }),
  }

  /** The workspaces that the key may use. The address is the cloud's, not the workspace's. */
  workspaces(cloudApiUrl: string): Promise<WireWorkspace[]> {
    return this.http.get(`${cloudApiUrl.replace(/\/+$/, '')}/me/workspaces`)
  }

  /** The server's Prefect version, as `3.9.1`. */
  version(): Promise<string> {
    return this.http.get('/admin/version')
  }

  /** Whether the server answers at all. Never throws. */
  async healthy(): Promise<boolean> {
    return this.http.get<boolean>('/health').then(
      () => true,
      () => false,
    )
  }
}
