import { useQuery, useQueryClient } from '@tanstack/react-query'
import { clsx } from 'clsx'
import { useCallback, useEffect, useMemo, useState } from 'react'
import {
  Button,
  Checkbox,
  Command,
  EmptyState,
  ErrorState,
  Skeleton,
  Table,
  TableScroll,
  Th,
} from '../../components/ui/index.ts'
import { plural } from '../../lib/format.ts'
import { useLiveGap } from '../../lib/live.ts'
import { useNow } from '../../lib/now.ts'
import { useZone } from '../../lib/preferences.ts'
import { useShortcuts } from '../../lib/shortcuts.ts'
import { useTimeRange } from '../../lib/time-range.ts'
import { useWorkspace } from '../../lib/workspace.ts'
import { useRunActions } from './actions.ts'
import { allMatching, deploymentNamesQuery, hasFilter, taskCountsQuery } from './list-queries.ts'
import { useThrottled } from './live.ts'
import { flowNamesQuery, median, runKeys } from './queries.ts'
import { FlowRunCard, FlowRunRow, type RowFacts } from './run-row.tsx'
import { Spacer } from './run-table.tsx'
import type { RunsFilter, RunsSearch } from './search.ts'
import { SelectionBar } from './selection-bar.tsx'
import type { FlowRun } from './types.ts'
import { useFlowRuns } from './use-flow-runs.ts'

/** The flow runs of a filter: virtual rows, selection, and what is new behind a line. */
export function FlowRunsList({
  filter,
  sort,
  set,
  onTags,
  onClear,
}: {
  filter: RunsFilter
  sort: NonNullable<RunsSearch['sort']>
  set(patch: { sort?: RunsSearch['sort'] | undefined }, push?: boolean): void
  onTags(tags: readonly string[]): void
  onClear(): void
}) {
  const ws = useWorkspace()
  const client = useQueryClient()
  const { range } = useTimeRange()
  const [zone] = useZone()
  const now = useNow(60_000)
  const actions = useRunActions()
  // What is on the screen is patched; what is new waits behind a line, so that nothing moves under the pointer.
  const [fresh, setFresh] = useState<ReadonlySet<string>>(new Set())
  const recount = useThrottled(() => {
    void client.invalidateQueries({ queryKey: [...runKeys.lists(ws), 'history'] })
    void client.invalidateQueries({ queryKey: [...runKeys.lists(ws), 'scatter'] })
  }, 5_000)
  const { list, queryKey, runs, known, rows, narrow } = useFlowRuns(filter, sort, (id, loaded) => {
    recount()
    if (!loaded) setFresh((old) => (old.has(id) ? old : new Set(old).add(id)))
  })
  const total = list.data?.pages[0]?.count ?? 0
  const reload = useCallback(() => {
    setFresh(new Set())
    void client.resetQueries({ queryKey })
    void client.invalidateQueries({ queryKey: runKeys.lists(ws) })
  }, [client, queryKey, ws])
  useLiveGap(reload)
  const waiting = [...fresh].filter((id) => !known.has(id)).length

  const flowNames = useQuery(
    flowNamesQuery(
      ws,
      runs.map((run) => run.flow_id),
    ),
  )
  const deploymentNames = useQuery(
    deploymentNamesQuery(
      ws,
      runs.flatMap((run) => (run.deployment_id ? [run.deployment_id] : [])),
    ),
  )
  const tasks = useQuery(
    taskCountsQuery(
      ws,
      runs.map((run) => run.id),
    ),
  )
  const usual = useMemo(() => usualByFlow(runs), [runs])
  const tags = useMemo(() => [...new Set(runs.flatMap((run) => run.tags))].sort().join('\n'), [runs])
  useEffect(() => onTags(tags ? tags.split('\n') : []), [tags, onTags])

  const [selected, setSelected] = useState<ReadonlyMap<string, FlowRun>>(new Map())
  const [focus, setFocus] = useState(-1)
  const [last, setLast] = useState(-1)
  const [selecting, setSelecting] = useState(false)
  const onSelect = useCallback(
    (run: FlowRun, shift: boolean): void => {
      const at = runs.indexOf(run)
      setSelected((old) => {
        const next = new Map(old)
        const on = !old.has(run.id)
        const [a, b] = shift && last >= 0 ? [Math.min(last, at), Math.max(last, at)] : [at, at]
        for (const each of runs.slice(a, b + 1)) on ? next.set(each.id, each) : next.delete(each.id)
        return next
      })
      setLast(at)
    },
    [runs, last],
  )
  const step = (by: number) => () => {
    const next = Math.max(0, Math.min(runs.length - 1, focus + by))
    setFocus(next)
    rows.scrollTo(next)
  }
  useShortcuts([
    { keys: 'j', run: step(1) },
    { keys: 'k', run: step(-1) },
    { keys: 'x', run: () => runs[focus] && onSelect(runs[focus], false) },
    {
      keys: 'o',
      run: () => document.querySelector<HTMLAnchorElement>(`[data-run="${runs[focus]?.id}"] a`)?.click(),
    },
    { keys: 'Escape', run: () => setSelected(new Map()) },
  ])

  const facts = (run: FlowRun): RowFacts => ({
    flowName: flowNames.data?.get(run.flow_id),
    deploymentName: run.deployment_id ? deploymentNames.data?.get(run.deployment_id) : undefined,
    tasks: tasks.data?.[run.id],
    usual: usual.get(run.flow_id) ?? null,
  })
  const all = runs.length > 0 && runs.every((run) => selected.has(run.id))

  if (list.isError && !list.data)
    return (
      <ErrorState
        title="The runs could not be loaded"
        error={list.error}
        onRetry={() => void list.refetch()}
      />
    )
  if (list.data && runs.length === 0) return <NoRuns filter={filter} onClear={onClear} label={range.label} />

  const sortHead = (
    label: string,
    up: NonNullable<RunsSearch['sort']>,
    down: NonNullable<RunsSearch['sort']>,
    num = false,
  ) => (
    <Th
      num={num}
      className="top-(--bar)!"
      sorted={sort === up ? 'asc' : sort === down ? 'desc' : false}
      onSort={() =>
        set({ sort: sort === down ? up : down === 'EXPECTED_START_TIME_DESC' ? undefined : down }, true)
      }
    >
      {label}
    </Th>
  )
  const more = waiting ? (
    <Button kind="act" size="small" onClick={reload}>
      {plural(waiting, 'new run')}
    </Button>
  ) : null

  return (
    <div ref={rows.anchor}>
      {narrow ? (
        <>
          {more ? <div className="border-b border-line p-1 text-center">{more}</div> : null}
          <div style={{ height: rows.before }} />
          {rows.items.map((item) => {
            const run = runs[item.index]
            return run ? (
              <FlowRunCard key={run.id} run={run} facts={facts(run)} zone={zone} now={now} />
            ) : null
          })}
          <div style={{ height: rows.after }} />
        </>
      ) : (
        <TableScroll label="Flow runs" className="overflow-x-visible! -outline-offset-2!">
          <Table aria-rowcount={total + 1} aria-busy={list.isPlaceholderData}>
            <colgroup>
              <col style={{ width: 36 }} />
              <col style={{ width: 118 }} />
              <col style={{ width: '13%' }} />
              <col style={{ width: '18%' }} />
              <col style={{ width: 104 }} />
              <col style={{ width: 146 }} />
              <col style={{ width: 62 }} className="max-lg:hidden" />
              <col style={{ width: 92 }} className="max-lg:hidden" />
              <col style={{ width: 46 }} className="max-lg:hidden" />
              <col />
            </colgroup>
            <thead>
              <tr>
                <Th className="top-(--bar)!">
                  <Checkbox
                    label="Select all that are loaded"
                    hideLabel
                    checked={all}
                    some={selected.size > 0 && !all}
                    onChange={() => setSelected(all ? new Map() : new Map(runs.map((run) => [run.id, run])))}
                  />
                </Th>
                <Th className="top-(--bar)!">State</Th>
                {sortHead('Run', 'NAME_ASC', 'NAME_DESC')}
                <Th className="top-(--bar)!">Flow and deployment</Th>
                {sortHead('Started', 'EXPECTED_START_TIME_ASC', 'EXPECTED_START_TIME_DESC', true)}
                <Th num className="top-(--bar)!" title="Against the median of the flow's runs in this list">
                  Took, against usual
                </Th>
                <Th num className="top-(--bar)! max-lg:hidden">
                  Tasks
                </Th>
                <Th className="top-(--bar)! max-lg:hidden">Pool</Th>
                <Th num className="top-(--bar)! max-lg:hidden" title="Attempts">
                  Try
                </Th>
                <Th className="top-(--bar)!">
                  <span className="flex items-center justify-between">
                    Message <span className="-my-1 -mr-2">{more}</span>
                  </span>
                </Th>
              </tr>
            </thead>
            <tbody>
              {list.data ? null : <SkeletonRuns />}
              <Spacer height={rows.before} columns={10} />
              {rows.items.map((item) => {
                const run = runs[item.index]
                return run ? (
                  <FlowRunRow
                    key={run.id}
                    run={run}
                    facts={facts(run)}
                    zone={zone}
                    now={now}
                    selected={selected.has(run.id)}
                    focused={item.index === focus}
                    onSelect={onSelect}
                  />
                ) : null
              })}
              <Spacer height={rows.after} columns={10} />
            </tbody>
          </Table>
        </TableScroll>
      )}
      {list.isFetchingNextPage ? <p className="px-4 py-2 text-text-3">Loading more …</p> : null}
      {selected.size > 0 ? (
        <SelectionBar
          runs={[...selected.values()]}
          total={total}
          actions={actions}
          selecting={selecting}
          onAll={() => {
            setSelecting(true)
            allMatching(ws, filter, range, sort)
              .then((every) => setSelected(new Map(every.map((run) => [run.id, run]))))
              .finally(() => setSelecting(false))
          }}
          onClear={() => setSelected(new Map())}
        />
      ) : null}
    </div>
  )
}

function SkeletonRuns() {
  return Array.from({ length: 14 }, (_, i) => {
    const key = i
    return (
      <tr key={key}>
        {[15, 78, 90, 150, 64, 110, 30, 62, 14, 180].map((width, k) => (
          <td
            key={width}
            className={clsx(
              'h-(--row) border-b border-line px-2.5 first:pl-3.5',
              k >= 6 && k <= 8 && 'max-lg:hidden',
            )}
          >
            <Skeleton style={{ width, maxWidth: '100%' }} />
          </td>
        ))}
      </tr>
    )
  })
}

function NoRuns({ filter, label, onClear }: { filter: RunsFilter; label: string; onClear(): void }) {
  const filters = hasFilter(filter)
  const { setRange, range } = useTimeRange()
  if (filters)
    return (
      <EmptyState
        kind="no-match"
        title="Nothing matches"
        text={`No run of ${label.toLowerCase().replace('last', 'the last')} has all of these properties.`}
      >
        <Button onClick={onClear}>{filters === 1 ? 'Clear the filter' : `Clear ${filters} filters`}</Button>
      </EmptyState>
    )
  return (
    <EmptyState
      title={`No runs in ${label.toLowerCase().replace('last', 'the last')}`}
      text="Start one from your shell. It shows up here at once."
    >
      <div className="flex w-full max-w-120 flex-col gap-2">
        <Command command="python my_flow.py" />
        {range.name === '30d' ? null : (
          <Button className="self-start" onClick={() => setRange({ range: '30d' })}>
            Look at the last 30 days
          </Button>
        )}
      </div>
    </EmptyState>
  )
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
