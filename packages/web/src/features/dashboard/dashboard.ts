// What the dashboard asks for, and the sentences it makes of the answer.
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { plural } from '../../lib/format.ts'
import type { TimeRange } from '../../lib/time-range.ts'
import type { Workspace } from '../../lib/workspace.ts'
import type { FlowRun, HistoryBucket } from '../runs/types.ts'

export interface FailureGroup {
  flow_id: string
  flow_name: string
  state_type: string
  state_name: string
  message: string | null
  count: number
  latest: { id: string; name: string; end_time: string | null }
}
export interface Dashboard {
  counts: Record<string, number>
  history: HistoryBucket[]
  failures: FailureGroup[]
  running: FlowRun[]
  late: FlowRun[]
  upcoming: FlowRun[]
  tasks: { completed: number; failed: number; running: number; total: number }
}

/** A relative range shows half of itself of what is to come; an absolute one shows what it says. */
export function dashboardWindow(range: TimeRange, now: number): { since: number; until: number } {
  const { since, until } = range.bounds(now)
  return { since, until: range.name ? until + range.seconds * 500 : until }
}

export const BUCKETS = 72

export const dashboardQuery = (ws: Workspace, range: TimeRange) =>
  queryOptions({
    queryKey: [ws.key, 'dashboard', range.key],
    queryFn: ({ signal }) => {
      const { since, until } = dashboardWindow(range, Date.now())
      return ws.api.post<Dashboard>(
        '/ui/dashboard',
        { since: new Date(since).toISOString(), until: new Date(until).toISOString(), buckets: BUCKETS },
        { signal },
      )
    },
    placeholderData: keepPreviousData,
  })

export interface Summary {
  title: string
  lead: string
  failed: number
  crashed: number
  late: number
  running: number
  completed: number
  upcoming: number
  /** Runs that have ended or are under way. */
  total: number
}

/** The heading is the answer: what is wrong, or that nothing is. */
export function summarise(counts: Record<string, number>, rangeLabel: string): Summary {
  const n = (key: string): number => counts[key] ?? 0
  const failed = n('FAILED')
  const crashed = n('CRASHED')
  const late = n('late')
  const running = n('RUNNING')
  const completed = n('COMPLETED')
  const upcoming = Math.max(0, n('SCHEDULED') - late)
  const total =
    failed +
    crashed +
    late +
    running +
    completed +
    n('CANCELLED') +
    n('CANCELLING') +
    n('PENDING') +
    n('PAUSED')
  const bad = failed + crashed + late
  const when = rangeLabel.startsWith('Last') ? `in the ${rangeLabel.toLowerCase()}` : `from ${rangeLabel}`
  return {
    title: bad ? badTitle(failed, crashed, late) : goodTitle(total, running, completed),
    lead: bad
      ? `Of ${plural(total, 'run')} ${when}. ${total > bad ? `The other ${(total - bad).toLocaleString('en')} ${total - bad === 1 ? 'is' : 'are'} fine.` : ''}`.trim()
      : total
        ? `${plural(total, 'run')} ${when}, none failed, none is late.`
        : `No run has started ${when}.`,
    failed,
    crashed,
    late,
    running,
    completed,
    upcoming,
    total,
  }
}

function badTitle(failed: number, crashed: number, late: number): string {
  const parts: string[] = []
  if (failed) parts.push(`${plural(failed, 'run')} failed`)
  if (crashed) parts.push(parts.length ? `${crashed} crashed` : `${plural(crashed, 'run')} crashed`)
  if (late)
    parts.push(
      `${parts.length ? late.toLocaleString('en') : plural(late, 'run')} ${late === 1 ? 'is' : 'are'} late`,
    )
  return parts.join(', ')
}

function goodTitle(total: number, running: number, completed: number): string {
  if (total === 0) return 'Nothing is running'
  if (completed === 0 && running) return `${plural(running, 'run')} under way`
  return total === 1 ? 'The one run went well' : 'Everything went well'
}
