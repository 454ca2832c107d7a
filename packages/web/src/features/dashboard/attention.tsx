import type { Dashboard, FailureGroup } from '@orrery/schemas'
import { clsx } from 'clsx'
import { useMemo, useState } from 'react'
import { Duration, Panel, PanelHead, Skeleton, StateGlyph, Timestamp } from '../../components/ui/index.ts'
import { plural } from '../../lib/format.ts'
import { lookOf } from '../../lib/states.ts'
import { firstLine } from '../runs/diagnosis.ts'
import { FlowRunLink, RunsLink } from '../runs/links.tsx'
import { type FlowRun, stateOf } from '../runs/types.ts'

const MOST_ROWS = 8
const ROW =
  'grid min-h-11.5 grid-cols-[14px_minmax(0,1fr)_auto] items-center gap-3 border-t border-line px-4 py-1.25 first:border-t-0 hover:bg-hover md:grid-cols-[14px_minmax(0,1fr)_74px_84px_72px]'

/** One row per cause, not per run, with where to go. Beside it what runs now. */
export function Attention({ data }: { data: Dashboard | undefined }) {
  const late = useMemo(() => byFlow(data?.late ?? []), [data])
  const standing = data?.failures.filter((group) => !group.since_succeeded) ?? []
  const healed = data?.failures.filter((group) => group.since_succeeded) ?? []
  const [all, setAll] = useState(false)
  const [old, setOld] = useState(false)
  const causes = standing.length + late.length
  const failed = data?.failed_runs
  // How many runs the list behind a row's link holds: all that failed this way in that flow.
  const listed = (group: FailureGroup): number =>
    (data?.failures ?? []).reduce(
      (sum, each) =>
        sum + (each.flow_id === group.flow_id && each.state_type === group.state_type ? each.count : 0),
      0,
    )
  const rows = all ? standing : standing.slice(0, Math.max(3, MOST_ROWS - late.length))
  return (
    <Panel className="mb-4 grid grid-cols-[minmax(0,1fr)] lg:grid-cols-[minmax(0,1fr)_372px]">
      <section aria-labelledby="attention" className="min-w-0">
        <PanelHead
          id="attention"
          title={
            <>
              Needs attention{' '}
              {causes ? <span className="ml-1 font-regular text-text-3">{causes}</span> : null}
            </>
          }
        >
          {failed?.since_succeeded ? (
            <button
              type="button"
              aria-expanded={old}
              onClick={() => setOld(!old)}
              className="min-h-6 hover:text-text hover:underline"
            >
              <span className="max-md:hidden">
                {failed.standing ? `${failed.since_succeeded} more ` : `${failed.since_succeeded} `}
                {failed.since_succeeded === 1 ? 'failure has' : 'failures have'} since succeeded
              </span>
              <span className="md:hidden">{failed.since_succeeded} since succeeded</span>
            </button>
          ) : null}
        </PanelHead>
        {data === undefined ? (
          <SkeletonItems rows={4} />
        ) : (
          <ul aria-label="Causes">
            {causes === 0 ? (
              <li className="flex min-h-11.5 items-center gap-2.5 px-4 text-text-2">
                <StateGlyph look="completed" />
                {failed?.since_succeeded
                  ? 'What failed has since succeeded.'
                  : 'Nothing failed, nothing is late.'}
              </li>
            ) : null}
            {late.map((group) => (
              <LateRow key={group.flowId} {...group} name={data.flow_names[group.flowId] ?? '…'} />
            ))}
            {rows.map((group) => (
              <FailureRow key={keyOf(group)} group={group} listed={listed(group)} />
            ))}
            {old
              ? healed.map((group) => (
                  <FailureRow key={keyOf(group)} group={group} listed={listed(group)} quiet />
                ))
              : null}
          </ul>
        )}
        {standing.length > rows.length ? (
          <button
            type="button"
            onClick={() => setAll(true)}
            className="link block h-9 w-full border-t border-line px-4 text-left font-medium -outline-offset-2! hover:bg-hover"
          >
            {plural(standing.length - rows.length, 'more cause')}
          </button>
        ) : null}
      </section>
      <section aria-labelledby="running" className="min-w-0 border-line max-lg:border-t lg:border-l">
        <PanelHead id="running" title="Running now">
          {data && data.open.running > 8 ? (
            <RunsLink search={{ state: 'running' }} className="link font-medium">
              All {data.open.running}
            </RunsLink>
          ) : data && data.tasks.running > 0 ? (
            <span>{plural(data.tasks.running, 'task')} at once</span>
          ) : null}
        </PanelHead>
        {data === undefined ? (
          <SkeletonItems rows={4} />
        ) : data.running.length === 0 ? (
          <p className="flex min-h-11.5 items-center px-4 text-text-2">Nothing is running.</p>
        ) : (
          <ul>
            {data.running.slice(0, 8).map((run) => (
              <li key={run.id} className="border-t border-line first:border-t-0">
                <FlowRunLink
                  id={run.id}
                  className="grid min-h-11.5 grid-cols-[14px_minmax(0,1fr)_auto] items-center gap-3 px-4 -outline-offset-2! hover:bg-hover"
                >
                  <StateGlyph look={lookOf(stateOf(run))} />
                  <span className="min-w-0 leading-4.5">
                    <b className="clip block font-medium">{data.flow_names[run.flow_id] ?? '…'}</b>
                    <span className="clip block text-small text-text-3">{run.name}</span>
                  </span>
                  <span className="text-text-2">
                    <Duration since={run.start_time} />
                  </span>
                </FlowRunLink>
              </li>
            ))}
          </ul>
        )}
      </section>
    </Panel>
  )
}

export const keyOf = (group: FailureGroup): string =>
  `${group.flow_id}${group.state_type}${group.fingerprint}`

export function FailureRow({
  group,
  listed,
  quiet = false,
}: {
  group: FailureGroup
  listed: number
  quiet?: boolean
}) {
  const look = lookOf({ type: group.state_type, name: group.state_name })
  return (
    <li className={ROW}>
      {quiet ? (
        <StateGlyph look="completed" label="has since succeeded" />
      ) : (
        <StateGlyph look={look} label={look} />
      )}
      <FlowRunLink id={group.latest.id} className="min-w-0 leading-4.5">
        <b className={clsx(quiet ? 'font-regular text-text-2' : 'font-medium')}>{group.flow_name}</b>{' '}
        <span className={clsx('ml-1', quiet ? 'text-text-3' : 'text-text-2')}>
          {group.count > 1 ? `last in ${group.latest.name}` : group.latest.name}
        </span>
        <span
          className={clsx('clip block font-mono text-small', quiet ? 'text-text-3' : 'text-text-2')}
          title={group.message ?? ''}
        >
          {group.message ? firstLine(group.message) : 'It gave no reason.'}
        </span>
      </FlowRunLink>
      <span
        className={clsx('text-right tabular-nums max-md:hidden', quiet ? 'text-text-3' : 'text-text-2')}
        title={
          group.count > 1 && group.first_time
            ? `First at ${new Date(group.first_time).toLocaleString('en-GB')}`
            : undefined
        }
      >
        {plural(group.count, 'run')}
      </span>
      <Timestamp at={group.latest.end_time} className="text-right text-text-3" />
      <RunsLink
        search={{ state: group.state_type.toLowerCase(), flow: group.flow_id }}
        className="link justify-self-end font-medium max-md:hidden"
      >
        {group.count > 1 && group.count === listed ? `Show ${group.count}` : 'Show'}
        <span className="sr-only"> failed runs of {group.flow_name}</span>
      </RunsLink>
    </li>
  )
}

interface LateGroup {
  flowId: string
  runs: FlowRun[]
}
function byFlow(runs: readonly FlowRun[]): LateGroup[] {
  const map = new Map<string, FlowRun[]>()
  for (const run of runs) {
    const list = map.get(run.flow_id)
    if (list) list.push(run)
    else map.set(run.flow_id, [run])
  }
  return [...map].map(([flowId, list]) => ({ flowId, runs: list }))
}

function LateRow({ flowId, runs, name }: LateGroup & { name: string }) {
  const worst = runs.reduce((a, b) => ((a.expected_start_time ?? '') < (b.expected_start_time ?? '') ? a : b))
  const pool = worst.work_pool_name
  return (
    <li className={ROW}>
      <StateGlyph look="late" label="late" />
      <FlowRunLink id={worst.id} className="min-w-0 leading-4.5">
        <b className="font-medium">{name}</b>{' '}
        <span className="ml-1 text-text-2">
          waiting <Duration since={worst.expected_start_time} />
        </span>
        <span className="clip block font-mono text-small text-text-2">
          {pool ? `Nothing took it from ${pool}. Is a worker running?` : 'No process serves its deployment.'}
        </span>
      </FlowRunLink>
      <span className="text-right text-text-2 tabular-nums max-md:hidden">{plural(runs.length, 'run')}</span>
      <span className="text-right text-text-3">now</span>
      <RunsLink
        search={{ state: 'late', flow: flowId }}
        className="link justify-self-end font-medium max-md:hidden"
      >
        {runs.length > 1 ? `Show ${runs.length}` : 'Show'}
        <span className="sr-only"> late runs of {name}</span>
      </RunsLink>
    </li>
  )
}

export function SkeletonItems({ rows }: { rows: number }) {
  return Array.from({ length: rows }, (_, i) => {
    const key = i
    return (
      <div
        key={key}
        className="flex min-h-11.5 items-center gap-3 border-t border-line px-4 first:border-t-0"
      >
        <Skeleton style={{ width: 14, height: 14 }} />
        <Skeleton style={{ width: '45%' }} />
      </div>
    )
  })
}
