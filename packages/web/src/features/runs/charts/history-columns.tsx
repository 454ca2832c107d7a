import { plural } from '../../../lib/format.ts'
import { type Column, niceMax } from './history.ts'

/** Blocks of bad news that fit below the line before they are measured instead of counted. */
const MOST_BLOCKS = 6

/**
 * Runs over time: completed work is a bar that is measured, each failed run a block that can be counted. Scheduled
 * runs are outlines. Widths are shares of the box, heights are pixels, so it needs no measuring of its own.
 */
export function HistoryColumns({
  columns,
  height,
  label,
}: {
  columns: readonly Column[]
  height: number
  label: string
}) {
  const n = Math.max(1, columns.length)
  const wide = 100 / n
  const bar = wide * (n > 90 ? 0.9 : 0.68)
  const deepest = Math.max(
    1,
    ...columns.map((c) => Math.min(MOST_BLOCKS, c.failed + c.crashed + c.late + c.cancelled)),
  )
  const block = 7
  const below = Math.min(height * 0.4, deepest * (block + 1.5) + 4)
  const base = height - below
  const top = niceMax(Math.max(...columns.map((c) => c.completed + c.running + c.waiting + c.scheduled), 0))
  const scale = (v: number): number => (v === 0 ? 0 : Math.max(1.5, (v / top) * (base - 14)))
  return (
    <svg role="img" aria-label={label} className="absolute inset-0 size-full overflow-visible">
      <line x1="0" x2="100%" y1={base} y2={base} stroke="var(--line-strong)" />
      {columns.map((c, i) => {
        const x = `${i * wide + (wide - bar) / 2}%`
        const width = `${bar}%`
        let y = base
        const parts = (
          [
            [c.completed, 'var(--st-completed-fill)'],
            [c.running, 'var(--st-running)'],
            [c.waiting, 'var(--st-pending)'],
          ] as const
        ).map(([v, fill]) => {
          const h = scale(v)
          y -= h
          return v ? <rect key={fill} x={x} width={width} y={y} height={h} rx="1" fill={fill} /> : null
        })
        const h = scale(c.scheduled)
        const bad = [
          ...Array.from({ length: c.failed }, () => 'failed'),
          ...Array.from({ length: c.crashed }, () => 'crashed'),
          ...Array.from({ length: c.late }, () => 'late'),
          ...Array.from({ length: c.cancelled }, () => 'cancelled'),
        ]
        const many = bad.length > MOST_BLOCKS
        return (
          <g key={c.from}>
            <title>{tooltip(c)}</title>
            {parts}
            {c.scheduled ? (
              <rect
                x={x}
                width={width}
                y={y - h}
                height={h}
                rx="1"
                fill="none"
                stroke="var(--st-scheduled)"
                opacity=".75"
              />
            ) : null}
            {many ? (
              <BadBar column={c} x={x} width={width} top={base + 3} height={below - 4} />
            ) : (
              bad.map((kind, k) => {
                const key = `${kind}-${k}`
                const outline = kind === 'late' || kind === 'cancelled'
                return (
                  <rect
                    key={key}
                    x={x}
                    width={width}
                    y={base + 3 + k * (block + 1.5)}
                    height={block - (outline ? 1 : 0)}
                    rx="1.5"
                    fill={outline ? 'none' : `var(--st-${kind})`}
                    stroke={outline ? `var(--st-${kind})` : 'none'}
                    strokeWidth="1.5"
                  />
                )
              })
            )}
          </g>
        )
      })}
    </svg>
  )
}

function BadBar({
  column,
  x,
  width,
  top,
  height,
}: {
  column: Column
  x: string
  width: string
  top: number
  height: number
}) {
  const total = column.failed + column.crashed + column.late + column.cancelled
  let y = top
  return (['failed', 'crashed', 'late', 'cancelled'] as const).map((kind) => {
    const h = (column[kind] / total) * height
    const at = y
    y += h
    return h > 0 ? <rect key={kind} x={x} width={width} y={at} height={h} fill={`var(--st-${kind})`} /> : null
  })
}

export function tooltip(c: Column): string {
  const time = (ms: number): string =>
    new Date(ms).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })
  const parts = (
    ['completed', 'running', 'waiting', 'scheduled', 'failed', 'crashed', 'late', 'cancelled'] as const
  )
    .filter((key) => c[key] > 0)
    .map((key) => `${c[key]} ${key}`)
  return `${time(c.from)} – ${time(c.to)}: ${parts.length ? parts.join(', ') : plural(0, 'run')}`
}

/** The scale at the right of a column chart. */
export function columnScale(columns: readonly Column[]): number {
  return niceMax(Math.max(...columns.map((c) => c.completed + c.running + c.waiting + c.scheduled), 0))
}
