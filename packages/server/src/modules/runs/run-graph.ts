/** The graphs of a flow run: its tasks and sub-flows, and what each waited for. */
import { type Micros, type State, type StateType, toIso, toIsoOrNull, toSeconds } from '@orrery/schemas'
import type { Db } from '../../db/index.ts'
import { DomainError } from '../../errors.ts'
import type { WorkspaceScope } from '../../scope.ts'
import { type GraphArtifact, readGraphArtifacts } from '../artifacts/artifacts.service.ts'
import { findFlowRun } from './flow-runs.queries.ts'
import { estimatedRunTime } from './run-rows.ts'
import { listFlowRunStates } from './run-states.ts'
import { FlowRunNotFound } from './runs.errors.ts'
import { CURRENT_STATE_COLUMNS, currentStateFromRow } from './state-rows.ts'

const MAX_NODES = 10_000

export class GraphTooLarge extends DomainError {
  constructor(id: string) {
    super('bad_request', 'graph_too_large', `The graph of flow run ${id} has more than ${MAX_NODES} nodes.`)
  }
}

interface Edge {
  id: string
}

interface GraphNode {
  kind: 'flow-run' | 'task-run'
  id: string
  label: string
  state_type: StateType | null
  start_time: string
  end_time: string | null
  parents: Edge[]
  children: Edge[]
  encapsulating: Edge[]
  artifacts: GraphArtifact[]
}

export interface Graph {
  start_time: string | null
  end_time: string | null
  root_node_ids: string[]
  nodes: [string, GraphNode][]
  artifacts: GraphArtifact[]
  states: { id: string; timestamp: string; type: StateType; name: string }[]
}

/** The nodes that run, or ended at or after `since`. A task run that stands for a sub-flow shows as that. */
export async function readGraph(db: Db, scope: WorkspaceScope, id: string, since: Micros): Promise<Graph> {
  const run = await findFlowRun(db.read, scope, id)
  if (!run) throw new FlowRunNotFound(id)
  const [nodes, states, artifacts] = await Promise.all([
    listNodes(db, scope, id),
    listFlowRunStates(db.read, scope, id),
    readGraphArtifacts(db, scope, id),
  ])
  const linked = link(nodes, artifacts)
  const shown = linked.filter(({ ended }) => ended === null || ended >= since)
  if (shown.length > MAX_NODES) throw new GraphTooLarge(id)
  return {
    start_time: toIsoOrNull(run.start_time ?? run.expected_start_time),
    end_time: toIsoOrNull(run.end_time),
    root_node_ids: shown.filter(({ node }) => node.parents.length === 0).map(({ node }) => node.id),
    nodes: shown.map(({ node }) => [node.id, node]),
    artifacts: artifacts.get(null) ?? [],
    states: states.map(({ id, timestamp, type, name }) => ({ id, timestamp, type, name })),
  }
}

interface NodeRow {
  id: string
  kind: 'flow-run' | 'task-run'
  label: string
  stateType: string | null
  started: Micros
  ended: Micros | null
  /** Ids under each argument. */
  inputs: Record<string, unknown>
}

async function listNodes(db: Db, scope: WorkspaceScope, flowRunId: string): Promise<NodeRow[]> {
  const rows = await db.scan
    .selectFrom('task_runs')
    .leftJoin('flow_runs', 'flow_runs.parent_task_run_id', 'task_runs.id')
    .leftJoin('flows', 'flows.id', 'flow_runs.flow_id')
    .where('task_runs.workspace_id', '=', scope.workspaceId)
    .where('task_runs.flow_run_id', '=', flowRunId)
    .select([
      'task_runs.id',
      'task_runs.name',
      'task_runs.state_type',
      'task_runs.start_time',
      'task_runs.expected_start_time',
      'task_runs.end_time',
      'task_runs.task_inputs',
      'flow_runs.id as child_id',
      'flow_runs.name as child_name',
      'flows.name as child_flow',
      'flow_runs.state_type as child_state_type',
      'flow_runs.start_time as child_start',
      'flow_runs.expected_start_time as child_expected',
      'flow_runs.end_time as child_end',
    ])
    .execute()
  return rows.flatMap((row): NodeRow[] => {
    const started = row.child_start ?? row.child_expected ?? row.start_time ?? row.expected_start_time
    if (started === null) return []
    const assumedEnd = row.state_type === 'COMPLETED' ? row.expected_start_time : null
    return [
      {
        id: row.child_id ?? row.id,
        kind: row.child_id === null ? 'task-run' : 'flow-run',
        label: row.child_id === null ? row.name : `${row.child_flow ?? ''} / ${row.child_name}`,
        stateType: row.child_state_type ?? row.state_type,
        started,
        ended: row.child_end ?? row.end_time ?? assumedEnd,
        inputs: JSON.parse(row.task_inputs) as Record<string, unknown>,
      },
    ]
  })
}

const ENCAPSULATING = '__parents__'

function link(
  rows: NodeRow[],
  artifacts: ReadonlyMap<string | null, GraphArtifact[]>,
): { node: GraphNode; ended: Micros | null }[] {
  const ordered = rows.toSorted(
    (a, b) =>
      a.started - b.started || (a.ended ?? Infinity) - (b.ended ?? Infinity) || (a.id < b.id ? -1 : 1),
  )
  const nodes = new Map<string, { node: GraphNode; ended: Micros | null }>()
  for (const row of ordered)
    nodes.set(row.id, {
      ended: row.ended,
      node: {
        kind: row.kind,
        id: row.id,
        label: row.label,
        state_type: row.stateType as StateType | null,
        start_time: toIso(row.started),
        end_time: toIsoOrNull(row.ended),
        parents: [],
        children: [],
        encapsulating: [],
        artifacts: artifacts.get(row.id) ?? [],
      },
    })
  for (const row of ordered) {
    const child = nodes.get(row.id)?.node
    if (!child) continue
    const parents = new Set<string>()
    const encapsulating = new Set<string>()
    for (const [argument, values] of Object.entries(row.inputs)) {
      for (const id of idsIn(values)) {
        if (nodes.has(id)) (argument === ENCAPSULATING ? encapsulating : parents).add(id)
      }
    }
    for (const id of parents) nodes.get(id)?.node.children.push({ id: child.id })
    child.parents = edges(parents)
    child.encapsulating = edges(encapsulating)
  }
  return [...nodes.values()]
}

const edges = (ids: ReadonlySet<string>): Edge[] => Array.from(ids, (id) => ({ id }))

function* idsIn(values: unknown): Generator<string> {
  if (!Array.isArray(values)) return
  for (const value of values as { id?: unknown }[]) if (typeof value?.id === 'string') yield value.id
}

export interface Dependency {
  id: string
  name: string
  upstream_dependencies: { input_type: 'task_run'; id: string }[]
  state: State | null
  expected_start_time: string | null
  start_time: string | null
  end_time: string | null
  total_run_time: number
  estimated_run_time: number
  untrackable_result: boolean
}

/** The first graph: task runs with what they waited for. */
export async function readDependencies(
  db: Db,
  scope: WorkspaceScope,
  id: string,
  now: Micros,
): Promise<Dependency[]> {
  if (!(await findFlowRun(db.read, scope, id))) throw new FlowRunNotFound(id)
  const rows = await db.scan
    .selectFrom('task_runs')
    .select([
      'id',
      'name',
      'task_inputs',
      'expected_start_time',
      'start_time',
      'end_time',
      'total_run_time',
      ...CURRENT_STATE_COLUMNS,
    ])
    .where('workspace_id', '=', scope.workspaceId)
    .where('flow_run_id', '=', id)
    .orderBy('id')
    .execute()
  return rows.map((row) => {
    const state = currentStateFromRow(row)
    const inputs = Object.values(JSON.parse(row.task_inputs) as Record<string, unknown>)
    const upstream = new Set(inputs.flatMap((values) => [...taskRunsIn(values)]))
    return {
      id: row.id,
      name: row.name,
      upstream_dependencies: [...upstream].map((id) => ({ input_type: 'task_run' as const, id })),
      state,
      expected_start_time: toIsoOrNull(row.expected_start_time),
      start_time: toIsoOrNull(row.start_time),
      end_time: toIsoOrNull(row.end_time),
      total_run_time: toSeconds(row.total_run_time),
      estimated_run_time: toSeconds(estimatedRunTime(row, now)),
      untrackable_result: state?.state_details.untrackable_result ?? false,
    }
  })
}

function* taskRunsIn(values: unknown): Generator<string> {
  if (!Array.isArray(values)) return
  for (const value of values as { input_type?: unknown; id?: unknown }[])
    if (value?.input_type === 'task_run' && typeof value.id === 'string') yield value.id
}
