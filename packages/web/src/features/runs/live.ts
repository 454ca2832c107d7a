// Events of runs, turned into patches of what is on the screen. A patch shows the new state at once; the full record
// follows by a request, at most one a second for each thing.
import { type QueryClient, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { type LiveEvent, useLiveEvents, useLiveGap } from '../../lib/live.ts'
import { useWorkspace, type Workspace } from '../../lib/workspace.ts'
import type { GraphV2 } from '../graph/model.ts'
import { runKeys } from './queries.ts'
import type { FlowRun, TaskRun } from './types.ts'

export interface RunEvent {
  kind: 'flow-run' | 'task-run'
  id: string
  name: string
  type: string
  state: string
  occurred: string
  /** Flow runs that the event is about: its own, or the one its task belongs to. */
  flowRunId: string | null
}

const idOf = (resource: string | undefined, prefix: string): string | null =>
  resource?.startsWith(prefix) ? resource.slice(prefix.length) : null

/** Reads a state change of a flow run or task run out of an event; null for every other event. */
export function runEvent(event: LiveEvent): RunEvent | null {
  const resource = event.resource['prefect.resource.id']
  const flowRun = idOf(resource, 'prefect.flow-run.')
  const taskRun = idOf(resource, 'prefect.task-run.')
  const id = flowRun ?? taskRun
  if (!id) return null
  const validated = event.payload.validated_state as { type?: string; name?: string } | undefined
  const type = event.resource['prefect.state-type'] ?? validated?.type
  const state = event.resource['prefect.state-name'] ?? validated?.name
  if (!type || !state) return null
  const related = event.related.find((each) => each['prefect.resource.role'] === 'flow-run')
  return {
    kind: flowRun ? 'flow-run' : 'task-run',
    id,
    name: event.resource['prefect.resource.name'] ?? '',
    type,
    state,
    occurred: event.occurred,
    flowRunId: flowRun ?? idOf(related?.['prefect.resource.id'], 'prefect.flow-run.'),
  }
}

/** A record with the event's state, unless it already knows a later one. */
export function withState<T extends FlowRun | TaskRun>(run: T, event: RunEvent): T {
  if (run.state && Date.parse(run.state.timestamp) > Date.parse(event.occurred)) return run
  const running = event.type === 'RUNNING'
  const over =
    event.type === 'COMPLETED' ||
    event.type === 'FAILED' ||
    event.type === 'CRASHED' ||
    event.type === 'CANCELLED'
  return {
    ...run,
    state_type: event.type,
    state_name: event.state,
    state: {
      id: run.state?.id ?? '',
      message: run.state_type === event.type ? (run.state?.message ?? null) : null,
      type: event.type,
      name: event.state,
      timestamp: event.occurred,
    },
    start_time: run.start_time ?? (running ? event.occurred : null),
    end_time: over ? event.occurred : null,
  }
}

/** The graph with one node's new state, or null when the node is not in it yet. */
export function patchGraph(graph: GraphV2, event: RunEvent): GraphV2 | null {
  const at = graph.nodes.findIndex(([id]) => id === event.id)
  const found = graph.nodes[at]
  if (!found) return null
  const [id, node] = found
  const nodes = [...graph.nodes]
  const over =
    event.type === 'COMPLETED' ||
    event.type === 'FAILED' ||
    event.type === 'CRASHED' ||
    event.type === 'CANCELLED'
  nodes[at] = [
    id,
    {
      ...node,
      state_type: event.type,
      start_time: node.start_time ?? (event.type === 'RUNNING' ? event.occurred : null),
      end_time: over ? event.occurred : null,
    },
  ]
  return { ...graph, nodes }
}

/** Runs `work` soon, and at most once in `gapMs`, however often it is asked to. */
export function useThrottled(work: () => void, gapMs: number | (() => number)): () => void {
  const latest = useRef(work)
  latest.current = work
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const last = useRef(0)
  useEffect(() => () => clearTimeout(timer.current), [])
  return () => {
    if (timer.current !== undefined) return
    const gap = typeof gapMs === 'number' ? gapMs : gapMs()
    const wait = Math.max(150, last.current + gap - Date.now())
    timer.current = setTimeout(() => {
      timer.current = undefined
      last.current = Date.now()
      latest.current()
    }, wait)
  }
}

function patch(client: QueryClient, ws: Workspace, event: RunEvent): boolean {
  if (event.kind === 'task-run')
    client.setQueryData<TaskRun>(runKeys.taskRun(ws, event.id), (old) => old && withState(old, event))
  else client.setQueryData<FlowRun>(runKeys.flowRun(ws, event.id), (old) => old && withState(old, event))
  if (!event.flowRunId) return false
  let known = event.kind === 'flow-run'
  client.setQueryData<GraphV2>(runKeys.graph(ws, event.flowRunId), (old) => {
    const patched = old && patchGraph(old, event)
    if (patched) known = true
    return patched ?? old
  })
  return known
}

/** Keeps a flow run's page up to date, and the graphs of sub-flows that are opened in it. */
export function useLiveFlowRun(flowRunId: string, opened: readonly string[] = []): void {
  const ws = useWorkspace()
  const client = useQueryClient()
  const touched = useRef(new Set<string>())
  // A graph of thousands is patched by each event, and read again only as often as it can be drawn.
  const gap = (): number => {
    const nodes = client.getQueryData<GraphV2>(runKeys.graph(ws, flowRunId))?.nodes.length ?? 0
    return Math.max(1_000, nodes * 2)
  }
  const refresh = useThrottled(() => {
    for (const id of [flowRunId, ...opened])
      void client.invalidateQueries({ queryKey: runKeys.flowRun(ws, id) })
    for (const id of touched.current) void client.invalidateQueries({ queryKey: runKeys.taskRun(ws, id) })
    touched.current.clear()
  }, gap)
  useLiveEvents((raw) => {
    const event = runEvent(raw)
    if (!event?.flowRunId || (event.flowRunId !== flowRunId && !opened.includes(event.flowRunId))) return
    patch(client, ws, event)
    if (event.kind === 'task-run') touched.current.add(event.id)
    refresh()
  })
  useLiveGap(refresh)
}

/** Keeps a task run's page up to date, and the strip of its siblings in the same flow run. */
export function useLiveTaskRun(taskRunId: string, flowRunId: string | null = null): void {
  const ws = useWorkspace()
  const client = useQueryClient()
  const refresh = useThrottled(() => {
    void client.invalidateQueries({ queryKey: runKeys.taskRun(ws, taskRunId) })
  }, 1_000)
  const refreshSiblings = useThrottled(() => {
    void client.invalidateQueries({ queryKey: [...runKeys.taskRun(ws, taskRunId), 'context'] })
  }, 5_000)
  useLiveEvents((raw) => {
    const event = runEvent(raw)
    if (!event) return
    if (event.id === taskRunId) {
      patch(client, ws, event)
      refresh()
    } else if (flowRunId !== null && event.kind === 'task-run' && event.flowRunId === flowRunId)
      refreshSiblings()
  })
  useLiveGap(refresh)
}
