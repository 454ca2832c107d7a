import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import {
  Button,
  EmptyState,
  ErrorState,
  Icon,
  PageBody,
  Panel,
  Segmented,
  Skeleton,
  SkeletonRows,
  Table,
  TableScroll,
  Td,
  Th,
  Timestamp,
  Tr,
} from '../../components/ui/index.ts'
import { WorkspaceLink } from '../../components/workspace-link.tsx'
import { ApiError } from '../../lib/api.ts'
import { count } from '../../lib/format.ts'
import { usePollInterval } from '../../lib/live.ts'
import { usePage } from '../../lib/page.ts'
import { useWorkspace } from '../../lib/workspace.ts'
import { useNarrow } from '../runs/use-narrow.ts'
import { type Patch, useSearchState } from '../runs/use-run-search.ts'
import { CodeTabs } from '../settings/code-tabs.tsx'
import { KindMark } from './artifact-parts.tsx'
import { useHeldOrder } from './held-order.ts'
import { useLiveArtifacts } from './live.ts'
import { NewRows } from './new-rows.tsx'
import { Preview, summaryOf } from './preview.tsx'
import { latestPageQuery, runNamesQuery } from './queries.ts'
import { MadeBy } from './run-link.tsx'
import type { ArtifactsSearch } from './search.ts'
import { SNIPPETS } from './snippets.ts'
import { type ArtifactCollection, KINDS, wordOfType } from './types.ts'

/** The latest artifact of each key. */
export function ArtifactsPage() {
  const ws = useWorkspace()
  const [search, set] = useSearchState<ArtifactsSearch>()
  const poll = usePollInterval(30_000)
  usePage({ title: 'Artifacts', crumbs: [{ label: 'Artifacts' }] })
  useLiveArtifacts()
  const page = useQuery({ ...latestPageQuery(ws, search), refetchInterval: poll })
  const held = useHeldOrder(page.data?.results, JSON.stringify(page.isPlaceholderData ? null : search))
  const filtered = Boolean(search.key || search.type)
  const at = search.page ?? 1
  return (
    <PageBody>
      <div className="mb-3 flex flex-wrap items-center gap-x-4 gap-y-2">
        <h1 className="text-title leading-7 tracking-[-.012em]">
          Artifacts{' '}
          {page.data ? <span className="font-regular text-text-3">{count(page.data.count)}</span> : null}
        </h1>
        <KeyFilter
          value={search.key ?? ''}
          onChange={(key) => set({ key: key || undefined, page: undefined })}
        />
        <TypeFilter value={search.type} onChange={(type) => set({ type, page: undefined }, true)} />
        <div className="ml-auto">
          <Segmented
            label="View"
            value={search.view ?? 'grid'}
            onChange={(view) => set({ view: view === 'list' ? 'list' : undefined }, true)}
            options={[
              { id: 'grid', label: 'Grid', icon: <Icon name="block" size={15} />, iconOnly: true },
              { id: 'list', label: 'List', icon: <Icon name="table" size={15} />, iconOnly: true },
            ]}
          />
        </div>
      </div>
      {page.isError && !page.data ? (
        <Panel>
          {page.error instanceof ApiError && page.error.status === 403 ? (
            <EmptyState
              kind="forbidden"
              title="Your role does not show artifacts"
              text="Ask an owner of the workspace for a role with see_artifacts."
            />
          ) : (
            <ErrorState
              title="The artifacts could not be loaded"
              error={page.error}
              onRetry={() => void page.refetch()}
            />
          )}
        </Panel>
      ) : page.data?.count === 0 ? (
        <Panel>
          {filtered ? (
            <EmptyState
              kind="no-match"
              title="Nothing matches"
              text="No artifact’s key and type are like that."
            >
              <Button onClick={() => set({ key: undefined, type: undefined, page: undefined }, true)}>
                Clear the filter
              </Button>
            </EmptyState>
          ) : (
            <EmptyState
              title="No artifacts yet"
              text="A run can leave something to look at: a report, a table, progress, an image, a link. Given a key, it stands here with all its versions."
            >
              <div className="w-full max-w-160">
                <CodeTabs tabs={SNIPPETS} label="How to make one" />
              </div>
            </EmptyState>
          )}
        </Panel>
      ) : (
        <div {...held.around}>
          <NewRows waiting={held.waiting} onShow={held.letIn} />
          {search.view === 'list' ? (
            <List rows={held.shown} search={search} set={set} busy={page.isPlaceholderData} />
          ) : (
            <Grid rows={held.shown} />
          )}
        </div>
      )}
      {page.data && page.data.pages > 1 ? (
        <nav aria-label="Pages" className="mt-3 flex items-center gap-2 text-text-3">
          <Button
            square
            icon="left"
            aria-label="Previous page"
            disabled={at <= 1}
            onClick={() => set({ page: at === 2 ? undefined : at - 1 }, true)}
          />
          <span className="tabular-nums">
            Page {at} of {page.data.pages}
          </span>
          <Button
            square
            icon="right"
            aria-label="Next page"
            disabled={at >= page.data.pages}
            onClick={() => set({ page: at + 1 }, true)}
          />
        </nav>
      ) : null}
    </PageBody>
  )
}

/** What is typed reaches the address when the hand rests. */
function KeyFilter({ value, onChange }: { value: string; onChange(value: string): void }) {
  const [text, setText] = useState(value)
  useEffect(() => setText(value), [value])
  useEffect(() => {
    if (text === value) return
    const timer = setTimeout(() => onChange(text), 250)
    return () => clearTimeout(timer)
  }, [text, value, onChange])
  return (
    <label className="flex h-(--control) min-w-40 items-center gap-2 rounded-control border border-line-control bg-surface px-2.5 focus-within:outline-2 focus-within:-outline-offset-1 focus-within:outline-accent">
      <Icon name="search" size={14} className="text-text-3" />
      <span className="sr-only">Search artifacts by key</span>
      <input
        data-filter
        value={text}
        placeholder="Search by key"
        className="w-36 min-w-0 flex-1 bg-transparent outline-none!"
        onChange={(event) => setText(event.target.value)}
      />
    </label>
  )
}

function TypeFilter({
  value,
  onChange,
}: {
  value: string | undefined
  onChange(value: string | undefined): void
}) {
  // A link of the Python client is stored as Markdown, so there is nothing to find under "link".
  const known = KINDS.filter((each) => each !== 'link')
  const types = value && !known.some((each) => each === value) ? [...known, value] : known
  return (
    <label className="relative inline-flex">
      <span className="sr-only">Type</span>
      <select
        value={value ?? ''}
        onChange={(event) => onChange(event.target.value || undefined)}
        className="h-(--control) appearance-none rounded-control border border-line-strong bg-surface pr-7.5 pl-2.5 font-medium text-text"
      >
        <option value="">Every type</option>
        {types.map((type) => (
          <option key={type} value={type}>
            {wordOfType(type)}
          </option>
        ))}
      </select>
      <Icon
        name="down"
        className="pointer-events-none absolute top-1/2 right-2 -translate-y-1/2 text-text-3"
      />
    </label>
  )
}

const keyPath = (key: string): string => `/artifacts/key/${key}`

function Grid({ rows }: { rows: readonly ArtifactCollection[] | undefined }) {
  const ws = useWorkspace()
  const names = useQuery(runNamesQuery(ws, rows ?? []))
  const card =
    'relative grid grid-rows-[auto_minmax(0,1fr)_auto] gap-2.5 rounded-control border border-line-strong bg-surface p-4 sm:h-52'
  return (
    <ul className="grid grid-cols-[repeat(auto-fill,minmax(min(100%,300px),1fr))] gap-4">
      {rows === undefined
        ? Array.from({ length: 6 }, (_, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: placeholders have no identity
            <li key={index} className={card}>
              <Skeleton style={{ width: '45%' }} />
              <Skeleton style={{ width: '85%' }} />
              <Skeleton style={{ width: '60%' }} />
            </li>
          ))
        : rows.map((row) => (
            <li key={row.id} className={`${card} hover:border-line-control`}>
              <div className="flex min-w-0 items-baseline gap-2">
                <h2 className="clip text-base">
                  <WorkspaceLink
                    to={keyPath(row.key)}
                    title={row.key}
                    // The whole card is the link; what is in it stays selectable by the keyboard's own order.
                    className="after:absolute after:inset-0 after:rounded-control focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:outline-accent"
                  >
                    {row.key}
                  </WorkspaceLink>
                </h2>
                <KindMark artifact={row} className="ml-auto text-small" />
              </div>
              <div className="min-h-0 overflow-hidden">
                <Preview artifact={row} />
              </div>
              <div className="flex min-w-0 items-baseline gap-2 border-t border-line pt-2 text-small text-text-3">
                <span className="relative z-1 flex min-w-0">
                  <MadeBy artifact={row} names={names.data} />
                </span>
                <Timestamp at={row.updated} className="ml-auto" />
              </div>
            </li>
          ))}
    </ul>
  )
}

function List({
  rows,
  search,
  set,
  busy,
}: {
  rows: readonly ArtifactCollection[] | undefined
  search: ArtifactsSearch
  set(patch: Patch<ArtifactsSearch>, push?: boolean): void
  busy: boolean
}) {
  const ws = useWorkspace()
  const narrow = useNarrow()
  const names = useQuery(runNamesQuery(ws, rows ?? []))
  const sort = search.sort ?? 'UPDATED_DESC'
  if (narrow)
    return (
      <Panel>
        <ul>
          {rows?.map((row) => (
            <li key={row.id} className="border-b border-line last:border-b-0">
              <WorkspaceLink to={keyPath(row.key)} className="grid gap-0.5 px-3 py-2.5">
                <span className="flex min-w-0 items-baseline gap-2">
                  <span className="clip font-medium">{row.key}</span>
                  <Timestamp at={row.updated} className="ml-auto text-small text-text-3" />
                </span>
                <span className="flex min-w-0 gap-2 text-small">
                  <KindMark artifact={row} />
                  <span className="clip text-text-3">{summaryOf(row)}</span>
                </span>
              </WorkspaceLink>
            </li>
          ))}
        </ul>
      </Panel>
    )
  return (
    <Panel>
      <TableScroll label="Artifacts">
        <Table aria-busy={busy}>
          <colgroup>
            <col style={{ width: '24%' }} />
            <col style={{ width: 120 }} />
            <col />
            <col style={{ width: '22%' }} />
            <col style={{ width: 120 }} />
          </colgroup>
          <thead>
            <tr>
              <Th
                sorted={sort === 'KEY_ASC' ? 'asc' : sort === 'KEY_DESC' ? 'desc' : false}
                onSort={() =>
                  set({ sort: sort === 'KEY_ASC' ? 'KEY_DESC' : 'KEY_ASC', page: undefined }, true)
                }
              >
                Key
              </Th>
              <Th>Type</Th>
              <Th>Holds</Th>
              <Th>Made by</Th>
              <Th
                num
                sorted={sort === 'UPDATED_DESC' ? 'desc' : false}
                onSort={() => set({ sort: undefined, page: undefined }, true)}
              >
                Changed
              </Th>
            </tr>
          </thead>
          <tbody>
            {rows ? null : <SkeletonRows rows={8} widths={['60%', '70px', '70%', '60%', '60px']} />}
            {rows?.map((row) => (
              <Tr key={row.id}>
                <Td>
                  <WorkspaceLink
                    to={keyPath(row.key)}
                    className="font-medium hover:underline"
                    title={row.key}
                  >
                    {row.key}
                  </WorkspaceLink>
                </Td>
                <Td>
                  <KindMark artifact={row} />
                </Td>
                <Td className="text-text-2">{summaryOf(row)}</Td>
                <Td>
                  <MadeBy artifact={row} names={names.data} />
                </Td>
                <Td num className="text-text-3">
                  <Timestamp at={row.updated} />
                </Td>
              </Tr>
            ))}
          </tbody>
        </Table>
      </TableScroll>
    </Panel>
  )
}
