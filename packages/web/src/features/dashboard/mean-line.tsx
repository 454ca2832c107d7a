/** A line through the steps that have a value; gaps stay gaps. Scaled to its own largest value. */
export function MeanLine({ values, label }: { values: readonly (number | null)[]; label: string }) {
  const top = Math.max(1e-9, ...values.map((v) => v ?? 0))
  const n = Math.max(1, values.length)
  let path = ''
  let open = false
  values.forEach((v, i) => {
    if (v === null) {
      open = false
      return
    }
    path += `${open ? 'L' : 'M'}${(i + 0.5).toFixed(1)} ${(36 - (v / top) * 30).toFixed(1)}`
    // A lone step is a short stroke, or it could not be seen.
    if (!open && values[i + 1] == null) path += `h.4`
    open = true
  })
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${n} 40`}
      preserveAspectRatio="none"
      className="absolute inset-0 size-full"
    >
      <path
        d={path}
        fill="none"
        stroke="var(--text-2)"
        strokeWidth="1.25"
        vectorEffect="non-scaling-stroke"
      />
    </svg>
  )
}
