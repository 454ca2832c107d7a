import { stripVTControlCharacters } from 'node:util'
import type { Cli } from '../cli.ts'

/** One object as `name  value` lines; what is nested is shown as indented JSON, what is empty is left out. */
export function printRecord(cli: Cli, record: Readonly<Record<string, unknown>>): void {
  const entries = Object.entries(record).filter(([, value]) => !isEmpty(value))
  const width = Math.max(0, ...entries.map(([key]) => key.length))
  for (const [key, value] of entries) {
    const text = typeof value === 'string' ? value : JSON.stringify(value, null, 2)
    const [first = '', ...rest] = text.split('\n').map((line) => stripVTControlCharacters(line))
    cli.print(`${cli.style('cyan', key.padEnd(width))}  ${first}`)
    for (const line of rest) cli.print(`${' '.repeat(width + 2)}${line}`)
  }
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === '') return true
  if (Array.isArray(value)) return value.length === 0
  return typeof value === 'object' && Object.keys(value).length === 0
}
