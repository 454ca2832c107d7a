import type { Dashboard } from '@orrery/schemas'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useMemo } from 'react'
import {
  Button,
  Command,
  EmptyState,
  ErrorState,
  PageBody,
  PageHead,
  Panel,
  Skeleton,
} from '../../components/ui/index.ts'
import { WorkspaceLink } from '../../components/workspace-link.tsx'
import { useLiveEvents, useLiveGap, usePollInterval } from '../../lib/live.ts'
import { usePage } from '../../lib/page.ts'
import { RANGES, type RangeName, useTimeRange } from '../../lib/time-range.ts'
import { useWorkspace } from '../../lib/workspace.ts'
import { useOnboarding, useWelcomePutAway } from '../onboarding/onboarding.ts'
import { runEvent, useThrottled } from '../runs/live.ts'
import { useSearchState } from '../runs/use-run-search.ts'
import { Attention } from './attention.tsx'
import { Clock } from './clock.tsx'
import { dashboardQuery, summarise } from './dashboard.ts'
import { NextDay } from './next-day.tsx'
import type { DashboardSearch } from './search.ts'
import { Strip } from './strip.tsx'

/** While runs change the page asks again at most this often, in milliseconds, and no more than a tenth of the time. */
const REFRESH = 3_000

export function DashboardPage() {
  const ws = useWorkspace()
  const client = useQueryClient()
  const [search, setSearch] = useSearchState<DashboardSearch>()
  const { range, setRange } = useTimeRange()
  const poll = usePollInterval(30_000)
  const query = useQuery({ ...dashboardQuery(ws, range), refetchInterval: poll })
  const { data } = query
  const refresh = useThrottled(
    () => void client.invalidateQueries({ queryKey: [ws.key, 'dashboard'] }),
    () => Math.max(REFRESH, (data?.took ?? 0) * 10),
  )
  useLiveEvents((raw) => {
    if (runEvent(raw)?.kind === 'flow-run') refresh()
  })
  useLiveGap(refresh)
  const { data: onboarding } = useOnboarding()
  const summary = useMemo(() => summarise(data, range.label), [data, range.label])
  const never = onboarding?.first_flow_run_at === null
  const title = never ? 'No run yet' : summary.title
  usePage({ title: data ? title : 'Home', crumbs: [{ label: 'Home' }], timeRange: true })

  if (query.isError && !data)
    return (
      <>
        <h1 className="sr-only">Home</h1>
        <ErrorState
          title="The dashboard could not be loaded"
          error={query.error}
          onRetry={() => void query.refetch()}
        />
      </>
    )
  if (data && never && empty(data)) return <Nothing />
  const onRange = (from: number, to: number): void =>
    setRange({ from: new Date(from).toISOString(), to: new Date(to).toISOString() })
  return (
    <PageBody aria-busy={query.isPlaceholderData || undefined}>
      {data ? (
        <PageHead title={summary.title} lead={summary.lead} />
      ) : (
        <div className="mb-4 grid h-[48.5px] content-center gap-3">
          <h1 className="sr-only">Home</h1>
          <Skeleton className="h-4!" style={{ width: 'min(340px, 80%)' }} />
          <Skeleton style={{ width: 'min(260px, 60%)' }} />
        </div>
      )}
      <Strip summary={summary} data={data} range={range} />
      {data && quiet(data) && nothingOpen(data) ? null : <Attention data={data} />}
      {data && quiet(data) ? (
        <NothingHere wider={wider(range.seconds)} onWiden={(name) => setRange({ range: name })} />
      ) : (
        <Clock
          data={data}
          view={search.view ?? 'chart'}
          onView={(view) => setSearch({ view: view === 'table' ? view : undefined }, true)}
          onRange={onRange}
        />
      )}
      <NextDay data={data} />
    </PageBody>
  )
}

const empty = (data: Dashboard): boolean => quiet(data) && nothingOpen(data) && data.next_day.count === 0

/** Nothing was due in the window, and nothing is to come in it. */
const quiet = (data: Dashboard): boolean => data.history.every((bucket) => bucket.states.length === 0)
const nothingOpen = ({ open }: Dashboard): boolean => open.running + open.late === 0

/** The shortest range that is at least four times as long, and a day. */
function wider(seconds: number): RangeName {
  const names = Object.keys(RANGES) as RangeName[]
  return names.find((name) => RANGES[name].seconds >= Math.max(86_400, seconds * 4)) ?? '30d'
}

function NothingHere({ wider, onWiden }: { wider: RangeName; onWiden(name: RangeName): void }) {
  return (
    <Panel className="mb-4">
      <EmptyState
        kind="no-match"
        title="Nothing was due in this time"
        text="Runs may lie before it, or after it."
      >
        <Button onClick={() => onWiden(wider)}>Show the {RANGES[wider].label.toLowerCase()}</Button>
      </EmptyState>
    </Panel>
  )
}

/** The welcome above says how to begin; this says it where that was put away. */
function Nothing() {
  const [putAway] = useWelcomePutAway()
  return (
    <PageBody>
      <PageHead title="No run yet" lead="What runs, what failed and what comes next stands here." />
      {putAway ? (
        <Panel>
          <EmptyState
            title="Run a flow"
            text={
              <>
                Any Python script with a function decorated with <code>@flow</code>, once its machine is
                connected. It appears here by itself.{' '}
                <WorkspaceLink to="/settings" className="link font-medium">
                  How to connect
                </WorkspaceLink>
              </>
            }
          >
            <div className="w-full max-w-120">
              <Command command="python my_flow.py" />
            </div>
          </EmptyState>
        </Panel>
      ) : null}
    </PageBody>
  )
}
