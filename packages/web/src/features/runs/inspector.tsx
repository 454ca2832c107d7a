import { useQuery } from '@tanstack/react-query'
import { clsx } from 'clsx'
import type { ReactNode } from 'react'
import {
  Copyable,
  CopyButton,
  EmptyState,
  ErrorState,
  Loading,
  StateBadge,
  StateGlyph,
  Timestamp,
} from '../../components/ui/index.ts'
import { clock, duration } from '../../lib/format.ts'
import { useZone } from '../../lib/preferences.ts'
import { lookOf } from '../../lib/states.ts'
import { useWorkspace } from '../../lib/workspace.ts'
import { FlowRunLink, TaskRunLink } from './links.tsx'
import { flowRunStatesQuery, taskRunStatesQuery } from './queries.ts'
import { type FlowRun, type RunState, stateOf, type TaskRun } from './types.ts'

/** Attempts of a run: what it did between each RUNNING and the state that ended it. */
export interface Attempt {
  number: number
  state: RunState
  from: number
  to: number | null
}

export function attemptsOf(states: readonly RunState[]): Attempt[] {
  const out: Attempt[] = []
  for (const state of states) {
    const at = Date.parse(state.timestamp)
    const open = out.at(-1)
    if (state.type === 'RUNNING') out.push({ number: out.length + 1, state, from: at, to: null })
    else if (open && open.to === null) {
      open.to = at
      // A retry is asked for by a scheduled state; what ended the attempt was a failure all the same.
      open.state = state.type === 'SCHEDULED' ? { ...state, type: 'FAILED', name: 'Failed' } : state
    }
  }
  return out
}

export function useStates(of: { flowRun: string } | { taskRun: string } | null) {
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

/** Every state the run has been in, with the reason where the server or the code gave one. */
export function History({ of }: { of: { flowRun: string } | { taskRun: string } }) {
  const states = useStates(of)
  const [zone] = useZone()
  if (states.error)
    return (
      <ErrorState
        title="The history could not be loaded"
        error={states.error}
        onRetry={() => void states.refetch()}
      />
    )
  if (!states.data)
    return (
      <p className="p-4">
        <Loading label="Loading the history" />
      </p>
    )
  if (states.data.length === 0)
    return (
      <EmptyState
        title="No states are kept"
        text="The history of this run has been removed by the retention of the workspace."
      />
    )
  const sorted = [...states.data].sort((a, b) => (a.timestamp < b.timestamp ? -1 : 1))
  return (
    <ol className="grid px-4 py-2">
      {sorted.map((state, i) => {
        const next = sorted[i + 1]
        const at = Date.parse(state.timestamp)
        return (
          <li
            key={state.id}
            className="grid grid-cols-[92px_minmax(0,1fr)_auto] gap-x-3 border-b border-line py-2 last:border-b-0"
          >
            <time dateTime={state.timestamp} title={state.timestamp} className="text-text-3 tabular-nums">
              {clock(at, zone)}.{String(at % 1000).padStart(3, '0')}
            </time>
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
            <span className="text-text-3 tabular-nums">
              {next ? duration((Date.parse(next.timestamp) - at) / 1000) : ''}
            </span>
          </li>
        )
      })}
    </ol>
  )
}

export function AttemptCards({ taskRun, ring }: { taskRun: TaskRun; ring: string }) {
  const states = useStates(taskRun.run_count > 1 ? { taskRun: taskRun.id } : null)
  const attempts = states.data ? attemptsOf(states.data) : []
  return (
    <div className="flex flex-wrap items-center gap-1.5 pt-2.5 pb-3 text-small">
      {attempts.slice(-4).map((attempt, i, all) => (
        <span
          key={attempt.number}
          className={clsx(
            'rounded-control border px-2.5 pt-1 pb-1.25 leading-4.25 text-text-2',
            i === all.length - 1
              ? 'border-accent shadow-[inset_0_0_0_1px_var(--accent)]'
              : 'border-line-strong',
          )}
        >
          <b className="flex items-center gap-1.5 font-medium text-text">
            <StateGlyph look={lookOf(attempt.state)} size={12} />
            Attempt {attempt.number}
          </b>
          {duration(attempt.to === null ? null : (attempt.to - attempt.from) / 1000)}
        </span>
      ))}
      {attempts.length === 0 ? (
        <span className="text-text-2">
          {taskRun.start_time ? (
            <>
              {duration(taskRun.total_run_time || taskRun.estimated_run_time)}, started{' '}
              <Timestamp at={taskRun.start_time} form="full" />
            </>
          ) : (
            'Not started'
          )}
        </span>
      ) : null}
      <span className="ml-auto text-right leading-4.25 text-text-3 max-md:hidden">{ring}</span>
    </div>
  )
}

/** What a task was given: values that were constants, and the tasks whose results it took. */
export function Inputs({ taskRun, names }: { taskRun: TaskRun; names: ReadonlyMap<string, string> }) {
  const entries = Object.entries(taskRun.task_inputs).filter(([, list]) => list.length > 0)
  if (entries.length === 0)
    return (
      <EmptyState
        title="No inputs from other tasks"
        text="The task was called with plain values, which are not recorded."
      />
    )
  return (
    <dl className="grid px-4 py-2">
      {entries.map(([parameter, list]) => (
        <div
          key={parameter}
          className="grid grid-cols-[140px_minmax(0,1fr)] gap-3 border-b border-line py-2 last:border-b-0"
        >
          <dt className="clip font-mono text-small text-text-2" title={parameter}>
            {parameter === 'wait_for' ? 'waits for' : parameter}
          </dt>
          <dd className="flex min-w-0 flex-wrap gap-x-3 gap-y-1">
            {list.map((input, i) => {
              const key = input.id ?? `${input.input_type}-${i}`
              if (input.input_type === 'task_run' && input.id)
                return (
                  <TaskRunLink key={key} id={input.id} className="link">
                    {names.get(input.id) ?? input.id.slice(0, 8)}
                  </TaskRunLink>
                )
              if (input.input_type === 'flow_run' && input.id)
                return (
                  <FlowRunLink key={key} id={input.id} className="link">
                    {names.get(input.id) ?? input.id.slice(0, 8)}
                  </FlowRunLink>
                )
              return (
                <span key={key} className="text-text-2">
                  {input.name ?? input.type ?? input.input_type}
                </span>
              )
            })}
          </dd>
        </div>
      ))}
    </dl>
  )
}

/** A JSON value as text, with a copy button. It is data of users, so it is only ever text. */
export function JsonBlock({ value, label }: { value: unknown; label: string }) {
  const text = JSON.stringify(value, null, 2)
  return (
    <div className="relative m-4 rounded-control border border-line-strong bg-sunken">
      <div className="absolute top-1 right-1">
        <CopyButton text={text} label={`Copy the ${label}`} />
      </div>
      <pre className="overflow-x-auto p-3.5 pr-10 font-mono text-small leading-5 wrap-anywhere whitespace-pre-wrap">
        {text}
      </pre>
    </div>
  )
}

export function Details({ rows }: { rows: [string, ReactNode][] }) {
  return (
    <dl className="grid px-4 py-2">
      {rows.map(([label, value]) => (
        <div
          key={label}
          className="grid min-h-8 grid-cols-[140px_minmax(0,1fr)] items-center gap-3 border-b border-line py-1 last:border-b-0"
        >
          <dt className="text-text-3">{label}</dt>
          <dd className="min-w-0 wrap-anywhere">{value ?? '–'}</dd>
        </div>
      ))}
    </dl>
  )
}

export function flowRunDetails(run: FlowRun): [string, ReactNode][] {
  return [
    ['Run ID', <Copyable key="id" text={run.id} label="Copy the run's ID" />],
    ['State', run.state ? <Timestamp key="s" at={run.state.timestamp} form="full" /> : '–'],
    [
      'Message',
      run.state?.message ? (
        <span key="m" className="font-mono text-small whitespace-pre-wrap">
          {run.state.message}
        </span>
      ) : (
        '–'
      ),
    ],
    ['Created', <Timestamp key="c" at={run.created} form="full" />],
    ['Expected start', <Timestamp key="e" at={run.expected_start_time} form="full" />],
    ['Started', <Timestamp key="st" at={run.start_time} form="full" />],
    ['Started late by', duration(run.estimated_start_time_delta)],
    ['Ended', <Timestamp key="en" at={run.end_time} form="full" />],
    ['Attempts', run.run_count],
    ['Retries allowed', run.empirical_policy?.retries ?? 0],
    ['Flow version', run.flow_version],
    ['Work pool', run.work_pool_name ?? '–'],
    ['Work queue', run.work_queue_name ?? '–'],
    ['Infrastructure', run.infrastructure_pid ?? '–'],
    ['Tags', run.tags.join(', ') || '–'],
  ]
}

export function taskRunDetails(run: TaskRun): [string, ReactNode][] {
  return [
    ['Task run ID', <Copyable key="id" text={run.id} label="Copy the task run's ID" />],
    [
      'Message',
      run.state?.message ? (
        <span key="m" className="font-mono text-small whitespace-pre-wrap">
          {run.state.message}
        </span>
      ) : (
        '–'
      ),
    ],
    ['Expected start', <Timestamp key="e" at={run.expected_start_time} form="full" />],
    ['Started', <Timestamp key="st" at={run.start_time} form="full" />],
    ['Ended', <Timestamp key="en" at={run.end_time} form="full" />],
    ['Ran for', duration(run.total_run_time || run.estimated_run_time)],
    ['Attempts', run.run_count],
    ['Retries allowed', run.empirical_policy?.retries ?? 0],
    ['Cache key', run.cache_key ? <Copyable key="k" text={run.cache_key} label="Copy the cache key" /> : '–'],
    [
      'Task key',
      <span key="tk" className="font-mono text-small">
        {run.task_key}
      </span>,
    ],
    ['Tags', run.tags.join(', ') || '–'],
  ]
}

/** Rows of runs inside the inspector: state, name, when and how long. */
export function RunRows({ runs, empty }: { runs: (FlowRun | TaskRun)[]; empty: string }) {
  if (runs.length === 0) return <EmptyState title={empty} />
  return (
    <ul className="grid">
      {runs.map((run) => {
        const link = 'flow_id' in run ? FlowRunLink : TaskRunLink
        const Target = link
        return (
          <li
            key={run.id}
            className="grid h-(--row) grid-cols-[112px_minmax(0,1fr)_auto_64px] items-center gap-3 border-b border-line px-4 hover:bg-hover"
          >
            <StateBadge state={stateOf(run)} />
            <Target id={run.id} className="clip font-medium hover:underline" title={run.name}>
              {run.name}
            </Target>
            <Timestamp at={run.start_time} className="text-text-3" />
            <span className="text-right text-text-2 tabular-nums">
              {run.start_time ? duration(run.total_run_time || run.estimated_run_time) : '–'}
            </span>
          </li>
        )
      })}
    </ul>
  )
}
