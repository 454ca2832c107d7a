import { ambient } from './context.ts'
import type { LogLevel } from './logger.ts'
import { RunLogger } from './logger.ts'

const METHODS = { log: 'INFO', info: 'INFO', warn: 'WARNING', error: 'ERROR', debug: 'DEBUG' } as const
let installed = false

/**
 * Routes `console.*` of runs that log prints to their loggers; everything else prints as before. Patched once: which
 * run a call belongs to is known by its asynchronous context.
 */
export function captureConsole(): void {
  if (installed) return
  installed = true
  for (const [method, level] of Object.entries(METHODS) as [keyof typeof METHODS, LogLevel][]) {
    const original = console[method].bind(console)
    console[method] = (...line: unknown[]) => {
      const { run } = ambient()
      if (run?.logPrints && run.logger instanceof RunLogger) run.logger.write(level, line[0], line.slice(1))
      else original(...line)
    }
  }
}
