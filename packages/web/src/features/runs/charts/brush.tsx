import { clsx } from 'clsx'
import { type KeyboardEvent, type PointerEvent, type ReactNode, useState } from 'react'
import { shortDateTime } from '../../../lib/format.ts'
import { useZone } from '../../../lib/preferences.ts'

/** Steps of the mark across the chart. */
const STEPS = 96

/** A layer over a chart: dragging across it, or Shift with the arrow keys, chooses a part of its time. */
export function TimeBrush({
  from,
  to,
  onRange,
  onPick,
  children,
  className,
}: {
  from: number
  to: number
  onRange(from: number, to: number): void
  /** A click without a drag: where, as a share of the width and in pixels from the top. */
  onPick?: (at: { share: number; y: number; width: number }) => void
  children: ReactNode
  className?: string
}) {
  const [zone] = useZone()
  const [drag, setDrag] = useState<[number, number] | null>(null)
  /** The mark of the keyboard, and where its selection began. */
  const [mark, setMark] = useState<{ at: number; anchor: number | null } | null>(null)
  const share = (event: PointerEvent<HTMLElement>): number => {
    const box = event.currentTarget.getBoundingClientRect()
    return Math.max(0, Math.min(1, (event.clientX - box.left) / box.width))
  }
  const timeAt = (part: number): number => Math.round(from + part * (to - from))
  const choose = (a: number, b: number): void => onRange(timeAt(Math.min(a, b)), timeAt(Math.max(a, b)))

  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    const at = mark?.at ?? 1
    const by = { ArrowLeft: -1, ArrowRight: 1, PageUp: -8, PageDown: 8 }[event.key]
    const next =
      event.key === 'Home' ? 0 : event.key === 'End' ? 1 : by === undefined ? null : at + by / STEPS
    if (next !== null) {
      const anchor = event.shiftKey ? (mark?.anchor ?? at) : null
      setMark({ at: Math.max(0, Math.min(1, next)), anchor })
    } else if (event.key === 'Enter' && mark && mark.anchor !== null && mark.anchor !== mark.at) {
      choose(mark.anchor, mark.at)
      setMark(null)
    } else if (event.key === 'Escape' && mark?.anchor != null) setMark({ ...mark, anchor: null })
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  const words = (): string => {
    if (!mark) return 'Arrow keys move the mark'
    const at = shortDateTime(timeAt(mark.at), zone)
    if (mark.anchor === null) return at
    const [a, b] = [Math.min(mark.anchor, mark.at), Math.max(mark.anchor, mark.at)]
    return `${shortDateTime(timeAt(a), zone)} to ${shortDateTime(timeAt(b), zone)}, Enter shows only this`
  }
  const chosen = drag ?? (mark?.anchor != null ? ([mark.anchor, mark.at] as const) : null)

  return (
    <div
      className={className}
      title="Drag to choose a time"
      onPointerDown={(event) => {
        if (event.button !== 0 || (event.target as Element).closest('a')) return
        event.currentTarget.setPointerCapture(event.pointerId)
        setDrag([share(event), share(event)])
      }}
      onPointerMove={(event) => {
        // Read at once: an updater runs later, when the event has no target any more.
        const to = share(event)
        setDrag((old) => old && [old[0], to])
      }}
      onPointerCancel={() => setDrag(null)}
      onPointerUp={(event) => {
        const box = event.currentTarget.getBoundingClientRect()
        // Where the pointer is now: its last moves may not have been drawn yet.
        const end = share(event)
        if (drag && Math.abs(end - drag[0]) > 0.01) choose(drag[0], end)
        else if (drag) onPick?.({ share: end, y: event.clientY - box.top, width: box.width })
        setDrag(null)
      }}
    >
      {children}
      <div
        role="slider"
        tabIndex={0}
        aria-label="Time of the chart: Shift with the arrow keys chooses a part of it"
        aria-valuemin={0}
        aria-valuemax={STEPS}
        aria-valuenow={Math.round((mark?.at ?? 1) * STEPS)}
        aria-valuetext={words()}
        onKeyDown={onKeyDown}
        onBlur={() => setMark(null)}
        className="pointer-events-none absolute inset-0 rounded-chip"
      />
      {chosen ? (
        <i
          className="pointer-events-none absolute inset-y-0 border-x border-accent bg-accent/15"
          style={{
            left: `${Math.min(...chosen) * 100}%`,
            width: `${Math.abs(chosen[1] - chosen[0]) * 100}%`,
          }}
        />
      ) : null}
      {mark ? (
        <span
          aria-hidden="true"
          className="pointer-events-none absolute inset-y-0 w-px bg-accent"
          style={{ left: `${mark.at * 100}%` }}
        >
          <span
            className={clsx(
              'absolute top-0 rounded-chip border border-line-strong bg-raised px-1.5 text-axis whitespace-nowrap text-text-2 tabular-nums',
              mark.at > 0.5 ? 'right-1.5' : 'left-1.5',
            )}
          >
            {words()}
          </span>
        </span>
      ) : null}
    </div>
  )
}
