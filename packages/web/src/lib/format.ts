/** How numbers and times are written: two units at most, figures of one width, "–" for what is not known. */

const number = new Intl.NumberFormat('en-GB')

export const count = (value: number | null | undefined): string =>
  value == null ? '–' : number.format(value)

/** "1 run", "4 runs", "1,309 runs". */
export const plural = (n: number, one: string, many = `${one}s`): string =>
  `${number.format(n)} ${n === 1 ? one : many}`

/** A duration in seconds, with two units at most: "0.4s", "44s", "14m 44s", "1h 42m", "3d 4h". */
export function duration(seconds: number | null | undefined): string {
  if (seconds == null || !Number.isFinite(seconds)) return '–'
  const s = Math.abs(seconds)
  const sign = seconds < 0 ? '−' : ''
  if (s === 0) return '0s'
  if (s < 0.0995) return `${sign}${Math.max(1, Math.round(s * 1000))}ms`
  if (s < 9.95) return `${sign}${s.toFixed(1)}s`
  const whole = Math.round(s)
  if (whole < 60) return `${sign}${whole}s`
  const two = (n: number) => String(n).padStart(2, '0')
  if (whole < 3600) return `${sign}${Math.floor(whole / 60)}m ${two(whole % 60)}s`
  const minutes = Math.floor(whole / 60)
  if (minutes < 1440) return `${sign}${Math.floor(minutes / 60)}h ${two(minutes % 60)}m`
  const hours = Math.floor(minutes / 60)
  return `${sign}${number.format(Math.floor(hours / 24))}d ${hours % 24}h`
}

/** One unit: "3 s", "12 min", "5 h", "9 d". */
function rough(seconds: number): string {
  const s = Math.abs(seconds)
  if (s < 60) return `${Math.max(1, Math.round(s))} s`
  if (s < 3600) return `${Math.round(s / 60)} min`
  if (s < 86_400) return `${Math.round(s / 3600)} h`
  return plural(Math.round(s / 86_400), 'day')
}

/** "just now", "3 min ago", "in 6 days". */
export function relative(ms: number, now: number): string {
  const seconds = (now - ms) / 1000
  if (Math.abs(seconds) < 5) return 'just now'
  return seconds > 0 ? `${rough(seconds)} ago` : `in ${rough(seconds)}`
}

export type Zone = 'local' | 'utc'

const cache = new Map<string, Intl.DateTimeFormat>()
function formatter(zone: Zone, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = zone + JSON.stringify(options)
  let found = cache.get(key)
  if (!found) {
    found = new Intl.DateTimeFormat('en-GB', { ...options, ...(zone === 'utc' && { timeZone: 'UTC' }) })
    cache.set(key, found)
  }
  return found
}

const TIME = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' } as const

// Three letters each, which Intl does not promise ("Sept").
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** "24 Nov" */
function dayMonth(ms: number, zone: Zone): string {
  const at = new Date(ms)
  return zone === 'utc'
    ? `${at.getUTCDate()} ${MONTHS[at.getUTCMonth()]}`
    : `${at.getDate()} ${MONTHS[at.getMonth()]}`
}

/** "24 Nov 2026" */
export function date(ms: number, zone: Zone = 'local'): string {
  const at = new Date(ms)
  return `${dayMonth(ms, zone)} ${zone === 'utc' ? at.getUTCFullYear() : at.getFullYear()}`
}
/** "09:41:07" */
export const clock = (ms: number, zone: Zone = 'local'): string => formatter(zone, TIME).format(ms)
/** "24 Nov 2026, 09:41:07" */
export const dateTime = (ms: number, zone: Zone = 'local'): string => `${date(ms, zone)}, ${clock(ms, zone)}`
/** "24 Nov, 09:41" */
export const shortDateTime = (ms: number, zone: Zone = 'local'): string =>
  `${dayMonth(ms, zone)}, ${formatter(zone, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(ms)}`

/** Milliseconds of an ISO instant; the microseconds that a Date cannot hold do not matter on a screen. */
export const msOf = (iso: string): number => Date.parse(iso)
