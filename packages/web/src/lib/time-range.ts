/** The time range that the pages of a workspace share. It lives in the URL: `?range=7d`, or `?from=…&to=…`. */
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useMemo } from 'react'
import { shortDateTime, type Zone } from './format.ts'
import { useZone } from './preferences.ts'

export const RANGES = {
  '15m': { label: 'Last 15 minutes', seconds: 900 },
  '1h': { label: 'Last hour', seconds: 3600 },
  '6h': { label: 'Last 6 hours', seconds: 21_600 },
  '24h': { label: 'Last 24 hours', seconds: 86_400 },
  '3d': { label: 'Last 3 days', seconds: 259_200 },
  '7d': { label: 'Last 7 days', seconds: 604_800 },
  '14d': { label: 'Last 14 days', seconds: 1_209_600 },
  '30d': { label: 'Last 30 days', seconds: 2_592_000 },
} as const

export type RangeName = keyof typeof RANGES
export const DEFAULT_RANGE: RangeName = '24h'

export interface RangeSearch {
  range?: RangeName
  from?: string
  to?: string
}

const isRange = (value: unknown): value is RangeName =>
  typeof value === 'string' && Object.hasOwn(RANGES, value)
const isInstant = (value: unknown): value is string =>
  typeof value === 'string' && !Number.isNaN(Date.parse(value))

/** What the URL may say; anything else is as if it said nothing. */
export function parseRange(search: Record<string, unknown>): RangeSearch {
  const { from, to, range } = search
  if (isInstant(from) && isInstant(to) && Date.parse(from) < Date.parse(to)) return { from, to }
  return isRange(range) && range !== DEFAULT_RANGE ? { range } : {}
}

export interface TimeRange {
  /** The name of a relative range; absent for an absolute one. */
  name?: RangeName
  label: string
  seconds: number
  /** Bounds in milliseconds. Relative ranges move with `now`, so ask when the request is made. */
  bounds(now?: number): { since: number; until: number }
  /** Stable part of a query key. */
  key: string
}

export function resolveRange(search: RangeSearch, zone: Zone): TimeRange {
  if (search.from && search.to) {
    const since = Date.parse(search.from)
    const until = Date.parse(search.to)
    return {
      label: `${shortDateTime(since, zone)} – ${shortDateTime(until, zone)}`,
      seconds: (until - since) / 1000,
      bounds: () => ({ since, until }),
      key: `${search.from}/${search.to}`,
    }
  }
  const name = search.range ?? DEFAULT_RANGE
  const { label, seconds } = RANGES[name]
  return {
    name,
    label,
    seconds,
    bounds: (now = Date.now()) => ({ since: now - seconds * 1000, until: now }),
    key: name,
  }
}

/** The current range and how to change it (a history entry, so that Back undoes it). */
export function useTimeRange(): { range: TimeRange; setRange(next: RangeSearch): void } {
  const search = useSearch({ strict: false }) as Record<string, unknown>
  const navigate = useNavigate()
  const [zone] = useZone()
  const parsed = parseRange(search)
  const key = `${parsed.range ?? ''}|${parsed.from ?? ''}|${parsed.to ?? ''}|${zone}`
  // biome-ignore lint/correctness/useExhaustiveDependencies: `key` stands for the parsed values.
  const range = useMemo(() => resolveRange(parsed, zone), [key])
  return {
    range,
    setRange: (next) => {
      void navigate({
        to: '.',
        search: (previous: Record<string, unknown>) => {
          // Named, not left out: what is left out is retained from the address before.
          const none = { range: undefined, from: undefined, to: undefined }
          return { ...previous, ...none, ...parseRange({ ...next }) }
        },
      } as Parameters<typeof navigate>[0])
    },
  }
}
