import { CommanderError } from 'commander'
import { Cli, type World } from './cli.ts'
import { CliError } from './errors.ts'
import { buildProgram, commandIndex, findEntry } from './program.ts'
import { CLI_VERSION } from './version.ts'

// Commander takes no short option of two letters; the Python command line has these.
const LONG_NAMES: Record<string, string> = { '-jv': '--job-variable', '-cl': '--concurrency-limit' }

/** Runs one command line. Resolves to the exit code; never rejects. */
export async function main(argv: readonly string[], world: World): Promise<number> {
  const cli = new Cli(world)
  try {
    if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-v')) {
      cli.print(`orrery ${CLI_VERSION}`)
      return 0
    }
    if (argv[0] === '__complete') {
      const { complete } = await import('./completion.ts')
      for (const line of await complete(cli, argv.slice(1))) cli.print(line)
      return 0
    }
    const args = normalise(argv)
    const program = await buildProgram(cli, args)
    if (args.length === 0) {
      program.outputHelp()
      return 0
    }
    await program.parseAsync(args, { from: 'user' })
    return 0
  } catch (error) {
    // Commander has said what is wrong.
    if (error instanceof CommanderError) return error.exitCode
    return await report(cli, error)
  }
}

function normalise(argv: readonly string[]): string[] {
  const args = argv.map((arg) => LONG_NAMES[arg] ?? arg)
  const index = commandIndex(args)
  const entry = findEntry(args[index])
  if (entry) args[index] = entry.name
  return args
}

async function report(cli: Cli, error: unknown): Promise<number> {
  const fail = (message: string) => cli.note(message, 'red')
  if (error instanceof CliError) {
    if (error.message) fail(error.message)
    return error.exitCode
  }
  const [client, { SettingsError }] = await Promise.all([
    import('@orrery/client/browser'),
    import('@orrery/client/settings'),
  ])
  const expected = [
    SettingsError,
    client.ApiError,
    client.ApiNotConfiguredError,
    client.ServerUnreachableError,
    client.ServerVersionError,
  ]
  if (expected.some((kind) => error instanceof kind)) {
    fail((error as Error).message)
    return 1
  }
  fail(error instanceof Error ? (error.stack ?? error.message) : String(error))
  cli.note(
    'This is a defect of the command line, not a mistake of yours. Please report it with the lines above.',
  )
  return 1
}
