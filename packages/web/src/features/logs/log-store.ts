// The lines of one run: loaded page by page, joined by what arrives live, in order and without doubles.
import type { LiveLog } from '../../lib/live.ts'

export interface LogLine extends LiveLog {
  at: number
}

export const LEVELS = [
  { value: 0, label: 'Everything' },
  { value: 10, label: 'Debug' },
  { value: 20, label: 'Info' },
  { value: 30, label: 'Warning' },
  { value: 40, label: 'Error' },
  { value: 50, label: 'Critical' },
] as const

/** The word before a line; information, the common case, has none. */
export function levelWord(level: number): string {
  if (level >= 50) return 'critical'
  if (level >= 40) return 'error'
  if (level >= 30) return 'warn'
  return level < 20 ? 'debug' : ''
}

/** Lines held at most; the download has them all. */
export const MOST_LINES = 100_000

export class LogStore {
  #lines: LogLine[] = []
  #ids = new Set<string>()
  /** Changes whenever the lines do. */
  version = 0
  complete = false

  get lines(): readonly LogLine[] {
    return this.#lines
  }

  /** Adds lines in any order; answers how many were new. */
  add(logs: readonly LiveLog[]): number {
    const fresh: LogLine[] = []
    for (const log of logs) {
      if (this.#ids.has(log.id) || this.#lines.length + fresh.length >= MOST_LINES) continue
      this.#ids.add(log.id)
      fresh.push({ ...log, at: Date.parse(log.timestamp) })
    }
    if (fresh.length === 0) return 0
    fresh.sort(byTime)
    const last = this.#lines.at(-1)
    // A new array, so that whoever holds the old one still sees a consistent list.
    if (!last || byTime(last, fresh[0]!) <= 0) this.#lines = this.#lines.concat(fresh)
    else this.#lines = merge(this.#lines, fresh)
    this.version++
    return fresh.length
  }

  get full(): boolean {
    return this.#lines.length >= MOST_LINES
  }
}

const byTime = (a: LogLine, b: LogLine): number =>
  a.at - b.at ||
  (a.timestamp < b.timestamp ? -1 : a.timestamp > b.timestamp ? 1 : a.id < b.id ? -1 : a.id > b.id ? 1 : 0)

function merge(a: LogLine[], b: LogLine[]): LogLine[] {
  const out: LogLine[] = []
  let i = 0
  let j = 0
  while (i < a.length || j < b.length) {
    const left = a[i]
    const right = b[j]
    if (left && (!right || byTime(left, right) <= 0)) {
      out.push(left)
      i++
    } else if (right) {
      out.push(right)
      j++
    }
  }
  return out
}

export interface LogFilter {
  level: number
  /** Only lines of these task runs; null is every line. */
  tasks: ReadonlySet<string> | null
}

export function filterLines(lines: readonly LogLine[], filter: LogFilter): readonly LogLine[] {
  if (filter.level === 0 && !filter.tasks) return lines
  return lines.filter(
    (line) =>
      line.level >= filter.level &&
      (!filter.tasks || (line.task_run_id !== null && filter.tasks.has(line.task_run_id))),
  )
}

/** Indices of the lines that contain the text, letter case aside. */
export function searchLines(lines: readonly LogLine[], text: string): number[] {
  const needle = text.trim().toLowerCase()
  if (!needle) return []
  const found: number[] = []
  for (let i = 0; i < lines.length; i++) if (lines[i]!.message.toLowerCase().includes(needle)) found.push(i)
  return found
}

/** Splits a text at each place where the needle stands: odd entries are matches. */
export function splitMatches(text: string, needle: string): string[] {
  const low = needle.trim().toLowerCase()
  if (!low) return [text]
  const out: string[] = []
  const hay = text.toLowerCase()
  // A few letters grow when their case changes; positions would not fit then.
  if (hay.length !== text.length) return [text]
  let at = 0
  for (let found = hay.indexOf(low); found >= 0; found = hay.indexOf(low, at)) {
    out.push(text.slice(at, found), text.slice(found, found + low.length))
    at = found + low.length
  }
  out.push(text.slice(at))
  return out
}
