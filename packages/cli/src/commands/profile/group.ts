import type { Command } from 'commander'
import type { Cli } from '../../cli.ts'
import { command, examples, lazily, OUTPUT } from '../../define.ts'

export function profileCommands(cli: Cli): Command {
  const group = command('profile', 'Select and manage profiles, the named sets of settings.')
  group
    .command('ls')
    .description('List the profiles.')
    .option(...OUTPUT)
    .action(lazily(cli, () => import('./ls.ts')))
  group
    .command('create')
    .description('Create a profile.')
    .argument('<name>', 'its name')
    .option('--from <name>', 'copy the settings of this profile')
    .addHelpText(
      'after',
      examples(
        ['orrery profile create staging', 'an empty one'],
        ['orrery profile create staging --from production', 'a copy'],
      ),
    )
    .action(lazily(cli, () => import('./create.ts')))
  group
    .command('use')
    .description('Make a profile the active one, and check its connection.')
    .argument('<name>', 'its name')
    .action(lazily(cli, () => import('./use.ts')))
  group
    .command('delete')
    .description('Delete a profile.')
    .argument('<name>', 'its name')
    .option('-y, --yes', 'do not ask')
    .action(lazily(cli, () => import('./delete.ts')))
  group
    .command('rename')
    .description('Rename a profile.')
    .argument('<name>', 'its name')
    .argument('<new-name>', 'its new name')
    .action(lazily(cli, () => import('./rename.ts')))
  group
    .command('inspect')
    .description('Show the settings of a profile, secrets included.')
    .argument('[name]', 'its name (default: the profile in force)')
    .option(...OUTPUT)
    .action(lazily(cli, () => import('./inspect.ts')))
  group
    .command('populate-defaults')
    .description('Write the bundled profiles into the profiles file, beside those that are there.')
    .option('-y, --yes', 'do not ask')
    .action(lazily(cli, () => import('./populate-defaults.ts')))
  return group
}
