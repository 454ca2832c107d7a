import type { AtOnce, HistoryBucket } from '@orrery/schemas'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { type ReactNode, useMemo } from 'react'
import { Table, TableScroll, Td, Th, Tr } from '../../../components/ui/index.ts'
import { count, duration, shortDateTime } from '../../../lib/format.ts'
import { usePollInterval } from '../../../lib/live.ts'
import { useNow } from '../../../lib/now.ts'
import { useZone } from '../../../lib/preferences.ts'
import type { TimeRange } from '../../../lib/time-range.ts'
import { useWorkspace } from '../../../lib/workspace.ts'
import { rangeOf } from '../filter.ts'
import { FlowRunLink } from '../links.tsx'
import { chartFrame, concurrencyQuery, scatterQuery } from '../list-queries.ts'
import type { RunsFilter } from '../search.ts'
import { TimeAxis, TimeGrid } from '../time-axis.tsx'
import { AtOnceChart } from './at-once.tsx'
import { TimeBrush } from './brush.tsx'
import { type ChartKind, PLOT } from './chart-choice.tsx'
import { type Column, columnsOf } from './history.ts'
import { HistoryColumns } from './history-columns.tsx'
import { nearestPoint, Scatter, type ScatterPoint } from './scatter.tsx'

/** The runs of the filter over time, in one of three ways. A part of it can be chosen. */
export function RunChart({
  kind,
  table,
  filter,
  range,
  history,
  onRange,
}: {
  kind: ChartKind
  table: boolean
  filter: RunsFilter
  range: TimeRange
  history: readonly HistoryBucket[]
  onRange(from: number, to: number): void
}) {
  const ws = useWorkspace()
  const now = useNow(60_000)
  const poll = usePollInterval(30_000)
  const navigate = useNavigate()
  const scatter = useQuery({
    ...scatterQuery(ws, filter, range),
    enabled: kind === 'scatter',
    refetchInterval: poll,
  })
  const once = useQuery({
    ...concurrencyQuery(ws, filter, range),
    enabled: kind === 'concurrency',
    refetchInterval: poll,
  })
  const columns = useMemo(() => columnsOf(history), [history])
  const points = scatter.data ?? []
  const buckets = once.data ?? []
  const frame =
    kind === 'columns' && columns.length
      ? { from: columns[0]!.from, to: columns.at(-1)!.to }
      : kind === 'concurrency'
        ? frameOf(buckets, filter, range, now)
        : chartFrame(filter, range, now)
  const failed = (kind === 'scatter' && scatter.isError) || (kind === 'concurrency' && once.isError)
  // What is not known yet is not said to be none.
  const loading = (kind === 'scatter' && scatter.isPending) || (kind === 'concurrency' && once.isPending)
  if (table)
    return (
      <div className="border-b border-line">
        {kind === 'scatter' ? (
          <PointsTable points={points} />
        ) : kind === 'columns' ? (
          <ColumnsTable columns={columns} />
        ) : (
          <OnceTable buckets={buckets} now={now} />
        )}
      </div>
    )
  return (
    <div className="border-b border-line pt-2 pr-4.5 pb-2 pl-14.5 max-md:pl-12">
      <TimeBrush
        {...frame}
        className="relative cursor-crosshair touch-pan-y select-none"
        onRange={onRange}
        onPick={(at) => {
          if (kind !== 'scatter') return
          const found = nearestPoint(points, at, { ...frame, height: PLOT })
          if (found) void navigate({ href: `${ws.path}/runs/flow-run/${found.id}` })
        }}
      >
        <div className="relative" style={{ height: PLOT }}>
          <TimeGrid {...frame} />
          {failed ? (
            <p role="alert" className="pt-10 text-center text-text-2">
              The chart could not be loaded. The list below does not depend on it.
            </p>
          ) : loading ? (
            <span role="status" className="sr-only">
              Loading the chart
            </span>
          ) : kind === 'scatter' ? (
            <Scatter points={points} {...frame} now={now} height={PLOT} />
          ) : kind === 'columns' ? (
            <HistoryColumns columns={columns} height={PLOT} label="Runs over time by state" />
          ) : (
            <AtOnceChart buckets={buckets} now={now} height={PLOT} />
          )}
        </div>
        <div className="relative h-4">
          <TimeAxis {...frame} />
        </div>
      </TimeBrush>
    </div>
  )
}

function frameOf(buckets: readonly AtOnce[], filter: RunsFilter, range: TimeRange, now: number) {
  const [first, last] = [buckets[0], buckets.at(-1)]
  if (first && last) return { from: Date.parse(first.interval_start), to: Date.parse(last.interval_end) }
  const { since, until } = rangeOf(filter, range).bounds(now)
  return { from: since, to: until }
}

/** Rows of a chart, in a frame of their own: it is as high as a chart of some rows, whatever their number. */
function ChartTable({
  label,
  heads,
  children,
}: {
  label: string
  heads: readonly [string, boolean][]
  children: ReactNode
}) {
  return (
    <TableScroll label={label} className="max-h-64 overflow-y-auto -outline-offset-2!">
      <Table className="table-auto!">
        <thead>
          <tr>
            {heads.map(([head, num]) => (
              <Th key={head} num={num}>
                {head}
              </Th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </Table>
    </TableScroll>
  )
}

function PointsTable({ points }: { points: readonly ScatterPoint[] }) {
  const [zone] = useZone()
  return (
    <ChartTable
      label="Start against duration"
      heads={[
        ['Started', false],
        ['State', false],
        ['Took', true],
        ['Run', false],
      ]}
    >
      {points.map((point) => (
        <Tr key={point.id}>
          <Td className="tabular-nums">{shortDateTime(Date.parse(point.timestamp), zone)}</Td>
          <Td>{point.state_type.charAt(0) + point.state_type.slice(1).toLowerCase()}</Td>
          <Td num>{duration(point.duration)}</Td>
          <Td>
            <FlowRunLink id={point.id} className="link">
              {point.id.slice(-8)}
            </FlowRunLink>
          </Td>
        </Tr>
      ))}
    </ChartTable>
  )
}

const STATES = [
  'completed',
  'running',
  'waiting',
  'scheduled',
  'failed',
  'crashed',
  'late',
  'cancelled',
] as const

function ColumnsTable({ columns }: { columns: readonly Column[] }) {
  const [zone] = useZone()
  return (
    <ChartTable
      label="Runs over time by state"
      heads={[
        ['From', false],
        ...STATES.map((state) => [state.charAt(0).toUpperCase() + state.slice(1), true] as [string, boolean]),
      ]}
    >
      {columns
        .filter((column) => column.total > 0)
        .map((column) => (
          <Tr key={column.from}>
            <Td className="tabular-nums">{shortDateTime(column.from, zone)}</Td>
            {STATES.map((state) => (
              <Td key={state} num>
                {count(column[state])}
              </Td>
            ))}
          </Tr>
        ))}
    </ChartTable>
  )
}

function OnceTable({ buckets, now }: { buckets: readonly AtOnce[]; now: number }) {
  const [zone] = useZone()
  return (
    <ChartTable
      label="Runs at once"
      heads={[
        ['From', false],
        ['Most at once', true],
      ]}
    >
      {buckets
        .filter((bucket) => Date.parse(bucket.interval_start) <= now)
        .map((bucket) => (
          <Tr key={bucket.interval_start}>
            <Td className="tabular-nums">{shortDateTime(Date.parse(bucket.interval_start), zone)}</Td>
            <Td num>{count(bucket.most)}</Td>
          </Tr>
        ))}
    </ChartTable>
  )
}
