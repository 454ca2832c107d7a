import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import {
  Button,
  Copyable,
  Duration,
  ErrorState,
  Kbd,
  Loading,
  StateBadge,
  Timestamp,
} from '../../components/ui/index.ts'
import { duration } from '../../lib/format.ts'
import { useWorkspace } from '../../lib/workspace.ts'
import type { RowFacts } from './columns.tsx'
import { FlowLink, FlowRunLink, TaskRunLink } from './links.tsx'
import { flowRunQuery, taskRunQuery } from './queries.ts'
import { type FlowRun, stateOf, type TaskRun } from './types.ts'

/** The summary of a run at the side of its list, which stays in reach: `j` and `k` go on to the next. */
export default function Peek({
  kind,
  id,
  run: loaded,
  facts,
  onClose,
}: {
  kind: 'flow-run' | 'task-run'
  id: string
  /** The run, where the list holds it. */
  run: FlowRun | TaskRun | undefined
  facts: RowFacts
  onClose(): void
}) {
  const ws = useWorkspace()
  const query = useQuery<FlowRun | TaskRun>({
    ...((kind === 'flow-run' ? flowRunQuery(ws, id) : taskRunQuery(ws, id)) as unknown as ReturnType<
      typeof flowRunQuery
    >),
    enabled: !loaded,
  } as never)
  const run = loaded ?? query.data
  const Linked = kind === 'flow-run' ? FlowRunLink : TaskRunLink
  return (
    <aside
      aria-label="Summary of the run"
      data-peek={id}
      className="fixed top-(--bar) right-0 bottom-0 z-20 flex w-100 max-w-full flex-col border-l border-line-strong bg-raised shadow-float"
    >
      <header className="flex min-h-12 items-center gap-2 border-b border-line pr-2 pl-4">
        <h2 className="clip text-base font-bold" title={run?.name}>
          {run?.name ?? id.slice(0, 8)}
        </h2>
        <Button
          kind="bare"
          square
          icon="close"
          aria-label="Close the summary"
          className="ml-auto"
          onClick={onClose}
        />
      </header>
      <section
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by the keyboard
        tabIndex={0}
        aria-label="Facts of the run"
        className="min-h-0 flex-1 overflow-y-auto px-4 py-3 -outline-offset-2!"
      >
        {run ? (
          <Facts run={run} facts={facts} />
        ) : query.isError ? (
          <ErrorState
            className="px-0!"
            title="The run could not be loaded"
            error={query.error}
            onRetry={() => void query.refetch()}
          />
        ) : (
          <Loading label="Loading the run" />
        )}
      </section>
      <footer className="flex items-center gap-3 border-t border-line px-4 py-2.5">
        <Linked
          id={id}
          className="inline-flex h-(--control) items-center gap-1.5 rounded-control border border-accent-solid bg-accent-solid px-2.75 font-medium text-on-accent hover:bg-accent-solid-hover"
        >
          Open the run
        </Linked>
        <span className="ml-auto flex items-center gap-1.5 text-small text-text-3 max-md:hidden">
          <Kbd>j</Kbd> <Kbd>k</Kbd> next, previous
        </span>
      </footer>
    </aside>
  )
}

function Facts({ run, facts }: { run: FlowRun | TaskRun; facts: RowFacts }) {
  const flowRun = 'flow_id' in run ? run : null
  const taskRun = flowRun ? null : (run as TaskRun)
  const message = run.state?.message
  const parameters = flowRun ? Object.entries(flowRun.parameters) : []
  return (
    <>
      <StateBadge state={stateOf(run)} />
      {message ? (
        <pre className="mt-2 max-h-48 overflow-auto rounded-control border border-line bg-sunken px-3 py-2 font-mono text-small wrap-anywhere whitespace-pre-wrap">
          {message}
        </pre>
      ) : null}
      <dl className="mt-3 grid grid-cols-[8.5rem_minmax(0,1fr)] gap-x-3">
        {flowRun ? (
          <Fact name="Flow">
            <FlowLink id={flowRun.flow_id} className="link">
              {facts.flowName ?? flowRun.flow_id.slice(0, 8)}
            </FlowLink>
          </Fact>
        ) : null}
        {flowRun?.deployment_id ? (
          <Fact name="Deployment">{facts.deploymentName ?? flowRun.deployment_id.slice(0, 8)}</Fact>
        ) : null}
        {taskRun?.flow_run_id ? (
          <Fact name="Belongs to">
            <FlowRunLink id={taskRun.flow_run_id} search={{ sel: run.id }} className="link">
              {facts.runName ?? taskRun.flow_run_id.slice(0, 8)}
            </FlowRunLink>
          </Fact>
        ) : null}
        <Fact name="Due">
          <Timestamp at={run.expected_start_time} form="full" />
        </Fact>
        <Fact name="Started">
          <Timestamp at={run.start_time} form="full" />
        </Fact>
        <Fact name="Ended">
          <Timestamp at={run.end_time} form="full" />
        </Fact>
        <Fact name="Took">
          {run.state_type === 'RUNNING' ? (
            <Duration since={run.start_time} />
          ) : run.start_time ? (
            duration(run.total_run_time)
          ) : (
            '–'
          )}
          {facts.usual ? <span className="text-text-3"> · usually {duration(facts.usual)}</span> : null}
        </Fact>
        <Fact name="Attempts">{run.run_count || '–'}</Fact>
        {flowRun ? <Fact name="Started by">{flowRun.created_by?.display_value ?? '–'}</Fact> : null}
        {flowRun ? <Fact name="Task runs">{facts.tasks ?? '–'}</Fact> : null}
        {taskRun?.cache_key ? <Fact name="Cache key">{taskRun.cache_key}</Fact> : null}
        <Fact name="Tags">{run.tags.join(', ') || '–'}</Fact>
        <Fact name="Id">
          <Copyable text={run.id} label="Copy the run's id" />
        </Fact>
      </dl>
      {parameters.length ? (
        <>
          <h3 className="mt-4 mb-1 text-small text-text-3">Parameters</h3>
          <pre className="max-h-64 overflow-auto rounded-control border border-line bg-sunken px-3 py-2 font-mono text-small wrap-anywhere whitespace-pre-wrap">
            {JSON.stringify(flowRun?.parameters, null, 2)}
          </pre>
        </>
      ) : null}
    </>
  )
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="min-h-7 content-center text-text-3">{name}</dt>
      <dd className="min-h-7 content-center wrap-anywhere tabular-nums">{children}</dd>
    </>
  )
}
