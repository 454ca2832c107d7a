import type { Command } from 'commander'
import type { Cli } from '../../cli.ts'
import { command, lazily } from '../../define.ts'

export function dashboardCommands(cli: Cli): Command {
  const group = command('dashboard', 'Open the web UI.')
  group
    .command('open')
    .description('Open the web UI of the configured server in the browser.')
    .action(lazily(cli, () => import('./open.ts')))
  return group
}
