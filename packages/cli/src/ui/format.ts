import type { WireState } from '@orrery/client/browser'
import type { Style } from '../cli.ts'

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 365 * 86_400],
  ['month', 30 * 86_400],
  ['week', 7 * 86_400],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
]

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'always' })

/** `3 minutes ago`, `in 2 hours`; empty for no time. */
export function formatRelative(iso: string | null | undefined, now = Date.now()): string {
  if (!iso) return ''
  const seconds = Math.round((Date.parse(iso) - now) / 1000)
  if (seconds === 0) return 'now'
  const [unit, size] = UNITS.find(([, size]) => Math.abs(seconds) >= size) ?? ['second', 1]
  return relative.format(Math.trunc(seconds / size), unit)
}

/** Seconds as `1h 2m`, `3m 4s`, `5.6s`. */
export function formatSeconds(seconds: number): string {
  if (seconds >= 3600) return `${Math.floor(seconds / 3600)}h ${Math.floor((seconds % 3600) / 60)}m`
  if (seconds >= 60) return `${Math.floor(seconds / 60)}m ${Math.floor(seconds % 60)}s`
  return `${seconds.toFixed(1)}s`
}

const COLORS: Partial<Record<string, Style>> = {
  SCHEDULED: 'yellow',
  RUNNING: 'blue',
  COMPLETED: 'green',
  FAILED: 'red',
  CRASHED: 'magenta',
  PAUSED: 'cyan',
  CANCELLING: 'gray',
  CANCELLED: 'gray',
  PENDING: 'gray',
}

export const stateStyle = (type: string | null | undefined): Style | undefined => COLORS[type ?? '']

/** When a state counts: when it is due if it is scheduled, else since when it is. */
export function stateTime(state: WireState | null, fallback: string): string {
  if (!state) return fallback
  const due = state.type === 'SCHEDULED' ? state.state_details?.scheduled_time : undefined
  return typeof due === 'string' ? due : state.timestamp
}

const LEVELS: [number, string][] = [
  [50, 'CRITICAL'],
  [40, 'ERROR'],
  [30, 'WARNING'],
  [20, 'INFO'],
  [10, 'DEBUG'],
]

/** The name of a log's level. */
export const levelName = (level: number): string =>
  LEVELS.find(([number]) => level >= number)?.[1] ?? String(level)

export const levelStyle = (level: number): Style | undefined =>
  level >= 40 ? 'red' : level >= 30 ? 'yellow' : level < 20 ? 'gray' : undefined

/** An instant in the reader's own time zone, to the millisecond. */
export function formatInstant(iso: string): string {
  const date = new Date(iso)
  const pad = (value: number, length = 2) => String(value).padStart(length, '0')
  return (
    `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())} ` +
    `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}.${pad(date.getMilliseconds(), 3)}`
  )
}
