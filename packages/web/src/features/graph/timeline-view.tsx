import { useVirtualizer } from '@tanstack/react-virtual'
import { clsx } from 'clsx'
import { type KeyboardEvent, type PointerEvent, useEffect, useMemo, useRef, useState } from 'react'
import { Icon, StateGlyph } from '../../components/ui/index.ts'
import { clock, duration, plural } from '../../lib/format.ts'
import { useZone } from '../../lib/preferences.ts'
import { LOOK_WORDS } from '../../lib/states.ts'
import { type GraphModel, secondsOf, stateAt } from './model.ts'
import { axisLabel, type Timeline, timeTicks } from './timeline-layout.ts'

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
  /** Where the run failed, and the words for it. */
  failure: { at: number; text: string } | null
  /** The part of the run that is shown, in milliseconds since the epoch; null is all of it. */
  span: [number, number] | null
  onSpan(span: [number, number] | null): void
  onSelect(node: number, add: boolean): void
  onOpen(node: number): void
  onExpand(node: number): void
  opened: ReadonlySet<string>
}

/** Where the time went: one lane per task, hatched while it waited, solid while it ran. */
export function TimelineView(props: TimelineViewProps) {
  const { model, now, span, faint } = props
  // A search or a preset leaves only its own rows; fainter text could not be read.
  const timeline = useMemo(
    () =>
      faint
        ? { ...props.timeline, rows: props.timeline.rows.filter((row) => !faint[row.node]) }
        : props.timeline,
    [props.timeline, faint],
  )
  const scroller = useRef<HTMLDivElement>(null)
  const [zone] = useZone()
  const [from, to] = span ?? [timeline.from, props.running ? Math.max(timeline.to, now) : timeline.to]
  // A little air at the end, so that the last duration can be read.
  const total = (to - from) * (span ? 1 : 1.14) || 1
  const percent = (t: number): number => ((t - from) / total) * 100
  const { step, ticks } = useMemo(() => timeTicks(from, from + total, 7), [from, total])
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

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    const current = mainRow ?? -1
    const step =
      event.key === 'ArrowDown' || event.key === 'j'
        ? 1
        : event.key === 'ArrowUp' || event.key === 'k'
          ? -1
          : 0
    if (step) {
      const next = timeline.rows[Math.max(0, Math.min(timeline.rows.length - 1, current + step))]
      if (next) {
        props.onSelect(next.node, event.shiftKey)
        requestAnimationFrame(() =>
          scroller.current
            ?.querySelector<HTMLElement>(`[data-node="${next.node}"]`)
            ?.focus({ preventScroll: true }),
        )
      }
    } else if (event.key === 'Enter' && props.main >= 0) props.onOpen(props.main)
    else if (event.key === 'e' && props.main >= 0) props.onExpand(props.main)
    else if (event.key === 'Escape') props.onSelect(-1, false)
    else return
    event.preventDefault()
    event.stopPropagation()
  }

  return (
    <div className="absolute inset-0 top-13.5 flex flex-col [--name:150px] md:[--name:218px]">
      <div className="grid h-6 flex-none grid-cols-[var(--name)_1fr] border-y border-line bg-sunken pr-4 text-axis leading-5.5 text-text-3">
        <span className="clip pl-3.5">{plural(timeline.rows.length, 'task')} by start</span>
        <Brush from={from} total={total} onSpan={props.onSpan} span={span}>
          {ticks
            .filter(
              (t) =>
                !props.failure ||
                percent(t) < percent(props.failure.at) - 5 ||
                percent(t) > percent(props.failure.at) + 15,
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
}: TimelineViewProps & { index: number; top: number; percent(t: number): number; first: boolean }) {
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
          {model.labels[node]}
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
          </b>
        ) : null}
      </span>
    </button>
  )
}

/** The axis: dragging over it shows that part only; a double click shows everything again. */
function Brush({
  from,
  total,
  span,
  onSpan,
  children,
}: {
  from: number
  total: number
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
          onSpan([Math.round(from + a * total), Math.round(from + b * total)])
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
