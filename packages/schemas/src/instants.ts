/**
 * Instants are integer microseconds since the Unix epoch, UTC. They fit a double until the year 2255;
 * a `Date` would lose the microseconds that Prefect clients send.
 */
export type Micros = number

export const MICROS_PER_SECOND = 1_000_000

const ISO =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9})\d*)?)?)?\s*(Z|z|[+-]\d{2}:?\d{2}|[+-]\d{2})?$/

/** The instant as ISO 8601 with six digits and `Z`: `2026-01-02T03:04:05.000006Z`. */
export function toIso(instant: Micros): string {
  const millis = Math.floor(instant / 1000)
  const rest = instant - millis * 1000
  const text = new Date(millis).toISOString()
  return `${text.slice(0, -1)}${rest === 0 ? '000' : String(rest).padStart(3, '0')}Z`
}

/** `toIso` for a value that may be absent. */
export function toIsoOrNull(instant: Micros | null | undefined): string | null {
  return instant === null || instant === undefined ? null : toIso(instant)
}

/** Parses ISO 8601; a text without an offset is read as UTC. Returns null for anything else. */
export function parseIso(text: string): Micros | null {
  const match = ISO.exec(text.trim())
  if (!match) return null
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', offset = 'Z'] = match
  const millis = Date.UTC(+year!, +month! - 1, +day!, +hour, +minute, +second)
  const check = new Date(millis)
  if (Number.isNaN(millis) || check.getUTCMonth() !== +month! - 1 || check.getUTCDate() !== +day!) return null
  if (+hour > 23 || +minute > 59 || +second > 59) return null
  const micros = Number(fraction.padEnd(6, '0').slice(0, 6))
  let shift = 0
  if (offset !== 'Z' && offset !== 'z') {
    const digits = offset.slice(1).replace(':', '').padEnd(4, '0')
    shift = (Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2))) * (offset[0] === '-' ? -1 : 1)
  }
  return (millis - shift * 60_000) * 1000 + micros
}

/** Parses ISO 8601. Throws a `RangeError` naming the text when it is not an instant. */
export function fromIso(text: string): Micros {
  const instant = parseIso(text)
  if (instant === null) throw new RangeError(`"${text}" is not an ISO 8601 instant`)
  return instant
}

let lastNow = 0

/** The wall clock in microseconds; never returns the same value twice in one process. */
export function systemNow(): Micros {
  const now = Math.floor((performance.timeOrigin + performance.now()) * 1000)
  lastNow = now > lastNow ? now : lastNow + 1
  return lastNow
}

/** Microseconds as float seconds, the wire form of durations. */
export const toSeconds = (micros: Micros): number => micros / MICROS_PER_SECOND

/** Float seconds as microseconds. */
export const fromSeconds = (seconds: number): Micros => Math.round(seconds * MICROS_PER_SECOND)
