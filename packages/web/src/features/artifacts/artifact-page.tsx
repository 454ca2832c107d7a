import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { ErrorState, Icon, Loading, PageBody } from '../../components/ui/index.ts'
import { WorkspaceLink } from '../../components/workspace-link.tsx'
import { usePollInterval } from '../../lib/live.ts'
import { usePage } from '../../lib/page.ts'
import { useWorkspace } from '../../lib/workspace.ts'
import { useSearchState } from '../runs/use-run-search.ts'
import { Actions, Content, Facts } from './artifact-parts.tsx'
import { pollOf, useLiveArtifacts } from './live.ts'
import { artifactQuery, latestQuery } from './queries.ts'
import type { ArtifactSearch } from './search.ts'
import { lookOf } from './types.ts'

/** One artifact, by its id. */
export function ArtifactPage() {
  const { artifactId } = useParams({ strict: false }) as { artifactId: string }
  const ws = useWorkspace()
  const navigate = useNavigate()
  const [search, set] = useSearchState<ArtifactSearch>()
  const poll = usePollInterval(5_000)
  useLiveArtifacts()
  const query = useQuery({
    ...artifactQuery(ws, artifactId),
    refetchInterval: ({ state }) => pollOf(state.data, poll),
  })
  const artifact = query.data
  const key = artifact?.key ?? null
  const latest = useQuery({ ...latestQuery(ws, key ?? ''), enabled: key !== null })
  const title = artifact ? (key ?? lookOf(artifact).word) : 'Artifact'
  usePage({
    title,
    crumbs: [
      { label: 'Artifacts', to: `${ws.path}/artifacts` },
      ...(key
        ? [{ label: key, to: `${ws.path}/artifacts/key/${key}` }, { label: 'Version' }]
        : [{ label: title }]),
    ],
  })
  if (query.error && !artifact)
    return (
      <>
        <h1 className="sr-only">Artifact</h1>
        <ErrorState
          title={
            (query.error as { status?: number }).status === 404
              ? 'There is no such artifact'
              : 'The artifact could not be loaded'
          }
          error={query.error}
          onRetry={() => void query.refetch()}
        />
      </>
    )
  if (!artifact)
    return (
      <p className="p-6">
        <Loading label="Loading the artifact" />
      </p>
    )
  return (
    <PageBody>
      <div className="mb-4 flex flex-wrap items-start gap-x-4 gap-y-2">
        <div className="grid min-w-0 gap-1">
          <h1 className="text-title leading-7 tracking-[-.012em] wrap-anywhere">{title}</h1>
          <Facts artifact={artifact}>
            {key ? (
              <>
                <dt className="sr-only">Version</dt>
                <dd>
                  <WorkspaceLink to={`/artifacts/key/${key}`} className="link">
                    {latest.data === undefined
                      ? 'All versions'
                      : latest.data.latest_id === artifact.id
                        ? 'The latest version'
                        : 'There is a later version'}
                    <Icon name="right" size={13} className="inline-block align-[-2px]" />
                  </WorkspaceLink>
                </dd>
              </>
            ) : null}
          </Facts>
        </div>
        <div className="ml-auto flex gap-2">
          <Actions
            artifact={artifact}
            raw={search.raw ?? false}
            onRaw={(raw) => set({ raw: raw || undefined })}
            onDeleted={() => void navigate({ href: `${ws.path}/artifacts${key ? `/key/${key}` : ''}` })}
          />
        </div>
      </div>
      <Content artifact={artifact} raw={search.raw ?? false} label={title} />
    </PageBody>
  )
}
