import { type PointerEvent, type ReactNode, useState } from 'react'

/** A layer over a chart: dragging across it chooses a part of its time. */
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
  const [drag, setDrag] = useState<[number, number] | null>(null)
  const share = (event: PointerEvent<HTMLElement>): number => {
    const box = event.currentTarget.getBoundingClientRect()
    return Math.max(0, Math.min(1, (event.clientX - box.left) / box.width))
  }
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
        if (drag && Math.abs(drag[1] - drag[0]) <= 0.01)
          onPick?.({ share: drag[1], y: event.clientY - box.top, width: box.width })
        else if (drag && Math.abs(drag[1] - drag[0]) > 0.01) {
          const [a, b] = [Math.min(...drag), Math.max(...drag)]
          onRange(Math.round(from + a * (to - from)), Math.round(from + b * (to - from)))
        }
        setDrag(null)
      }}
    >
      {children}
      {drag ? (
        <i
          className="pointer-events-none absolute inset-y-0 border-x border-accent bg-accent/15"
          style={{ left: `${Math.min(...drag) * 100}%`, width: `${Math.abs(drag[1] - drag[0]) * 100}%` }}
        />
      ) : null}
    </div>
  )
}
