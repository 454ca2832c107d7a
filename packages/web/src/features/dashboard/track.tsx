import type { ReactNode } from 'react'
import { TimeBrush } from '../runs/charts/brush.tsx'
import { TimeGrid } from '../runs/time-axis.tsx'

/** Lines of the grid at most; the axis leaves words out where there is no room. */
export const TICKS = 14

/** What all rows of the clock share. */
export interface Shared {
  frame: { from: number; to: number }
  /** Where now is, in percent of the frame. */
  nowAt: number
  now: number
  onRange(from: number, to: number): void
}

/** The middle of a row: the grid of time, what is drawn, the line of now; dragging across chooses a time. */
export function Track({
  shared,
  height,
  children,
}: {
  shared: Shared
  height?: number
  children: ReactNode
}) {
  return (
    <TimeBrush
      {...shared.frame}
      onRange={shared.onRange}
      className="relative min-h-7 cursor-crosshair touch-pan-y select-none max-md:mx-4"
    >
      <div className="relative h-full" style={height ? { height } : undefined}>
        <TimeGrid {...shared.frame} most={TICKS} />
        {children}
      </div>
      <Now at={shared.nowAt} />
    </TimeBrush>
  )
}

export function Now({ at }: { at: number }) {
  return at >= 0 && at <= 100 ? (
    <i
      aria-hidden="true"
      className="pointer-events-none absolute inset-y-0 w-px bg-accent"
      style={{ left: `${at}%` }}
    />
  ) : null
}
