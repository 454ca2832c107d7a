import type { Dashboard, LastRun } from '@orrery/schemas'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { clsx } from 'clsx'
import { lazy, type ReactNode, Suspense, useMemo, useState } from 'react'
import {
  Button,
  Copyable,
  copyText,
  Dialog,
  DialogFoot,
  ErrorState,
  Menu,
  MenuItem,
  PageBody,
  Panel,
  PanelHead,
  Skeleton,
  StateGlyph,
  toast,
  toastError,
} from '../../components/ui/index.ts'
import { count, duration } from '../../lib/format.ts'
import { useLiveEvents, useLiveGap, usePollInterval } from '../../lib/live.ts'
import { useNow } from '../../lib/now.ts'
import { usePage } from '../../lib/page.ts'
import { usePermissions } from '../../lib/permissions.ts'
import type { StateLook } from '../../lib/states.ts'
import { useTimeRange } from '../../lib/time-range.ts'
import { useWorkspace } from '../../lib/workspace.ts'
import { FailureRow, keyOf } from '../dashboard/attention.tsx'
import { Clock } from '../dashboard/clock.tsx'
import { dashboardQuery } from '../dashboard/dashboard.ts'
import { untilWords } from '../dashboard/strip.tsx'
import { FlowRunLink, RunsLink } from '../runs/links.tsx'
import { runEvent, useThrottled } from '../runs/live.ts'
import { flowQuery, runKeys } from '../runs/queries.ts'
import { type Patch, useSearchState } from '../runs/use-run-search.ts'
import { HealthStrip } from './health-strip.tsx'
import { flowHealthQuery, quantile } from './queries.ts'
import type { FlowSearch } from './search.ts'
import { TagLink } from './tag-link.tsx'

const JUDGED = 50

// Below the charts and twice their weight: they are drawn while it comes.
const FlowRunsList = lazy(() =>
  import('../runs/flow-runs-list.tsx').then((module) => ({ default: module.FlowRunsList })),
)

export function FlowPage() {
  const { flowId } = useParams({ strict: false }) as { flowId: string }
  const ws = useWorkspace()
  const client = useQueryClient()
  const navigate = useNavigate()
  const [search, set] = useSearchState<FlowSearch>()
  const { range, setRange } = useTimeRange()
  const poll = usePollInterval(30_000)
  const now = useNow(30_000)
  const flow = useQuery(flowQuery(ws, flowId))
  const known = flow.data !== undefined
  const health = useQuery({
    ...flowHealthQuery(ws, [flowId], JUDGED),
    refetchInterval: poll,
    enabled: known,
  })
  const sums = useQuery({ ...dashboardQuery(ws, range, flowId), refetchInterval: poll, enabled: known })
  const [asking, setAsking] = useState(false)
  const forbidden = usePermissions()('manage_flows')
  usePage({
    title: flow.data?.name ?? 'Flow',
    crumbs: [{ label: 'Flows', to: `${ws.path}/flows` }, { label: flow.data?.name ?? 'Flow' }],
    timeRange: true,
  })
  const refresh = useThrottled(() => {
    void client.invalidateQueries({ queryKey: [...runKeys.lists(ws), 'health', JUDGED, [flowId]] })
    void client.invalidateQueries({ queryKey: [ws.key, 'dashboard'] })
  }, 4_000)
  useLiveEvents((raw) => {
    const about = raw.related.some((each) => each['prefect.resource.id'] === `prefect.flow.${flowId}`)
    if (about && runEvent(raw)?.kind === 'flow-run') refresh()
  })
  useLiveGap(refresh)
  const filter = useMemo(
    () => ({ flow: flowId, ...(search.state && { state: search.state }) }),
    [flowId, search.state],
  )

  if (flow.error && !flow.data)
    return (
      <>
        <h1 className="sr-only">Flow</h1>
        <ErrorState
          title={
            (flow.error as { status?: number }).status === 404
              ? 'There is no such flow'
              : 'The flow could not be loaded'
          }
          error={flow.error}
          onRetry={() => void flow.refetch()}
        />
      </>
    )
  const name = flow.data?.name ?? ''
  const mine = health.data?.[flowId]
  const runs = mine?.runs ?? []
  const ended = runs.filter((run) => run.end_time !== null)
  const good = ended.filter((run) => run.state_type === 'COMPLETED')
  const done = good.map((run) => run.run_time)
  const words = mine ? sentence(good.length, ended.length) : ''

  const remove = async (): Promise<void> => {
    setAsking(false)
    try {
      await ws.api.delete(`/flows/${flowId}`)
      toast({ title: `${name} is deleted` })
      await client.invalidateQueries({ queryKey: [ws.key, 'flows', 'list'] })
      await navigate({ href: `${ws.path}/flows` })
    } catch (error) {
      toastError('Not deleted', error)
    }
  }

  return (
    <PageBody className="pb-24!">
      <div className="mb-4 flex items-start gap-x-4">
        <div className="min-w-0">
          <h1 className="flex min-h-7 flex-wrap items-center gap-x-3 gap-y-1 text-title leading-7 tracking-[-.012em] wrap-anywhere">
            {flow.data ? name : <Skeleton className="h-4!" style={{ width: 200 }} />}
          </h1>
          <div className="mt-px flex min-h-5 flex-wrap items-center gap-x-3 gap-y-1 text-text-2">
            {words}
            {flow.data?.tags.length ? (
              <span className="flex flex-wrap gap-1">
                {flow.data.tags.map((tag) => (
                  <TagLink key={tag} tag={tag} />
                ))}
              </span>
            ) : null}
          </div>
        </div>
        <div className="ml-auto">
          <Menu trigger={<Button square icon="more" aria-label="More actions" />}>
            <MenuItem
              icon="copy"
              onSelect={() => void copyText(flowId).then((ok) => ok && toast({ title: 'ID copied' }))}
            >
              Copy ID
            </MenuItem>
            <MenuItem icon="trash" bad why={forbidden ?? undefined} onSelect={() => setAsking(true)}>
              Delete flow…
            </MenuItem>
          </Menu>
        </div>
      </div>
      <Panel
        aria-label="Health"
        className="mb-4 grid grid-cols-2 md:grid-cols-[minmax(0,2fr)_repeat(4,minmax(0,1fr))]"
      >
        <Cell label={`Last ${JUDGED} runs`} wide>
          <HealthStrip runs={runs} height={30} label={words || 'No run yet'} />
        </Cell>
        <Cell label="Usually takes">
          {duration(quantile(done, 0.5))} <Trend runs={good} />
        </Cell>
        <Cell label="95 of 100 take less than">{duration(quantile(done, 0.95))}</Cell>
        <Cell label="Next run">
          {mine?.next ? (
            <FlowRunLink id={mine.next.id} className="hover:underline">
              {untilWords(mine.next.at, now)}
            </FlowRunLink>
          ) : (
            '–'
          )}
        </Cell>
        <Cell label="Flow ID">
          <span className="text-data font-regular">
            <Copyable text={flowId} shown={`${flowId.slice(0, 8)}…`} label="Copy the flow's ID" />
          </span>
        </Cell>
      </Panel>
      {sums.isError && !sums.data ? (
        <Panel className="mb-4">
          <ErrorState
            title="The charts could not be loaded"
            error={sums.error}
            onRetry={() => void sums.refetch()}
          />
        </Panel>
      ) : (
        <Clock
          data={sums.data}
          lanes={false}
          view={search.view ?? 'chart'}
          onView={(view) => set({ view: view === 'table' ? view : undefined }, true)}
          onRange={(from, to) =>
            setRange({ from: new Date(from).toISOString(), to: new Date(to).toISOString() })
          }
        />
      )}
      {sums.data?.failures.length ? (
        <Panel className="mb-4" aria-labelledby="causes">
          <PanelHead id="causes" title="Why it failed" />
          <ul>
            {sums.data.failures.slice(0, 5).map((group) => (
              <FailureRow key={keyOf(group)} group={group} listed={listed(sums.data, group.state_type)} />
            ))}
          </ul>
        </Panel>
      ) : null}
      <Panel aria-labelledby="runs">
        <header className="flex min-h-10 flex-wrap items-center gap-x-4 border-b border-line px-4 py-1">
          <h2 id="runs" className="text-data">
            Runs
          </h2>
          <Facets counts={sums.data} state={search.state} onChange={(state) => set({ state }, true)} />
          <RunsLink
            search={{ flow: flowId, ...(search.state && { state: search.state }) }}
            className="link ml-auto font-medium"
          >
            Open as list
          </RunsLink>
        </header>
        <Suspense fallback={<div className="h-120" />}>
          <FlowRunsList
            filter={filter}
            sort={search.sort ?? 'EXPECTED_START_TIME_DESC'}
            set={(patch, push) => set(patch as Patch<FlowSearch>, push)}
            range={range}
            peek={search.peek}
            onSeen={nothing}
            onClear={() => set({ state: undefined }, true)}
          />
        </Suspense>
      </Panel>
      <Dialog
        open={asking}
        onOpenChange={setAsking}
        title={`Delete ${name}?`}
        lead="Its runs, task runs, logs and deployments go with it. This cannot be undone."
      >
        <div className="h-4" />
        <DialogFoot>
          <Button onClick={() => setAsking(false)}>Keep it</Button>
          <Button kind="bad" onClick={() => void remove()}>
            Delete flow
          </Button>
        </DialogFoot>
      </Dialog>
    </PageBody>
  )
}

const nothing = (): void => {}

const listed = (data: Dashboard, type: string): number =>
  data.failures.reduce((sum, group) => sum + (group.state_type === type ? group.count : 0), 0)

export function sentence(good: number, ended: number): string {
  if (ended === 0) return 'No run of it has ended yet.'
  if (good === ended)
    return ended === 1 ? 'Its one run went well.' : `All of its last ${ended} runs went well.`
  return ended === 1 ? 'Its one run did not go well.' : `${good} of its last ${ended} runs went well.`
}

/** The median of the later half against that of the earlier one, when they differ by a fifth or more. */
export function trendOf(newestFirst: readonly number[]): number | null {
  if (newestFirst.length < 10) return null
  const half = newestFirst.length >> 1
  const later = quantile(newestFirst.slice(0, half), 0.5)
  const earlier = quantile(newestFirst.slice(half), 0.5)
  if (later === null || earlier === null || earlier <= 0) return null
  const change = later / earlier - 1
  return Math.abs(change) >= 0.2 ? change : null
}

function Trend({ runs }: { runs: readonly LastRun[] }) {
  const change = trendOf(runs.map((run) => run.run_time))
  if (change === null) return null
  const slower = change > 0
  return (
    <span
      className={clsx('mb-px ml-2 text-small font-regular', slower ? 'text-late' : 'text-text-3')}
      title="The later half of its last runs against the earlier"
    >
      {Math.round(Math.abs(change) * 100)} % {slower ? 'slower' : 'faster'}
    </span>
  )
}

const FACETS: { label: string; state: string; look: StateLook; n(data: Dashboard): number }[] = [
  {
    label: 'Failed',
    state: 'failed|crashed',
    look: 'failed',
    n: ({ counts }) => (counts.FAILED ?? 0) + (counts.CRASHED ?? 0),
  },
  { label: 'Late', state: 'late', look: 'late', n: ({ open }) => open.late },
  { label: 'Running', state: 'running', look: 'running', n: ({ open }) => open.running },
  { label: 'Completed', state: 'completed', look: 'completed', n: ({ counts }) => counts.COMPLETED ?? 0 },
]

function Facets({
  counts,
  state,
  onChange,
}: {
  counts: Dashboard | undefined
  state: string | undefined
  onChange(state: string | undefined): void
}) {
  const button = (label: ReactNode, on: boolean, onClick: () => void, n?: number) => (
    <button
      type="button"
      aria-pressed={on}
      onClick={onClick}
      className={clsx(
        'flex h-7 flex-none items-center gap-1.5 rounded-control px-2.25 whitespace-nowrap -outline-offset-2!',
        on ? 'bg-selected text-text' : 'text-text-2 hover:bg-hover',
      )}
    >
      {label}
      {n === undefined ? null : <b className="font-medium tabular-nums">{count(n)}</b>}
    </button>
  )
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would need a legend of its own
    <div
      role="group"
      aria-label="State"
      className="flex min-w-0 gap-0.5 overflow-x-auto [scrollbar-width:none]"
    >
      {button('All', !state, () => onChange(undefined))}
      {FACETS.map((facet) => (
        <span key={facet.state}>
          {button(
            <>
              <StateGlyph look={facet.look} /> {facet.label}
            </>,
            state === facet.state,
            () => onChange(state === facet.state ? undefined : facet.state),
            counts && facet.n(counts),
          )}
        </span>
      ))}
    </div>
  )
}

function Cell({ label, wide = false, children }: { label: string; wide?: boolean; children: ReactNode }) {
  return (
    <div
      className={`border-line px-4 pt-2.5 pb-2.5 not-first:md:border-l ${wide ? 'max-md:col-span-2' : 'max-md:border-t'}`}
    >
      <p className="clip text-small text-text-3">{label}</p>
      <div className="flex h-8.5 items-end text-head leading-7 font-medium tabular-nums">{children}</div>
    </div>
  )
}
