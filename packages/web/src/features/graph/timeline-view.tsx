import { useVirtualizer } from '@tanstack/react-virtual'
import { clsx } from 'clsx'
import { type KeyboardEvent, type PointerEvent, useEffect, useMemo, useRef, useState } from 'react'
import { Button, Icon, StateGlyph } from '../../components/ui/index.ts'
import { clock, duration, plural } from '../../lib/format.ts'
import { useZone } from '../../lib/preferences.ts'
import { LOOK_WORDS } from '../../lib/states.ts'
import { TaskName } from '../runs/task-names.tsx'
import { type GraphModel, neighbours, secondsOf, stateAt } from './model.ts'
import { foldedScale, linearScale, type TimeScale } from './time-scale.ts'
import { axisLabel, slowestFirst, type Timeline, type TimelineOrder, timeTicks } from './timeline-layout.ts'

const ROW = 22

export type TimelineViewProps = {
  model: GraphModel
  timeline: Timeline
  lit: Uint8Array | null
  faint: Uint8Array | null
  selected: ReadonlySet<number>
  main: number
  now: number
  running: boolean
  /** Attempts of a node as [start, end] in milliseconds; absent where only the whole is known. */
  attempts: ReadonlyMap<string, [number, number][]>
  attemptCounts: ReadonlyMap<string, number>
  /** How many characters at the end of a label are dimmed, by the node's id. */
  dim: ReadonlyMap<string, number>
  /** Where the run failed, and the words for it. */
  failure: { at: number; text: string } | null
  /** The part of the run that is shown, in milliseconds since the epoch; null is all of it. */
  span: [number, number] | null
  onSpan(span: [number, number] | null): void
  /** Time in which nothing ran is folded. */
  hideIdle: boolean
  onHideIdle(on: boolean): void
  order: TimelineOrder
  onOrder(order: TimelineOrder): void
  onFind(): void
  onSelect(node: number, add: boolean): void
  onOpen(node: number): void
  onExpand(node: number): void
  opened: ReadonlySet<string>
}

/** Where the time went: one lane per task, hatched while it waited, solid while it ran. */
export function TimelineView(props: TimelineViewProps) {
  const { model, now, span, faint, order, hideIdle } = props
  // A search or a preset leaves only its own rows; fainter text could not be read.
  const timeline = useMemo(() => {
    const shown = faint ? props.timeline.rows.filter((row) => !faint[row.node]) : props.timeline.rows
    return { ...props.timeline, rows: order === 'took' ? slowestFirst(shown, model, now) : shown }
  }, [props.timeline, faint, order, model, now])
  const scroller = useRef<HTMLDivElement>(null)
  const [zone] = useZone()
  const [from, to] = span ?? [timeline.from, props.running ? Math.max(timeline.to, now) : timeline.to]
  // A little air at the end, so that the last duration can be read.
  const total = (to - from) * (span ? 1 : 1.14) || 1
  const { attempts } = props
  const scale = useMemo(() => {
    if (!hideIdle) return linearScale(from, from + total)
    const busy: (readonly [number, number])[] = []
    for (const { node } of timeline.rows) {
      const end = model.end[node]!
      const parts = attempts.get(model.ids[node]!)
      if (parts) busy.push(...parts)
      else busy.push([model.start[node]!, Number.isNaN(end) ? now : end])
    }
    return foldedScale(from, from + total, [...busy, [to, from + total]])
  }, [hideIdle, from, to, total, timeline, model, attempts, now])
  const percent = (t: number): number => scale.position(t) * 100
  const { step, ticks } = useMemo(() => {
    // As fine as the unfolded time asks for; labels that would touch are left out.
    const folded = scale.gaps.reduce((sum, gap) => sum + gap.to - gap.from, 0)
    const axis = timeTicks(from, from + total, scale.gaps.length ? (7 * total) / (total - folded) : 7)
    let last = Number.NEGATIVE_INFINITY
    const kept = axis.ticks.filter((t) => {
      if (scale.gaps.some((gap) => t > gap.from && t < gap.to)) return false
      const at = scale.position(t)
      if (scale.gaps.length && at - last < 0.1) return false
      last = at
      return true
    })
    return { step: axis.step, ticks: kept }
  }, [from, total, scale])
  const longest = useMemo(() => {
    let best = -1
    for (const { node } of timeline.rows)
      if (best < 0 || (secondsOf(model, node, now) ?? 0) > (secondsOf(model, best, now) ?? 0)) best = node
    return timeline.rows.length > 2 ? best : -1
  }, [timeline, model, now])
  const rows = useVirtualizer({
    count: timeline.rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 12,
    initialRect: { width: 800, height: 600 },
  })
  const at = useMemo(() => new Map(timeline.rows.map((row, i) => [row.node, i])), [timeline])
  const mainRow = at.get(props.main)
  useEffect(() => {
    if (mainRow !== undefined) rows.scrollToIndex(mainRow, { align: 'auto' })
  }, [mainRow, rows])

  const focusNode = (node: number): void => {
    requestAnimationFrame(() =>
      scroller.current?.querySelector<HTMLElement>(`[data-node="${node}"]`)?.focus({ preventScroll: true }),
    )
  }
  const goTo = (index: number, add: boolean): void => {
    const next = timeline.rows[Math.max(0, Math.min(timeline.rows.length - 1, index))]
    if (!next) return
    props.onSelect(next.node, add)
    rows.scrollToIndex(at.get(next.node) ?? 0, { align: 'auto' })
    focusNode(next.node)
  }
  /** The nearest task along the edges, up or down the stream. */
  const walk = (direction: 'up' | 'down'): void => {
    const near = [...neighbours(model[direction], props.main)].find((node) => at.has(node))
    const index = near === undefined ? undefined : at.get(near)
    if (index !== undefined) goTo(index, false)
  }
  const zoom = (factor: number): void => {
    const start = props.main >= 0 ? model.start[props.main]! : Number.NaN
    const end = props.main >= 0 && !Number.isNaN(model.end[props.main]!) ? model.end[props.main]! : now
    const middle = Number.isNaN(start) ? (from + to) / 2 : (start + end) / 2
    const width = (to - from) * factor
    const whole = timeline.to - timeline.from
    if (width >= whole) {
      props.onSpan(null)
      return
    }
    const left = Math.min(Math.max(middle - width / 2, timeline.from), timeline.to - width)
    props.onSpan([Math.floor(left), Math.ceil(left + Math.max(width, 2))])
  }
  const pan = (share: number): void => {
    if (!span) return
    const by = Math.round((to - from) * share)
    props.onSpan([from + by, to + by])
  }
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const current = mainRow ?? -1
    const keys = new Map<string, (() => void) | undefined>([
      ['ArrowDown', () => goTo(current + 1, event.shiftKey)],
      ['j', () => goTo(current + 1, false)],
      ['ArrowUp', () => goTo(current - 1, event.shiftKey)],
      ['k', () => goTo(current - 1, false)],
      ['Home', () => goTo(0, false)],
      ['End', () => goTo(timeline.rows.length - 1, false)],
      ['PageDown', () => goTo(current + 15, false)],
      ['PageUp', () => goTo(current - 15, false)],
      ['ArrowLeft', () => (event.shiftKey ? pan(-0.25) : walk('up'))],
      ['ArrowRight', () => (event.shiftKey ? pan(0.25) : walk('down'))],
      ['+', () => zoom(0.5)],
      ['=', () => zoom(0.5)],
      ['-', () => zoom(2)],
      ['0', () => props.onSpan(null)],
      ['i', () => props.onHideIdle(!hideIdle)],
      ['/', props.onFind],
      ['e', props.main >= 0 ? () => props.onExpand(props.main) : undefined],
      ['Enter', props.main >= 0 ? () => props.onOpen(props.main) : undefined],
      ['Escape', () => props.onSelect(-1, false)],
    ])
    const run = keys.get(event.key)
    // Enter on a row that is not chosen chooses it, as on any button.
    if (!run || (event.key === 'Enter' && !(event.target as HTMLElement).matches('[aria-pressed=true]')))
      return
    run()
    event.preventDefault()
    event.stopPropagation()
  }

  return (
    <div className="absolute inset-0 top-13.5 flex flex-col [--name:150px] md:[--name:218px]">
      <div className="grid h-6 flex-none grid-cols-[var(--name)_1fr] border-y border-line bg-sunken pr-4 text-axis leading-5.5 text-text-3">
        <button
          type="button"
          className="clip pl-3.5 text-left hover:text-text"
          title={order === 'took' ? 'Order by start' : 'Order by duration'}
          onClick={() => props.onOrder(order === 'took' ? 'start' : 'took')}
        >
          {plural(timeline.rows.length, 'task')}, {order === 'took' ? 'slowest first' : 'by start'}{' '}
          <Icon name="updown" size={10} className="inline-block!" />
        </button>
        <Brush scale={scale} onSpan={props.onSpan} span={span}>
          {ticks
            .filter(
              (t) =>
                // A label at the edge would stand half outside.
                percent(t) < 96 &&
                percent(t) > 1 &&
                (!props.failure ||
                  percent(t) < percent(props.failure.at) - 5 ||
                  percent(t) > percent(props.failure.at) + 15),
            )
            .map((t, i) => (
              <span
                key={t}
                className={clsx('absolute -translate-x-1/2 tabular-nums', i % 2 && 'max-md:hidden')}
                style={{ left: `${percent(t)}%` }}
              >
                {axisLabel(t, step, zone)}
              </span>
            ))}
          {props.failure && percent(props.failure.at) >= 0 && percent(props.failure.at) <= 100 ? (
            <span
              className="absolute -ml-1 bg-sunken px-1 font-medium whitespace-nowrap text-failed max-md:hidden"
              style={{ left: `${Math.min(86, percent(props.failure.at))}%` }}
            >
              {props.failure.text}
            </span>
          ) : null}
        </Brush>
      </div>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the rows inside are the controls; keys bubble from them */}
      <div
        ref={scroller}
        className="relative min-h-0 flex-1 overflow-x-hidden overflow-y-auto pr-4"
        onKeyDown={onKeyDown}
      >
        <div className="pointer-events-none sticky top-0 z-0 h-0" aria-hidden="true">
          <div className="absolute right-0 left-(--name) h-[200vh]">
            {ticks.map((t) => (
              <i key={t} className="absolute inset-y-0 w-px bg-line" style={{ left: `${percent(t)}%` }} />
            ))}
            {scale.gaps.map((gap) => (
              <i
                key={gap.from}
                className="tl-gap absolute inset-y-0"
                style={{
                  left: `${percent(gap.from)}%`,
                  width: `max(3px, ${percent(gap.to) - percent(gap.from)}%)`,
                }}
              />
            ))}
            {props.failure ? (
              <i
                className="absolute inset-y-0 w-px bg-failed"
                style={{ left: `${percent(props.failure.at)}%` }}
              />
            ) : null}
            {props.running && percent(now) <= 100 ? (
              <i className="absolute inset-y-0 w-px bg-accent" style={{ left: `${percent(now)}%` }} />
            ) : null}
          </div>
        </div>
        <div className="relative" style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map((item) => (
            <Row
              key={item.key}
              {...props}
              timeline={timeline}
              index={item.index}
              top={item.start}
              percent={percent}
              first={mainRow === undefined && item.index === 0}
              longest={longest}
            />
          ))}
        </div>
        {timeline.never.length ? (
          <p className="relative mt-1 flex items-start gap-2 border-t border-line bg-canvas px-3.5 py-2 text-small text-text-2">
            <StateGlyph look="blocked" size={12} className="mt-0.75" />
            <span>
              {plural(timeline.never.length, 'task')} {props.running ? 'not started yet' : 'never started'}:{' '}
              {timeline.never
                .slice(0, 12)
                .map((i) => model.labels[i])
                .join(', ')}
              {timeline.never.length > 12 ? ` and ${timeline.never.length - 12} more` : ''}
            </span>
          </p>
        ) : null}
      </div>
      <div className="flex h-8 flex-none items-center gap-3 border-t border-line bg-canvas pr-4 pl-2 text-axis text-text-3">
        <Button
          kind="bare"
          size="small"
          className={clsx('text-axis', hideIdle && 'text-accent!')}
          aria-pressed={hideIdle}
          title="Fold the time in which nothing ran (i)"
          onClick={() => props.onHideIdle(!hideIdle)}
        >
          Hide idle time
        </Button>
        {span ? (
          <Button
            kind="bare"
            size="small"
            className="text-axis"
            title="See the whole run (0)"
            onClick={() => props.onSpan(null)}
          >
            Whole run
          </Button>
        ) : null}
        <span className="ml-auto flex gap-3 max-md:hidden" aria-hidden="true">
          {[
            ['tl-wait', 'waited'],
            ['tl-bar s-completed', 'ran'],
            ['tl-rest h-0.5! self-center', 'between attempts'],
          ].map(([look, word]) => (
            <span key={word} className="flex items-center gap-1.5">
              <i className={clsx('block h-2 w-4', look)} />
              {word}
            </span>
          ))}
        </span>
      </div>
    </div>
  )
}

function Row({
  model,
  timeline,
  lit,
  selected,
  main,
  now,
  attempts,
  attemptCounts,
  onSelect,
  onOpen,
  onExpand,
  opened,
  index,
  top,
  percent,
  first,
  dim,
  longest,
}: TimelineViewProps & {
  index: number
  top: number
  percent(t: number): number
  first: boolean
  longest: number
}) {
  const row = timeline.rows[index]
  if (!row) return null
  const { node } = row
  const id = model.ids[node]!
  const state = stateAt(model, node)
  const start = model.start[node]!
  const end = Number.isNaN(model.end[node]!) ? now : model.end[node]!
  const seconds = secondsOf(model, node, now)
  const parts = attempts.get(id) ?? [[start, end]]
  const tries = attemptCounts.get(id) ?? 1
  const on = (lit?.[node] ?? 0) !== 0
  const chosen = selected.has(node)
  const endAt = percent(end)
  return (
    <button
      type="button"
      data-node={node}
      tabIndex={node === main || first ? 0 : -1}
      aria-pressed={chosen}
      onClick={(event) => onSelect(node, event.shiftKey)}
      onDoubleClick={() => onOpen(node)}
      className={clsx(
        'absolute inset-x-0 grid h-5.5 grid-cols-[var(--name)_1fr] items-center text-left text-small -outline-offset-2!',
        chosen
          ? 'bg-selected font-medium text-text'
          : on
            ? 'text-text hover:bg-hover'
            : 'text-text-2 hover:bg-hover',
      )}
      style={{ transform: `translateY(${top}px)` }}
    >
      <span
        className="flex min-w-0 items-center gap-1.75 pr-2"
        style={{ paddingLeft: 10 + Math.min(row.depth, 8) * 8 + row.level * 14 }}
      >
        <StateGlyph look={state} size={12} />
        <span className="clip" title={model.labels[node]}>
          <TaskName name={model.labels[node]!} dim={dim.get(id)} />
          <span className="sr-only">, {LOOK_WORDS[state]}, </span>
        </span>
        {model.subflow[node] ? (
          // biome-ignore lint/a11y/noStaticElementInteractions: `e` does the same from the row, which is the control
          // biome-ignore lint/a11y/useKeyWithClickEvents: as above
          <span
            title={opened.has(id) ? 'Close the sub-flow (e)' : 'Open the sub-flow here (e)'}
            className="ml-auto text-text-3 hover:text-text"
            onClick={(event) => {
              event.stopPropagation()
              onExpand(node)
            }}
          >
            <Icon name={opened.has(id) ? 'down' : 'right'} size={12} />
          </span>
        ) : null}
      </span>
      <span className="relative block h-full overflow-hidden">
        {start - row.ready > 500 ? (
          <i
            className="tl-wait absolute top-1.5 h-2.5"
            style={{ left: `${percent(row.ready)}%`, width: `${percent(start) - percent(row.ready)}%` }}
          />
        ) : null}
        {parts.map(([a, b], i) => (
          <span key={a}>
            <i
              className={clsx(
                'tl-bar absolute top-1.5 h-2.5',
                `s-${i < parts.length - 1 ? 'failed' : state}`,
                i < parts.length - 1 && 'opacity-60',
              )}
              style={{ left: `${percent(a)}%`, width: `max(3px, ${percent(b) - percent(a)}%)` }}
            />
            {i < parts.length - 1 ? (
              <i
                className="tl-rest absolute top-2.5 h-0.5"
                style={{ left: `${percent(b)}%`, width: `${percent(parts[i + 1]![0]) - percent(b)}%` }}
              />
            ) : null}
          </span>
        ))}
        {endAt < 100 && endAt > -20 ? (
          <b
            className={clsx(
              'absolute top-0.5 text-axis leading-4.5 whitespace-nowrap tabular-nums',
              chosen ? 'font-medium text-text' : 'font-regular text-text-3',
            )}
            style={
              endAt > 84
                ? { right: `calc(${100 - percent(start)}% + 6px)` }
                : { left: `calc(max(${endAt}%, ${percent(start)}% + 3px) + 6px)` }
            }
          >
            {duration(seconds)}
            {tries > 1 ? <span className="max-md:hidden"> · {tries} attempts</span> : null}
            {node === longest ? <span className="max-md:hidden"> · slowest</span> : null}
          </b>
        ) : null}
      </span>
    </button>
  )
}

/** The axis: dragging over it shows that part only; a double click shows everything again. */
function Brush({
  scale,
  span,
  onSpan,
  children,
}: {
  scale: TimeScale
  span: [number, number] | null
  onSpan(span: [number, number] | null): void
  children: React.ReactNode
}) {
  const [drag, setDrag] = useState<[number, number] | null>(null)
  const share = (event: PointerEvent<HTMLElement>): number => {
    const box = event.currentTarget.getBoundingClientRect()
    return Math.max(0, Math.min(1, (event.clientX - box.left) / box.width))
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a shortcut of the pointer; `span` is in the address as well
    <span
      className="relative block cursor-col-resize touch-none"
      title={span ? 'Double click to see the whole run' : 'Drag to look closer'}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId)
        setDrag([share(event), share(event)])
      }}
      onPointerMove={(event) => setDrag((old) => old && [old[0], share(event)])}
      onPointerUp={() => {
        if (drag && Math.abs(drag[1] - drag[0]) > 0.01) {
          const [a, b] = [Math.min(...drag), Math.max(...drag)]
          onSpan([Math.floor(scale.time(a)), Math.ceil(scale.time(b))])
        }
        setDrag(null)
      }}
      onDoubleClick={() => onSpan(null)}
    >
      {children}
      {drag ? (
        <i
          className="absolute inset-y-0 bg-accent/20"
          style={{ left: `${Math.min(...drag) * 100}%`, width: `${Math.abs(drag[1] - drag[0]) * 100}%` }}
        />
      ) : null}
    </span>
  )
}

export const failureText = (at: number, word: string, zone: 'local' | 'utc'): string =>
  `${clock(at, zone)} ${word}`
