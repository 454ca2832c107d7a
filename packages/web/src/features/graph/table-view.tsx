import { useVirtualizer } from '@tanstack/react-virtual'
import { clsx } from 'clsx'
import { type KeyboardEvent, useEffect, useMemo, useRef } from 'react'
import { Icon, StateBadge, Table, Th } from '../../components/ui/index.ts'
import { clock, duration } from '../../lib/format.ts'
import { useZone } from '../../lib/preferences.ts'
import { TaskName } from '../runs/task-names.tsx'
import { neighbours, secondsOf, stateAt } from './model.ts'
import type { TimelineViewProps } from './timeline-view.tsx'

const SORT_KEYS = ['start', 'name', 'state', 'took', 'depth'] as const
type SortKey = (typeof SORT_KEYS)[number]
const ROW = 32

export type TableViewProps = Omit<
  TimelineViewProps,
  'failure' | 'span' | 'onSpan' | 'attempts' | 'hideIdle' | 'onHideIdle' | 'order' | 'onOrder'
> & {
  depth: Uint16Array
  /** A column, with a minus before it for the other way round; as the address has it. */
  sort: string
  onSort(sort: string): void
}

/** The column of the address, or the start. */
const sortOf = (text: string): { key: SortKey; down: boolean } => ({
  key: SORT_KEYS.find((key) => key === text.replace(/^-/, '')) ?? 'start',
  down: text.startsWith('-'),
})

/** The same model as rows: everything the pictures show, for the keyboard and for readers of the screen. */
export function TableView(props: TableViewProps) {
  const { model, timeline, selected, now, faint, depth } = props
  const [zone] = useZone()
  const sort = useMemo(() => sortOf(props.sort), [props.sort])
  const scroller = useRef<HTMLDivElement>(null)
  const nodes = useMemo(() => {
    const all = [...timeline.rows.map((row) => row.node), ...timeline.never]
    if (sort.key !== 'start') {
      const value = {
        name: (i: number) => model.labels[i]!,
        state: (i: number) => model.states[i]!,
        took: (i: number) => secondsOf(model, i, now) ?? -1,
        depth: (i: number) => depth[i]!,
      }[sort.key]
      all.sort((a, b) => {
        const [x, y] = [value(a), value(b)]
        return x < y ? -1 : x > y ? 1 : 0
      })
    }
    if (sort.down) all.reverse()
    return faint ? all.filter((i) => !faint[i]) : all
  }, [timeline, model, sort, faint, depth, now])
  const level = useMemo(() => new Map(timeline.rows.map((row) => [row.node, row.level])), [timeline])
  const rows = useVirtualizer({
    count: nodes.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 10,
    initialRect: { width: 800, height: 600 },
  })
  const place = nodes.indexOf(props.main)
  useEffect(() => {
    if (place >= 0) rows.scrollToIndex(place, { align: 'auto' })
  }, [place, rows])
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const goTo = (index: number, add = false): void => {
      const node = nodes[Math.max(0, Math.min(nodes.length - 1, index))]
      if (node === undefined) return
      props.onSelect(node, add)
      rows.scrollToIndex(nodes.indexOf(node), { align: 'auto' })
      requestAnimationFrame(() =>
        scroller.current?.querySelector<HTMLElement>(`[data-node="${node}"]`)?.focus({ preventScroll: true }),
      )
    }
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 0) / ROW) - 2)
    const keys = new Map<string, (() => void) | undefined>([
      ['ArrowDown', () => goTo(place + 1, event.shiftKey)],
      ['j', () => goTo(place + 1)],
      ['ArrowUp', () => goTo(place < 0 ? 0 : place - 1, event.shiftKey)],
      ['k', () => goTo(place < 0 ? 0 : place - 1)],
      ['PageDown', () => goTo(place + page)],
      ['PageUp', () => goTo(place - page)],
      ['Home', () => goTo(0)],
      ['End', () => goTo(nodes.length - 1)],
      ['/', props.onFind],
      ['e', place >= 0 ? () => props.onExpand(props.main) : undefined],
      ['Escape', () => props.onSelect(-1, false)],
      [
        'Enter',
        place >= 0 && (event.target as HTMLElement).matches('[data-node][aria-pressed=true]')
          ? () => props.onOpen(props.main)
          : undefined,
      ],
    ])
    const run = keys.get(event.key)
    if (!run) return
    run()
    event.preventDefault()
    event.stopPropagation()
  }
  const items = rows.getVirtualItems()
  const before = items[0]?.start ?? 0
  const after = rows.getTotalSize() - (items.at(-1)?.end ?? 0)
  const head = (key: SortKey, label: string, num = false, className = '') => (
    <Th
      num={num}
      className={className}
      sorted={sort.key === key ? (sort.down ? 'desc' : 'asc') : false}
      onSort={() => props.onSort(`${(sort.key === key ? !sort.down : key === 'took') ? '-' : ''}${key}`)}
    >
      {label}
    </Th>
  )
  return (
    <section
      ref={scroller}
      aria-label="Tasks of the run"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls or is worked by keys must be reachable by them
      tabIndex={0}
      onKeyDown={onKeyDown}
      className="absolute inset-0 top-13.5 overflow-auto border-t border-line -outline-offset-2!"
    >
      <Table aria-rowcount={nodes.length + 1}>
        <colgroup>
          <col style={{ width: 118 }} />
          <col />
          <col style={{ width: 86 }} />
          <col style={{ width: 86 }} className="max-md:hidden" />
          <col style={{ width: 48 }} className="max-md:hidden" />
          <col style={{ width: 60 }} className="max-md:hidden" />
          <col style={{ width: 92 }} className="max-lg:hidden" />
        </colgroup>
        <thead>
          <tr>
            {head('state', 'State')}
            {head('name', 'Task')}
            {head('start', 'Started', true)}
            {head('took', 'Took', true, 'max-md:hidden')}
            <Th num className="max-md:hidden" title="Attempts">
              Try
            </Th>
            {head('depth', 'Ring', true, 'max-md:hidden')}
            <Th num className="max-lg:hidden" title="Dependencies: upstream and downstream">
              Up · down
            </Th>
          </tr>
        </thead>
        <tbody>
          {before > 0 ? <tr style={{ height: before }} /> : null}
          {items.map((item) => {
            const node = nodes[item.index]!
            const id = model.ids[node]!
            const start = model.start[node]!
            const cell = clsx(
              'h-8 overflow-hidden border-b border-line px-2.5 text-ellipsis whitespace-nowrap',
              selected.has(node) ? 'bg-selected' : 'group-hover/row:bg-hover',
            )
            const num = clsx(cell, 'text-right text-text-2 tabular-nums')
            return (
              <tr
                key={id}
                aria-rowindex={item.index + 2}
                aria-selected={selected.has(node)}
                className="group/row"
              >
                <td className={clsx(cell, 'pl-3.5')}>
                  <StateBadge look={stateAt(model, node)} />
                </td>
                <td className={cell}>
                  <span
                    className="flex min-w-0 items-center gap-1"
                    style={{ paddingLeft: (level.get(node) ?? 0) * 16 }}
                  >
                    <button
                      type="button"
                      className="clip min-h-6 font-medium hover:underline"
                      data-node={node}
                      aria-pressed={selected.has(node)}
                      title={model.labels[node]}
                      onClick={(event) => props.onSelect(node, event.shiftKey)}
                    >
                      <TaskName name={model.labels[node]!} dim={props.dim.get(id)} />
                    </button>
                    {model.subflow[node] ? (
                      <button
                        type="button"
                        className="grid size-6 flex-none place-items-center text-text-3 hover:text-text"
                        aria-expanded={props.opened.has(id)}
                        aria-label={`Sub-flow ${model.labels[node]}`}
                        onClick={() => props.onExpand(node)}
                      >
                        <Icon name={props.opened.has(id) ? 'down' : 'right'} size={12} />
                      </button>
                    ) : null}
                  </span>
                </td>
                <td className={num}>{Number.isNaN(start) ? '–' : clock(start, zone)}</td>
                <td className={clsx(num, 'max-md:hidden')}>{duration(secondsOf(model, node, now))}</td>
                <td className={clsx(num, 'max-md:hidden')}>
                  {Number.isNaN(start) ? '–' : (props.attemptCounts.get(id) ?? 1)}
                </td>
                <td className={clsx(num, 'max-md:hidden')}>{depth[node]}</td>
                <td className={clsx(num, 'max-lg:hidden')}>
                  {neighbours(model.up, node).length} · {neighbours(model.down, node).length}
                </td>
              </tr>
            )
          })}
          {after > 0 ? <tr style={{ height: after }} /> : null}
        </tbody>
      </Table>
    </section>
  )
}
