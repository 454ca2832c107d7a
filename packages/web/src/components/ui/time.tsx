import { clsx } from 'clsx'
import { dateTime, duration, msOf, relative } from '../../lib/format.ts'
import { useNow } from '../../lib/now.ts'
import { useZone } from '../../lib/preferences.ts'

/** A duration in seconds; with `since` it runs on until the page hears of the end. */
export function Duration({
  seconds,
  since,
  className,
}: {
  seconds?: number | null
  since?: string | null
  className?: string
}) {
  const now = useNow(since ? 1000 : 0)
  const value = since ? Math.max(0, (now - msOf(since)) / 1000) : seconds
  return <span className={clsx('whitespace-nowrap tabular-nums', className)}>{duration(value)}</span>
}

/** An instant, as distance ("3 min ago") or in full; the other form is in the tooltip. "–" when not known. */
export function Timestamp({
  at,
  form = 'relative',
  className,
}: {
  at: string | null | undefined
  form?: 'relative' | 'full'
  className?: string
}) {
  const ms = at ? msOf(at) : Number.NaN
  const young = Math.abs(Date.now() - ms) < 120_000
  const now = useNow(form === 'relative' && at ? (young ? 1000 : 60_000) : 0)
  const [zone] = useZone()
  if (!at || Number.isNaN(ms)) return <span className={className}>–</span>
  const full = dateTime(ms, zone)
  // A step of a minute lags behind the clock; what has just happened is never in the future.
  const distance = relative(ms, young ? now : Date.now())
  return (
    <time
      dateTime={at}
      title={form === 'relative' ? full : distance}
      className={clsx('whitespace-nowrap tabular-nums', className)}
    >
      {form === 'relative' ? distance : full}
    </time>
  )
}
