/** What a batch of flow runs belongs to: read with one statement a table. */
import { type Reader, selectIn } from '../../db/index.ts'
import {
  type FlowRunTransitionRow,
  TASK_RUN_TRANSITION_COLUMNS,
  type TaskRunTransitionRow,
} from './transition-columns.ts'

interface NamedRow {
  [column: string]: unknown
  id: string
  workspace_id: string
  name: string
  tags: string
  labels: string
}

interface Named {
  id: string
  name: string
  tags: string[]
}

type Links = Pick<FlowRunTransitionRow, 'workspace_id' | 'flow_id' | 'deployment_id' | 'parent_task_run_id'>

const NAMED_COLUMNS = ['id', 'workspace_id', 'name', 'tags', 'labels']

export class RelatedOfFlowRuns {
  readonly flows: ReadonlyMap<string, NamedRow>
  readonly deployments: ReadonlyMap<string, NamedRow>
  readonly parentTaskRuns: ReadonlyMap<string, TaskRunTransitionRow>

  private constructor(
    flows: ReadonlyMap<string, NamedRow>,
    deployments: ReadonlyMap<string, NamedRow>,
    parentTaskRuns: ReadonlyMap<string, TaskRunTransitionRow>,
  ) {
    this.flows = flows
    this.deployments = deployments
    this.parentTaskRuns = parentTaskRuns
  }

  /** Parent task runs are locked: their states will follow. */
  static async load(db: Reader, runs: readonly Omit<Links, 'workspace_id'>[]): Promise<RelatedOfFlowRuns> {
    const ids = (pick: (run: Omit<Links, 'workspace_id'>) => string | null) => {
      const found = new Set<string>()
      for (const run of runs) {
        const id = pick(run)
        if (id !== null) found.add(id)
      }
      return [...found]
    }
    const flows = await selectIn<NamedRow>(
      db,
      'flows',
      'id',
      ids((run) => run.flow_id),
      { columns: NAMED_COLUMNS },
    )
    const deployments = await selectIn<NamedRow>(
      db,
      'deployments',
      'id',
      ids((run) => run.deployment_id),
      {
        columns: NAMED_COLUMNS,
      },
    )
    const parents = await selectIn<TaskRunTransitionRow & Record<string, unknown>>(
      db,
      'task_runs',
      'id',
      ids((run) => run.parent_task_run_id),
      { columns: TASK_RUN_TRANSITION_COLUMNS, lock: true },
    )
    const byId = <T extends { id: string }>(rows: T[]) => new Map(rows.map((row) => [row.id, row]))
    return new RelatedOfFlowRuns(byId(flows), byId(deployments), byId(parents))
  }

  flow(id: string, workspaceId: string): NamedRow | null {
    return within(this.flows.get(id), workspaceId)
  }

  deployment(id: string | null, workspaceId: string): NamedRow | null {
    return id === null ? null : within(this.deployments.get(id), workspaceId)
  }

  /** The related resources of the run's events. */
  of(run: Links): { flow: Named | null; deployment: Named | null; parentTaskRun: Named | null } {
    const { workspace_id: workspaceId, parent_task_run_id: parentId } = run
    return {
      flow: named(this.flow(run.flow_id, workspaceId)),
      deployment: named(this.deployment(run.deployment_id, workspaceId)),
      parentTaskRun: parentId === null ? null : named(within(this.parentTaskRuns.get(parentId), workspaceId)),
    }
  }
}

// A row of another workspace is as good as none.
const within = <T extends { workspace_id: string }>(row: T | undefined, workspaceId: string): T | null =>
  row?.workspace_id === workspaceId ? row : null

const named = (row: { id: string; name: string; tags: string } | null): Named | null =>
  row === null ? null : { id: row.id, name: row.name, tags: JSON.parse(row.tags) as string[] }
