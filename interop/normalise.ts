/**
 * Makes the records of two servers comparable: an id becomes the name of what it identifies (`flow-run:parent#1`),
 * an instant the name of the state that has exactly this timestamp, a duration zero, the sum of the running states,
 * or "more than zero", a generated name a placeholder. What a script or a rule determines is left as it is.
 */
import { isObject, type Json, type JsonObject, text } from './json.ts'
import type { Records } from './records.ts'

/** By record name: `flow-run:parent#1`, `state:flow-run:parent#1[0] RUNNING`, … */
export type Normalised = Map<string, Json>

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi
const instant = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)$/
const generated = /^[a-z]+-[a-z]+$/
const bookkeeping = new Set(['created', 'updated', 'received'])
const durations = new Set(['total_run_time', 'estimated_run_time', 'estimated_start_time_delta'])
/** Made from Python sets, or documented as unordered. */
const unordered = new Set(['tags', 'related', 'root_node_ids', 'parents', 'children', 'encapsulating'])

export function normalise(records: Records, replacements: [string, string][]): Normalised {
  const names = new Names(replacements)
  const flows = new Map(records.flows.map((flow) => [text(flow.id), text(flow.name)]))
  for (const [id, name] of flows) names.add(id, `flow:${name}`)

  const flowRuns = [...records.flowRuns].sort(by((run) => [text(run.expected_start_time), text(run.id)]))
  for (const run of flowRuns) {
    names.number(text(run.id), `flow-run:${flows.get(text(run.flow_id)) ?? '?'}`)
    if (generated.test(text(run.name))) names.replace(text(run.name), '<generated name>')
  }
  // The first events of a run with a templated name still carry the name that it was made with.
  for (const event of records.events) {
    const resource = isObject(event.resource) ? event.resource : {}
    const name = text(resource['prefect.resource.name'])
    const kind = text(resource['prefect.resource.id']).split('.')[1]
    if (kind === 'flow-run' && generated.test(name)) names.replace(name, '<generated name>')
    const taskRun = isObject(event.payload) && isObject(event.payload.task_run) ? event.payload.task_run : {}
    const base = withoutKey(name, text(taskRun.dynamic_key))
    if (kind === 'task-run' && base !== name) names.replace(name, base)
  }
  // Clients make task-run ids in the order of submission, and UUIDv7 sorts by time.
  const taskRuns = [...records.taskRuns].sort(by((run) => [text(run.id)]))
  for (const run of taskRuns) {
    const name = text(run.name)
    const base = withoutKey(name, text(run.dynamic_key))
    if (base !== name) names.replace(name, base)
    const owner = run.flow_run_id ? names.of(text(run.flow_run_id)) : 'no flow run'
    names.number(text(run.id), `task-run:${owner}/${base}`)
  }

  const result: Normalised = new Map()
  const stateLists = [
    ...flowRuns.map((run) => ({ run, states: records.flowRunStates[text(run.id)] ?? [] })),
    ...taskRuns.map((run) => ({ run, states: records.taskRunStates[text(run.id)] ?? [] })),
  ].map(({ run, states }) => ({
    run,
    states: [...states].sort(by((state) => [micros(text(state.timestamp))])),
  }))
  for (const { run, states } of stateLists) {
    states.forEach((state, index) => {
      const name = `state:${names.of(text(run.id))}[${index}] ${text(state.name)}`
      names.add(text(state.id), name)
      names.instant(text(state.timestamp), name)
    })
  }
  for (const { run, states } of stateLists) {
    const running = runningSeconds(states)
    const owner = names.of(text(run.id))
    result.set(names.of(text(run.id)), clean(run, names, { running, at: '', owner }))
    for (const state of states) {
      const details = isObject(state.state_details) ? state.state_details : {}
      const relative = { ...state, state_details: { ...details } as JsonObject }
      // How long a retry waits is a rule of the server's; when it began is not.
      for (const key of ['scheduled_time', 'pause_timeout']) {
        const value = details[key]
        if (typeof value !== 'string') continue
        // A fixed date in a script, as it was sent.
        if (Math.abs(micros(value) - micros(text(state.timestamp))) > 86_400e6) continue
        const seconds = (micros(value) - micros(text(state.timestamp))) / 1e6
        relative.state_details[key] = `<state + ${Math.round(seconds)} s>`
      }
      result.set(names.of(text(state.id)), clean(relative, names, { running, at: '', owner }))
    }
  }
  for (const flow of records.flows)
    result.set(names.of(text(flow.id)), clean(flow, names, { at: '', owner: '' }))
  for (const [id, graph] of Object.entries(records.graphs)) {
    result.set(`graph:${names.of(id)}`, graphByName(graph, names, names.of(id)))
  }
  addNumbered(result, names, 'log', records.logs, (log) => {
    const owner = text(log.task_run_id) || text(log.flow_run_id)
    return [names.of(owner), micros(text(log.timestamp))]
  })
  addNumbered(result, names, 'event', records.events, (event) => {
    const resource = isObject(event.resource) ? event.resource : {}
    return [
      names.apply(text(resource['prefect.resource.id'])),
      text(event.event),
      micros(text(event.occurred)),
    ]
  })
  addNumbered(result, names, 'artifact', records.artifacts, (artifact) => [
    `${names.of(text(artifact.task_run_id) || text(artifact.flow_run_id))} ${text(artifact.type)} ${text(artifact.key)}`,
    micros(text(artifact.created)),
  ])
  result.set('counts', records.counts)
  for (const route of records.missing ?? []) result.set(`route ${route}`, 'answered 404')
  return result
}

/** The random part of a task run's name: its dynamic key, or the first three characters of it. */
function withoutKey(name: string, key: string): string {
  if (key.length < 36) return name
  for (const suffix of [key, key.slice(0, 3)]) {
    if (name.endsWith(`-${suffix}`)) return `${name.slice(0, -suffix.length)}<key>`
  }
  return name
}

/** Adds records that have no name of their own under their owner's, counted in the order of the rest of their key. */
function addNumbered(
  result: Normalised,
  names: Names,
  kind: string,
  rows: JsonObject[],
  key: (row: JsonObject) => (string | number)[],
): void {
  const counts = new Map<string, number>()
  for (const row of [...rows].sort(by(key))) {
    const parts = key(row)
    const owner = `${kind}:${parts.filter((part) => typeof part === 'string').join(' ')}`
    const index = counts.get(owner) ?? 0
    counts.set(owner, index + 1)
    result.set(`${owner}[${index}]`, clean(row, names, { at: '', owner: aboutOf(row, names) }))
  }
}

/** The run that a log or an event is about. */
function aboutOf(row: JsonObject, names: Names): string {
  const resource = isObject(row.resource) ? text(row.resource['prefect.resource.id']) : ''
  return names.of(resource.slice(-36) || text(row.task_run_id) || text(row.flow_run_id))
}

function graphByName(graph: Json, names: Names, owner: string): Json {
  if (!isObject(graph) || !Array.isArray(graph.nodes)) return clean(graph, names, { at: '', owner })
  const nodes: JsonObject = {}
  for (const entry of graph.nodes) {
    if (!Array.isArray(entry)) continue
    const id = isObject(entry[1]) ? names.of(text(entry[1].id)) : ''
    nodes[names.apply(text(entry[0]))] = clean(entry[1] ?? null, names, { at: '', owner: id })
  }
  return { ...(clean({ ...graph, nodes: null }, names, { at: '', owner }) as JsonObject), nodes }
}

type Place = { running?: number; at: string; owner: string }

function clean(value: Json, names: Names, place: Place): Json {
  if (typeof value === 'string') return cleanText(value, names, place.owner)
  if (Array.isArray(value)) {
    const items = value.map((item) => clean(item, names, place))
    const set = unordered.has(place.at) || place.at.startsWith('task_inputs.')
    return set ? items.sort(by((item) => [JSON.stringify(item)])) : items
  }
  if (!isObject(value)) return value
  const result: JsonObject = {}
  for (const [key, item] of Object.entries(value)) {
    if (key === 'parameters') {
      result[key] = item
    } else if (durations.has(key) && typeof item === 'number') {
      result[key] = duration(item, place.running)
    } else if (bookkeeping.has(key) && typeof item === 'string' && instant.test(item)) {
      // When the row was written: near its state's timestamp, or the same.
      result[key] = item.endsWith('Z') ? '<time>' : '<time not in Z>'
    } else if (key === 'infrastructure_pid') {
      result[key] = item === null ? null : '<pid>'
    } else if (key === 'pause_keys' && Array.isArray(item)) {
      result[key] = item.map(() => '<key>')
    } else if (key === 'dynamic_key') {
      // Sub-flows count from "0"; ordinary task runs have a random one.
      result[key] = text(item).length < 32 ? item : '<random>'
    } else {
      const at = place.at === 'task_inputs' ? `task_inputs.${key}` : key
      result[names.apply(key)] = clean(item, names, { ...place, at })
    }
  }
  return result
}

function cleanText(value: string, names: Names, owner: string): string {
  if (instant.test(value)) return names.ofInstant(value, owner)
  return names.apply(value, owner)
}

function duration(seconds: number, running: number | undefined): string {
  if (seconds === 0) return '0 s'
  if (running !== undefined && Math.abs(seconds - running) < 2e-6) return 'the sum of the running states'
  return seconds > 0 ? 'more than 0 s' : 'less than 0 s'
}

function runningSeconds(states: JsonObject[]): number {
  let total = 0
  states.forEach((state, index) => {
    const next = states[index + 1]
    if (state.type === 'RUNNING' && next)
      total += micros(text(next.timestamp)) - micros(text(state.timestamp))
  })
  return total / 1e6
}

/** Microseconds since the epoch; `Date` alone would drop the last three digits. */
function micros(iso: string): number {
  const fraction = /\.(\d+)/.exec(iso)?.[1] ?? ''
  return Date.parse(iso.replace(/\.\d+/, '')) * 1000 + Number(`${fraction}000000`.slice(0, 6))
}

function by<T>(key: (item: T) => (string | number)[]): (a: T, b: T) => number {
  return (a, b) => {
    const left = key(a)
    const right = key(b)
    for (let index = 0; index < left.length; index++) {
      const x = left[index]
      const y = right[index]
      if (x === undefined || y === undefined || x === y) continue
      return x < y ? -1 : 1
    }
    return 0
  }
}

const INSIDE = '(?<=[0-9A-Za-z])(?=[0-9A-Za-z])'

/** Not within a word: a task run's name, as `cached-2c9`, may begin its task's key, as `cached-2c9fb278`, by chance. */
function replaceWord(text: string, from: string, to: string): string {
  return text.replace(
    new RegExp(`(?!${INSIDE})${from.replace(/[$()*+.?[\\\]^{|}]/g, '\\$&')}(?!${INSIDE})`, 'g'),
    () => to,
  )
}

class Names {
  private readonly ids = new Map<string, string>()
  private readonly counts = new Map<string, number>()
  private readonly instants = new Map<number, string[]>()
  private readonly texts: Map<string, string>

  constructor(replacements: [string, string][]) {
    this.texts = new Map(replacements)
  }

  add(id: string, name: string): void {
    this.ids.set(id.toLowerCase(), name)
  }

  number(id: string, name: string): void {
    const count = (this.counts.get(name) ?? 0) + 1
    this.counts.set(name, count)
    this.add(id, `${name}#${count}`)
  }

  replace(from: string, to: string): void {
    if (from !== '') this.texts.set(from, to)
  }

  instant(iso: string, name: string): void {
    const names = this.instants.get(micros(iso))
    if (names) names.push(name)
    else this.instants.set(micros(iso), [name])
  }

  of(id: string): string {
    return this.ids.get(id.toLowerCase()) ?? '<uuid>'
  }

  /** The state with this timestamp; of several, that of the run which the record is about. */
  ofInstant(iso: string, owner: string): string {
    const zone = iso.endsWith('Z') ? '' : ' not in Z'
    const names = this.instants.get(micros(iso))
    const name = names?.find((each) => each.startsWith(`state:${owner}[`)) ?? names?.[0]
    return name ? `@${name}${zone}` : `<time${zone}>`
  }

  apply(value: string, owner = ''): string {
    let result = value
    for (const [from, to] of this.texts) if (result.includes(from)) result = replaceWord(result, from, to)
    return result
      .replace(uuid, (id) => this.of(id))
      .replace(/\b[0-9a-f]{32}\b/g, '<hex>')
      .replace(/0x[0-9a-f]{6,}/g, '<address>')
      .replace(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)/g, (found) =>
        this.ofInstant(found.replace('+00:00', 'Z'), owner),
      )
  }
}
