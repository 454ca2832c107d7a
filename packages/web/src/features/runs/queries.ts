import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import type { Workspace } from '../../lib/workspace.ts'
import type { GraphV2 } from '../graph/model.ts'
import type { Deployment, Flow, FlowRun, RunState, TaskRun } from './types.ts'

/** Every key begins with the workspace, so that two workspaces never share an entry. */
export const runKeys = {
  all: (ws: Workspace) => [ws.key, 'runs'] as const,
  lists: (ws: Workspace) => [ws.key, 'runs', 'list'] as const,
  flowRun: (ws: Workspace, id: string) => [ws.key, 'runs', 'flow-run', id] as const,
  graph: (ws: Workspace, id: string) => [ws.key, 'runs', 'flow-run', id, 'graph'] as const,
  taskRuns: (ws: Workspace, id: string) => [ws.key, 'runs', 'flow-run', id, 'task-runs'] as const,
  states: (ws: Workspace, id: string) => [ws.key, 'runs', 'flow-run', id, 'states'] as const,
  children: (ws: Workspace, id: string) => [ws.key, 'runs', 'flow-run', id, 'children'] as const,
  taskRun: (ws: Workspace, id: string) => [ws.key, 'runs', 'task-run', id] as const,
}

export const flowRunQuery = (ws: Workspace, id: string) =>
  queryOptions({
    queryKey: runKeys.flowRun(ws, id),
    queryFn: ({ signal }) => ws.api.get<FlowRun>(`/flow_runs/${id}`, { signal }),
  })

export const graphQuery = (ws: Workspace, id: string) =>
  queryOptions({
    queryKey: runKeys.graph(ws, id),
    queryFn: ({ signal }) => ws.api.get<GraphV2>(`/flow_runs/${id}/graph-v2`, { signal }),
    // Thousands of nodes: comparing old and new answers costs more than drawing them.
    structuralSharing: false,
  })

const PAGE = 200
/** Beyond this many the graph's own state types must do; names and attempts refine only what people can look at. */
export const MOST_TASK_RUNS = 1_000

/** Task runs of a flow run, for state names, attempts and messages. */
export const taskRunsQuery = (ws: Workspace, id: string) =>
  queryOptions({
    queryKey: runKeys.taskRuns(ws, id),
    queryFn: async ({ signal }) => {
      const all: TaskRun[] = []
      for (let offset = 0; offset < MOST_TASK_RUNS; offset += PAGE) {
        const page = await ws.api.post<TaskRun[]>(
          '/task_runs/filter',
          {
            task_runs: { flow_run_id: { any_: [id] } },
            sort: 'EXPECTED_START_TIME_ASC',
            limit: PAGE,
            offset,
          },
          { signal },
        )
        all.push(...page)
        if (page.length < PAGE) break
      }
      return all
    },
    structuralSharing: false,
  })

export const flowRunStatesQuery = (ws: Workspace, id: string) =>
  queryOptions({
    queryKey: runKeys.states(ws, id),
    queryFn: ({ signal }) =>
      ws.api.get<RunState[]>('/flow_run_states/', { query: { flow_run_id: id }, signal }),
  })

export const taskRunStatesQuery = (ws: Workspace, id: string) =>
  queryOptions({
    queryKey: [...runKeys.taskRun(ws, id), 'states'],
    queryFn: ({ signal }) =>
      ws.api.get<RunState[]>('/task_run_states/', { query: { task_run_id: id }, signal }),
  })

export const childRunsQuery = (ws: Workspace, id: string) =>
  queryOptions({
    queryKey: runKeys.children(ws, id),
    queryFn: ({ signal }) =>
      ws.api.post<FlowRun[]>(
        '/flow_runs/filter',
        { flow_runs: { parent_flow_run_id: { any_: [id] } }, sort: 'EXPECTED_START_TIME_ASC', limit: PAGE },
        { signal },
      ),
  })

export const taskRunQuery = (ws: Workspace, id: string) =>
  queryOptions({
    queryKey: runKeys.taskRun(ws, id),
    queryFn: ({ signal }) => ws.api.get<TaskRun>(`/task_runs/${id}`, { signal }),
  })

/** The run of the flow that a task run, or a sub-flow's task, belongs to. */
export const parentRunQuery = (ws: Workspace, taskRunId: string) =>
  queryOptions({
    queryKey: [...runKeys.taskRun(ws, taskRunId), 'parent'],
    queryFn: async ({ signal }) => {
      const task = await ws.api.get<TaskRun>(`/task_runs/${taskRunId}`, { signal })
      return task.flow_run_id ? ws.api.get<FlowRun>(`/flow_runs/${task.flow_run_id}`, { signal }) : null
    },
    staleTime: 60_000,
  })

export const flowQuery = (ws: Workspace, id: string) =>
  queryOptions({
    queryKey: [ws.key, 'flows', id],
    queryFn: ({ signal }) => ws.api.get<Flow>(`/flows/${id}`, { signal }),
    staleTime: 300_000,
  })

export const deploymentQuery = (ws: Workspace, id: string) =>
  queryOptions({
    queryKey: [ws.key, 'deployments', id],
    queryFn: ({ signal }) => ws.api.get<Deployment>(`/deployments/${id}`, { signal }),
    staleTime: 300_000,
    retry: false,
  })

/** Names of flows, for rows that only hold their ids. */
export const flowNamesQuery = (ws: Workspace, ids: readonly string[]) => {
  const sorted = [...new Set(ids)].sort()
  return queryOptions({
    queryKey: [ws.key, 'flows', 'names', sorted],
    queryFn: async ({ signal }) => {
      const names = new Map<string, string>()
      for (let at = 0; at < sorted.length; at += PAGE) {
        const some = sorted.slice(at, at + PAGE)
        const flows = await ws.api.post<Flow[]>(
          '/flows/filter',
          { flows: { id: { any_: some } }, limit: PAGE },
          { signal },
        )
        for (const flow of flows) names.set(flow.id, flow.name)
      }
      return names
    },
    enabled: sorted.length > 0,
    staleTime: 300_000,
    placeholderData: keepPreviousData,
    structuralSharing: false,
  })
}

/** How long runs of a flow usually take: the median of its last 50 completed runs, in seconds; null when it has none. */
export const usualDurationQuery = (ws: Workspace, flowId: string) =>
  queryOptions({
    queryKey: [ws.key, 'flows', flowId, 'usual'],
    queryFn: async ({ signal }) => {
      const runs = await ws.api.post<FlowRun[]>(
        '/flow_runs/filter',
        {
          flows: { id: { any_: [flowId] } },
          flow_runs: { state: { type: { any_: ['COMPLETED'] } } },
          sort: 'END_TIME_DESC',
          limit: 50,
        },
        { signal },
      )
      return median(runs.map((run) => run.total_run_time))
    },
    staleTime: 300_000,
  })

export function median(values: readonly number[]): number | null {
  if (values.length === 0) return null
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
