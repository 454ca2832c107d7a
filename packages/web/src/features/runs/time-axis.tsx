import { clsx } from 'clsx'
import { useZone } from '../../lib/preferences.ts'
import { axisLabel, timeTicks } from '../graph/timeline-layout.ts'

/** Lines and words of a time axis under a chart; `now` is drawn in the accent, as the reader's own moment. */
export function TimeAxis({ from, to, most = 8 }: { from: number; to: number; most?: number }) {
  const [zone] = useZone()
  const { step, ticks } = timeTicks(from, to, most)
  return ticks.map((t, i) => {
    const label = axisLabel(t, step, zone)
    return (
      <span
        key={t}
        className={clsx(
          'absolute -translate-x-1/2 text-axis leading-4 whitespace-nowrap tabular-nums',
          label.length > 5 ? 'font-medium text-text' : 'text-text-3',
          i % 2 && 'max-md:hidden',
        )}
        style={{ left: `${((t - from) / (to - from)) * 100}%` }}
      >
        {label}
      </span>
    )
  })
}

export function TimeGrid({
  from,
  to,
  most = 8,
  height,
}: {
  from: number
  to: number
  most?: number
  height?: number
}) {
  const { ticks } = timeTicks(from, to, most)
  return ticks.map((t) => (
    <i
      key={t}
      aria-hidden="true"
      className="pointer-events-none absolute top-0 w-px bg-line"
      style={{ left: `${((t - from) / (to - from)) * 100}%`, height: height ?? '100%' }}
    />
  ))
}
