import type { AtOnce } from '@orrery/schemas'

/** A round number of runs not below the most, for the scale: small ones are counted one by one. */
export function onceMax(buckets: readonly AtOnce[]): number {
  const most = Math.max(1, ...buckets.map((bucket) => bucket.most))
  if (most <= 5) return most
  const step = 10 ** Math.floor(Math.log10(most))
  return Math.ceil(most / (step / 2)) * (step / 2)
}

/** How many runs ran at once: a stepped line over its area, which ends now. */
export function AtOnceChart({
  buckets,
  now,
  height,
}: {
  buckets: readonly AtOnce[]
  now: number
  height: number
}) {
  const top = onceMax(buckets)
  const past = buckets.filter((bucket) => Date.parse(bucket.interval_start) <= now)
  const most = Math.max(0, ...past.map((bucket) => bucket.most))
  const base = height - 2
  const y = (n: number): number => base - (n / top) * (height - 14)
  const wide = 1000 / Math.max(1, buckets.length)
  const steps = past
    .map((bucket, i) => `${i === 0 ? 'M' : 'L'}${i * wide} ${y(bucket.most)}H${(i + 1) * wide}`)
    .join('')
  const lines = top <= 5 ? Array.from({ length: top }, (_, i) => i + 1) : [top / 2, top]
  return (
    <>
      {[0, ...lines].map((n) => (
        <span
          key={n}
          className="absolute right-full mr-2 -translate-y-1/2 text-axis whitespace-nowrap text-text-3 tabular-nums"
          style={{ top: y(n) }}
        >
          {n}
        </span>
      ))}
      <svg
        role="img"
        aria-label={`How many runs ran at once: at most ${most}.`}
        viewBox={`0 0 1000 ${height}`}
        preserveAspectRatio="none"
        className="absolute inset-0 size-full"
      >
        {lines.map((n) => (
          <line
            key={n}
            x1="0"
            x2="1000"
            y1={y(n)}
            y2={y(n)}
            stroke="var(--line)"
            vectorEffect="non-scaling-stroke"
          />
        ))}
        {steps ? (
          <>
            <path d={`${steps}V${base}H0Z`} fill="var(--st-running)" opacity=".16" />
            <path
              d={steps}
              fill="none"
              stroke="var(--st-running)"
              strokeWidth="1.5"
              vectorEffect="non-scaling-stroke"
            />
          </>
        ) : null}
        <line
          x1="0"
          x2="1000"
          y1={base}
          y2={base}
          stroke="var(--line-strong)"
          vectorEffect="non-scaling-stroke"
        />
      </svg>
    </>
  )
}
