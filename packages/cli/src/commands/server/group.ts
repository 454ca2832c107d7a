import type { Command } from 'commander'
import type { Cli } from '../../cli.ts'
import { command, examples, lazily, OUTPUT, wholeNumber } from '../../define.ts'

export function serverCommands(cli: Cli): Command {
  const group = command('server', 'Start, stop and check a server.')
  group
    .command('start')
    .description('Start a server: API, background services and web UI in one process.')
    .option('--host <host>', 'address to listen on (default: 127.0.0.1, or ORRERY_HOST)')
    .option(
      '--port <port>',
      'port to listen on; 0 takes a free one (default: 4200, or ORRERY_PORT)',
      wholeNumber(0),
    )
    .option('--local', 'one workspace without accounts, for one developer; on loopback only')
    .option(
      '--database-url <url>',
      'sqlite:///path or postgresql://… (default: a file in ORRERY_HOME, or ORRERY_DATABASE_URL)',
    )
    .option('--log-level <level>', 'debug, info, warn, error or silent')
    .option('--no-services', 'only the API: schedules, late runs and the like are left to another server')
    .option('-b, --background', 'return when it is up; stop it with: orrery server stop')
    .addHelpText(
      'after',
      examples(
        ['orrery server start', 'with accounts and workspaces, at http://127.0.0.1:4200'],
        ['orrery server start --local --background', 'for one developer, in the background'],
        [
          'ORRERY_DATABASE_URL=postgresql://… orrery server start --host 0.0.0.0',
          'one of several on a PostgreSQL',
        ],
      ),
    )
    .action(lazily(cli, () => import('./start.ts')))
  group
    .command('stop')
    .description('Stop the server that runs in the background. What is in flight is finished first.')
    .action(lazily(cli, () => import('./stop.ts')))
  group
    .command('status')
    .description('Say whether a server answers: the configured one, or the one in the background.')
    .option('--wait', 'wait until it does')
    .option('-t, --timeout <seconds>', 'wait no longer than this; 0 waits for ever', wholeNumber(0), 0)
    .option(...OUTPUT)
    .addHelpText(
      'after',
      examples(['orrery server status --wait --timeout 30', 'for scripts: exit code 1 if not']),
    )
    .action(lazily(cli, () => import('./status.ts')))
  return group
}
