import type { ApiClient, WireLog } from '@orrery/client/browser'
import type { Cli } from './cli.ts'
import { CliError } from './errors.ts'
import { readPages } from './pages.ts'
import { formatInstant, levelName, levelStyle } from './ui/format.ts'

export interface LogOptions {
  head?: boolean
  tail?: boolean
  numLogs?: number
  reverse?: boolean
  output?: string
}

const SHORT = 20

/** Prints the logs of one run. */
export async function showLogs(
  cli: Cli,
  api: ApiClient,
  filter: Readonly<Record<string, unknown>>,
  subject: string,
  options: LogOptions,
): Promise<void> {
  const json = cli.wantsJson(options)
  if (options.head && options.tail) throw new CliError('Give --head or --tail, not both.')
  const limit =
    options.head || options.tail || options.numLogs ? (options.numLogs ?? SHORT) : Number.POSITIVE_INFINITY
  const fromTheEnd = Boolean(options.tail || options.reverse)
  const logs = await readPages(limit, (page) =>
    api.logs.filter({ logs: filter, sort: fromTheEnd ? 'TIMESTAMP_DESC' : 'TIMESTAMP_ASC', ...page }),
  )
  if (fromTheEnd && !options.reverse) logs.reverse()
  if (json) cli.json(logs)
  else for (const log of logs) printLog(cli, log, subject)
}

export function printLog(cli: Cli, log: WireLog, subject: string): void {
  const level = levelName(log.level)
  const style = levelStyle(log.level)
  cli.print(
    `${cli.style('gray', formatInstant(log.timestamp))} | ${style ? cli.style(style, level.padEnd(7)) : level.padEnd(7)} | ${subject} - ${log.message}`,
  )
}
