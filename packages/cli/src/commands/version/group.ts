import type { Command } from 'commander'
import type { Cli } from '../../cli.ts'
import { command, lazily, OUTPUT } from '../../define.ts'

export function versionCommand(cli: Cli): Command {
  return command('version', 'Show which program this is, its version and its configuration.')
    .option('--omit-integrations', 'taken for the sake of scripts; there are none')
    .option(...OUTPUT)
    .action(lazily(cli, () => import('./version.ts')))
}
