// What the dashboard asks for, and the sentences it makes of the answer.
import type { Dashboard, FlowLane, LaneMark } from '@orrery/schemas'
import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { plural } from '../../lib/format.ts'
import type { StateLook } from '../../lib/states.ts'
import type { TimeRange } from '../../lib/time-range.ts'
import type { Workspace } from '../../lib/workspace.ts'

/** A relative range shows half of itself of what is to come; an absolute one shows what it says. */
export function dashboardWindow(range: TimeRange, now: number): { since: number; until: number } {
  const { since, until } = range.bounds(now)
  return { since, until: range.name ? until + range.seconds * 500 : until }
}

export const BUCKETS = 72

/** Of the workspace, or of one flow of it. */
export const dashboardQuery = (ws: Workspace, range: TimeRange, flowId?: string) =>
  queryOptions({
    queryKey: [ws.key, 'dashboard', range.key, flowId ?? 'all'],
    queryFn: async ({ signal }) => {
      const began = performance.now()
      const { since, until } = dashboardWindow(range, Date.now())
      const answer = await ws.api.post<Dashboard>(
        '/ui/dashboard',
        {
          since: new Date(since).toISOString(),
          until: new Date(until).toISOString(),
          buckets: BUCKETS,
          ...(flowId && { flow_ids: [flowId] }),
        },
        { signal },
      )
      return { ...answer, took: performance.now() - began }
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
  /** Runs that have ended well or badly. */
  ended: number
  /** Runs that were due in the window. */
  total: number
}

type Facts = Pick<Dashboard, 'counts' | 'open' | 'next_day'>
const NO_FACTS: Facts = {
  counts: {},
  open: { running: 0, late: 0 },
  next_day: { until: '', count: 0, flows: [] },
}

/** The heading is the answer: what is wrong, or that nothing is. */
export function summarise(facts: Facts | undefined, rangeLabel: string): Summary {
  const { counts, open, next_day: nextDay } = facts ?? NO_FACTS
  const n = (key: string): number => counts[key] ?? 0
  const failed = n('FAILED')
  const crashed = n('CRASHED')
  const completed = n('COMPLETED')
  const total = Object.entries(counts).reduce((sum, [key, each]) => sum + (key === 'late' ? 0 : each), 0)
  const bad = failed + crashed + open.late
  const fine = total - failed - crashed - n('late')
  const when = rangeLabel.startsWith('Last') ? `in the ${rangeLabel.toLowerCase()}` : `from ${rangeLabel}`
  return {
    title: bad
      ? badTitle(failed, crashed, open.late)
      : goodTitle(total, open.running, completed, nextDay.count),
    lead:
      total === 0
        ? `No run was due ${when}.`
        : bad
          ? `Of ${plural(total, 'run')} ${when}.${fine > 0 ? ` The other ${fine.toLocaleString('en')} ${fine === 1 ? 'is' : 'are'} fine.` : ''}`
          : `${plural(total, 'run')} ${when}, none failed, none is late.`,
    failed,
    crashed,
    late: open.late,
    running: open.running,
    completed,
    upcoming: nextDay.count,
    ended: completed + failed + crashed + n('CANCELLED'),
    total,
  }
}

function badTitle(failed: number, crashed: number, late: number): string {
  const parts: string[] = []
  if (failed) parts.push(`${plural(failed, 'run')} failed`)
  if (crashed)
    parts.push(parts.length ? `${crashed.toLocaleString('en')} crashed` : `${plural(crashed, 'run')} crashed`)
  if (late)
    parts.push(
      `${parts.length ? late.toLocaleString('en') : plural(late, 'run')} ${late === 1 ? 'is' : 'are'} late`,
    )
  return parts.join(', ')
}

function goodTitle(total: number, running: number, completed: number, coming: number): string {
  if (total === 0 && running === 0) return coming ? `${plural(coming, 'run')} to come` : 'Nothing is running'
  if (completed === 0 && running) return `${plural(running, 'run')} under way`
  return total === 1 ? 'The one run went well' : 'Everything went well'
}

const BEFORE: Record<string, string> = {
  '15m': 'the 15 minutes before',
  '1h': 'the hour before',
  '6h': 'the 6 hours before',
  '24h': 'the day before',
  '3d': 'the 3 days before',
  '7d': 'the week before',
  '14d': 'the 2 weeks before',
  '30d': 'the 30 days before',
}

/** "5 more than the day before". */
export function delta(now: number, before: number, range: Pick<TimeRange, 'name'>): string {
  const when = BEFORE[range.name ?? ''] ?? 'the time before'
  if (now === before) return `as many as ${when}`
  const by = Math.abs(now - before).toLocaleString('en')
  return now > before ? `${by} more than ${when}` : `${by} fewer than ${when}`
}

/** What a lane's flow is known by: the worst that happened in the window, then what it does. */
export function laneLook(
  lane: Pick<FlowLane, 'failed' | 'crashed' | 'late' | 'running' | 'ended'>,
): StateLook {
  if (lane.failed >= lane.crashed && lane.failed > 0) return 'failed'
  if (lane.crashed > 0) return 'crashed'
  if (lane.late > 0) return 'late'
  if (lane.running > 0) return 'running'
  return lane.ended > 0 ? 'completed' : 'scheduled'
}

/** The mark that a click means: the nearest one, if it is near; a bar is near all along. */
export function markAt(
  marks: readonly LaneMark[],
  share: number,
  { seconds, width }: { seconds: number; width: number },
): LaneMark | undefined {
  const at = share * seconds
  const reach = (8 / Math.max(1, width)) * seconds
  let best: LaneMark | undefined
  let least = reach
  for (const mark of marks) {
    const end = mark.at + (mark.took ?? 0)
    const away = at < mark.at ? mark.at - at : at > end ? at - end : 0
    // Of two that are equally near the later one lies above.
    if (away <= least) {
      least = away
      best = mark
    }
  }
  return best
}
