import { type Command, Option } from 'commander'
import { findBackgroundServer } from '../../background-server.ts'
import type { Cli } from '../../cli.ts'
import { command, examples } from '../../define.ts'
import { CliError } from '../../errors.ts'
import type { BootstrapOptions } from './bootstrap.ts'

export function adminCommands(cli: Cli): Command {
  const group = command('admin', 'Set up a server without a browser.')
  group
    .command('bootstrap')
    .description(
      'Make the owner, an account, a workspace and an API key, in the database that the server uses. ' +
        'It may run again: what is there already is kept.',
    )
    .requiredOption('--email <email>', 'e-mail of the owner')
    .addOption(
      new Option('--password <password>', 'password of the owner')
        .env('ORRERY_BOOTSTRAP_PASSWORD')
        .makeOptionMandatory(),
    )
    .requiredOption('--workspace <name>', 'name of the workspace')
    .option('--key-name <name>', 'name of the API key')
    .option('-o, --output <format>', 'print as "json"; else as lines for a shell')
    .addHelpText(
      'after',
      examples([
        'eval "$(orrery admin bootstrap --email me@example.com --password "$PASSWORD" --workspace main)"',
        'and use it at once',
      ]),
    )
    .action(async (options: BootstrapOptions) => {
      const { bootstrap } = await import('./bootstrap.ts')
      cli.wantsJson(options)
      const env = { ...cli.world.env }
      // The addresses that are printed are those of the server that runs, whatever its port.
      if (!env.ORRERY_URL && !env.ORRERY_PORT) env.ORRERY_URL = findBackgroundServer(env)?.url
      const code = await bootstrap(options, env)
      if (code !== 0) throw new CliError('', code)
    })
  return group
}
