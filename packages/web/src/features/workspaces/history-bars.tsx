import { plural } from '../../lib/format.ts'

export interface Day {
  date: string
  good: number
  bad: number
}

const HEIGHT = 58
const BASE = 38

/**
 * Thirty days: what went well is measured upwards, what went wrong is counted downwards, one block each up to four.
 * The scales differ on purpose, or a handful of failures under thousands of runs could not be seen.
 */
export function HistoryBars({ days }: { days: readonly Day[] }) {
  const max = Math.max(1, ...days.map((day) => day.good))
  const good = days.reduce((sum, day) => sum + day.good, 0)
  const bad = days.reduce((sum, day) => sum + day.bad, 0)
  const width = 100 / Math.max(1, days.length)
  return (
    <svg
      className="block w-full"
      height={HEIGHT}
      role="img"
      aria-label={`Last ${days.length} days: ${plural(good, 'run')} ended well, ${bad.toLocaleString('en-GB')} did not`}
    >
      <line x1="0" x2="100%" y1={BASE + 1.5} y2={BASE + 1.5} stroke="var(--line)" />
      {days.map((day, index) => {
        const up = day.good === 0 ? 0 : Math.max(2, (day.good / max) * (BASE - 2))
        const down = day.bad === 0 ? 0 : Math.min(16, 3 + day.bad * 3)
        const x = `${(index * width).toFixed(2)}%`
        return (
          <g key={day.date}>
            {up > 0 ? (
              <rect
                x={x}
                width={`${(width * 0.58).toFixed(2)}%`}
                y={BASE - up}
                height={up}
                rx={1}
                fill="var(--st-completed-fill)"
              />
            ) : null}
            {down > 0 ? (
              <rect
                x={x}
                width={`${(width * 0.58).toFixed(2)}%`}
                y={BASE + 3}
                height={down}
                rx={1}
                fill="var(--st-failed)"
              />
            ) : null}
          </g>
        )
      })}
    </svg>
  )
}
