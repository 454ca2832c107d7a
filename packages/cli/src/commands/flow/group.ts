import type { Command } from 'commander'
import type { Cli } from '../../cli.ts'
import { command, examples, lazily, OUTPUT, wholeNumber } from '../../define.ts'

export function flowCommands(cli: Cli): Command {
  const group = command('flow', 'View flows.')
  group
    .command('ls')
    .description('List flows, the newest first.')
    .option('--limit <count>', 'how many', wholeNumber(1), 15)
    .option(...OUTPUT)
    .addHelpText('after', examples(['orrery flow ls --limit 50 --output json', 'for a program to read']))
    .action(lazily(cli, () => import('./ls.ts')))
  return group
}
