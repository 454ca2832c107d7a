import { clsx } from 'clsx'
import { type ReactNode, useMemo } from 'react'
import {
  Copyable,
  CopyButton,
  EmptyState,
  StateBadge,
  StateGlyph,
  Timestamp,
} from '../../components/ui/index.ts'
import { duration } from '../../lib/format.ts'
import { useNow } from '../../lib/now.ts'
import { lookOf } from '../../lib/states.ts'
import { useStates } from './history.tsx'
import { FlowRunLink, TaskRunLink } from './links.tsx'
import { type FlowRun, type RunState, stateOf, type TaskInput, type TaskRun } from './types.ts'

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

/** The time of an attempt's lines: what a client writes after its end still belongs to it. */
export function attemptSpan(
  attempts: readonly Attempt[],
  number: number | undefined,
): [number, number] | null {
  const at = attempts.findIndex((each) => each.number === number)
  if (at < 0 || attempts.length < 2) return null
  return [at === 0 ? 0 : (attempts[at]?.from ?? 0), (attempts[at + 1]?.from ?? Number.POSITIVE_INFINITY) - 1]
}

export function useAttempts(taskRun: TaskRun | undefined): Attempt[] {
  const states = useStates(taskRun && taskRun.run_count > 1 ? { taskRun: taskRun.id } : null)
  return useMemo(() => (states.data ? attemptsOf(states.data) : []), [states.data])
}

/** One card for each attempt; choosing one shows only its lines. */
export function AttemptCards({
  taskRun,
  attempts,
  chosen,
  onChoose,
  place,
}: {
  taskRun: TaskRun
  attempts: readonly Attempt[]
  chosen: number | undefined
  onChoose(number: number | undefined): void
  /** What stands at the end of the line. */
  place: string
}) {
  const many = attempts.length > 1
  const now = useNow(many && attempts.at(-1)?.to === null ? 1_000 : 0)
  const waits = attempts.slice(1).map((each, i) => (each.from - (attempts[i]?.to ?? each.from)) / 1000)
  const notes = [
    ...(waits.length > 0 && waits.length < 4 ? [`waited ${waits.map(duration).join(' and ')} between`] : []),
    ...(place ? [place] : []),
  ]
  return (
    <div className="flex flex-wrap items-center gap-1.5 pt-2.5 pb-3 text-small">
      {many ? (
        // biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be laid out as this row
        <div role="group" aria-label="Attempts" className="flex min-w-0 flex-wrap gap-1.5">
          {attempts.map((attempt) => {
            const on = attempt.number === chosen
            return (
              <button
                key={attempt.number}
                type="button"
                aria-pressed={on}
                title={on ? 'Show the lines of all attempts' : `Only the lines of attempt ${attempt.number}`}
                onClick={() => onChoose(on ? undefined : attempt.number)}
                className={clsx(
                  'rounded-control border px-2.5 pt-1 pb-1.25 text-left leading-4.25 text-text-2 hover:bg-hover',
                  on ? 'border-accent shadow-[inset_0_0_0_1px_var(--accent)]' : 'border-line-strong',
                )}
              >
                <b className="flex items-center gap-1.5 font-medium text-text">
                  <StateGlyph look={lookOf(attempt.state)} size={12} />
                  Attempt {attempt.number}
                </b>
                <span className="tabular-nums">{duration(((attempt.to ?? now) - attempt.from) / 1000)}</span>
              </button>
            )
          })}
        </div>
      ) : (
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
      )}
      <span className="ml-auto text-right leading-4.25 text-text-3 max-md:hidden">
        {notes.map((note) => (
          <span key={note} className="block">
            {note}
          </span>
        ))}
      </span>
    </div>
  )
}

/** A client may name the same task twice for one parameter. */
const unique = (inputs: readonly TaskInput[]): TaskInput[] =>
  inputs.filter((input, i) => !input.id || inputs.findIndex((each) => each.id === input.id) === i)

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
            {unique(list).map((input, i) => {
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

/** Servers keep the key with the run, clients that orchestrate themselves with the state. */
export const cacheKey = (run: TaskRun): string | null =>
  run.cache_key ?? run.state?.state_details?.cache_key ?? null

export function taskRunDetails(run: TaskRun): [string, ReactNode][] {
  const key = cacheKey(run)
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
    ['Cache key', key ? <Copyable key="k" text={key} label="Copy the cache key" /> : '–'],
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
