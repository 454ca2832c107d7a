import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { clsx } from 'clsx'
import { Button, ErrorState, Loading, PageBody, Panel, Timestamp } from '../../components/ui/index.ts'
import { count, plural } from '../../lib/format.ts'
import { usePollInterval } from '../../lib/live.ts'
import { usePage } from '../../lib/page.ts'
import { useWorkspace } from '../../lib/workspace.ts'
import { type Patch, useSearchState } from '../runs/use-run-search.ts'
import { Actions, Content, Facts } from './artifact-parts.tsx'
import { Compare } from './compare.tsx'
import { pollOf, useLiveArtifacts } from './live.ts'
import {
  artifactQuery,
  latestQuery,
  runNamesQuery,
  VERSIONS_PAGE,
  type VersionsPage,
  versionsQuery,
} from './queries.ts'
import type { ArtifactSearch } from './search.ts'
import type { Artifact } from './types.ts'

/** A key: its versions, one of them in full, and what changed from another to it. */
export function ArtifactKeyPage() {
  const { artifactKey: key } = useParams({ strict: false }) as { artifactKey: string }
  const ws = useWorkspace()
  const navigate = useNavigate()
  const [search, set] = useSearchState<ArtifactSearch>()
  const poll = usePollInterval(10_000)
  useLiveArtifacts()
  usePage({
    title: key,
    crumbs: [{ label: 'Artifacts', to: `${ws.path}/artifacts` }, { label: key }],
  })
  const latest = useQuery({ ...latestQuery(ws, key), refetchInterval: poll })
  const versions = useQuery({
    ...versionsQuery(ws, key, search.page),
    refetchInterval: ({ state }) => pollOf(state.data?.results[0], poll),
  })
  const list = versions.data?.results ?? []
  const shownId = search.version ?? latest.data?.latest_id
  const listed = list.find((each) => each.id === shownId)
  const single = useQuery({
    ...artifactQuery(ws, shownId ?? ''),
    enabled: shownId !== undefined && versions.data !== undefined && !listed,
  })
  const shown = listed ?? single.data
  const before = list[list.findIndex((each) => each.id === shownId) + 1]
  const against = useQuery({
    ...artifactQuery(ws, search.against ?? ''),
    enabled: search.against !== undefined,
  })
  const other = list.find((each) => each.id === search.against) ?? against.data

  const error = latest.error ?? versions.error ?? single.error
  if (error && !shown)
    return (
      <>
        <h1 className="sr-only">{key}</h1>
        <ErrorState
          title={
            (error as { status?: number }).status === 404
              ? search.version
                ? 'There is no such version'
                : 'No artifact has this key'
              : 'The artifact could not be loaded'
          }
          error={error}
          onRetry={() => {
            void latest.refetch()
            void versions.refetch()
          }}
        />
      </>
    )
  if (!shown)
    return (
      <p className="p-6">
        <Loading label="Loading the artifact" />
      </p>
    )
  return (
    <PageBody>
      <div className="mb-4 flex flex-wrap items-start gap-x-4 gap-y-2">
        <div className="grid min-w-0 gap-1">
          <h1 className="text-title leading-7 tracking-[-.012em] wrap-anywhere">
            {key}{' '}
            {versions.data ? (
              <span className="font-regular text-text-3">{plural(versions.data.count, 'version')}</span>
            ) : null}
          </h1>
          <Facts artifact={shown} />
        </div>
        <div className="ml-auto flex gap-2">
          {search.against ? (
            <Button icon="close" onClick={() => set({ against: undefined }, true)}>
              End comparison
            </Button>
          ) : (
            <Button
              icon="columns"
              disabled={!before}
              title={before ? 'What changed since the version before' : 'There is no version before this one'}
              onClick={() => set({ version: shown.id, against: before?.id }, true)}
            >
              Compare
            </Button>
          )}
          <Actions
            artifact={shown}
            raw={search.raw ?? false}
            onRaw={(raw) => set({ raw: raw || undefined })}
            onDeleted={() => {
              if ((versions.data?.count ?? 0) > 1) set({ version: undefined, against: undefined })
              else void navigate({ href: `${ws.path}/artifacts` })
            }}
          />
        </div>
      </div>
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-4 lg:grid-cols-[minmax(0,1fr)_300px]">
        {search.against ? (
          <Panel aria-label="Comparison" className="min-w-0 p-4 md:p-5">
            {other ? (
              <Compare before={other} after={shown} />
            ) : against.error ? (
              <ErrorState
                title="The other version could not be loaded"
                error={against.error}
                onRetry={() => void against.refetch()}
              />
            ) : (
              <Loading label="Loading the other version" />
            )}
          </Panel>
        ) : (
          <Content artifact={shown} raw={search.raw ?? false} label={`${key}, the version shown`} />
        )}
        <Versions
          page={versions.data}
          at={search.page ?? 1}
          shown={shown.id}
          against={search.against}
          latest={latest.data?.latest_id}
          set={set}
        />
      </div>
    </PageBody>
  )
}

function Versions({
  page,
  at,
  shown,
  against,
  latest,
  set,
}: {
  page: VersionsPage | undefined
  at: number
  shown: string
  against: string | undefined
  latest: string | undefined
  set(patch: Patch<ArtifactSearch>, push?: boolean): void
}) {
  const ws = useWorkspace()
  const list = page?.results ?? []
  const names = useQuery(runNamesQuery(ws, list))
  return (
    <Panel className="min-w-0 max-lg:order-first">
      <header className="flex min-h-10 items-center border-b border-line px-3.5">
        <h2 className="text-data">Versions</h2>
      </header>
      <ol className="max-h-[70vh] overflow-y-auto max-lg:max-h-52">
        {list.map((version, index) => (
          <li key={version.id} className="border-b border-line last:border-b-0">
            <button
              type="button"
              aria-current={version.id === shown ? 'true' : undefined}
              onClick={() =>
                set({ version: version.id === latest ? undefined : version.id, against: undefined }, true)
              }
              className={clsx(
                'grid w-full gap-0.5 px-3.5 py-2 text-left -outline-offset-2',
                version.id === shown ? 'bg-selected' : 'hover:bg-hover',
              )}
            >
              <span className="flex items-baseline gap-2">
                <span className={clsx('tabular-nums', version.id === shown && 'font-medium')}>
                  #{count((page?.count ?? 0) - (at - 1) * VERSIONS_PAGE - index)}
                </span>
                <Timestamp at={version.created} className="text-text-2" />
                <span className="ml-auto text-small text-text-3">
                  {version.id === latest ? 'latest' : version.id === against ? 'compared with' : ''}
                </span>
              </span>
              <span className="clip text-small text-text-3">{runName(version, names.data)}</span>
            </button>
          </li>
        ))}
      </ol>
      {page && page.pages > 1 ? (
        <nav
          aria-label="Pages of versions"
          className="flex items-center gap-2 border-t border-line p-2 text-text-3"
        >
          <Button
            square
            icon="left"
            aria-label="Newer versions"
            disabled={at <= 1}
            onClick={() => set({ page: at === 2 ? undefined : at - 1 }, true)}
          />
          <span className="tabular-nums">
            Page {at} of {page.pages}
          </span>
          <Button
            square
            icon="right"
            aria-label="Older versions"
            disabled={at >= page.pages}
            onClick={() => set({ page: at + 1 }, true)}
          />
        </nav>
      ) : null}
    </Panel>
  )
}

function runName(version: Artifact, names: ReadonlyMap<string, string> | undefined): string {
  const ids = [version.flow_run_id, version.task_run_id].flatMap((id) => id ?? [])
  if (ids.length === 0) return 'by no run'
  const known = ids.flatMap((id) => names?.get(id) ?? [])
  if (names && known.length === 0) return 'by a deleted run'
  return known.length ? `by ${known.join(' / ')}` : ' '
}
