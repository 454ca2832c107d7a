import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Button, StateGlyph } from '../../components/ui/index.ts'
import { count, duration } from '../../lib/format.ts'
import { LOOK_WORDS } from '../../lib/states.ts'
import { useWorkspace } from '../../lib/workspace.ts'
import { countStates, type GraphModel, secondsOf, stateAt } from '../graph/model.ts'
import { Message } from '../logs/log-line.tsx'
import type { LogLine } from '../logs/log-store.ts'
import { FlowRunLink } from './links.tsx'
import { diffParameters } from './parameters.ts'
import { neighbourRunsQuery } from './queries.ts'
import { TaskName } from './task-names.tsx'
import type { FlowRun } from './types.ts'

/** Nodes that took longest, longest first; those that never started took nothing. */
export function slowest(model: GraphModel, now: number, most: number): number[] {
  const seconds = (i: number): number => secondsOf(model, i, now) ?? -1
  return Array.from({ length: model.size }, (_, i) => i)
    .filter((i) => seconds(i) >= 0)
    .sort((a, b) => seconds(b) - seconds(a) || a - b)
    .slice(0, most)
}

/** The line that explains a failure: the first error with a traceback, else the first error. */
export function firstError(lines: readonly LogLine[]): LogLine | undefined {
  const errors = lines.filter((line) => line.level >= 40)
  return errors.find((line) => line.message.includes('Traceback (most recent')) ?? errors[0]
}

interface SummaryProps {
  run: FlowRun
  model: GraphModel | null
  lines: readonly LogLine[]
  dim: ReadonlyMap<string, number>
  now: number
  onSelect(ids: string[]): void
  onLine(id: string): void
}

/** The run on one page: how it went, where the time went, what went wrong first, what was different this time. */
export function Summary({ run, model, lines, dim, now, onSelect, onLine }: SummaryProps) {
  const error = firstError(lines)
  return (
    <div className="grid gap-5 px-4 py-3">
      {model && model.size > 0 ? <Counts model={model} /> : null}
      {model && model.size > 0 ? <Slowest {...{ model, dim, now, onSelect }} /> : null}
      {error ? (
        <Part
          title="First error"
          end={
            <Button size="small" onClick={() => onLine(error.id)}>
              Show in the log
            </Button>
          }
        >
          <div className="logs max-h-100 overflow-y-auto rounded-control border border-line-strong py-1.5">
            <div className="log-line bad grid-cols-[minmax(0,1fr)]! px-3! [&_.tb]:ml-0!">
              <div className="wrap-anywhere whitespace-pre-wrap">
                <Message text={error.message} />
              </div>
            </div>
          </div>
        </Part>
      ) : null}
      <ParameterDiff run={run} />
    </div>
  )
}

function Part({ title, end, children }: { title: string; end?: ReactNode; children: ReactNode }) {
  return (
    <section aria-label={title}>
      <h2 className="mb-1.5 flex min-h-6.5 items-center font-bold">
        <span className="flex-1">{title}</span>
        {end}
      </h2>
      {children}
    </section>
  )
}

function Counts({ model }: { model: GraphModel }) {
  const counts = countStates(model)
  return (
    <Part title={`${count(model.size)} ${model.size === 1 ? 'task' : 'tasks'}`}>
      <div className="mb-2 flex h-2 gap-px overflow-hidden rounded-[2px]" aria-hidden="true">
        {counts.map(([state, n]) => (
          <i
            key={state}
            className={`tl-bar h-full! rounded-none! s-${state}`}
            style={{ flex: `${n} 0 3px` }}
          />
        ))}
      </div>
      <ul className="flex flex-wrap gap-x-5 gap-y-1">
        {counts.map(([state, n]) => (
          <li key={state} className="flex items-center gap-1.5">
            <StateGlyph look={state} size={12} />
            <b className="font-medium tabular-nums">{count(n)}</b>
            <span className="text-text-2">{LOOK_WORDS[state]}</span>
          </li>
        ))}
      </ul>
    </Part>
  )
}

function Slowest({
  model,
  dim,
  now,
  onSelect,
}: Pick<SummaryProps, 'dim' | 'now' | 'onSelect'> & { model: GraphModel }) {
  const nodes = slowest(model, now, 5)
  const most = nodes[0] === undefined ? 0 : (secondsOf(model, nodes[0], now) ?? 0)
  if (most <= 0) return null
  return (
    <Part title="Slowest tasks">
      <ol className="grid">
        {nodes.map((node) => {
          const id = model.ids[node]!
          const seconds = secondsOf(model, node, now) ?? 0
          const state = stateAt(model, node)
          return (
            <li key={id}>
              <button
                type="button"
                onClick={() => onSelect([id])}
                className="grid h-7 w-full grid-cols-[14px_minmax(0,1fr)_minmax(60px,32%)_64px] items-center gap-2 rounded-chip text-left hover:bg-hover"
              >
                <StateGlyph look={state} size={12} label={LOOK_WORDS[state]} />
                <span className="clip font-medium" title={model.labels[node]}>
                  <TaskName name={model.labels[node]!} dim={dim.get(id)} />
                </span>
                <span className="block h-2" aria-hidden="true">
                  <i
                    className={`tl-bar block h-2 s-${state}`}
                    style={{ width: `max(3px, ${(seconds / most) * 100}%)` }}
                  />
                </span>
                <span className="text-right text-text-2 tabular-nums">{duration(seconds)}</span>
              </button>
            </li>
          )
        })}
      </ol>
    </Part>
  )
}

function ParameterDiff({ run }: { run: FlowRun }) {
  const ws = useWorkspace()
  const neighbours = useQuery(neighbourRunsQuery(ws, run))
  const previous = neighbours.data?.previous
  if (!previous) return null
  const rows = diffParameters(previous.parameters, run.parameters)
  const link = (
    <FlowRunLink id={previous.id} className="link">
      {previous.name}
    </FlowRunLink>
  )
  return (
    <Part title="Parameters against the run before">
      {rows.length === 0 ? (
        <p className="text-text-2">The same as those of {link}.</p>
      ) : (
        <table className="w-full table-fixed text-left">
          <thead>
            <tr className="text-text-3">
              <th className="h-7 w-1/3 font-regular">Parameter</th>
              <th className="clip font-regular">{link}</th>
              <th className="font-regular">This run</th>
            </tr>
          </thead>
          <tbody className="font-mono text-small">
            {rows.map(({ path, before, after }) => (
              <tr key={path} className="border-t border-line align-top">
                <td className="py-1.25 pr-2 wrap-anywhere text-text-2">{path}</td>
                <td className="py-1.25 pr-2 wrap-anywhere text-text-2">{before ?? '–'}</td>
                <td className="py-1.25 font-medium wrap-anywhere">{after ?? '–'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Part>
  )
}
