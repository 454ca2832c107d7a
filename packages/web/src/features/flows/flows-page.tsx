import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import {
  Button,
  Checkbox,
  Command,
  Dialog,
  DialogFoot,
  EmptyState,
  ErrorState,
  GuardedButton,
  Icon,
  PageBody,
  Panel,
  Skeleton,
  SkeletonRows,
  Table,
  TableScroll,
  Th,
} from '../../components/ui/index.ts'
import { count, plural } from '../../lib/format.ts'
import { useLiveEvents, useLiveGap, usePollInterval } from '../../lib/live.ts'
import { usePage } from '../../lib/page.ts'
import { usePermissions } from '../../lib/permissions.ts'
import { useShortcuts } from '../../lib/shortcuts.ts'
import { useWorkspace } from '../../lib/workspace.ts'
import { runEvent, useThrottled } from '../runs/live.ts'
import { runKeys } from '../runs/queries.ts'
import type { Flow } from '../runs/types.ts'
import { useNarrow } from '../runs/use-narrow.ts'
import { useSearchState } from '../runs/use-run-search.ts'
import { useDeleteFlows } from './delete-flows.ts'
import { FlowCard, FlowRow } from './flow-row.tsx'
import { flowHealthQuery, flowsPageQuery } from './queries.ts'
import type { FlowSort, FlowsSearch } from './search.ts'

export function FlowsPage() {
  const ws = useWorkspace()
  const client = useQueryClient()
  const [search, set] = useSearchState<FlowsSearch>()
  const poll = usePollInterval(60_000)
  const narrow = useNarrow()
  usePage({ title: 'Flows', crumbs: [{ label: 'Flows' }] })
  const list = useQuery({ ...flowsPageQuery(ws, search), refetchInterval: poll })
  const flows = list.data?.results ?? []
  const health = useQuery({
    ...flowHealthQuery(
      ws,
      flows.map((flow) => flow.id),
    ),
    refetchInterval: poll,
  })
  // A run may be the first of a flow: the list itself is asked again, more seldom than the strips.
  const again = useThrottled(
    () => void client.invalidateQueries({ queryKey: [ws.key, 'flows', 'list'] }),
    15_000,
  )
  const refresh = useThrottled(
    () => void client.invalidateQueries({ queryKey: [...runKeys.lists(ws), 'health'] }),
    4_000,
  )
  useLiveEvents((raw) => {
    if (runEvent(raw)?.kind !== 'flow-run') return
    refresh()
    again()
  })
  useLiveGap(() => {
    refresh()
    again()
  })

  const [selected, setSelected] = useState<ReadonlyMap<string, Flow>>(new Map())
  const [last, setLast] = useState(-1)
  const [focus, setFocus] = useState(-1)
  const [asking, setAsking] = useState(false)
  const remove = useDeleteFlows()
  const forbidden = usePermissions()('manage_flows')
  const onSelect = (flow: Flow, shift: boolean): void => {
    const at = flows.findIndex((each) => each.id === flow.id)
    const next = new Map(selected)
    const on = !selected.has(flow.id)
    const [a, b] = shift && last >= 0 ? [Math.min(last, at), Math.max(last, at)] : [at, at]
    for (const each of flows.slice(a, b + 1)) on ? next.set(each.id, each) : next.delete(each.id)
    setSelected(next)
    setLast(at)
  }
  const step = (by: number) => () => {
    const next = Math.max(0, Math.min(flows.length - 1, focus + by))
    setFocus(next)
    document.querySelector(`[data-flow="${flows[next]?.id}"]`)?.scrollIntoView({ block: 'nearest' })
  }
  const atFocus = flows[focus]
  useShortcuts([
    { keys: 'j', run: step(1) },
    { keys: 'k', run: step(-1) },
    { keys: 'x', run: () => atFocus && onSelect(atFocus, false) },
    {
      keys: 'o',
      run: () => document.querySelector<HTMLAnchorElement>(`[data-flow="${atFocus?.id}"] a`)?.click(),
    },
    { keys: 'Escape', run: () => setSelected(new Map()) },
  ])
  const all = flows.length > 0 && flows.every((flow) => selected.has(flow.id))

  const sort = search.sort ?? 'NAME_ASC'
  const sortHead = (label: string, order: FlowSort, other: FlowSort | undefined, className = '') => (
    <Th
      num={order !== 'NAME_ASC'}
      className={className}
      sorted={
        sort !== order && sort !== other ? false : sort === order && order === 'NAME_ASC' ? 'asc' : 'desc'
      }
      onSort={() => {
        const next = sort === order ? (other ?? 'NAME_ASC') : order
        set({ sort: next === 'NAME_ASC' ? undefined : next, page: undefined }, true)
      }}
    >
      {label}
    </Th>
  )
  return (
    <PageBody className="pb-24!">
      <div className="mb-3 flex flex-wrap items-center gap-x-4 gap-y-2">
        <h1 className="text-title leading-7 tracking-[-.012em]">
          Flows{' '}
          {list.data ? <span className="font-regular text-text-3">{count(list.data.count)}</span> : null}
        </h1>
        <Search
          value={search.name ?? ''}
          onChange={(name) => set({ name: name || undefined, page: undefined })}
        />
        {search.tag ? (
          <span className="inline-flex h-(--control) items-center gap-1 rounded-control border border-line-strong bg-surface pl-2.5">
            <span className="text-text-3">tag</span> {search.tag}
            <Button
              kind="bare"
              square
              size="small"
              icon="close"
              aria-label={`Remove the filter tag ${search.tag}`}
              onClick={() => set({ tag: undefined, page: undefined }, true)}
            />
          </span>
        ) : null}
      </div>
      <Panel>
        {list.isError && !list.data ? (
          <ErrorState
            title="The flows could not be loaded"
            error={list.error}
            onRetry={() => void list.refetch()}
          />
        ) : list.data && flows.length === 0 ? (
          <NoFlows search={search} set={set} pages={list.data.pages} />
        ) : narrow ? (
          <ul aria-label="Flows">
            {list.data ? null : <SkeletonCards />}
            {flows.map((flow) => (
              <FlowCard key={flow.id} flow={flow} health={health.data?.[flow.id]} />
            ))}
          </ul>
        ) : (
          <TableScroll label="Flows" className="-outline-offset-2!">
            <Table aria-busy={list.isPlaceholderData}>
              <colgroup>
                <col style={{ width: 36 }} />
                <col />
                <col style={{ width: 212 }} />
                <col style={{ width: 128 }} />
                <col style={{ width: 112 }} />
                <col style={{ width: 92 }} />
                <col style={{ width: 92 }} className="max-xl:hidden" />
                <col style={{ width: 104 }} className="max-lg:hidden" />
                <col style={{ width: '15%' }} className="max-lg:hidden" />
                <col style={{ width: 104 }} className="max-lg:hidden" />
              </colgroup>
              <thead>
                <tr>
                  <Th>
                    <Checkbox
                      label="Select all of this page"
                      hideLabel
                      checked={all}
                      some={selected.size > 0 && !all}
                      onChange={() =>
                        setSelected(all ? new Map() : new Map(flows.map((flow) => [flow.id, flow])))
                      }
                    />
                  </Th>
                  {sortHead('Flow', 'NAME_ASC', 'NAME_DESC')}
                  <Th title="Height is duration, colour is state">Last 30 runs</Th>
                  <Th>Last state</Th>
                  <Th num>Last run</Th>
                  <Th num title="Median of the completed ones among the last 30">
                    Usually
                  </Th>
                  <Th num className="max-xl:hidden" title="95th percentile of the same">
                    At most
                  </Th>
                  <Th num className="max-lg:hidden">
                    Next run
                  </Th>
                  <Th className="max-lg:hidden">Tags</Th>
                  {sortHead('Created', 'CREATED_DESC', undefined, 'max-lg:hidden')}
                </tr>
              </thead>
              <tbody>
                {list.data ? null : (
                  <SkeletonRows
                    rows={8}
                    widths={['14px', '60%', '170px', '80px', '70px', '50px', '50px', '50px', '50%', '60px']}
                  />
                )}
                {flows.map((flow, i) => (
                  <FlowRow
                    key={flow.id}
                    flow={flow}
                    health={health.data?.[flow.id]}
                    selected={selected.has(flow.id)}
                    focused={i === focus}
                    onSelect={onSelect}
                  />
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
      {selected.size > 0 ? (
        <div
          role="toolbar"
          aria-label={`${plural(selected.size, 'flow')} selected`}
          className="fixed bottom-5 left-1/2 z-20 flex max-w-[calc(100vw-24px)] -translate-x-1/2 items-center gap-0.5 rounded-menu border border-line-strong bg-raised py-1.25 pr-1.5 pl-3.5 whitespace-nowrap shadow-float"
        >
          <b className="font-bold tabular-nums" aria-live="polite">
            {count(selected.size)} selected
          </b>
          <span className="mx-2 h-4.5 w-px flex-none bg-line-strong" />
          <GuardedButton why={forbidden} kind="bare-bad" icon="trash" onClick={() => setAsking(true)}>
            Delete {selected.size}…
          </GuardedButton>
          <Button
            kind="bare"
            square
            icon="close"
            aria-label="Clear the selection"
            onClick={() => setSelected(new Map())}
          />
        </div>
      ) : null}
      <Dialog
        open={asking}
        onOpenChange={setAsking}
        title={`Delete ${plural(selected.size, 'flow')}?`}
        lead={`${[...selected.values()]
          .slice(0, 5)
          .map((flow) => flow.name)
          .join(
            ', ',
          )}${selected.size > 5 ? ' and others' : ''}: their runs, task runs, logs and deployments go with them. This cannot be undone.`}
      >
        <div className="h-4" />
        <DialogFoot>
          <Button onClick={() => setAsking(false)}>Keep them</Button>
          <Button
            kind="bad"
            onClick={() => {
              setAsking(false)
              void remove([...selected.values()]).then((left) =>
                setSelected(new Map(left.map((flow) => [flow.id, flow]))),
              )
            }}
          >
            Delete {plural(selected.size, 'flow')}
          </Button>
        </DialogFoot>
      </Dialog>
    </PageBody>
  )
}

function NoFlows({
  search,
  set,
  pages,
}: {
  search: FlowsSearch
  set(patch: { [K in keyof FlowsSearch]?: FlowsSearch[K] | undefined }, push?: boolean): void
  pages: number
}) {
  if ((search.page ?? 1) > 1)
    return (
      <EmptyState
        kind="no-match"
        title="There is no such page"
        text={pages ? `The list has ${plural(pages, 'page')}.` : 'The list is empty.'}
      >
        <Button onClick={() => set({ page: undefined }, true)}>To the first page</Button>
      </EmptyState>
    )
  if (search.name || search.tag)
    return (
      <EmptyState
        kind="no-match"
        title="Nothing matches"
        text={
          search.tag
            ? `No flow${search.name ? ` whose name contains “${search.name}”` : ''} has the tag “${search.tag}”.`
            : `No flow's name contains “${search.name}”.`
        }
      >
        <Button onClick={() => set({ name: undefined, tag: undefined }, true)}>Clear the filter</Button>
      </EmptyState>
    )
  return (
    <EmptyState
      title="No flows yet"
      text="A flow is a Python function decorated with @flow. It appears here when it first runs."
    >
      <div className="w-full max-w-120">
        <Command command="python my_flow.py" />
      </div>
    </EmptyState>
  )
}

function SkeletonCards() {
  return Array.from({ length: 8 }, (_, i) => {
    const key = i
    return (
      <li key={key} className="flex h-14 items-center border-b border-line px-3">
        <Skeleton style={{ width: '50%' }} />
      </li>
    )
  })
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
