import { clsx } from 'clsx'
import { useZone } from '../../lib/preferences.ts'
import { axisLabel, timeTicks } from '../graph/timeline-layout.ts'
import { useNarrow } from '../runs/use-narrow.ts'
import { TICKS } from './track.tsx'

/** Percent of the width that a label needs on each side, on a screen and on a phone. */
const ROOM = { wide: 3.4, narrow: 10 }

/** The hours below the charts, and the time of now in the reader's colour; no two words on one another. */
export function ClockAxis({ frame, now }: { frame: { from: number; to: number }; now: number }) {
  const [zone] = useZone()
  const narrow = useNarrow()
  const room = narrow ? ROOM.narrow : ROOM.wide
  const share = (t: number): number => ((t - frame.from) / (frame.to - frame.from)) * 100
  const nowAt = share(now)
  const hasNow = nowAt > 0 && nowAt < 100
  const { step, ticks } = timeTicks(frame.from, frame.to, TICKS)
  let last = Number.NEGATIVE_INFINITY
  return (
    <>
      {ticks.map((t) => {
        const at = share(t)
        const label = axisLabel(t, step, zone)
        const long = label.length > 5
        const need = room * (long ? 1.5 : 1)
        if (at < need / 2 || at > 100 - need / 2) return null
        if (hasNow && Math.abs(at - nowAt) < need * 1.15) return null
        if (at - last < need * 1.6) return null
        last = at
        return (
          <span
            key={t}
            className={clsx(
              'absolute top-1 -translate-x-1/2 leading-4 whitespace-nowrap tabular-nums',
              long && 'font-medium text-text',
            )}
            style={{ left: `${at}%` }}
          >
            {label}
          </span>
        )
      })}
      {hasNow ? (
        <span
          title="Now"
          className="absolute top-1 -translate-x-1/2 rounded-[3px] bg-accent-solid px-1.25 leading-4 font-medium text-on-accent tabular-nums"
          style={{ left: `${Math.min(100 - room / 2, Math.max(room / 2, nowAt))}%` }}
        >
          {axisLabel(now, 60_000, zone)}
        </span>
      ) : null}
    </>
  )
}
