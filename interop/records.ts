/** Reads back, through the API alone, everything a server recorded while one script ran. */
import { isObject, type Json, type JsonObject, objects, text } from './json.ts'
import { listAll, NotFound, request, type Target } from './target.ts'

export type Records = {
  flows: JsonObject[]
  flowRuns: JsonObject[]
  taskRuns: JsonObject[]
  /** By run id. */
  flowRunStates: Record<string, JsonObject[]>
  taskRunStates: Record<string, JsonObject[]>
  graphs: Record<string, Json>
  logs: JsonObject[]
  events: JsonObject[]
  artifacts: JsonObject[]
  counts: JsonObject
  /** Routes that answered 404 for what must exist. */
  missing: string[]
}

/** Instants in ISO 8601, of this machine's clock, which the servers and clients share. */
export type Window = { since: string; until: string }

const stateTypes = [
  'SCHEDULED',
  'PENDING',
  'RUNNING',
  'COMPLETED',
  'FAILED',
  'CANCELLED',
  'CRASHED',
  'PAUSED',
  'CANCELLING',
]

export async function readRecords(target: Target, window: Window): Promise<Records> {
  const within = { after_: window.since, before_: window.until }
  const flowRuns = await listAll(target, '/flow_runs/filter', {
    sort: 'ID_DESC',
    flow_runs: { expected_start_time: within },
  })
  const taskRuns = await listAll(target, '/task_runs/filter', {
    sort: 'ID_DESC',
    task_runs: { expected_start_time: within },
  })
  const flowRunIds = flowRuns.map((run) => text(run.id))
  const taskRunIds = taskRuns.map((run) => text(run.id))
  const records: Records = {
    flows: [],
    flowRuns,
    taskRuns,
    flowRunStates: {},
    taskRunStates: {},
    graphs: {},
    logs: await readLogs(target, window, new Set(flowRunIds), new Set(taskRunIds)),
    events: await readEvents(target, window),
    artifacts: [],
    counts: await readCounts(target, flowRunIds, taskRunIds),
    missing: [],
  }
  const found = async <T>(route: string, read: Promise<T>): Promise<T | undefined> => {
    try {
      return await read
    } catch (error) {
      if (!(error instanceof NotFound)) throw error
      if (!records.missing.includes(route)) records.missing.push(route)
      return undefined
    }
  }
  const ofRuns = { operator: 'or_', flow_run_id: { any_: flowRunIds }, task_run_id: { any_: taskRunIds } }
  const artifacts = listAll(target, '/artifacts/filter', { artifacts: ofRuns })
  records.artifacts = (await found('/artifacts/filter', artifacts)) ?? []
  for (const flowId of new Set(flowRuns.map((run) => text(run.flow_id)))) {
    const flow = await request(target, 'GET', `/flows/${flowId}`)
    if (isObject(flow)) records.flows.push(flow)
  }
  for (const id of flowRunIds) {
    const states = await found(
      '/flow_run_states/',
      request(target, 'GET', `/flow_run_states/?flow_run_id=${id}`),
    )
    records.flowRunStates[id] = objects(states)
    const graph = await found('/flow_runs/{id}/graph-v2', request(target, 'GET', `/flow_runs/${id}/graph-v2`))
    if (graph !== undefined) records.graphs[id] = graph
  }
  for (const id of taskRunIds) {
    const states = await found(
      '/task_run_states/',
      request(target, 'GET', `/task_run_states/?task_run_id=${id}`),
    )
    records.taskRunStates[id] = objects(states)
  }
  return records
}

async function readLogs(
  target: Target,
  window: Window,
  flowRuns: Set<string>,
  taskRuns: Set<string>,
): Promise<JsonObject[]> {
  const logs = await listAll(target, '/logs/filter', {
    sort: 'TIMESTAMP_ASC',
    logs: { timestamp: { after_: window.since, before_: window.until } },
  })
  return logs.filter((log) => flowRuns.has(text(log.flow_run_id)) || taskRuns.has(text(log.task_run_id)))
}

async function readEvents(target: Target, window: Window): Promise<JsonObject[]> {
  const events: JsonObject[] = []
  const filter = { occurred: { since: window.since, until: window.until }, order: 'ASC' }
  let page = await request(target, 'POST', '/events/filter', { filter, limit: 50 })
  while (isObject(page)) {
    events.push(...objects(page.events))
    if (typeof page.next_page !== 'string') break
    page = await request(target, 'GET', page.next_page)
  }
  return events
}

async function readCounts(target: Target, flowRunIds: string[], taskRunIds: string[]): Promise<JsonObject> {
  const counts: JsonObject = {}
  for (const type of [undefined, ...stateTypes]) {
    const state = type === undefined ? {} : { state: { type: { any_: [type] } } }
    const key = type ?? 'all'
    counts[`flow runs ${key}`] = await request(target, 'POST', '/flow_runs/count', {
      flow_runs: { id: { any_: flowRunIds }, ...state },
    })
    counts[`task runs ${key}`] = await request(target, 'POST', '/task_runs/count', {
      task_runs: { id: { any_: taskRunIds }, ...state },
    })
  }
  counts.flows = await request(target, 'POST', '/flows/count', { flow_runs: { id: { any_: flowRunIds } } })
  counts['task runs by their flow runs'] = await request(target, 'POST', '/task_runs/count', {
    flow_runs: { id: { any_: flowRunIds } },
  })
  return counts
}
