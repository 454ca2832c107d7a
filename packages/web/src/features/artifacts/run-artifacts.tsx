import { useQuery } from '@tanstack/react-query'
import { ErrorState, Loading, Timestamp } from '../../components/ui/index.ts'
import { WorkspaceLink } from '../../components/workspace-link.tsx'
import { usePollInterval } from '../../lib/live.ts'
import { useWorkspace } from '../../lib/workspace.ts'
import { TaskRunLink } from '../runs/links.tsx'
import { KindMark } from './artifact-parts.tsx'
import { useHeldOrder } from './held-order.ts'
import { Markdown } from './lazy-markdown.tsx'
import { NewRows } from './new-rows.tsx'
import { type OfRun, RUN_PAGE, runArtifactsQuery, runCountQuery, runNamesQuery } from './queries.ts'
import type { Artifact } from './types.ts'
import { ArtifactView } from './viewer.tsx'

/** What a run left to be looked at, newest first. */
export default function RunArtifacts({ of, ended }: { of: OfRun; ended: boolean }) {
  const ws = useWorkspace()
  const poll = usePollInterval(10_000)
  const list = useQuery({ ...runArtifactsQuery(ws, of, ended), refetchInterval: ended ? false : poll })
  const total = useQuery(runCountQuery(ws, of, ended)).data ?? 0
  const names = useQuery(runNamesQuery(ws, list.data ?? []))
  const held = useHeldOrder(list.data, JSON.stringify(of))
  if (list.error && !list.data)
    return (
      <ErrorState
        title="The artifacts could not be loaded"
        error={list.error}
        onRetry={() => void list.refetch()}
      />
    )
  if (!held.shown)
    return (
      <p className="p-4">
        <Loading label="Loading the artifacts" />
      </p>
    )
  return (
    <div {...held.around}>
      <NewRows waiting={held.waiting} onShow={held.letIn} />
      <div className="grid gap-3 p-3 md:p-4">
        {held.shown.map((artifact) => (
          <Item
            key={artifact.id}
            artifact={artifact}
            task={
              'flow_run_id' in of && artifact.task_run_id ? names.data?.get(artifact.task_run_id) : undefined
            }
          />
        ))}
        {total > RUN_PAGE ? (
          <p className="text-text-3">
            The newest {RUN_PAGE} of {total}.
          </p>
        ) : null}
      </div>
    </div>
  )
}

function Item({ artifact, task }: { artifact: Artifact; task: string | undefined }) {
  return (
    <article
      aria-label={artifact.key ?? artifact.type ?? 'artifact'}
      className="min-w-0 rounded-control border border-line-strong bg-surface"
    >
      <header className="flex min-h-9 min-w-0 flex-wrap items-center gap-x-3 gap-y-0.5 border-b border-line px-3 py-1.5">
        <h2 className="clip text-data">
          <WorkspaceLink
            to={`/artifacts/artifact/${artifact.id}`}
            className="hover:underline"
            title="Open the artifact"
          >
            {artifact.key ?? 'Without a key'}
          </WorkspaceLink>
        </h2>
        <KindMark artifact={artifact} className="text-small" />
        {task && artifact.task_run_id ? (
          <TaskRunLink id={artifact.task_run_id} className="clip text-small text-text-3 hover:underline">
            {task}
          </TaskRunLink>
        ) : null}
        <Timestamp at={artifact.created} className="ml-auto text-small text-text-3" />
      </header>
      {/* biome-ignore lint/a11y/useSemanticElements: the article around it is the landmark */}
      <div
        role="group"
        aria-label={`What ${artifact.key ?? 'it'} holds`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard
        tabIndex={0}
        className="grid max-h-110 min-w-0 gap-3 overflow-auto p-3 -outline-offset-2"
      >
        {artifact.description ? (
          <div className="text-text-2">
            <Markdown text={artifact.description} />
          </div>
        ) : null}
        <ArtifactView artifact={artifact} />
      </div>
    </article>
  )
}
