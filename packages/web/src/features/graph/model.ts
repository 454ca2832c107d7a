// The one model behind Timeline, Radar and Table: a run's nodes and dependencies as flat arrays.
import { GRAPH_STATES, type GraphState, graphState, stateIndex } from './states.ts'

export type GraphV2Node = {
  kind: 'task-run' | 'flow-run'
  id: string
  label: string
  state_type: string | null
  start_time: string | null
  end_time: string | null
  parents: { id: string }[]
  children: { id: string }[]
  encapsulating: { id: string }[]
  artifacts: { id: string }[]
}
/** The answer of `GET /flow_runs/{id}/graph-v2`. */
export type GraphV2 = {
  start_time: string | null
  end_time: string | null
  root_node_ids: string[]
  nodes: [string, GraphV2Node][]
  artifacts: unknown[]
  states: { id: string; timestamp: string; type: string; name: string }[]
}

/** Neighbours of node i are `items[offsets[i] .. offsets[i + 1]]`. */
export type Adjacency = { offsets: Uint32Array; items: Uint32Array }

export type GraphModel = {
  size: number
  edges: number
  ids: string[]
  labels: string[]
  subflow: Uint8Array
  /** Index into GRAPH_STATES. */
  states: Uint8Array
  /** Milliseconds since the epoch, NaN when unknown. */
  start: Float64Array
  end: Float64Array
  up: Adjacency
  down: Adjacency
  /** The sub-flow (or enclosing task) this node was opened under, or -1. */
  group: Int32Array
  artifacts: Uint16Array
  index: Map<string, number>
  runStart: number
  runEnd: number
}

export type BuildOptions = {
  /** Graphs of sub-flows opened in place, by the id of the sub-flow's node. */
  opened?: ReadonlyMap<string, GraphV2>
  /** State names by run id, where known; they refine the type (Cached, NotReady). */
  stateNames?: ReadonlyMap<string, string>
  /** The run has ended: what is still pending will never start. */
  ended?: boolean
}

const millis = (iso: string | null): number => (iso ? Date.parse(iso) : Number.NaN)

type Draft = { node: GraphV2Node; group: number; up: number[] }

export function buildModel(graph: GraphV2, options: BuildOptions = {}): GraphModel {
  const drafts: Draft[] = []
  const index = new Map<string, number>()
  const add = (source: GraphV2, group: number): void => {
    for (const [id, node] of source.nodes) {
      if (index.has(id)) continue
      index.set(id, drafts.length)
      drafts.push({ node, group, up: [] })
    }
    for (const [id, node] of source.nodes) {
      const at = index.get(id)
      if (at === undefined) continue
      const draft = drafts[at]
      if (!draft) continue
      const seen = new Set<number>()
      const link = (parent: string): void => {
        const from = index.get(parent)
        if (from !== undefined && from !== at && !seen.has(from)) {
          seen.add(from)
          draft.up.push(from)
        }
      }
      for (const parent of node.parents) link(parent.id)
      const outer = node.encapsulating[0]
      if (outer && index.has(outer.id)) {
        if (draft.group === group) draft.group = index.get(outer.id) ?? group
        if (draft.up.length === 0) link(outer.id)
      }
      // A sub-flow's first tasks hang from the sub-flow itself, so that it opens where it stands.
      if (draft.up.length === 0 && group >= 0) draft.up.push(group)
      const child = options.opened?.get(id)
      if (child) add(child, at)
    }
  }
  add(graph, -1)

  const size = drafts.length
  const looks = drafts.map(({ node }) => stateOf(node, options))
  // The server gives what never ran its expected start, so that it can be sorted; in a picture of time it has none.
  const idle = looks.map(
    (look) => look === 'blocked' || look === 'pending' || look === 'scheduled' || look === 'late',
  )
  const edges = drafts.reduce((sum, draft) => sum + draft.up.length, 0)
  const up: Adjacency = { offsets: new Uint32Array(size + 1), items: new Uint32Array(edges) }
  const down: Adjacency = { offsets: new Uint32Array(size + 1), items: new Uint32Array(edges) }
  const model: GraphModel = {
    size,
    edges,
    ids: drafts.map((draft) => draft.node.id),
    labels: drafts.map((draft) => draft.node.label),
    subflow: Uint8Array.from(drafts, (draft) => (draft.node.kind === 'flow-run' ? 1 : 0)),
    states: Uint8Array.from(looks, stateIndex),
    start: Float64Array.from(drafts, (draft, i) => (idle[i] ? Number.NaN : millis(draft.node.start_time))),
    end: Float64Array.from(drafts, (draft, i) => (idle[i] ? Number.NaN : millis(draft.node.end_time))),
    up,
    down,
    group: Int32Array.from(drafts, (draft) => draft.group),
    artifacts: Uint16Array.from(drafts, (draft) => draft.node.artifacts.length),
    index,
    runStart: millis(graph.start_time),
    runEnd: millis(graph.end_time),
  }
  let at = 0
  for (let i = 0; i < size; i++) {
    up.offsets[i] = at
    for (const from of drafts[i]?.up ?? []) {
      up.items[at++] = from
      down.offsets[from + 1] = (down.offsets[from + 1] ?? 0) + 1
    }
  }
  up.offsets[size] = at
  for (let i = 0; i < size; i++) down.offsets[i + 1] = (down.offsets[i + 1] ?? 0) + (down.offsets[i] ?? 0)
  const fill = down.offsets.slice(0, size)
  for (let i = 0; i < size; i++)
    for (const from of neighbours(up, i)) {
      const slot = fill[from] ?? 0
      down.items[slot] = i
      fill[from] = slot + 1
    }
  return model
}

function stateOf(node: GraphV2Node, options: BuildOptions): GraphState {
  const state = graphState(node.state_type, options.stateNames?.get(node.id))
  return options.ended && (state === 'pending' || state === 'scheduled') ? 'blocked' : state
}

export const neighbours = (adjacency: Adjacency, i: number): Uint32Array =>
  adjacency.items.subarray(adjacency.offsets[i], adjacency.offsets[i + 1])

export const stateAt = (model: GraphModel, i: number): GraphState =>
  GRAPH_STATES[model.states[i] ?? 0] ?? 'pending'

/** How many nodes wear each state, in the order of GRAPH_STATES; states that nobody wears are left out. */
export function countStates(model: Pick<GraphModel, 'states'>): [GraphState, number][] {
  const counts = new Uint32Array(GRAPH_STATES.length)
  for (const state of model.states) counts[state] = (counts[state] ?? 0) + 1
  return GRAPH_STATES.map((state, i): [GraphState, number] => [state, counts[i] ?? 0]).filter(
    ([, n]) => n > 0,
  )
}

/** Seconds a node has run, up to `now` while it still runs; null when it never started. */
export function secondsOf(model: GraphModel, i: number, now: number): number | null {
  const start = model.start[i] ?? Number.NaN
  if (Number.isNaN(start)) return null
  const end = model.end[i] ?? Number.NaN
  return Math.max(0, (Number.isNaN(end) ? now : end) - start) / 1000
}

/** The task a run belongs to, from the run's name: `extract-12` and `extract-7f3` are runs of `extract`. */
export const taskOf = (label: string): string =>
  label.replace(/-(\d+|[0-9a-f]{3})$/, '').replace(/\[[^\]]*\]$/, '')
