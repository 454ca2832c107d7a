import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { type ReactNode, useMemo, useState } from 'react'
import {
  Button,
  Copyable,
  copyText,
  Dialog,
  DialogFoot,
  EmptyState,
  ErrorState,
  Loading,
  Menu,
  MenuItem,
  PageBody,
  Panel,
  PanelHead,
  Table,
  TableScroll,
  Th,
  toast,
  toastError,
} from '../../components/ui/index.ts'
import { count, duration } from '../../lib/format.ts'
import { useLiveEvents, useLiveGap, usePollInterval } from '../../lib/live.ts'
import { useNow } from '../../lib/now.ts'
import { usePage } from '../../lib/page.ts'
import { useZone } from '../../lib/preferences.ts'
import { useTimeRange } from '../../lib/time-range.ts'
import { useWorkspace } from '../../lib/workspace.ts'
import { TimeBrush } from '../runs/charts/brush.tsx'
import { columnsOf, lookCounts } from '../runs/charts/history.ts'
import { HistoryColumns } from '../runs/charts/history-columns.tsx'
import { RunsLink } from '../runs/links.tsx'
import { runsHistoryQuery, taskCountsQuery } from '../runs/list-queries.ts'
import { runEvent, useThrottled } from '../runs/live.ts'
import { flowQuery, runKeys } from '../runs/queries.ts'
import { FlowRunCard, FlowRunRow, type RowFacts } from '../runs/run-row.tsx'
import { Spacer } from '../runs/run-table.tsx'
import { TimeAxis, TimeGrid } from '../runs/time-axis.tsx'
import type { FlowRun } from '../runs/types.ts'
import { useFlowRuns } from '../runs/use-flow-runs.ts'
import { HealthStrip } from './health-strip.tsx'
import { quantile, recentRunsQuery } from './queries.ts'

const CHART = 110

export function FlowPage() {
  const { flowId } = useParams({ strict: false }) as { flowId: string }
  const ws = useWorkspace()
  const client = useQueryClient()
  const navigate = useNavigate()
  const { range, setRange } = useTimeRange()
  const poll = usePollInterval(30_000)
  const flow = useQuery(flowQuery(ws, flowId))
  const filter = useMemo(() => ({ flow: flowId }), [flowId])
  const history = useQuery({ ...runsHistoryQuery(ws, filter, range), refetchInterval: poll })
  const recent = useQuery({ ...recentRunsQuery(ws, flowId, 50), refetchInterval: poll })
  const [asking, setAsking] = useState(false)
  usePage({
    title: flow.data?.name ?? 'Flow',
    crumbs: [{ label: 'Flows', to: `${ws.path}/flows` }, { label: flow.data?.name ?? 'Flow' }],
    timeRange: true,
  })
  const refresh = useThrottled(() => {
    void client.invalidateQueries({ queryKey: [...runKeys.lists(ws), 'history'] })
    void client.invalidateQueries({ queryKey: [...runKeys.lists(ws), 'recent', flowId] })
  }, 4_000)
  useLiveEvents((raw) => {
    if (runEvent(raw)?.kind === 'flow-run') refresh()
  })
  useLiveGap(refresh)
  const columns = useMemo(() => columnsOf(history.data ?? []), [history.data])
  const counts = useMemo(() => lookCounts(history.data ?? []), [history.data])

  if (flow.error && !flow.data)
    return (
      <>
        <h1 className="sr-only">Flow</h1>
        <ErrorState
          title={
            (flow.error as { status?: number }).status === 404
              ? 'There is no such flow'
              : 'The flow could not be loaded'
          }
          error={flow.error}
          onRetry={() => void flow.refetch()}
        />
      </>
    )
  if (!flow.data)
    return (
      <p className="p-6">
        <Loading label="Loading the flow" />
      </p>
    )
  const done = (recent.data ?? [])
    .filter((run) => run.state_type === 'COMPLETED')
    .map((run) => run.total_run_time)
  const ended = (recent.data ?? []).filter((run) => run.end_time !== null)
  const good = ended.filter((run) => run.state_type === 'COMPLETED').length
  const frame = columns.length
    ? { from: columns[0]!.from, to: columns.at(-1)!.to }
    : { from: range.bounds().since, to: range.bounds().until }
  const bad =
    (counts.of.get('failed') ?? 0) + (counts.of.get('timedout') ?? 0) + (counts.of.get('crashed') ?? 0)

  const remove = async (): Promise<void> => {
    setAsking(false)
    try {
      await ws.api.delete(`/flows/${flowId}`)
      toast({ title: `${flow.data.name} is deleted` })
      await navigate({ href: `${ws.path}/flows` })
    } catch (error) {
      toastError('Not deleted', error)
    }
  }

  return (
    <PageBody>
      <div className="mb-4 flex flex-wrap items-start gap-x-4 gap-y-2">
        <div className="min-w-0">
          <h1 className="text-title leading-7 tracking-[-.012em] wrap-break-word">{flow.data.name}</h1>
          <p className="mt-px text-text-2">{sentence(good, ended.length)}</p>
        </div>
        <div className="ml-auto">
          <Menu trigger={<Button square icon="more" aria-label="More actions" />}>
            <MenuItem
              icon="copy"
              onSelect={() => void copyText(flowId).then((ok) => ok && toast({ title: 'ID copied' }))}
            >
              Copy ID
            </MenuItem>
            <MenuItem icon="trash" bad onSelect={() => setAsking(true)}>
              Delete flow…
            </MenuItem>
          </Menu>
        </div>
      </div>
      <Panel className="mb-4 grid grid-cols-2 md:grid-cols-[minmax(0,2fr)_repeat(3,minmax(0,1fr))]">
        <Cell label="Last 50 runs" wide>
          <HealthStrip runs={recent.data ?? []} height={30} label={sentence(good, ended.length)} />
        </Cell>
        <Cell label="Usually takes">{duration(quantile(done, 0.5))}</Cell>
        <Cell label="95 of 100 take less than">{duration(quantile(done, 0.95))}</Cell>
        <Cell label="Flow ID">
          <span className="text-data font-regular">
            <Copyable text={flowId} shown={`${flowId.slice(0, 8)}…`} label="Copy the flow's ID" />
          </span>
        </Cell>
      </Panel>
      <Panel>
        <PanelHead
          title={
            <>
              Runs <span className="font-regular text-text-3">{history.data ? count(counts.all) : ''}</span>
            </>
          }
        >
          {bad ? (
            <RunsLink search={{ flow: flowId, state: 'failed|crashed' }} className="link font-medium">
              {bad} failed or crashed
            </RunsLink>
          ) : null}
          <RunsLink search={{ flow: flowId }} className="link font-medium">
            Open as list
          </RunsLink>
        </PanelHead>
        <div className="border-b border-line px-4 pt-2 pb-1.5">
          <TimeBrush
            {...frame}
            className="relative cursor-crosshair touch-pan-y select-none"
            onRange={(from, to) =>
              setRange({ from: new Date(from).toISOString(), to: new Date(to).toISOString() })
            }
          >
            <div className="relative" style={{ height: CHART }}>
              <TimeGrid {...frame} />
              <HistoryColumns
                columns={columns}
                height={CHART}
                label={`Runs of ${flow.data.name} over time`}
              />
            </div>
            <div className="relative h-4">
              <TimeAxis {...frame} />
            </div>
          </TimeBrush>
        </div>
        <Runs flowId={flowId} flowName={flow.data.name} usual={quantile(done, 0.5)} />
      </Panel>
      <Dialog
        open={asking}
        onOpenChange={setAsking}
        title={`Delete ${flow.data.name}?`}
        lead="Its runs, task runs, logs and deployments go with it. This cannot be undone."
      >
        <div className="h-4" />
        <DialogFoot>
          <Button onClick={() => setAsking(false)}>Keep it</Button>
          <Button kind="bad" onClick={() => void remove()}>
            Delete flow
          </Button>
        </DialogFoot>
      </Dialog>
    </PageBody>
  )
}

function sentence(good: number, ended: number): string {
  if (ended === 0) return 'No run of it has ended yet.'
  if (good === ended)
    return ended === 1 ? 'Its one run went well.' : `All of its last ${ended} runs went well.`
  return `${good} of its last ${ended} runs went well.`
}

function Cell({ label, wide = false, children }: { label: string; wide?: boolean; children: ReactNode }) {
  return (
    <div
      className={`border-line px-4 pt-2.5 pb-2.5 not-first:md:border-l ${wide ? 'max-md:col-span-2' : 'max-md:border-t'}`}
    >
      <p className="text-small text-text-3">{label}</p>
      <div className="flex h-8.5 items-end text-head leading-7 font-medium tabular-nums">{children}</div>
    </div>
  )
}

function Runs({ flowId, flowName, usual }: { flowId: string; flowName: string; usual: number | null }) {
  const ws = useWorkspace()
  const client = useQueryClient()
  const [zone] = useZone()
  const now = useNow(60_000)
  const filter = useMemo(() => ({ flow: flowId }), [flowId])
  const reload = useThrottled(() => void client.invalidateQueries({ queryKey }), 4_000)
  const { list, queryKey, runs, rows, narrow } = useFlowRuns(
    filter,
    'EXPECTED_START_TIME_DESC',
    (_id, loaded) => {
      if (!loaded) reload()
    },
  )
  const tasks = useQuery(
    taskCountsQuery(
      ws,
      runs.map((run) => run.id),
    ),
  )
  if (list.isError && !list.data)
    return (
      <ErrorState
        title="The runs could not be loaded"
        error={list.error}
        onRetry={() => void list.refetch()}
      />
    )
  if (list.data && runs.length === 0)
    return (
      <EmptyState kind="no-match" title="No run in this time" text="Choose a longer time in the bar above." />
    )
  const facts = (run: FlowRun): RowFacts => ({
    flowName,
    deploymentName: undefined,
    tasks: tasks.data?.[run.id],
    usual,
  })
  return (
    <div ref={rows.anchor}>
      {narrow ? (
        <>
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
        <TableScroll label="Runs of the flow" className="overflow-x-visible! -outline-offset-2!">
          <Table>
            <colgroup>
              <col style={{ width: 126 }} />
              <col style={{ width: '22%' }} />
              <col style={{ width: 104 }} />
              <col style={{ width: 170 }} />
              <col style={{ width: 62 }} className="max-lg:hidden" />
              <col style={{ width: 92 }} className="max-lg:hidden" />
              <col style={{ width: 46 }} className="max-lg:hidden" />
              <col />
            </colgroup>
            <thead>
              <tr>
                <Th className="top-(--bar)!">State</Th>
                <Th className="top-(--bar)!">Run</Th>
                <Th num className="top-(--bar)!" sorted="desc">
                  Started
                </Th>
                <Th num className="top-(--bar)!">
                  Took, against usual
                </Th>
                <Th num className="top-(--bar)! max-lg:hidden">
                  Tasks
                </Th>
                <Th className="top-(--bar)! max-lg:hidden">Pool</Th>
                <Th num className="top-(--bar)! max-lg:hidden" title="Attempts">
                  Try
                </Th>
                <Th className="top-(--bar)!">Message</Th>
              </tr>
            </thead>
            <tbody>
              <Spacer height={rows.before} columns={8} />
              {rows.items.map((item) => {
                const run = runs[item.index]
                return run ? (
                  <FlowRunRow
                    key={run.id}
                    run={run}
                    facts={facts(run)}
                    zone={zone}
                    now={now}
                    selected={false}
                    focused={false}
                  />
                ) : null
              })}
              <Spacer height={rows.after} columns={8} />
            </tbody>
          </Table>
        </TableScroll>
      )}
    </div>
  )
}
