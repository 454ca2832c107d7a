import type { StateLook } from '../../lib/states.ts'

const MOST_BARS = 24

/** A small column of each step; neighbours are added together until they fit. */
export function Spark({ values, look }: { values: readonly number[]; look: StateLook }) {
  const size = Math.ceil(values.length / MOST_BARS) || 1
  const bars: number[] = []
  for (let i = 0; i < values.length; i += size)
    bars.push(values.slice(i, i + size).reduce((a, b) => a + b, 0))
  const top = Math.max(1, ...bars)
  const wide = 100 / Math.max(1, bars.length)
  const outline = look === 'scheduled'
  const fill = look === 'completed' ? 'var(--st-completed-fill)' : `var(--st-${look})`
  return (
    <svg aria-hidden="true" className="mb-1.25 h-6 w-full max-w-30 justify-self-end overflow-visible">
      {bars.map((v, i) => {
        const key = i
        const h = v ? Math.max(1.5, (v / top) * 22) : 0
        return v ? (
          <rect
            key={key}
            x={`${i * wide}%`}
            width={`${wide * 0.66}%`}
            y={24 - h}
            height={h}
            rx="1"
            fill={outline ? 'none' : fill}
            stroke={outline ? fill : 'none'}
            opacity={outline ? 0.75 : 1}
          />
        ) : null
      })}
    </svg>
  )
}
