import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { main } from '../main.ts'

export interface Finished {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
  /** The addresses that were opened in the browser. */
  readonly opened: readonly string[]
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>
  /** What is piped in. */
  readonly stdin?: string
  /** On a terminal of 80 columns: answers to the questions, in their order. */
  readonly answers?: readonly string[]
  readonly onBrowser?: (url: string) => void
}

export const newHome = (): string => mkdtempSync(join(tmpdir(), 'orrery-cli-'))

/** Runs the command line in this process, with a home of its own. */
export async function runCli(
  home: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Finished> {
  const terminal = options.answers !== undefined
  const stdin = new PassThrough()
  const output = { stdout: '', stderr: '' }
  const opened: string[] = []
  const answers = [...(options.answers ?? [])]
  if (!terminal) stdin.end(options.stdin ?? '')
  const stream = (name: 'stdout' | 'stderr') => ({
    write(text: string) {
      output[name] += text
      // Answers come when they are asked for, as from a person.
      if (terminal && /(: |\? )$/.test(text)) setImmediate(() => stdin.write(`${answers.shift() ?? ''}\n`))
    },
    isTTY: terminal && name === 'stdout',
    columns: 80,
  })
  const code = await main(args, {
    env: { PREFECT_HOME: home, ORRERY_HOME: home, ...options.env },
    cwd: home,
    stdin: Object.assign(stdin, { isTTY: terminal }),
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    openBrowser: async (url) => {
      opened.push(url)
      options.onBrowser?.(url)
      return true
    },
  })
  return { code, ...output, opened }
}
