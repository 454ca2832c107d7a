import type { RefusedTransition } from '@orrery/schemas'
import { useQuery } from '@tanstack/react-query'
import { EmptyState, ErrorState, Icon, Loading, StateBadge } from '../../components/ui/index.ts'
import { clock, dateTime, duration, plural } from '../../lib/format.ts'
import { usePollInterval } from '../../lib/live.ts'
import { useZone } from '../../lib/preferences.ts'
import { useWorkspace } from '../../lib/workspace.ts'
import { FlowRunLink } from './links.tsx'
import { flowRunStatesQuery, refusalsQuery, taskRunStatesQuery } from './queries.ts'
import type { RunState } from './types.ts'

export type HistoryOf = { flowRun: string } | { taskRun: string }

export function useStates(of: HistoryOf | null) {
  const ws = useWorkspace()
  const flow = useQuery({
    ...flowRunStatesQuery(ws, of && 'flowRun' in of ? of.flowRun : ''),
    enabled: of !== null && 'flowRun' in of,
  })
  const task = useQuery({
    ...taskRunStatesQuery(ws, of && 'taskRun' in of ? of.taskRun : ''),
    enabled: of !== null && 'taskRun' in of,
  })
  return of && 'taskRun' in of ? task : flow
}

export type Moment =
  | { kind: 'state'; at: string; state: RunState; seconds: number | null }
  | { kind: 'refusal'; at: string; refusal: RefusedTransition }

/** States and refusals in one order. A refusal comes before the state that was given in its place. */
export function moments(states: readonly RunState[], refusals: readonly RefusedTransition[]): Moment[] {
  const sorted = [...states].sort((a, b) => (a.timestamp < b.timestamp ? -1 : 1))
  const out: Moment[] = sorted.map((state, i) => {
    const next = sorted[i + 1]
    return {
      kind: 'state',
      at: state.timestamp,
      state,
      seconds: next ? (Date.parse(next.timestamp) - Date.parse(state.timestamp)) / 1000 : null,
    }
  })
  for (const refusal of refusals) out.push({ kind: 'refusal', at: refusal.first_seen, refusal })
  const rank = (moment: Moment): number => (moment.kind === 'refusal' && moment.refusal.given ? 0 : 1)
  return out.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : rank(a) - rank(b)))
}

/** Every state the run has been in and every one it was refused, each with the reason where there is one. */
export function History({ of, live }: { of: HistoryOf; live: boolean }) {
  const ws = useWorkspace()
  const poll = usePollInterval(5_000)
  const states = useStates(of)
  // A refusal is no event: a client that is told to wait is seen by asking, while somebody looks.
  const refusals = useQuery({ ...refusalsQuery(ws, of), refetchInterval: live ? poll || 3_000 : false })
  const error = states.error ?? refusals.error
  if (error && !(states.data && refusals.data))
    return (
      <ErrorState
        title="The history could not be loaded"
        error={error}
        onRetry={() => {
          void states.refetch()
          void refusals.refetch()
        }}
      />
    )
  if (!states.data || !refusals.data)
    return (
      <p className="p-4">
        <Loading label="Loading the history" />
      </p>
    )
  const list = moments(states.data, refusals.data)
  if (list.length === 0)
    return (
      <EmptyState
        title="No states are kept"
        text="The history of this run has been removed by the retention of the workspace."
      />
    )
  return (
    <ol className="grid px-4 py-2">
      {list.map((moment) => (
        <li
          key={moment.kind === 'state' ? moment.state.id : moment.refusal.id}
          className="grid grid-cols-[92px_minmax(0,1fr)_auto] gap-x-3 border-b border-line py-2 last:border-b-0"
        >
          <When at={moment.at} />
          {moment.kind === 'state' ? (
            <StateMoment state={moment.state} seconds={moment.seconds} />
          ) : (
            <RefusalMoment refusal={moment.refusal} />
          )}
        </li>
      ))}
    </ol>
  )
}

function When({ at }: { at: string }) {
  const [zone] = useZone()
  const ms = Date.parse(at)
  return (
    <time dateTime={at} title={dateTime(ms, zone)} className="text-text-3 tabular-nums">
      {clock(ms, zone)}.{String(ms % 1000).padStart(3, '0')}
    </time>
  )
}

function StateMoment({ state, seconds }: { state: RunState; seconds: number | null }) {
  return (
    <>
      <div className="min-w-0">
        <StateBadge state={state} />
        {state.message ? (
          <p className="mt-0.5 font-mono text-small wrap-anywhere whitespace-pre-wrap text-text-2">
            {state.message}
          </p>
        ) : null}
        {state.state_details?.child_flow_run_id ? (
          <FlowRunLink id={state.state_details.child_flow_run_id} className="link">
            its sub-flow
          </FlowRunLink>
        ) : null}
      </div>
      <span className="text-text-3 tabular-nums">{seconds === null ? '' : duration(seconds)}</span>
    </>
  )
}

const ANSWERS = {
  REJECT: 'was proposed and refused',
  ABORT: 'was proposed; the client was told to stop',
  WAIT: 'was proposed; the client was told to wait',
} as const

function RefusalMoment({ refusal }: { refusal: RefusedTransition }) {
  const [zone] = useZone()
  const { proposed, given, status, reason, count, last_seen: last } = refusal
  return (
    <>
      <div className="min-w-0">
        <p className="flex flex-wrap items-center gap-x-1.5 text-text-2">
          <Icon name="stop" size={14} className="text-text-3" />
          <b className="font-medium text-text">{proposed.name}</b>{' '}
          {given ? (
            <>
              was proposed; it became <b className="font-medium text-text">{given.name}</b>
            </>
          ) : (
            ANSWERS[status]
          )}
        </p>
        <p className="mt-0.5 text-small wrap-anywhere text-text-2">{reason}</p>
        {count > 1 ? (
          <p className="mt-0.5 text-small text-text-3 tabular-nums">
            {plural(count, 'time')}, last at {clock(Date.parse(last), zone)}
          </p>
        ) : null}
      </div>
      <span className="font-mono text-small text-text-3" title="What the server answered">
        {status}
      </span>
    </>
  )
}
