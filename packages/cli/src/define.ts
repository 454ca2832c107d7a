import { Command, InvalidArgumentError } from 'commander'
import type { Cli } from './cli.ts'

/** A command or a group of commands, with what its help says. */
export function command(name: string, summary: string): Command {
  return new Command(name).description(summary)
}

/** A handler in a module of its own, which is loaded when the command runs. */
export function lazily<Args extends unknown[]>(
  cli: Cli,
  load: () => Promise<{ run: (cli: Cli, ...args: Args) => Promise<void> | void }>,
): (...args: Args) => Promise<void> {
  return async (...args) => {
    const { run } = await load()
    // Commander adds the command itself as the last argument.
    await run(cli, ...(args.slice(0, -1) as Args))
  }
}

/** The examples at the end of a command's help: what to type, and what it does. */
export function examples(...lines: [what: string, does: string][]): string {
  const width = Math.max(...lines.map(([what]) => what.length))
  return `\nExamples:\n${lines.map(([what, does]) => `  $ ${what.padEnd(width)}  # ${does}`).join('\n')}`
}

/** Reads a whole number of at least `least`. */
export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (/^\d+$/.test(text) && value >= least) return value
    throw new InvalidArgumentError(`It must be a whole number of at least ${least}.`)
  }
}

/** Collects an option that may be given several times. */
export const collect = (text: string, before: string[] | undefined): string[] => [...(before ?? []), text]

export const OUTPUT: [string, string] = ['-o, --output <format>', 'print as "json" instead of for reading']
