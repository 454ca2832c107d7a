import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import {
  Button,
  buttonClass,
  ErrorState,
  Icon,
  Loading,
  StateGlyph,
  TabPanel,
  Tabs,
} from '../../components/ui/index.ts'
import { plural } from '../../lib/format.ts'
import { useNow } from '../../lib/now.ts'
import { LOOK_WORDS } from '../../lib/states.ts'
import { useWorkspace } from '../../lib/workspace.ts'
import { ArtifactsTab, useArtifactsTab } from '../artifacts/artifacts-tab.tsx'
import { countStates, type GraphModel, neighbours, stateAt } from '../graph/model.ts'
import { DOWN, lineage, UP } from '../graph/paths.ts'
import { LogView } from '../logs/log-view.tsx'
import { type LogSource, useRunLogs } from '../logs/use-logs.ts'
import { History } from './history.tsx'
import {
  AttemptCards,
  attemptSpan,
  Details,
  flowRunDetails,
  Inputs,
  JsonBlock,
  RunRows,
  taskRunDetails,
  useAttempts,
} from './inspector.tsx'
import { FlowRunLink, TaskRunLink } from './links.tsx'
import { childRunsQuery, MOST_TASK_RUNS, taskRunQuery, taskRunsQuery } from './queries.ts'
import type { RunSearch } from './search.ts'
import { Summary } from './summary.tsx'
import { TaskName } from './task-names.tsx'
import type { FlowRun, TaskRun } from './types.ts'
import { logSearch, type Patch } from './use-run-search.ts'

interface InspectorProps {
  run: FlowRun
  model: GraphModel | null
  names: ReadonlyMap<string, string>
  dim: ReadonlyMap<string, number>
  selected: readonly string[]
  search: RunSearch
  set(next: Patch<RunSearch>, push?: boolean): void
  onSelect(ids: string[]): void
  ended: boolean
}

/** Beside the picture: the chosen task, or the run as a whole. */
export function RunInspector(props: InspectorProps) {
  const { run, model, names, dim, selected, search, set, onSelect, ended } = props
  const ws = useWorkspace()
  const main = selected.at(-1)
  const node = main !== undefined ? (model?.index.get(main) ?? -1) : -1
  const subflow = node >= 0 && model?.subflow[node] === 1
  const one = useQuery({ ...taskRunQuery(ws, main ?? ''), enabled: main !== undefined && !subflow })
  const task = main !== undefined && one.data?.id === main ? one.data : undefined
  const children = useQuery({ ...childRunsQuery(ws, run.id), enabled: main === undefined })
  const attempts = useAttempts(task)

  // Tasks of this run are filtered out of its lines; what is inside a sub-flow has lines of its own.
  const inside = node >= 0 && (model?.group[node] ?? -1) >= 0
  const several = selected.length > 1
  const outside = main !== undefined && !several && (subflow || inside || (model !== null && node < 0))
  const source: LogSource = !outside
    ? { flow_run_id: run.id }
    : subflow
      ? { flow_run_id: main }
      : { task_run_id: main }
  const logs = useRunLogs(source, !ended)
  const only = useMemo(
    () => (main !== undefined && !outside ? new Set(selected) : null),
    [main, outside, selected],
  )
  const span = useMemo(() => attemptSpan(attempts, search.attempt), [attempts, search.attempt])

  const artifactsOf = main && !subflow ? { task_run_id: main } : { flow_run_id: main ?? run.id }
  const artifacts = useArtifactsTab(artifactsOf, ended)

  const total = model?.size ?? 0
  const tabs = several
    ? [{ id: 'logs', label: 'Logs' }]
    : main
      ? [
          { id: 'logs', label: 'Logs' },
          ...(subflow ? [] : [{ id: 'inputs', label: 'Inputs' }]),
          ...artifacts,
          { id: 'history', label: 'History' },
          ...(subflow ? [] : [{ id: 'details', label: 'Details' }]),
        ]
      : [
          { id: 'summary', label: 'Summary' },
          { id: 'logs', label: 'Logs' },
          { id: 'tasks', label: 'Task runs', count: total || undefined },
          ...(children.data?.length
            ? [{ id: 'sub-flows', label: 'Sub-flows', count: children.data.length }]
            : []),
          ...artifacts,
          { id: 'parameters', label: 'Parameters' },
          { id: 'history', label: 'History' },
          { id: 'details', label: 'Details' },
        ]
  const tab = tabs.find((each) => each.id === search.tab)?.id ?? 'logs'
  const of = main ? (subflow ? { flowRun: main } : { taskRun: main }) : { flowRun: run.id }
  const now = useNow(ended || tab !== 'summary' ? 0 : 5_000)

  return (
    <section
      aria-label={main ? 'Selected task' : 'Run'}
      className="flex min-h-0 min-w-0 flex-col border-line-strong bg-surface md:border-l"
    >
      {main && node >= 0 && model ? (
        <div className="flex-none px-3 pt-2.75 md:px-4">
          <h2 className="flex min-w-0 items-center gap-2 text-head leading-6">
            {several ? null : <StateGlyph look={stateAt(model, node)} />}
            <span className="clip" title={several ? undefined : names.get(main)}>
              {selected.length > 1 ? (
                `${selected.length} tasks selected`
              ) : (
                <TaskName name={names.get(main) ?? ''} dim={dim.get(main)} />
              )}
            </span>
            <span className="ml-auto flex">
              {several ? null : subflow ? (
                <FlowRunLink
                  id={main}
                  className={buttonClass({ kind: 'bare', square: true })}
                  title="Open the sub-flow (Enter)"
                >
                  <Icon name="external" />
                  <span className="sr-only">Open the sub-flow</span>
                </FlowRunLink>
              ) : (
                <TaskRunLink
                  id={main}
                  className={buttonClass({ kind: 'bare', square: true })}
                  title="Open the task run (Enter)"
                >
                  <Icon name="external" />
                  <span className="sr-only">Open the task run</span>
                </TaskRunLink>
              )}
              <Button
                kind="bare"
                square
                icon="close"
                aria-label="Show the whole run"
                title="Show the whole run (Esc)"
                onClick={() => onSelect([])}
              />
            </span>
          </h2>
          {task && selected.length === 1 ? (
            <AttemptCards
              taskRun={task}
              attempts={attempts}
              chosen={search.attempt}
              onChoose={(attempt) => set({ attempt, line: undefined, tab: undefined }, true)}
              place={place(model, node)}
            />
          ) : (
            <p className="min-h-7 pt-2.5 pb-3 text-small text-text-3">
              {several ? stateCounts(model, selected) : place(model, node)}
            </p>
          )}
        </div>
      ) : null}
      <Tabs
        value={tab}
        onChange={(next) => set({ tab: next === 'logs' ? undefined : next }, true)}
        tabs={tabs}
        label={main ? 'About the task' : 'About the run'}
        className="flex min-h-0 flex-1 flex-col"
        listClassName="flex-none px-3 md:px-4 [&>div]:gap-4!"
      >
        <TabPanel value={tab} className="flex min-h-0 flex-1 flex-col max-md:min-h-90">
          {tab === 'logs' ? (
            <LogView
              key={JSON.stringify(source)}
              logs={logs}
              live={!ended}
              {...logSearch(search, set)}
              tasks={only}
              taskNames={names}
              onClearTasks={() => onSelect([])}
              onTask={(id) => onSelect([id])}
              span={span}
              downloadUrl={`${ws.api.base}/flow_runs/${'flow_run_id' in source ? source.flow_run_id : run.id}/logs/download`}
              startedAt={run.start_time}
              endedAt={main ? null : run.end_time}
            />
          ) : (
            <section
              aria-label={tabs.find((t) => t.id === tab)?.label}
              // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls or is worked by keys must be reachable by them
              tabIndex={0}
              className="min-h-0 flex-1 overflow-y-auto -outline-offset-2!"
            >
              {tab === 'artifacts' ? (
                <ArtifactsTab of={artifactsOf} ended={ended} />
              ) : tab === 'history' ? (
                <History of={of} live={!ended} />
              ) : tab === 'summary' ? (
                <Summary
                  run={run}
                  model={model}
                  lines={logs.store.lines}
                  dim={dim}
                  now={now}
                  onSelect={onSelect}
                  onLine={(line) => set({ tab: undefined, line }, true)}
                />
              ) : tab === 'inputs' || (tab === 'details' && main) ? (
                task ? (
                  tab === 'inputs' ? (
                    <Inputs taskRun={task} names={names} />
                  ) : (
                    <Details rows={taskRunDetails(task)} />
                  )
                ) : one.error ? (
                  <ErrorState
                    title="The task run could not be loaded"
                    error={one.error}
                    onRetry={() => void one.refetch()}
                  />
                ) : (
                  <Wait />
                )
              ) : tab === 'details' ? (
                <Details rows={flowRunDetails(run)} />
              ) : tab === 'parameters' ? (
                <Parameters run={run} />
              ) : tab === 'sub-flows' ? (
                <RunRows runs={children.data ?? []} empty="No sub-flows" />
              ) : (
                <TaskRows run={run} ended={ended} total={total} />
              )}
            </section>
          )}
        </TabPanel>
      </Tabs>
    </section>
  )
}

const Wait = () => (
  <p className="p-4">
    <Loading label="Loading" />
  </p>
)

function TaskRows({ run, ended, total }: { run: FlowRun; ended: boolean; total: number }) {
  const ws = useWorkspace()
  const tasks = useQuery({ ...taskRunsQuery(ws, run.id), placeholderData: keepPreviousData })
  if (tasks.error && !tasks.data)
    return (
      <ErrorState
        title="The task runs could not be loaded"
        error={tasks.error}
        onRetry={() => void tasks.refetch()}
      />
    )
  if (!tasks.data) return <Wait />
  const rows: TaskRun[] = tasks.data
  return (
    <>
      <RunRows runs={rows} empty={ended ? 'This run had no tasks' : 'No task has started yet'} />
      {rows.length >= MOST_TASK_RUNS && total > rows.length ? (
        <p className="px-4 py-2 text-small text-text-2">
          These are the first {plural(rows.length, 'task run')}. The Table shows all.
        </p>
      ) : null}
    </>
  )
}

function Parameters({ run }: { run: FlowRun }) {
  if (Object.keys(run.parameters).length === 0)
    return <p className="p-4 text-text-2">The flow was called without parameters.</p>
  return <JsonBlock value={run.parameters} label="parameters" />
}

/** "3 completed, 1 failed", of the chosen tasks. */
function stateCounts(model: GraphModel, ids: readonly string[]): string {
  const nodes = ids.map((id) => model.index.get(id)).filter((i) => i !== undefined)
  const states = Uint8Array.from(nodes, (i) => model.states[i]!)
  return countStates({ states })
    .map(([state, n]) => `${n} ${LOOK_WORDS[state].toLowerCase()}`)
    .join(', ')
}

function place(model: GraphModel, node: number): string {
  const mask = lineage(model, [node])
  let up = 0
  let down = 0
  for (const each of mask) {
    if (each & UP) up++
    if (each & DOWN) down++
  }
  const direct = neighbours(model.up, node).length
  return direct || down ? `${up} upstream · ${down} downstream` : 'depends on nothing'
}
