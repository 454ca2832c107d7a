import type { Quantiles } from '@orrery/schemas'

/** So many empty steps are bridged: a flow that runs each hour is one line, a silent night is a gap. */
const MOST_EMPTY = 4

interface Point {
  x: number
  p50: number
  p95: number
}

/** The stretches of steps that belong together. */
export function stretches(values: readonly (Quantiles | null)[]): Point[][] {
  const all: Point[][] = []
  let last = Number.NEGATIVE_INFINITY
  values.forEach((value, x) => {
    if (!value) return
    const point = { x: x + 0.5, p50: value.p50, p95: value.p95 }
    const open = all.at(-1)
    if (open && x - last <= MOST_EMPTY + 1) open.push(point)
    else all.push([point])
    last = x
  })
  return all
}

/**
 * The median as a line, and up to the 95th percentile a band. A logarithmic scale up to its own largest value: flows of
 * seconds and of hours share it, and a median of 3 s must not vanish below one that was late by an hour.
 */
export function Band({ values, label }: { values: readonly (Quantiles | null)[]; label: string }) {
  const top = Math.max(1e-9, ...values.map((v) => v?.p95 ?? 0))
  const y = (v: number): string => (37 - (Math.log1p(v) / Math.log1p(top)) * 33).toFixed(1)
  const parts = stretches(values)
  let line = ''
  let band = ''
  for (const points of parts) {
    const first = points[0]
    const end = points.at(-1)
    if (!first || !end) continue
    // A lone step is a short stroke, or it could not be seen.
    const width = points.length === 1 ? 0.4 : 0
    const up = [...points, ...(width ? [{ ...end, x: end.x + width }] : [])]
    line += `M${up.map((p) => `${p.x.toFixed(1)} ${y(p.p50)}`).join('L')}`
    band += `M${up.map((p) => `${p.x.toFixed(1)} ${y(p.p95)}`).join('L')}L${up
      .toReversed()
      .map((p) => `${p.x.toFixed(1)} ${y(p.p50)}`)
      .join('L')}Z`
  }
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${Math.max(1, values.length)} 40`}
      preserveAspectRatio="none"
      className="absolute inset-0 size-full"
    >
      <path d={band} fill="var(--line-strong)" opacity=".55" />
      <path
        d={line}
        fill="none"
        stroke="var(--text-2)"
        strokeWidth="1.25"
        strokeLinejoin="round"
        vectorEffect="non-scaling-stroke"
      />
    </svg>
  )
}
