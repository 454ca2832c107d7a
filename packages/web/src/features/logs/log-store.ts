// The lines of one run: loaded page by page, joined by what arrives live, in order and without doubles.
import type { LiveLog } from '../../lib/live.ts'
import { stripAnsi } from './ansi.ts'

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
  /** Only lines of this part of the run, in milliseconds since the epoch. */
  span?: readonly [number, number] | null
}

export function filterLines(lines: readonly LogLine[], filter: LogFilter): readonly LogLine[] {
  const { level, tasks, span } = filter
  if (level === 0 && !tasks && !span) return lines
  return lines.filter(
    (line) =>
      line.level >= level &&
      (!tasks || (line.task_run_id !== null && tasks.has(line.task_run_id))) &&
      (!span || (line.at >= span[0] && line.at <= span[1])),
  )
}

/** How many lines each task run wrote, most first. */
export function linesByTask(lines: readonly LogLine[]): [string, number][] {
  const counts = new Map<string, number>()
  for (const { task_run_id: task } of lines) if (task) counts.set(task, (counts.get(task) ?? 0) + 1)
  return [...counts].sort(([, a], [, b]) => b - a)
}

export interface Search {
  text: string
  regex: boolean
}
/** What is looked for: null for nothing, "invalid" for a pattern that is none. Letter case does not matter. */
export function pattern({ text, regex }: Search): RegExp | null | 'invalid' {
  const needle = regex ? text : text.trim()
  if (!needle) return null
  try {
    return new RegExp(regex ? needle : needle.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'gi')
  } catch {
    return 'invalid'
  }
}

/** Indices of the lines that contain it. Colour codes stand between letters and are not looked at. */
export function searchLines(lines: readonly LogLine[], find: RegExp | null): number[] {
  const found: number[] = []
  if (!find) return found
  const once = new RegExp(find.source, 'i')
  for (let i = 0; i < lines.length; i++) if (once.test(stripAnsi(lines[i]!.message))) found.push(i)
  return found
}

/** Splits a text at each match: odd entries are matches. */
export function splitMatches(text: string, find: RegExp | null): string[] {
  if (!find) return [text]
  const out: string[] = []
  let at = 0
  for (const match of text.matchAll(find)) {
    // A pattern that also matches nothing would mark every place.
    if (match[0] === '') continue
    out.push(text.slice(at, match.index), match[0])
    at = match.index + match[0].length
  }
  out.push(text.slice(at))
  return out
}

/** The time since the run began: "+0.412", "+3:04.120", "+1:12:04.000". */
export function elapsed(at: number, start: number): string {
  const ms = Math.abs(at - start)
  const two = (n: number): string => String(n).padStart(2, '0')
  const seconds = Math.floor(ms / 1000)
  const rest = `.${String(Math.floor(ms % 1000)).padStart(3, '0')}`
  const sign = at < start ? '−' : '+'
  if (seconds < 60) return `${sign}${seconds}${rest}`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${sign}${minutes}:${two(seconds % 60)}${rest}`
  return `${sign}${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}${rest}`
}
