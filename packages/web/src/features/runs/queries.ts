import type { RefusedTransition, TaskContext, TaskFact } from '@orrery/schemas'
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import type { Workspace } from '../../lib/workspace.ts'
import type { GraphV2 } from '../graph/model.ts'
import { firstLine } from './diagnosis.ts'
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
/** A list of rows that somebody reads; the Table holds them all. */
export const MOST_TASK_RUNS = 1_000

/** State names, attempts and messages of all task runs of a flow run. */
export const taskFactsQuery = (ws: Workspace, id: string) =>
  queryOptions({
    queryKey: [...runKeys.flowRun(ws, id), 'task-facts'],
    queryFn: ({ signal }) => ws.api.get<TaskFact[]>(`/ui/flow_runs/${id}/task_facts`, { signal }),
    structuralSharing: false,
  })

/** Task runs of a flow run in the order in which they were expected. */
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

export const refusalsQuery = (ws: Workspace, of: { flowRun: string } | { taskRun: string }) =>
  queryOptions({
    queryKey:
      'flowRun' in of
        ? [...runKeys.flowRun(ws, of.flowRun), 'refusals']
        : [...runKeys.taskRun(ws, of.taskRun), 'refusals'],
    queryFn: ({ signal }) =>
      ws.api.get<RefusedTransition[]>(
        'flowRun' in of ? `/ui/flow_runs/${of.flowRun}/refusals` : `/ui/task_runs/${of.taskRun}/refusals`,
        { signal },
      ),
  })

export const taskContextQuery = (ws: Workspace, id: string) =>
  queryOptions({
    queryKey: [...runKeys.taskRun(ws, id), 'context'],
    queryFn: ({ signal }) => ws.api.get<TaskContext>(`/ui/task_runs/${id}/context`, { signal }),
  })

/** The runs of the same flow that started before and after this one; scheduled ones have not begun and do not count. */
export const neighbourRunsQuery = (ws: Workspace, run: FlowRun) => {
  const at = run.start_time ?? run.expected_start_time
  return queryOptions({
    queryKey: [...runKeys.lists(ws), 'neighbours', run.id, at],
    queryFn: async ({ signal }) => {
      const one = async (bound: object, sort: string): Promise<FlowRun | null> => {
        const runs = await ws.api.post<FlowRun[]>(
          '/flow_runs/filter',
          {
            flows: { id: { any_: [run.flow_id] } },
            flow_runs: {
              id: { not_any_: [run.id] },
              start_time: bound,
              state: { type: { not_any_: ['SCHEDULED'] } },
            },
            sort,
            limit: 1,
          },
          { signal },
        )
        return runs[0] ?? null
      }
      const [previous, next] = await Promise.all([
        one({ before_: at }, 'START_TIME_DESC'),
        one({ after_: at }, 'START_TIME_ASC'),
      ])
      return { previous, next }
    },
    enabled: at !== null,
    staleTime: 60_000,
  })
}

/** How many of a flow's latest failures are compared. */
const FAILURES = 200

/** The other runs of the flow that failed with the same words, digits and ids aside, newest first. */
export const sameErrorQuery = (ws: Workspace, run: FlowRun) =>
  queryOptions({
    queryKey: [...runKeys.lists(ws), 'same-error', run.id, run.state?.message ?? null],
    queryFn: async ({ signal }) => {
      const runs = await ws.api.post<FlowRun[]>(
        '/flow_runs/filter',
        {
          flows: { id: { any_: [run.flow_id] } },
          flow_runs: { id: { not_any_: [run.id] }, state: { type: { any_: ['FAILED', 'CRASHED'] } } },
          sort: 'START_TIME_DESC',
          limit: FAILURES,
        },
        { signal },
      )
      const mine = fingerprint(run.state?.message)
      return { same: runs.filter((each) => fingerprint(each.state?.message) === mine), failures: runs.length }
    },
    staleTime: 60_000,
  })

/** An error without what differs from run to run. */
export const fingerprint = (message: string | null | undefined): string =>
  firstLine(message ?? '').replace(/0x[0-9a-f]+|[0-9a-f]{8}-[0-9a-f-]{27}|\d+/gi, '#')

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
