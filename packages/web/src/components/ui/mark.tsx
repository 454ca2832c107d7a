/** The mark: rings with a gap at the south, and one body on its way. */
export function Mark({ size = 26, className }: { size?: number; className?: string }) {
  return (
    <svg
      className={className}
      width={size}
      height={size}
      viewBox="0 0 26 26"
      fill="none"
      stroke="currentColor"
      strokeLinecap="round"
      aria-hidden="true"
    >
      <path d="M9.6 23.4a11 11 0 116.8 0" strokeWidth={1.6} />
      <path d="M11.1 18.7a6 6 0 113.8 0" strokeWidth={1.6} />
      <circle cx="13" cy="13" r="2" fill="currentColor" stroke="none" />
      <circle cx="20.8" cy="5.2" r="2.9" fill="var(--accent)" stroke="var(--sunken)" strokeWidth={1.6} />
    </svg>
  )
}

/** The loader: one ring, swept. Shown only after a moment, so that quick answers do not flicker. */
export function Loading({ label = 'Loading', className }: { label?: string; className?: string }) {
  return (
    <span role="status" className={`inline-flex items-center gap-2 text-text-2 ${className ?? ''}`}>
      <svg width={18} height={18} viewBox="-9 -9 18 18" fill="none" strokeLinecap="round" aria-hidden="true">
        <path d="M-2.7 7.5a8 8 0 115.400 0" stroke="var(--line-control)" strokeWidth={1.2} />
        <path d="M0-8A8 8 0 018 0" stroke="var(--accent)" strokeWidth={1.8} className="g-spin" />
        <circle r="2" fill="currentColor" />
      </svg>
      {label}
    </span>
  )
}

/** A workspace's sign: its own small orrery, drawn from its name. */
export function WorkspaceSign({ name, size = 40 }: { name: string; size?: number }) {
  let h = 2166136261
  for (const c of name) h = Math.imul(h ^ c.charCodeAt(0), 16777619) >>> 0
  const random = () => {
    h = (Math.imul(h ^ (h >>> 15), 2246822507) + 0x9e3779b9) >>> 0
    return h / 2 ** 32
  }
  return (
    <svg width={size} height={size} viewBox="-19 -19 38 38" className="block flex-none" aria-hidden="true">
      {[6.5, 11, 15.5].map((r) => {
        const angle = random() * 4.6 + 0.8
        const gapX = Math.sin(0.3) * r
        const gapY = Math.cos(0.3) * r
        return (
          <g key={r}>
            <path
              d={`M${(-gapX).toFixed(2)} ${gapY.toFixed(2)}A${r} ${r} 0 1 1 ${gapX.toFixed(2)} ${gapY.toFixed(2)}`}
              fill="none"
              stroke="var(--line-strong)"
              strokeWidth={1.3}
            />
            <circle
              cx={(-Math.sin(angle) * r).toFixed(2)}
              cy={(Math.cos(angle) * r).toFixed(2)}
              r={(1.7 + random() * 1.3).toFixed(2)}
              fill={r === 11 ? 'var(--accent)' : 'var(--text-2)'}
            />
          </g>
        )
      })}
      <circle r="1.8" fill="var(--text)" />
    </svg>
  )
}

/** A ring with the south gap, filled by parts of a whole. `parts` are [colour token, share] pairs. */
export function Gauge({
  parts,
  total,
  size = 16,
}: {
  parts: [color: string, n: number][]
  total: number
  size?: number
}) {
  const r = 6
  const start = Math.PI / 9
  const span = 2 * Math.PI - 2 * start
  const at = (a: number) => `${(-Math.sin(a) * r).toFixed(2)} ${(Math.cos(a) * r).toFixed(2)}`
  const arc = (from: number, to: number) =>
    `M${at(from)}A${r} ${r} 0 ${to - from > Math.PI ? 1 : 0} 1 ${at(to)}`
  let from = start
  return (
    <svg
      width={size}
      height={size}
      viewBox="-8 -8 16 16"
      fill="none"
      strokeWidth={2.6}
      aria-hidden="true"
      className="block flex-none"
    >
      <path d={arc(start, start + span)} stroke="var(--line-strong)" />
      {parts.map(([color, n]) => {
        if (n <= 0 || total <= 0) return null
        const to = from + (n / total) * span
        const d = arc(from, to)
        from = to
        return <path key={color} d={d} stroke={color} />
      })}
    </svg>
  )
}
