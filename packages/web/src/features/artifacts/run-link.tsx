import { FlowRunLink, TaskRunLink } from '../runs/links.tsx'
import type { Artifact } from './types.ts'

/** The run that made it; what it was called, unless it has been deleted. */
export function MadeBy({
  artifact,
  names,
}: {
  artifact: Pick<Artifact, 'flow_run_id' | 'task_run_id'>
  /** Undefined while it is loaded. */
  names: ReadonlyMap<string, string> | undefined
}) {
  const { flow_run_id: flowRun, task_run_id: taskRun } = artifact
  if (!flowRun && !taskRun) return <span className="text-text-3">no run</span>
  const name = (id: string) => names?.get(id)
  const gone = names !== undefined && ![flowRun, taskRun].some((id) => id && names.has(id))
  if (gone) return <span className="text-text-3">a deleted run</span>
  return (
    <span className="inline-flex max-w-full min-w-0 items-baseline gap-1">
      {flowRun ? (
        <FlowRunLink id={flowRun} className="clip hover:underline" title={name(flowRun)}>
          {name(flowRun) ?? `${flowRun.slice(0, 8)}…`}
        </FlowRunLink>
      ) : null}
      {flowRun && taskRun ? <span className="text-text-3">/</span> : null}
      {taskRun ? (
        <TaskRunLink id={taskRun} className="clip hover:underline" title={name(taskRun)}>
          {name(taskRun) ?? `${taskRun.slice(0, 8)}…`}
        </TaskRunLink>
      ) : null}
    </span>
  )
}
