import type { Command } from 'commander'
import type { Cli } from '../../cli.ts'
import { collect, command, examples, lazily, OUTPUT, wholeNumber } from '../../define.ts'

const RUN: [string, string] = ['<id-or-name>', 'id or name of the task run']

export function taskRunCommands(cli: Cli): Command {
  const group = command('task-run', 'View task runs.')
  group
    .command('ls')
    .description('List task runs, those that start latest first.')
    .option('--flow-run <id-or-name>', 'only of this flow run')
    .option('--task-run-name <name>', 'only of this name; may be repeated', collect)
    .option('--state <name>', 'only in the state of this name, such as Cached; may be repeated', collect)
    .option('--state-type <type>', 'only in a state of this type, such as FAILED; may be repeated', collect)
    .option('--limit <count>', 'how many', wholeNumber(1), 15)
    .option(...OUTPUT)
    .addHelpText(
      'after',
      examples([
        'orrery task-run ls --flow-run cosmic-otter --state-type FAILED',
        'what went wrong in a run',
      ]),
    )
    .action(lazily(cli, () => import('./ls.ts')))
  group
    .command('inspect')
    .description('Show everything about a task run.')
    .argument(...RUN)
    .option('--web', 'open it in the browser')
    .option(...OUTPUT)
    .action(lazily(cli, () => import('./inspect.ts')))
  group
    .command('logs')
    .description('Show the logs of a task run.')
    .argument(...RUN)
    .option('-h, --head', 'only the first lines')
    .option('-t, --tail', 'only the last lines')
    .option('-n, --num-logs <count>', 'how many lines with --head or --tail (default: 20)', wholeNumber(1))
    .option('-r, --reverse', 'the last line first')
    .option(...OUTPUT)
    .action(lazily(cli, () => import('./logs.ts')))
  return group
}
