import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import {
  Button,
  EmptyState,
  ErrorState,
  Panel,
  SkeletonRows,
  Table,
  TableScroll,
  Th,
} from '../../components/ui/index.ts'
import { usePollInterval } from '../../lib/live.ts'
import { useNow } from '../../lib/now.ts'
import { useZone } from '../../lib/preferences.ts'
import type { TimeRange } from '../../lib/time-range.ts'
import { useWorkspace } from '../../lib/workspace.ts'
import { flowRunNamesQuery, hasFilter, taskRunsListQuery } from './list-queries.ts'
import { TaskRunCard, TaskRunRow } from './run-row.tsx'
import { Spacer, useRows } from './run-table.tsx'
import type { RunsFilter } from './search.ts'
import { unique } from './use-flow-runs.ts'
import { useNarrow } from './use-narrow.ts'

export function TaskRunsList({
  filter,
  range,
  onClear,
}: {
  filter: RunsFilter
  range: TimeRange
  onClear(): void
}) {
  const ws = useWorkspace()
  const [zone] = useZone()
  const now = useNow(60_000)
  const narrow = useNarrow()
  const poll = usePollInterval(15_000)
  const list = useInfiniteQuery({
    ...taskRunsListQuery(ws, filter, range, 'EXPECTED_START_TIME_DESC'),
    refetchInterval: poll,
  })
  const runs = useMemo(() => unique(list.data?.pages ?? []), [list.data])
  const names = useQuery(
    flowRunNamesQuery(
      ws,
      runs.flatMap((run) => (run.flow_run_id ? [run.flow_run_id] : [])),
    ),
  )
  const rows = useRows({
    count: runs.length,
    height: narrow ? 52 : 32,
    hasMore: list.hasNextPage && !list.isFetchingNextPage,
    fetchMore: () => void list.fetchNextPage(),
  })
  if (list.isError && !list.data)
    return (
      <Panel>
        <ErrorState
          title="The task runs could not be loaded"
          error={list.error}
          onRetry={() => void list.refetch()}
        />
      </Panel>
    )
  if (list.data && runs.length === 0) {
    const filters = hasFilter(filter)
    return (
      <Panel>
        {filters ? (
          <EmptyState
            kind="no-match"
            title="Nothing matches"
            text="No task run in this time has all of these properties."
          >
            <Button onClick={onClear}>
              {filters === 1 ? 'Clear the filter' : `Clear ${filters} filters`}
            </Button>
          </EmptyState>
        ) : (
          <EmptyState
            title="No task runs in this time"
            text="Functions decorated with @task show up here as they run."
          />
        )}
      </Panel>
    )
  }
  return (
    <Panel>
      <div ref={rows.anchor}>
        {narrow ? (
          <>
            <div style={{ height: rows.before }} />
            {rows.items.map((item) => {
              const run = runs[item.index]
              return run ? <TaskRunCard key={run.id} run={run} zone={zone} now={now} /> : null
            })}
            <div style={{ height: rows.after }} />
          </>
        ) : (
          <TableScroll label="Task runs" className="overflow-x-visible! -outline-offset-2!">
            <Table>
              <colgroup>
                <col style={{ width: 128 }} />
                <col style={{ width: '26%' }} />
                <col style={{ width: '16%' }} />
                <col style={{ width: 104 }} />
                <col style={{ width: 90 }} />
                <col style={{ width: 48 }} className="max-lg:hidden" />
                <col />
              </colgroup>
              <thead>
                <tr>
                  <Th className="top-(--bar)!">State</Th>
                  <Th className="top-(--bar)!">Task run</Th>
                  <Th className="top-(--bar)!">Belongs to</Th>
                  <Th num className="top-(--bar)!" sorted="desc">
                    Started
                  </Th>
                  <Th num className="top-(--bar)!">
                    Took
                  </Th>
                  <Th num className="top-(--bar)! max-lg:hidden" title="Attempts">
                    Try
                  </Th>
                  <Th className="top-(--bar)!">Message</Th>
                </tr>
              </thead>
              <tbody>
                {list.data ? null : (
                  <SkeletonRows rows={14} widths={['80px', '60%', '70px', '60px', '50px', '14px', '70%']} />
                )}
                <Spacer height={rows.before} columns={7} />
                {rows.items.map((item) => {
                  const run = runs[item.index]
                  return run ? (
                    <TaskRunRow
                      key={run.id}
                      run={run}
                      runName={names.data?.get(run.flow_run_id ?? '')}
                      zone={zone}
                      now={now}
                    />
                  ) : null
                })}
                <Spacer height={rows.after} columns={7} />
              </tbody>
            </Table>
          </TableScroll>
        )}
      </div>
    </Panel>
  )
}
