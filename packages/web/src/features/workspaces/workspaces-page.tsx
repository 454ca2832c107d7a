import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { clsx } from 'clsx'
import type { ReactNode } from 'react'
import {
  buttonClass,
  EmptyState,
  ErrorState,
  Icon,
  type IconName,
  PageBody,
  PageHead,
  Panel,
  Segmented,
  Skeleton,
  StateBadge,
  Table,
  TableScroll,
  Td,
  Th,
  Tr,
  WorkspaceSign,
} from '../../components/ui/index.ts'
import { WorkspaceLink } from '../../components/workspace-link.tsx'
import { count } from '../../lib/format.ts'
import { overviewQuery, sessionQuery, type WorkspaceOverview } from '../../lib/identity.ts'
import { usePage } from '../../lib/page.ts'
import { useStars, useStored } from '../../lib/preferences.ts'
import type { StateLook } from '../../lib/states.ts'
import { HistoryBars } from './history-bars.tsx'
import { hasTrouble, heading, order } from './summary.ts'

const createLink = (
  <Link to="/workspaces/new" className={buttonClass({ kind: 'main' })}>
    <Icon name="plus" size={15} />
    Create workspace
  </Link>
)

export function WorkspacesPage() {
  const { data: me } = useQuery(sessionQuery)
  const query = useQuery({ ...overviewQuery, refetchInterval: 30_000 })
  const { stars, toggle } = useStars(me?.id ?? '')
  const [view, setView] = useStored('workspaces-view')
  const rows = query.data
  const title = rows ? heading(rows) : 'Workspaces'
  usePage({ title: rows?.some(hasTrouble) ? title : 'Workspaces', crumbs: [{ label: 'Workspaces' }] })

  if (query.isError && !rows) {
    return (
      <PageBody>
        <PageHead title="Workspaces" />
        <Panel>
          <ErrorState
            title="The workspaces could not be loaded"
            error={query.error}
            onRetry={() => void query.refetch()}
          />
        </Panel>
      </PageBody>
    )
  }
  if (rows?.length === 0) {
    return (
      <PageBody>
        <PageHead
          title="Create your first workspace"
          lead="Work is kept in workspaces: one for each project, team or client."
        />
        <Panel className="max-w-180">
          <EmptyState
            title="No workspaces yet"
            text="A workspace holds flows, their runs and logs, and has an address of its own that your shell connects to."
          >
            {createLink}
          </EmptyState>
        </Panel>
      </PageBody>
    )
  }
  const ordered = rows ? order(rows, stars) : undefined
  return (
    <PageBody>
      <PageHead title={title} lead="Starred first, then by how much runs in them.">
        <Segmented
          label="Show as"
          value={view === 'table' ? 'table' : 'cards'}
          onChange={(next) => setView(next === 'table' ? 'table' : null)}
          options={[
            { id: 'cards', label: 'Cards', icon: <Icon name="block" size={15} />, iconOnly: true },
            { id: 'table', label: 'Table', icon: <Icon name="table" size={15} />, iconOnly: true },
          ]}
        />
        {createLink}
      </PageHead>
      {view === 'table' && ordered ? (
        <WorkspaceTable rows={ordered} stars={stars} toggle={toggle} />
      ) : (
        <div className="grid grid-cols-[repeat(auto-fill,minmax(min(348px,100%),1fr))] gap-4">
          {ordered
            ? ordered.map((row) => (
                <Card
                  key={row.workspace_id}
                  row={row}
                  starred={stars.has(row.workspace_id)}
                  onStar={() => toggle(row.workspace_id)}
                />
              ))
            : [0, 1, 2].map((index) => (
                <Panel key={index} className="grid min-h-49 content-between p-4">
                  <Skeleton className="w-1/2" />
                  <Skeleton className="w-full" />
                </Panel>
              ))}
        </div>
      )}
    </PageBody>
  )
}

const TROUBLE: [key: keyof WorkspaceOverview['today'], look: StateLook, word: string][] = [
  ['failed', 'failed', 'failed'],
  ['crashed', 'crashed', 'crashed'],
  ['late', 'late', 'late'],
]

function Today({ row }: { row: WorkspaceOverview }) {
  const shown = TROUBLE.filter(([key]) => row.today[key] > 0)
  if (shown.length === 0 && row.today.running > 0) shown.push(['running', 'running', 'running'])
  if (shown.length === 0) return <span className="text-text-3">All well today</span>
  return (
    <>
      {shown.map(([key, look, word]) => (
        <StateBadge key={key} look={look} tone="word" className="gap-1.25! text-small">
          {count(row.today[key])} {word}
        </StateBadge>
      ))}
    </>
  )
}

function Star({ row, on, onToggle }: { row: WorkspaceOverview; on: boolean; onToggle: () => void }) {
  return (
    <button
      type="button"
      aria-pressed={on}
      aria-label={`Star ${row.workspace_name}`}
      title={on ? 'Unstar' : 'Star'}
      onClick={onToggle}
      className={clsx(
        'relative z-1 grid size-6 flex-none place-items-center',
        on ? 'text-accent [&_path]:fill-current' : 'text-text-3 hover:text-text',
      )}
    >
      <Icon name="star" />
    </button>
  )
}

const hasRun = (row: WorkspaceOverview) =>
  row.counts.flow_runs > 0 || row.history.some((day) => day.good + day.bad > 0)

function Card({ row, starred, onStar }: { row: WorkspaceOverview; starred: boolean; onStar: () => void }) {
  const of = { accountId: row.account_id, workspaceId: row.workspace_id }
  const runs = hasRun(row)
  return (
    <article className="relative flex min-h-49 flex-col rounded-control border border-line-strong bg-surface p-4 hover:border-line-control">
      <div className="flex items-start gap-3">
        <WorkspaceSign name={row.workspace_name} />
        <div className="min-w-0 flex-1">
          <h2 className="clip text-head leading-5" title={`${row.account_name} / ${row.workspace_name}`}>
            <span className="font-regular text-text-3">{row.account_name} / </span>
            <WorkspaceLink
              to="/dashboard"
              of={of}
              className="after:absolute after:inset-0 after:rounded-control"
            >
              {row.workspace_name}
            </WorkspaceLink>
          </h2>
          <p className="clip mt-0.5 min-h-5 text-text-2" title={row.workspace_description}>
            {row.workspace_description}
          </p>
        </div>
        <Star row={row} on={starred} onToggle={onStar} />
      </div>
      {runs ? (
        <>
          <div className="mt-3 flex h-4.5 items-center gap-3 text-small">
            <Today row={row} />
            {hasTrouble(row) || row.today.running > 0 ? (
              <span className="ml-auto text-text-3">today</span>
            ) : null}
          </div>
          <div className="mt-2 mb-3">
            <HistoryBars days={row.history} />
          </div>
        </>
      ) : (
        <div className="mt-3.5 mb-3 min-h-20">
          <p className="mb-2 text-text-2">Nothing has run here yet.</p>
          <WorkspaceLink
            to="/settings"
            hash="connect"
            of={of}
            className={clsx(buttonClass({}), 'relative z-1')}
          >
            <Icon name="terminal" size={15} />
            Connect a shell
          </WorkspaceLink>
        </div>
      )}
      <div className="mt-auto flex items-center gap-4 border-t border-line pt-2.5 text-text-2">
        <Figure icon="deployments" label="Deployments" n={row.counts.deployments} />
        <Figure icon="flows" label="Flows" n={row.counts.flows} />
        <Figure icon="runs" label="Flow runs" n={row.counts.flow_runs} />
        <span className="text-small text-text-3 max-sm:sr-only">in 30 days</span>
        <WorkspaceLink
          to="/settings"
          of={of}
          aria-label={`Edit ${row.workspace_name}`}
          className="relative z-1 ml-auto flex min-h-6 items-center gap-1.5 hover:text-text"
        >
          <Icon name="edit" />
          Edit
        </WorkspaceLink>
      </div>
    </article>
  )
}

function Figure({ icon, label, n }: { icon: IconName; label: string; n: number }): ReactNode {
  return (
    <span title={label} className="flex items-center gap-1.5">
      <Icon name={icon} className="text-text-3" />
      <span className="sr-only">{label}: </span>
      <b className="font-medium text-text tabular-nums">{count(n)}</b>
    </span>
  )
}

function WorkspaceTable({
  rows,
  stars,
  toggle,
}: {
  rows: readonly WorkspaceOverview[]
  stars: ReadonlySet<string>
  toggle: (id: string) => void
}) {
  return (
    <Panel>
      <TableScroll label="Workspaces">
        <Table className="min-w-200">
          <colgroup>
            <col className="w-11" />
            <col />
            <col />
            <col className="w-56" />
            <col className="w-28" />
            <col className="w-20" />
            <col className="w-24" />
            <col className="w-20" />
          </colgroup>
          <thead>
            <tr>
              <Th>
                <span className="sr-only">Star</span>
              </Th>
              <Th>Workspace</Th>
              <Th>Description</Th>
              <Th>Today</Th>
              <Th num>Deployments</Th>
              <Th num>Flows</Th>
              <Th num>Flow runs</Th>
              <Th>
                <span className="sr-only">Edit</span>
              </Th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => {
              const of = { accountId: row.account_id, workspaceId: row.workspace_id }
              return (
                <Tr key={row.workspace_id}>
                  <Td className="pr-0!">
                    <Star
                      row={row}
                      on={stars.has(row.workspace_id)}
                      onToggle={() => toggle(row.workspace_id)}
                    />
                  </Td>
                  <Td title={`${row.account_name} / ${row.workspace_name}`}>
                    <span className="text-text-3">{row.account_name} / </span>
                    <WorkspaceLink to="/dashboard" of={of} className="font-medium hover:underline">
                      {row.workspace_name}
                    </WorkspaceLink>
                  </Td>
                  <Td className="text-text-2" title={row.workspace_description}>
                    {row.workspace_description}
                  </Td>
                  <Td>
                    <span className="flex items-center gap-3 text-small">
                      {hasRun(row) ? (
                        <Today row={row} />
                      ) : (
                        <span className="text-text-3">Nothing has run yet</span>
                      )}
                    </span>
                  </Td>
                  <Td num>{count(row.counts.deployments)}</Td>
                  <Td num>{count(row.counts.flows)}</Td>
                  <Td num>{count(row.counts.flow_runs)}</Td>
                  <Td>
                    <WorkspaceLink
                      to="/settings"
                      of={of}
                      aria-label={`Edit ${row.workspace_name}`}
                      className="inline-flex min-h-6 items-center gap-1.5 text-text-2 hover:text-text"
                    >
                      <Icon name="edit" size={14} />
                      Edit
                    </WorkspaceLink>
                  </Td>
                </Tr>
              )
            })}
          </tbody>
        </Table>
      </TableScroll>
    </Panel>
  )
}
