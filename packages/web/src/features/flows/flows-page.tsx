import { useQueries, useQuery } from '@tanstack/react-query'
import { clsx } from 'clsx'
import { useEffect, useState } from 'react'
import {
  Button,
  Command,
  EmptyState,
  ErrorState,
  Icon,
  PageBody,
  Panel,
  SkeletonRows,
  StateBadge,
  Table,
  TableScroll,
  Th,
  Timestamp,
} from '../../components/ui/index.ts'
import { count, duration, plural } from '../../lib/format.ts'
import { useLiveGap, usePollInterval } from '../../lib/live.ts'
import { usePage } from '../../lib/page.ts'
import { useWorkspace } from '../../lib/workspace.ts'
import { FlowLink, FlowRunLink } from '../runs/links.tsx'
import { median } from '../runs/queries.ts'
import { type Flow, type FlowRun, stateOf } from '../runs/types.ts'
import { useNarrow } from '../runs/use-narrow.ts'
import { useSearchState } from '../runs/use-run-search.ts'
import { HealthStrip } from './health-strip.tsx'
import { flowsPageQuery, recentRunsQuery } from './queries.ts'
import type { FlowSort, FlowsSearch } from './search.ts'

export function FlowsPage() {
  const ws = useWorkspace()
  const [search, set] = useSearchState<FlowsSearch>()
  const poll = usePollInterval(60_000)
  const narrow = useNarrow()
  usePage({ title: 'Flows', crumbs: [{ label: 'Flows' }] })
  const list = useQuery({ ...flowsPageQuery(ws, search), refetchInterval: poll })
  useLiveGap(() => void list.refetch())
  const flows = list.data?.results ?? []
  const recent = useQueries({ queries: flows.map((flow) => recentRunsQuery(ws, flow.id)) })
  const sort = search.sort ?? 'NAME_ASC'
  const sortHead = (label: string, up: FlowSort, down?: FlowSort, num = false) => (
    <Th
      num={num}
      sorted={sort === up ? (down ? 'asc' : 'desc') : down && sort === down ? 'desc' : false}
      onSort={() =>
        set({ sort: sort === up && down ? down : up === 'NAME_ASC' ? undefined : up, page: undefined }, true)
      }
    >
      {label}
    </Th>
  )
  return (
    <PageBody>
      <div className="mb-3 flex flex-wrap items-center gap-x-4 gap-y-2">
        <h1 className="text-title leading-7 tracking-[-.012em]">
          Flows{' '}
          {list.data ? <span className="font-regular text-text-3">{count(list.data.count)}</span> : null}
        </h1>
        <Search
          value={search.name ?? ''}
          onChange={(name) => set({ name: name || undefined, page: undefined })}
        />
      </div>
      <Panel>
        {list.isError && !list.data ? (
          <ErrorState
            title="The flows could not be loaded"
            error={list.error}
            onRetry={() => void list.refetch()}
          />
        ) : list.data && flows.length === 0 ? (
          search.name || search.tag ? (
            <EmptyState
              kind="no-match"
              title="Nothing matches"
              text={`No flow's name contains “${search.name ?? search.tag}”.`}
            >
              <Button onClick={() => set({ name: undefined, tag: undefined }, true)}>Clear the filter</Button>
            </EmptyState>
          ) : (
            <EmptyState
              title="No flows yet"
              text="A flow is a Python function decorated with @flow. It appears here when it first runs."
            >
              <div className="w-full max-w-120">
                <Command command="python my_flow.py" />
              </div>
            </EmptyState>
          )
        ) : narrow ? (
          <ul>
            {flows.map((flow, i) => (
              <li key={flow.id} className="border-b border-line last:border-b-0">
                <FlowLink
                  id={flow.id}
                  className="grid h-14 grid-cols-[minmax(0,1fr)_auto] content-center gap-x-3 px-3"
                >
                  <span className="clip font-medium">{flow.name}</span>
                  <HealthStrip runs={(recent[i]?.data ?? []).slice(0, 14)} label="Last runs" />
                  <span className="text-text-3">
                    {recent[i]?.data?.[0] ? <Timestamp at={recent[i]?.data?.[0]?.start_time} /> : 'never ran'}
                  </span>
                </FlowLink>
              </li>
            ))}
          </ul>
        ) : (
          <TableScroll label="Flows">
            <Table aria-busy={list.isPlaceholderData}>
              <colgroup>
                <col style={{ width: '26%' }} />
                <col style={{ width: 250 }} />
                <col style={{ width: 128 }} />
                <col style={{ width: 120 }} />
                <col style={{ width: 96 }} />
                <col />
                <col style={{ width: 110 }} className="max-lg:hidden" />
              </colgroup>
              <thead>
                <tr>
                  {sortHead('Flow', 'NAME_ASC', 'NAME_DESC')}
                  <Th>Last 30 runs</Th>
                  <Th>Last state</Th>
                  <Th num>Last run</Th>
                  <Th num title="Median of the completed ones among the last 30">
                    Usually
                  </Th>
                  <Th>Tags</Th>
                  <Th num className="max-lg:hidden">
                    <button
                      type="button"
                      className="min-h-6 hover:text-text"
                      onClick={() =>
                        set(
                          { sort: sort === 'CREATED_DESC' ? undefined : 'CREATED_DESC', page: undefined },
                          true,
                        )
                      }
                    >
                      Created
                    </button>
                  </Th>
                </tr>
              </thead>
              <tbody>
                {list.data ? null : (
                  <SkeletonRows rows={8} widths={['60%', '200px', '80px', '70px', '50px', '40%', '70px']} />
                )}
                {flows.map((flow, i) => (
                  <Row key={flow.id} flow={flow} runs={recent[i]?.data} />
                ))}
              </tbody>
            </Table>
          </TableScroll>
        )}
      </Panel>
      {list.data && list.data.pages > 1 ? (
        <nav aria-label="Pages" className="mt-3 flex items-center gap-2 text-text-3">
          <Button
            square
            icon="left"
            aria-label="Previous page"
            disabled={(search.page ?? 1) <= 1}
            onClick={() => set({ page: (search.page ?? 1) - 1 }, true)}
          />
          <span className="tabular-nums">
            Page {search.page ?? 1} of {list.data.pages}
          </span>
          <Button
            square
            icon="right"
            aria-label="Next page"
            disabled={(search.page ?? 1) >= list.data.pages}
            onClick={() => set({ page: (search.page ?? 1) + 1 }, true)}
          />
        </nav>
      ) : null}
    </PageBody>
  )
}

/** What is typed reaches the address when the hand rests. */
function Search({ value, onChange }: { value: string; onChange(value: string): void }) {
  const [text, setText] = useState(value)
  useEffect(() => setText(value), [value])
  useEffect(() => {
    if (text === value) return
    const timer = setTimeout(() => onChange(text), 250)
    return () => clearTimeout(timer)
  }, [text, value, onChange])
  return (
    <label className="flex h-(--control) min-w-56 items-center gap-2 rounded-control border border-line-control bg-surface px-2.5 focus-within:outline-2 focus-within:-outline-offset-1 focus-within:outline-accent">
      <Icon name="search" size={14} className="text-text-3" />
      <span className="sr-only">Search flows by name</span>
      <input
        data-filter
        value={text}
        placeholder="Search by name"
        className="min-w-0 flex-1 bg-transparent outline-none!"
        onChange={(event) => setText(event.target.value)}
      />
    </label>
  )
}

function Row({ flow, runs }: { flow: Flow; runs: FlowRun[] | undefined }) {
  const last = runs?.[0]
  const usual = median(
    (runs ?? []).filter((run) => run.state_type === 'COMPLETED').map((run) => run.total_run_time),
  )
  const bad = (runs ?? []).filter((run) => run.state_type === 'FAILED' || run.state_type === 'CRASHED').length
  const cell =
    'h-(--row) overflow-hidden border-b border-line px-2.5 text-ellipsis whitespace-nowrap group-hover/row:bg-hover group-last/row:border-b-0'
  return (
    <tr className="group/row">
      <td className={clsx(cell, 'pl-3.5')}>
        <FlowLink id={flow.id} className="font-medium hover:underline" title={flow.name}>
          {flow.name}
        </FlowLink>
      </td>
      <td className={cell}>
        {runs ? (
          <HealthStrip
            runs={runs}
            label={`${plural(runs.length, 'run')}, ${bad} of them failed or crashed`}
          />
        ) : null}
      </td>
      <td className={cell}>
        {last ? <StateBadge state={stateOf(last)} /> : <span className="text-text-3">–</span>}
      </td>
      <td className={clsx(cell, 'text-right text-text-2')}>
        {last ? (
          <FlowRunLink id={last.id} className="hover:underline">
            <Timestamp at={last.start_time ?? last.expected_start_time} />
          </FlowRunLink>
        ) : (
          '–'
        )}
      </td>
      <td className={clsx(cell, 'text-right text-text-2 tabular-nums')}>{duration(usual)}</td>
      <td className={cell}>
        <span className="flex gap-1">
          {flow.tags.slice(0, 4).map((tag) => (
            <span
              key={tag}
              className="inline-flex h-5 items-center rounded-chip border border-line-strong px-1.5 text-small text-text-2"
            >
              {tag}
            </span>
          ))}
        </span>
      </td>
      <td className={clsx(cell, 'text-right text-text-3 max-lg:hidden')}>
        <Timestamp at={flow.created} />
      </td>
    </tr>
  )
}
