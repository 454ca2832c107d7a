import { lookOf } from '../../../lib/states.ts'

export interface ScatterPoint {
  id: string
  state_type: string
  timestamp: string
  duration: number
}

const LINES = [1, 10, 60, 600, 3600, 36_000]
const LABEL: Record<number, string> = {
  1: '1 s',
  10: '10 s',
  60: '1 min',
  600: '10 min',
  3600: '1 h',
  36000: '10 h',
}

/** Start against duration: runs of one schedule make a dotted line, and what leaves its line is odd. */
export function Scatter({
  points,
  from,
  to,
  now,
  height,
}: {
  points: readonly ScatterPoint[]
  from: number
  to: number
  now: number
  height: number
}) {
  const { low, high, y } = scatterScale(points, height)
  const x = (ms: number): string => `${(((ms - from) / (to - from)) * 100).toFixed(2)}%`
  const quiet = points.filter(
    (p) => p.state_type !== 'FAILED' && p.state_type !== 'CRASHED' && p.state_type !== 'RUNNING',
  )
  const running = points.filter((p) => p.state_type === 'RUNNING')
  const bad = points.filter((p) => p.state_type === 'FAILED' || p.state_type === 'CRASHED')
  return (
    <>
      {LINES.filter((s) => Math.log10(s) >= low && Math.log10(s) <= high).map((s) => (
        <span
          key={s}
          className="absolute right-full mr-2 -translate-y-1/2 text-axis whitespace-nowrap text-text-3"
          style={{ top: y(s) }}
        >
          {LABEL[s]}
        </span>
      ))}
      <svg
        role="img"
        aria-label={`Start against duration of ${points.length} runs, ${bad.length} of them failed. The table below holds the same runs.`}
        className="absolute inset-0 size-full overflow-visible"
      >
        {LINES.filter((s) => Math.log10(s) >= low && Math.log10(s) <= high).map((s) => (
          <line key={s} x1="0" x2="100%" y1={y(s)} y2={y(s)} stroke="var(--line)" />
        ))}
        <g fill="var(--st-completed-fill)" opacity=".72">
          {quiet
            .filter((p) => p.state_type === 'COMPLETED')
            .map((p) => (
              <circle key={p.id} cx={x(Date.parse(p.timestamp))} cy={y(p.duration)} r="1.8" />
            ))}
        </g>
        <g fill="none" stroke="var(--text-3)">
          {quiet
            .filter((p) => p.state_type !== 'COMPLETED')
            .map((p) => (
              <circle key={p.id} cx={x(Date.parse(p.timestamp))} cy={y(p.duration)} r="1.8" />
            ))}
        </g>
        {running.map((p) => (
          <g key={p.id} stroke="var(--st-running)">
            <line
              x1={x(Date.parse(p.timestamp))}
              x2={x(Math.min(now, to))}
              y1={y(p.duration)}
              y2={y(p.duration)}
              strokeWidth="1.6"
              opacity=".8"
            />
            <circle cx={x(Date.parse(p.timestamp))} cy={y(p.duration)} r="3" fill="var(--st-running)" />
          </g>
        ))}
      </svg>
      <svg aria-hidden="true" className="absolute inset-0 size-full overflow-visible">
        {bad.map((p) => {
          const look = lookOf({ type: p.state_type })
          return (
            <svg
              aria-hidden="true"
              key={p.id}
              x={x(Date.parse(p.timestamp))}
              y={y(p.duration)}
              overflow="visible"
              className={`s-${look}`}
            >
              {look === 'crashed' ? (
                <path d="M0-5L5 4H-5z" fill="var(--c)" stroke="var(--surface)" />
              ) : (
                <>
                  <circle r="6" fill="var(--surface)" opacity=".8" />
                  <path
                    d="M-3.4-3.4l6.8 6.8M3.4-3.4l-6.8 6.8"
                    stroke="var(--c)"
                    strokeWidth={2.2}
                    strokeLinecap="round"
                  />
                </>
              )}
            </svg>
          )
        })}
      </svg>
    </>
  )
}

/** The point nearest to a place in the chart, within a finger's reach; for clicks. */
export function nearestPoint(
  points: readonly ScatterPoint[],
  at: { share: number; y: number; width: number },
  frame: { from: number; to: number; height: number },
): ScatterPoint | null {
  const place = scatterScale(points, frame.height)
  let best: ScatterPoint | null = null
  let least = 14
  for (const p of points) {
    const dx = ((Date.parse(p.timestamp) - frame.from) / (frame.to - frame.from) - at.share) * at.width
    const away = Math.hypot(dx, place.y(p.duration) - at.y)
    if (away < least) {
      least = away
      best = p
    }
  }
  return best
}

/** The logarithmic scale of durations that holds all points. */
export function scatterScale(points: readonly ScatterPoint[], height: number) {
  let longest = 60
  let shortest = 1
  for (const p of points) {
    if (p.duration > longest) longest = p.duration
    if (p.duration > 0 && p.duration < shortest) shortest = p.duration
  }
  const low = Math.log10(Math.max(0.05, shortest))
  const high = Math.log10(longest * 1.6)
  return {
    low,
    high,
    y: (seconds: number): number =>
      height - 12 - ((Math.log10(Math.max(10 ** low, seconds)) - low) / (high - low)) * (height - 24),
  }
}
