/** The load generator's process: one job as JSON on stdin, its result as JSON on stdout. */
import { newId, toIso } from '@orrery/schemas'
import { type EventLoad, makeEvents, sendEvents } from './event-load.ts'
import { type Call, type LoadResult, load } from './http-load.ts'

export type HttpJob = {
  kind: 'create' | 'states' | 'logs' | 'health'
  /** With `/api` and, of ours, the workspace. */
  apiUrl: string
  headers: Record<string, string>
  connections: number
  warmupSeconds: number
  seconds: number
  rate?: number
  flowId?: string
  /** One per connection for `states`; the first for `logs`. */
  flowRunIds?: string[]
  /** Lines in one POST /logs/. */
  batch?: number
}

export type EventJob = EventLoad & { kind: 'events' }
export type EventResult = { firstSentAt: number; lastAnsweredAt: number }

if (import.meta.main) {
  let input = ''
  for await (const part of process.stdin.setEncoding('utf8')) input += part
  const job = JSON.parse(input) as HttpJob | EventJob
  process.stdout.write(JSON.stringify(job.kind === 'events' ? await runEvents(job) : await runHttp(job)))
}

async function runEvents(job: EventJob): Promise<EventResult> {
  const lists = makeEvents(job)
  const firstSentAt = Date.now()
  await sendEvents(job, lists)
  return { firstSentAt, lastAnsweredAt: Date.now() }
}

function runHttp(job: HttpJob): Promise<LoadResult> {
  const url = new URL(job.apiUrl)
  const options = {
    host: url.hostname,
    port: Number(url.port),
    headers: { ...job.headers, 'x-prefect-api-version': '0.8.4' },
    connections: job.connections,
    warmupSeconds: job.warmupSeconds,
    seconds: job.seconds,
    ...(job.rate ? { rate: job.rate } : {}),
  }
  return load({ ...options, next: nextCall(job, url.pathname) })
}

function nextCall(job: HttpJob, base: string): (connection: number) => Call {
  const flowRunIds = job.flowRunIds ?? []
  const turns = new Map<number, number>()
  switch (job.kind) {
    case 'health':
      return () => ({ method: 'GET', path: `${base}/health`, body: '' })
    case 'create':
      return () => ({
        method: 'POST',
        path: `${base}/flow_runs/`,
        body: JSON.stringify({
          flow_id: job.flowId,
          name: null,
          parameters: { x: 1, label: 'bench' },
          context: {},
          tags: ['bench'],
          labels: {},
          empirical_policy: { retries: 0, retry_delay: 0, resuming: false, pause_keys: [] },
          idempotency_key: newId(),
          state: { type: 'PENDING', name: 'Pending', message: '', state_details: {} },
        }),
      })
    case 'states':
      // A flow run that completed without a stored result may run again, so each connection keeps its own run.
      return (connection) => {
        const turn = turns.get(connection) ?? 0
        turns.set(connection, turn + 1)
        const [type, name] = turn % 2 === 0 ? ['RUNNING', 'Running'] : ['COMPLETED', 'Completed']
        return {
          method: 'POST',
          path: `${base}/flow_runs/${flowRunIds[connection % flowRunIds.length]}/set_state`,
          body: JSON.stringify({
            state: { type, name, message: null, data: null, state_details: { transition_id: newId() } },
            force: false,
          }),
        }
      }
    case 'logs':
      return () => {
        const timestamp = toIso(Date.now() * 1000)
        const lines = Array.from({ length: job.batch ?? 200 }, (_, line) => ({
          name: 'prefect.flow_runs',
          level: 20,
          message: `Line ${line}: a message of the usual length, which says what the flow is doing`,
          timestamp,
          flow_run_id: flowRunIds[0],
          task_run_id: null,
        }))
        return { method: 'POST', path: `${base}/logs/`, body: JSON.stringify(lines) }
      }
  }
}
