import type { Command } from 'commander'
import type { Cli } from '../../cli.ts'
import { command, examples, lazily, OUTPUT } from '../../define.ts'

export function configCommands(cli: Cli): Command {
  const group = command('config', 'View and set settings.')
  group
    .command('set')
    .description('Set settings in the profile in force. The Python command line reads the same file.')
    .argument('<settings...>', 'NAME=VALUE, once or several times')
    .addHelpText(
      'after',
      examples(
        ['orrery config set PREFECT_API_URL="http://127.0.0.1:4200/api"', 'where the API is'],
        ['orrery -p staging config set PREFECT_API_KEY="pnu_…"', 'in another profile'],
      ),
    )
    .action(lazily(cli, () => import('./set.ts')))
  group
    .command('unset')
    .description('Remove settings from the profile in force, so that their defaults count again.')
    .argument('<names...>', 'names of settings')
    .option('-y, --yes', 'do not ask')
    .addHelpText('after', examples(['orrery config unset PREFECT_API_KEY', 'forget the key']))
    .action(lazily(cli, () => import('./unset.ts')))
  group
    .command('view')
    .description('Show the settings in force and where each comes from.')
    .option('--show-defaults', 'also settings that have their default')
    .option('--hide-sources', 'only names and values')
    .option('--show-sources', 'where each comes from (this is the default)')
    .option('--show-secrets', 'keys and passwords in the open')
    .option(...OUTPUT)
    .addHelpText('after', examples(['orrery config view --show-secrets', 'with the API key']))
    .action(lazily(cli, () => import('./view.ts')))
  group
    .command('validate')
    .description('Check every setting of the profile in force, and rename what has a newer name.')
    .action(lazily(cli, () => import('./validate.ts')))
  return group
}
