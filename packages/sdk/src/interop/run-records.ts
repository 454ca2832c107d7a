// Everything that an API holds about one flow's latest run, made comparable: ids become their order of appearance,
// instants and lengths become placeholders.

interface Row {
  readonly id: string
  readonly [key: string]: unknown
}

/** Reads the records of the latest run of a flow, with its sub-flows'. */
export async function readRecords(apiUrl: string, flowName: string): Promise<Record<string, unknown>> {
  const post = async <T>(path: string, body: unknown): Promise<T> => {
    const answer = await fetch(apiUrl + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
    return (await answer.json()) as T
  }
  const get = async <T>(path: string): Promise<T> => (await (await fetch(apiUrl + path)).json()) as T

  const flows = { name: { any_: [flowName] } }
  const [root] = await post<Row[]>('/flow_runs/filter', { flows, sort: 'START_TIME_DESC', limit: 1 })
  if (!root) throw new Error(`flow ${flowName} has no run`)
  const flowRuns = [root]
  const taskRuns: Row[] = []
  for (const run of flowRuns) {
    const own = await post<Row[]>('/task_runs/filter', {
      flow_runs: { id: { any_: [run.id] } },
      sort: 'EXPECTED_START_TIME_ASC',
    })
    taskRuns.push(...own)
    const children = await post<Row[]>('/flow_runs/filter', {
      flow_runs: { parent_task_run_id: { any_: own.map((task) => task.id) } },
    })
    flowRuns.push(...children)
  }
  const withStates = async (rows: Row[], kind: 'flow' | 'task') =>
    Promise.all(
      rows.map(async (row) => ({
        ...row,
        states: (await get<Row[]>(`/${kind}_run_states/?${kind}_run_id=${row.id}`)).sort(byTime),
      })),
    )
  const ids = [...flowRuns, ...taskRuns].map((row) => row.id)
  const logs = await post<Row[]>('/logs/filter', {
    logs: { flow_run_id: { any_: flowRuns.map((run) => run.id) } },
    sort: 'TIMESTAMP_ASC',
  })
  const events: Row[] = []
  for (const id of ids) {
    const page = await post<{ events: Row[] }>('/events/filter', {
      filter: {
        resource: { id: [`prefect.flow-run.${id}`, `prefect.task-run.${id}`] },
        order: 'ASC',
      },
      limit: 50,
    })
    events.push(...page.events)
  }
  return {
    flowRuns: await withStates(flowRuns, 'flow'),
    taskRuns: await withStates(taskRuns, 'task'),
    logs,
    events,
  }
}

/** The genuine server writes events in batches, at the latest this long after it has answered. */
const EVENTS_FLUSH_MILLIS = 5000

/** The records once every state of the flow runs has its event and nothing changed for longer than a batch waits. */
export async function readSettled(apiUrl: string, flowName: string): Promise<Record<string, unknown>> {
  const deadline = Date.now() + 90_000
  let records = ''
  for (let since = Date.now(); ; ) {
    const read = await readRecords(apiUrl, flowName)
    const next = JSON.stringify(comparable(read))
    if (next !== records) since = Date.now()
    records = next
    const settled = hasAllEvents(read) && Date.now() - since > EVENTS_FLUSH_MILLIS + 1000
    if (settled || Date.now() > deadline) return JSON.parse(records) as Record<string, unknown>
    await new Promise((resolve) => setTimeout(resolve, 1000))
  }
}

// The event of a flow run's state has the state's id.
function hasAllEvents({ flowRuns, events }: Record<string, unknown>): boolean {
  const known = new Set((events as Row[]).map((event) => event.id))
  return (flowRuns as { states: Row[] }[]).every((run) => run.states.every((state) => known.has(state.id)))
}

const byTime = (a: Row, b: Row): number => (String(a.timestamp) < String(b.timestamp) ? -1 : 1)

const UUID = /[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}/g
const INSTANT = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)/g
const LENGTHS = new Set([
  'total_run_time',
  'estimated_run_time',
  'estimated_start_time_delta',
  'flow_version',
  'task_version',
  'prefect_version',
  'storage_key',
])
/** The server's own bookkeeping: which state a record points to, and the recorder's merge of the details. */
const IGNORED = new Set(['received', 'created', 'updated', 'flow_id', 'state_id', 'transition_id'])

/** The records with everything that must differ between two runs replaced. */
export function comparable(records: Record<string, unknown>): Record<string, unknown> {
  const taskNames = new Map<string, string>()
  // A task run is known by its name, and where the name holds a part of its key by its turn.
  for (const run of records.taskRuns as Row[]) {
    const name = String(run.name).replace(/-[0-9a-f]{3}$/, '')
    const turn = [...taskNames.values()].filter((other) => other.startsWith(`${name}#`)).length
    taskNames.set(run.id, `${name}#${turn}`)
  }
  for (const run of records.flowRuns as Row[]) taskNames.set(run.id, `flow-run:${taskNames.size}`)
  // Adjective and animal; also of a sub-flow until its template is filled in.
  const coined = (records.events as Row[]).flatMap((event) => {
    const { 'prefect.resource.id': id = '', 'prefect.resource.name': name = '' } = event.resource as Record<
      string,
      string
    >
    return id.startsWith('prefect.flow-run.') && /^[a-z]+-[a-z]+$/.test(name) ? [name] : []
  })
  const runNames = new Map(coined.map((name) => [name, '<run name>']))
  const clean = (value: unknown, key = ''): unknown => {
    if (IGNORED.has(key)) return undefined
    if (value !== null && LENGTHS.has(key)) return `<${key}>`
    // Pickle is Python's, and it writes out a serializer's defaults.
    if (key === 'serializer') return '<serializer>'
    if (Array.isArray(value)) return value.map((item) => clean(item))
    if (typeof value === 'object' && value !== null) {
      return Object.fromEntries(
        Object.entries(value)
          .map(([name, item]): [string, unknown] => [name, clean(item, name)])
          .filter(([, item]) => item !== undefined)
          .sort(([a], [b]) => (a < b ? -1 : 1)),
      )
    }
    if (typeof value !== 'string') return value
    let text = value.replace(UUID, (id) => taskNames.get(id) ?? '<id>').replace(INSTANT, '<instant>')
    for (const [name, placeholder] of runNames) text = text.replaceAll(name, placeholder)
    return text
      .replace(/_/g, '-')
      .replace(/(\w)-[0-9a-f]{8}$/, '$1-<hash>')
      .replace(/^([\w-]+)-[0-9a-f]{3}$/, '$1-<key>')
      .replace(/\b(Value|RunTimeout|TaskRunTimeout)?Error\b/g, 'Error')
      .replace(/will start [\d.]+ second/, 'will start <delay> second')
      .replace(/\n[\s\S]*$/, '\n<stack>')
      .replace("'Scope timed out after 0.2 second(s).'", "'Task run exceeded timeout of 0.2 second(s)'")
  }
  const sortRows = (rows: unknown[]) =>
    rows
      .map((row) => JSON.stringify(row))
      .sort()
      .map((row) => JSON.parse(row) as unknown)
  return {
    flowRuns: clean(records.flowRuns),
    taskRuns: sortRows(clean(records.taskRuns) as unknown[]),
    logs: sortRows((clean(records.logs) as Row[]).map(({ id: _id, ...log }) => log)),
    events: sortRows(clean(records.events) as unknown[]),
  }
}
