import type { Dashboard } from '@orrery/schemas'
import { Table, TableScroll, Td, Th, Tr } from '../../components/ui/index.ts'
import { count, duration, shortDateTime } from '../../lib/format.ts'
import { useNow } from '../../lib/now.ts'
import { useZone } from '../../lib/preferences.ts'
import type { Column } from '../runs/charts/history.ts'
import { FlowLink } from '../runs/links.tsx'
import { untilWords } from './strip.tsx'

const STATES = ['completed', 'running', 'scheduled', 'failed', 'crashed', 'late', 'cancelled'] as const

/** What the charts say, as numbers: the steps in which something was due, and the flows. */
export function ClockTable({
  data,
  columns,
  lanes,
}: {
  data: Dashboard
  columns: readonly Column[]
  lanes: boolean
}) {
  const [zone] = useZone()
  const now = useNow(60_000)
  const pair = (value: { p50: number; p95: number } | null | undefined): string =>
    value ? `${duration(value.p50)} / ${duration(value.p95)}` : '–'
  const zero = (n: number) => (n ? count(n) : <span className="text-text-3">0</span>)
  return (
    <div className="border-t border-line">
      <TableScroll label="Steps of time" className="max-h-110 overflow-y-auto -outline-offset-2!">
        <Table className="min-w-220">
          <colgroup>
            <col style={{ width: 140 }} />
            {STATES.map((state) => (
              <col key={state} style={{ width: 88 }} />
            ))}
            <col />
            <col />
          </colgroup>
          <thead>
            <tr>
              <Th>From</Th>
              {STATES.map((state) => (
                <Th key={state} num>
                  {state.charAt(0).toUpperCase() + state.slice(1)}
                </Th>
              ))}
              <Th num title="Median / 95th percentile">
                Lateness, 50 / 95
              </Th>
              <Th num title="Median / 95th percentile">
                Duration, 50 / 95
              </Th>
            </tr>
          </thead>
          <tbody>
            {columns.map((column, i) =>
              column.total === 0 ? null : (
                <Tr key={column.from}>
                  <Td className="tabular-nums">{shortDateTime(column.from, zone)}</Td>
                  {STATES.map((state) => (
                    <Td key={state} num>
                      {zero(column[state])}
                    </Td>
                  ))}
                  <Td num>{pair(data.lateness.buckets[i])}</Td>
                  <Td num>{pair(data.duration.buckets[i])}</Td>
                </Tr>
              ),
            )}
            <Tr>
              <Td className="font-medium">All</Td>
              {STATES.map((state) => (
                <Td key={state} num className="font-medium">
                  {zero(columns.reduce((sum, column) => sum + column[state], 0))}
                </Td>
              ))}
              <Td num className="font-medium">
                {pair(data.lateness.whole)}
              </Td>
              <Td num className="font-medium">
                {pair(data.duration.whole)}
              </Td>
            </Tr>
          </tbody>
        </Table>
      </TableScroll>
      {lanes ? (
        <TableScroll label="Flows, worst first" className="border-t border-line-strong -outline-offset-2!">
          <Table className="min-w-200">
            <colgroup>
              <col style={{ width: '32%' }} />
            </colgroup>
            <thead>
              <tr>
                <Th>Flow, worst first</Th>
                <Th num>Runs</Th>
                <Th num>Failed</Th>
                <Th num>Crashed</Th>
                <Th num>Late</Th>
                <Th num>Running</Th>
                <Th num title="Of its last 50 runs that ended">
                  Went well
                </Th>
                <Th num>Next run</Th>
              </tr>
            </thead>
            <tbody>
              {data.lanes.map((lane) => {
                const next = data.next_runs[lane.flow_id]
                return (
                  <Tr key={lane.flow_id}>
                    <Td>
                      <FlowLink id={lane.flow_id} className="font-medium hover:underline">
                        {lane.flow_name}
                      </FlowLink>
                    </Td>
                    <Td num>{count(lane.total)}</Td>
                    <Td num>{zero(lane.failed)}</Td>
                    <Td num>{zero(lane.crashed)}</Td>
                    <Td num>{zero(lane.late)}</Td>
                    <Td num>{zero(lane.running)}</Td>
                    <Td num>{lane.ended ? `${lane.good} of ${lane.ended}` : '–'}</Td>
                    <Td num>{next ? untilWords(next, now) : '–'}</Td>
                  </Tr>
                )
              })}
            </tbody>
          </Table>
        </TableScroll>
      ) : null}
    </div>
  )
}
