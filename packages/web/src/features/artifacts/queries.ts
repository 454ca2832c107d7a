import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import type { Workspace } from '../../lib/workspace.ts'
import type { FlowRun, TaskRun } from '../runs/types.ts'
import type { ArtifactsSearch } from './search.ts'
import type { Artifact, ArtifactCollection } from './types.ts'

export const artifactKeys = {
  all: (ws: Workspace) => [ws.key, 'artifacts'] as const,
  /** What an event about an artifact may add to or take from. */
  lists: (ws: Workspace) => [ws.key, 'artifacts', 'list'] as const,
  one: (ws: Workspace, id: string) => [ws.key, 'artifacts', 'one', id] as const,
}

export const LATEST_PAGE = 24

export interface LatestPage {
  results: ArtifactCollection[]
  count: number
  pages: number
}

/** The latest artifact of each key, a page of them. */
export const latestPageQuery = (ws: Workspace, { key, type, sort, page = 1 }: ArtifactsSearch) =>
  queryOptions({
    queryKey: [...artifactKeys.lists(ws), 'latest', { key, type, sort, page }],
    queryFn: async ({ signal }): Promise<LatestPage> => {
      const filter = {
        artifacts: {
          ...(key && { key: { like_: key } }),
          type: type ? { any_: [type] } : null,
        },
      }
      const [results, count] = await Promise.all([
        ws.api.post<ArtifactCollection[]>(
          '/artifacts/latest/filter',
          {
            ...filter,
            sort: sort ?? 'UPDATED_DESC',
            limit: LATEST_PAGE,
            offset: (page - 1) * LATEST_PAGE,
          },
          { signal },
        ),
        ws.api.post<number>('/artifacts/latest/count', filter, { signal }),
      ])
      return { results, count, pages: Math.max(1, Math.ceil(count / LATEST_PAGE)) }
    },
    placeholderData: keepPreviousData,
  })

export const artifactQuery = (ws: Workspace, id: string) =>
  queryOptions({
    queryKey: artifactKeys.one(ws, id),
    queryFn: ({ signal }) => ws.api.get<Artifact>(`/artifacts/${id}`, { signal }),
  })

export const latestQuery = (ws: Workspace, key: string) =>
  queryOptions({
    queryKey: [...artifactKeys.lists(ws), 'latest-of', key],
    queryFn: ({ signal }) =>
      ws.api.get<ArtifactCollection>(`/artifacts/${encodeURIComponent(key)}/latest`, { signal }),
  })

export const VERSIONS_PAGE = 50

export interface VersionsPage {
  results: Artifact[]
  count: number
  pages: number
}

/** The versions of a key, newest first. */
export const versionsQuery = (ws: Workspace, key: string, page = 1) =>
  queryOptions({
    queryKey: [...artifactKeys.lists(ws), 'versions', key, page],
    queryFn: async ({ signal }): Promise<VersionsPage> => {
      const filter = { artifacts: { key: { any_: [key] } } }
      const [results, count] = await Promise.all([
        ws.api.post<Artifact[]>(
          '/artifacts/filter',
          { ...filter, sort: 'CREATED_DESC', limit: VERSIONS_PAGE, offset: (page - 1) * VERSIONS_PAGE },
          { signal },
        ),
        ws.api.post<number>('/artifacts/count', filter, { signal }),
      ])
      return { results, count, pages: Math.max(1, Math.ceil(count / VERSIONS_PAGE)) }
    },
    placeholderData: keepPreviousData,
  })

/** Whose artifacts: a flow run's with all of its tasks, or one task run's. */
export type OfRun = { flow_run_id: string } | { task_run_id: string }

// Results are no artifacts to people; those of the server have no type, which no comparison matches.
const ofRun = (of: OfRun) => ({
  artifacts: {
    ...('flow_run_id' in of
      ? { flow_run_id: { any_: [of.flow_run_id] } }
      : { task_run_id: { any_: [of.task_run_id] } }),
    type: { not_any_: ['result'] },
  },
})

/** Keeps the last answer on the screen while the next is asked for, unless it was another run's. */
const sameRun =
  (of: OfRun) =>
  <T>(old: T | undefined, query: { queryKey: readonly unknown[] } | undefined): T | undefined =>
    JSON.stringify(query?.queryKey.at(-2)) === JSON.stringify(of) ? old : undefined

// A run that has ended is asked anew: what its last moments made shows although no event told of it.
export const runCountQuery = (ws: Workspace, of: OfRun, ended: boolean) =>
  queryOptions({
    queryKey: [...artifactKeys.lists(ws), 'count', of, ended],
    queryFn: ({ signal }) => ws.api.post<number>('/artifacts/count', ofRun(of), { signal }),
    placeholderData: sameRun(of),
  })

export const RUN_PAGE = 50

export const runArtifactsQuery = (ws: Workspace, of: OfRun, ended: boolean) =>
  queryOptions({
    queryKey: [...artifactKeys.lists(ws), 'of', of, ended],
    queryFn: ({ signal }) =>
      ws.api.post<Artifact[]>(
        '/artifacts/filter',
        { ...ofRun(of), sort: 'CREATED_DESC', limit: RUN_PAGE },
        { signal },
      ),
    placeholderData: sameRun(of),
  })

/** Names of the runs that made artifacts, by id; a run that was deleted has none. */
export const runNamesQuery = (
  ws: Workspace,
  artifacts: readonly Pick<Artifact, 'flow_run_id' | 'task_run_id'>[],
) => {
  const idsOf = (column: 'flow_run_id' | 'task_run_id') =>
    [...new Set(artifacts.flatMap((each) => each[column] ?? []))].sort()
  const [flowRuns, taskRuns] = [idsOf('flow_run_id'), idsOf('task_run_id')]
  return queryOptions({
    queryKey: [ws.key, 'artifacts', 'run-names', flowRuns, taskRuns],
    queryFn: async ({ signal }) => {
      const find = <T>(path: string, name: string, ids: string[]) =>
        ids.length === 0
          ? Promise.resolve([])
          : ws.api.post<T[]>(path, { [name]: { id: { any_: ids } }, limit: 200 }, { signal })
      const [flows, tasks] = await Promise.all([
        find<FlowRun>('/flow_runs/filter', 'flow_runs', flowRuns),
        find<TaskRun>('/task_runs/filter', 'task_runs', taskRuns),
      ])
      return new Map([...flows, ...tasks].map((run) => [run.id, run.name]))
    },
    enabled: flowRuns.length + taskRuns.length > 0,
    staleTime: 300_000,
    placeholderData: keepPreviousData,
    structuralSharing: false,
  })
}
