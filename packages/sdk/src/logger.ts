import { systemNow } from '@orrery/schemas/instants'
import { ambient, requireRun } from './context.ts'
import { isoText } from './engine/instant-text.ts'
import type { Session } from './engine/session.ts'

/** Severities, as numbers that Prefect stores. */
export const LOG_LEVELS = { DEBUG: 10, INFO: 20, WARNING: 30, ERROR: 40, CRITICAL: 50 } as const

/** The name of a severity. */
export type LogLevel = keyof typeof LOG_LEVELS

/** Writes lines to the terminal and to the run's log on the server. */
export interface Logger {
  /** Shown and kept only with PREFECT_LOGGING_LEVEL=DEBUG. Further values are appended as JSON; so in all of them. */
  debug(message: unknown, ...details: unknown[]): void
  /** The ordinary line. */
  info(message: unknown, ...details: unknown[]): void
  /** The same as {@link Logger.warning}. */
  warn(message: unknown, ...details: unknown[]): void
  /** Something is odd. */
  warning(message: unknown, ...details: unknown[]): void
  /** Something failed. An `Error` is written with its stack. */
  error(message: unknown, ...details: unknown[]): void
  /** Nothing can go on. */
  critical(message: unknown, ...details: unknown[]): void
}

/** @internal Which run a logger writes for. */
export interface LogTarget {
  readonly kind: 'flow' | 'task'
  readonly flowRunId: string | null
  readonly taskRunId: string | null
  /** Read at each line: a run may be renamed. */
  readonly name: () => string
}

/** @internal */
export class RunLogger implements Logger {
  readonly #session: Session
  readonly #target: LogTarget

  constructor(session: Session, target: LogTarget) {
    this.#session = session
    this.#target = target
  }

  debug(message: unknown, ...details: unknown[]): void {
    this.write('DEBUG', message, details)
  }
  info(message: unknown, ...details: unknown[]): void {
    this.write('INFO', message, details)
  }
  warn(message: unknown, ...details: unknown[]): void {
    this.write('WARNING', message, details)
  }
  warning(message: unknown, ...details: unknown[]): void {
    this.write('WARNING', message, details)
  }
  error(message: unknown, ...details: unknown[]): void {
    this.write('ERROR', message, details)
  }
  critical(message: unknown, ...details: unknown[]): void {
    this.write('CRITICAL', message, details)
  }

  /** @param toApi `false` for lines that only concern who sits at the terminal */
  write(level: LogLevel, message: unknown, details: readonly unknown[] = [], toApi = true): void {
    const session = this.#session
    if (LOG_LEVELS[level] < session.logLevel) return
    const text = formatMessage(message, details)
    const target = this.#target
    const at = systemNow()
    printLine(at, level, `${target.kind === 'flow' ? 'Flow' : 'Task'} run '${target.name()}'`, text)
    if (!toApi || !session.logs) return
    session.logs.write({
      name: target.kind === 'flow' ? 'prefect.flow_runs' : 'prefect.task_runs',
      level: LOG_LEVELS[level],
      message: text,
      timestamp: isoText(at),
      flow_run_id: target.flowRunId,
      task_run_id: target.taskRunId,
    })
  }
}

function formatMessage(message: unknown, details: readonly unknown[]): string {
  if (details.length === 0 && typeof message === 'string') return message
  return [message, ...details].map(formatValue).join(' ')
}

function formatValue(value: unknown): string {
  if (typeof value === 'string') return value
  if (value instanceof Error) return value.stack ?? `${value.name}: ${value.message}`
  if (typeof value !== 'object' || value === null) return String(value)
  try {
    return JSON.stringify(value)
  } catch {
    return String(value)
  }
}

/** @internal One line on stderr: `12:00:00.000 | INFO    | Flow run 'x' - text`. */
export function printLine(at: number, level: LogLevel, who: string, text: string): void {
  const time = new Date(at / 1000)
  const two = (value: number) => String(value).padStart(2, '0')
  const clock = `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}.${String(time.getMilliseconds()).padStart(3, '0')}`
  process.stderr.write(`${clock} | ${level.padEnd(7)} | ${who} - ${text}\n`)
}

const CONSOLE_LOGGER: Logger = {
  debug: (...line) => console.debug(...line),
  info: (...line) => console.info(...line),
  warn: (...line) => console.warn(...line),
  warning: (...line) => console.warn(...line),
  error: (...line) => console.error(...line),
  critical: (...line) => console.error(...line),
}

/**
 * The logger of the run around the call.
 * @throws MissingContextError outside a run, unless tasks are disabled: then it writes to the console
 * @example
 * getRunLogger().info('read', rows.length, 'rows')
 */
export function getRunLogger(): Logger {
  if (ambient().disabled) return CONSOLE_LOGGER
  return requireRun('getRunLogger()').logger
}
