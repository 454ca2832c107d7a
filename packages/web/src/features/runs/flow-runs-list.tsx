import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useEffect, useMemo, useState } from 'react'
import { toast } from '../../components/ui/index.ts'
import { useNow } from '../../lib/now.ts'
import { useZone } from '../../lib/preferences.ts'
import type { TimeRange } from '../../lib/time-range.ts'
import { useWorkspace } from '../../lib/workspace.ts'
import { refusal } from './actions.ts'
import { FLOW_RUN_COLUMNS, type RowFacts, shownColumns, useColumnChoice } from './columns.tsx'
import { deploymentNamesQuery, taskCountsQuery } from './list-queries.ts'
import { NoRuns } from './no-runs.tsx'
import { useRunPermissions } from './permissions.ts'
import { flowNamesQuery, median } from './queries.ts'
import { type ListAction, RunList } from './run-list.tsx'
import { FlowRunCard } from './run-row.tsx'
import type { RunSort, RunsFilter } from './search.ts'
import type { BarAction } from './selection-bar.tsx'
import type { FlowRun } from './types.ts'
import { useBulk } from './use-bulk.tsx'
import { useFlowRunList } from './use-run-list.ts'

const SelectionBar = lazy(() => import('./selection-bar.tsx').then((m) => ({ default: m.SelectionBar })))
const RunDialogs = lazy(() => import('./run-dialogs.tsx').then((m) => ({ default: m.RunDialogs })))

export interface RunsListProps {
  filter: RunsFilter
  range: TimeRange
  sort: RunSort
  peek: string | undefined
  set(patch: { sort?: RunSort | undefined; peek?: string | undefined }, push?: boolean): void
  onClear(): void
}

/** Why some of the runs are left out of an action: the first reason stands for the rest. */
const whyNot = (action: 'retry' | 'cancel', runs: readonly FlowRun[]): string | undefined => {
  const reasons = runs.flatMap((run) => refusal(action, run) ?? [])
  if (reasons.length === 0) return undefined
  return reasons.length === runs.length ? reasons[0] : `${reasons.length} of them not: ${reasons[0]}`
}

/** The flow runs of a filter. `onSeen` hears of the loaded ones, for the completion of the filter. */
export function FlowRunsList({
  filter,
  range,
  sort,
  peek,
  set,
  onSeen,
  onClear,
}: RunsListProps & { onSeen(runs: readonly FlowRun[]): void }) {
  const [zone] = useZone()
  const now = useNow(60_000)
  const [stored] = useColumnChoice('flow-runs')
  const columns = useMemo(() => shownColumns(FLOW_RUN_COLUMNS, stored), [stored])
  const loaded = useFlowRunList({ filter, range, sort })
  const { runs, selection, selecting, total } = loaded
  useEffect(() => onSeen(runs), [runs, onSeen])

  const facts = useFacts(runs)
  const [asked, setAsked] = useState<{ action: ListAction; runs: FlowRun[] } | null>(null)
  const bulk = useBulk('flow-run')
  const may = useRunPermissions()
  const ask = (action: ListAction, chosen: FlowRun[]): void => {
    const lacks = action === 'delete' ? may.manage : may.run
    if (lacks !== null) {
      toast({ title: 'Your role does not allow it', text: lacks, look: 'cancelled' })
      return
    }
    const fit = action === 'delete' ? chosen : chosen.filter((run) => refusal(action, run) === null)
    if (fit.length) setAsked({ action, runs: fit })
    else
      toast({
        title: action === 'retry' ? 'Nothing to retry' : 'Nothing to cancel',
        ...((text) => text && { text })(chosen[0] && action !== 'delete' ? refusal(action, chosen[0]) : null),
        look: 'cancelled',
      })
  }
  const chosen = [...selection.all.values()]
  const bar: BarAction[] = [
    ...(['retry', 'cancel'] as const).map((action) => ({
      label: action === 'retry' ? 'Retry' : 'Cancel',
      icon: action === 'retry' ? ('retry' as const) : ('stop' as const),
      n: chosen.filter((run) => refusal(action, run) === null).length,
      lacks: may.run,
      why: whyNot(action, chosen),
      run: () => ask(action, chosen),
    })),
    {
      label: 'Delete',
      icon: 'trash',
      n: chosen.length,
      bad: true,
      lacks: may.manage,
      run: () => ask('delete', chosen),
    },
  ]

  return (
    <>
      <RunList
        kind="flow-run"
        label="Flow runs"
        loaded={loaded}
        columns={columns}
        facts={facts}
        clock={{ zone, now }}
        card={(run) => <FlowRunCard run={run} facts={facts(run)} zone={zone} now={now} />}
        empty={<NoRuns kind="flow-runs" filter={filter} onClear={onClear} />}
        sort={sort}
        onSort={(next) => set({ sort: next }, true)}
        peek={peek}
        onPeek={(id) => set({ peek: id })}
        onAction={ask}
      />
      {selection.all.size > 0 ? (
        <Suspense>
          <SelectionBar
            selected={selection.all.size}
            total={total}
            actions={bar}
            selecting={selecting}
            onAll={loaded.selectAll}
            onClear={selection.clear}
          />
        </Suspense>
      ) : null}
      {asked ? (
        <Suspense>
          <RunDialogs
            open={asked.action}
            runs={asked.runs}
            actions={bulk.actions}
            onClose={() => setAsked(null)}
            onDeleted={selection.clear}
          />
        </Suspense>
      ) : null}
      {bulk.report}
    </>
  )
}

/** What the rows show beside their runs: names, counts of tasks, and how long a flow usually takes. */
function useFacts(runs: readonly FlowRun[]): (run: FlowRun) => RowFacts {
  const ws = useWorkspace()
  const ids = (of: (run: FlowRun) => string | null): string[] => runs.flatMap((run) => of(run) ?? [])
  const flowNames = useQuery(
    flowNamesQuery(
      ws,
      ids((run) => run.flow_id),
    ),
  )
  const deploymentNames = useQuery(
    deploymentNamesQuery(
      ws,
      ids((run) => run.deployment_id),
    ),
  )
  const tasks = useQuery(
    taskCountsQuery(
      ws,
      ids((run) => run.id),
    ),
  )
  const usual = useMemo(() => usualByFlow(runs), [runs])
  return (run) => ({
    flowName: flowNames.data?.get(run.flow_id),
    deploymentName: run.deployment_id ? deploymentNames.data?.get(run.deployment_id) : undefined,
    tasks: tasks.data?.[run.id],
    usual: usual.get(run.flow_id) ?? null,
  })
}

/** The median of the completed runs in the list, for flows that have at least three. */
function usualByFlow(runs: readonly FlowRun[]): Map<string, number> {
  const byFlow = new Map<string, number[]>()
  for (const run of runs) {
    if (run.state_type !== 'COMPLETED') continue
    const list = byFlow.get(run.flow_id)
    if (list) list.push(run.total_run_time)
    else byFlow.set(run.flow_id, [run.total_run_time])
  }
  const out = new Map<string, number>()
  for (const [flow, list] of byFlow) {
    const middle = list.length >= 3 ? median(list) : null
    if (middle !== null) out.set(flow, middle)
  }
  return out
}
