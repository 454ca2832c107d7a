import { Command, type CommanderError } from 'commander'
import type { Cli } from './cli.ts'
import { CLI_VERSION } from './version.ts'

interface Entry {
  readonly name: string
  readonly aliases?: readonly string[]
  readonly summary: string
  readonly load: (cli: Cli) => Promise<Command>
}

/** Every command of the first level. A group's own module is loaded when its name is typed. */
export const ENTRIES: readonly Entry[] = [
  {
    name: 'server',
    summary: 'Start, stop and check a server.',
    load: async (cli) => (await import('./commands/server/group.ts')).serverCommands(cli),
  },
  {
    name: 'cloud',
    summary: 'Log in to a server with accounts, and choose a workspace.',
    load: async (cli) => (await import('./commands/cloud/group.ts')).cloudCommands(cli),
  },
  {
    name: 'config',
    summary: 'View and set settings.',
    load: async (cli) => (await import('./commands/config/group.ts')).configCommands(cli),
  },
  {
    name: 'profile',
    aliases: ['profiles'],
    summary: 'Select and manage profiles, the named sets of settings.',
    load: async (cli) => (await import('./commands/profile/group.ts')).profileCommands(cli),
  },
  {
    name: 'flow',
    aliases: ['flows'],
    summary: 'View flows.',
    load: async (cli) => (await import('./commands/flow/group.ts')).flowCommands(cli),
  },
  {
    name: 'flow-run',
    aliases: ['flow-runs'],
    summary: 'View, watch, cancel, retry and delete flow runs.',
    load: async (cli) => (await import('./commands/flow-run/group.ts')).flowRunCommands(cli),
  },
  {
    name: 'task-run',
    aliases: ['task-runs'],
    summary: 'View task runs.',
    load: async (cli) => (await import('./commands/task-run/group.ts')).taskRunCommands(cli),
  },
  {
    name: 'dashboard',
    summary: 'Open the web UI.',
    load: async (cli) => (await import('./commands/dashboard/group.ts')).dashboardCommands(cli),
  },
  {
    name: 'admin',
    summary: 'Set up a server without a browser.',
    load: async (cli) => (await import('./commands/admin/group.ts')).adminCommands(cli),
  },
  {
    name: 'api',
    summary: 'Make one request to the API.',
    load: async (cli) => (await import('./commands/api/group.ts')).apiCommand(cli),
  },
  {
    name: 'version',
    summary: 'Show which program this is, its version and its configuration.',
    load: async (cli) => (await import('./commands/version/group.ts')).versionCommand(cli),
  },
  {
    name: 'completion',
    summary: 'Print the completion script for a shell.',
    load: async (cli) => (await import('./commands/completion/group.ts')).completionCommand(cli),
  },
]

const squash = (name: string): string => name.replace(/[-_]/g, '').toLowerCase()

/** The entry that a word names, written with or without its hyphens, as the Python command line takes it. */
export const findEntry = (word: string | undefined): Entry | undefined =>
  word === undefined
    ? undefined
    : ENTRIES.find((entry) => [entry.name, ...(entry.aliases ?? [])].some((n) => squash(n) === squash(word)))

/** Where the command's name stands in the arguments, after the options of the program itself. */
export function commandIndex(args: readonly string[]): number {
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] ?? ''
    if (arg === '-p' || arg === '--profile') index++
    else if (!arg.startsWith('-')) return index
  }
  return -1
}

/** The program for these arguments: the group that they name with all its commands, of the others only the names. */
export async function buildProgram(cli: Cli, args: readonly string[] | 'everything'): Promise<Command> {
  const program = new Command('orrery')
    .description('Orrery: run flows, and the server that watches over them.')
    .version(`orrery ${CLI_VERSION}`, '-v, --version', 'show the version')
    .helpOption('--help', 'show this help')
    .helpCommand(false)
    .option('-p, --profile <name>', 'use this profile, whatever PREFECT_PROFILE and the profiles file say')
    .option('--prompt', 'ask questions even without a terminal')
    .option('--no-prompt', 'ask no questions')
    .enablePositionalOptions()
    .addHelpText(
      'after',
      '\nExamples:\n' +
        '  $ orrery server start --local                       # a server for one developer, without accounts\n' +
        '  $ orrery config set PREFECT_API_URL="http://127.0.0.1:4200/api"\n' +
        '  $ orrery flow-run ls --state Running                # what runs now\n' +
        '\nEvery command is also there as `prefect`. Help for one: orrery COMMAND --help',
    )
  const typed = args === 'everything' ? undefined : findEntry(args[commandIndex(args)])
  for (const entry of ENTRIES) {
    if (args === 'everything' || entry === typed) {
      const loaded = await entry.load(cli)
      program.addCommand(loaded.name(entry.name).aliases(entry.aliases ?? []))
    } else {
      program
        .command(entry.name)
        .aliases(entry.aliases ?? [])
        .description(entry.summary)
    }
  }
  for (const each of everyCommand(program)) {
    each
      .exitOverride(rethrow)
      .helpOption('--help', 'show this help')
      .configureHelp({ helpWidth: 100, sortSubcommands: false, subcommandTerm })
      .configureOutput({
        writeOut: (text) => cli.world.stdout.write(text),
        writeErr: (text) => cli.world.stderr.write(text),
      })
      .showHelpAfterError(`See: ${pathOf(each)} --help`)
    if (each.commands.length > 0) each.helpCommand(false)
  }
  program.hook('preAction', () => {
    const options = program.opts<{ profile?: string; prompt?: boolean }>()
    cli.profile = options.profile
    cli.prompt = options.prompt
  })
  return program
}

// Commander's own adds `[options]` and the aliases to every name, which says nothing and widens the column.
const subcommandTerm = (each: Command): string =>
  [each.name(), ...each.registeredArguments.map((argument) => argument.name().toUpperCase())].join(' ')

function rethrow(error: CommanderError): never {
  throw error
}

/** A command and all below it. */
export function* everyCommand(root: Command): Generator<Command> {
  yield root
  for (const child of root.commands) yield* everyCommand(child)
}

/** What is typed to run a command. */
export function pathOf(each: Command): string {
  return each.parent ? `${pathOf(each.parent)} ${each.name()}` : each.name()
}
