import type { Command } from 'commander'
import type { Cli } from '../../cli.ts'
import { collect, command, examples, lazily, OUTPUT, wholeNumber } from '../../define.ts'

const RUN: [string, string] = ['<id-or-name>', 'id or name of the flow run']

export function flowRunCommands(cli: Cli): Command {
  const group = command('flow-run', 'View, watch, cancel, retry and delete flow runs.')
  group
    .command('ls')
    .description('List flow runs, those that start latest first.')
    .option('--flow-name <name>', 'only of this flow; may be repeated', collect)
    .option('--state <name>', 'only in the state of this name, such as Late; may be repeated', collect)
    .option('--state-type <type>', 'only in a state of this type, such as RUNNING; may be repeated', collect)
    .option('--limit <count>', 'how many', wholeNumber(1), 15)
    .option(...OUTPUT)
    .addHelpText(
      'after',
      examples(
        ['orrery flow-run ls --state Running --state Late', 'what runs and what should'],
        ['orrery flow-run ls --state-type FAILED -o json', 'for a program to read'],
      ),
    )
    .action(lazily(cli, () => import('./ls.ts')))
  group
    .command('inspect')
    .description('Show everything about a flow run.')
    .argument(...RUN)
    .option('--web', 'open it in the browser')
    .option(...OUTPUT)
    .action(lazily(cli, () => import('./inspect.ts')))
  group
    .command('logs')
    .description('Show the logs of a flow run.')
    .argument(...RUN)
    .option('-h, --head', 'only the first lines')
    .option('-t, --tail', 'only the last lines')
    .option('-n, --num-logs <count>', 'how many lines with --head or --tail (default: 20)', wholeNumber(1))
    .option('-r, --reverse', 'the last line first')
    .option(...OUTPUT)
    .addHelpText('after', examples(['orrery flow-run logs cosmic-otter --tail -n 100', 'the last 100 lines']))
    .action(lazily(cli, () => import('./logs.ts')))
  group
    .command('watch')
    .description('Follow a flow run until it ends. Exit code 0 if it completes, else 1.')
    .argument(...RUN)
    .option('--timeout <seconds>', 'give up after this', wholeNumber(1))
    .addHelpText('after', examples(['orrery flow-run watch cosmic-otter && echo done', 'for scripts']))
    .action(lazily(cli, () => import('./watch.ts')))
  group
    .command('cancel')
    .description(
      'Cancel flow runs. One that runs is asked to stop; one that is scheduled is cancelled at once.',
    )
    .argument('<id-or-name...>', 'ids or names of flow runs')
    .action(lazily(cli, () => import('./cancel.ts')))
  group
    .command('retry')
    .description('Run a flow run of a deployment once more, under the same id.')
    .argument(...RUN)
    .addHelpText('after', examples(['orrery flow-run retry cosmic-otter', 'a worker picks it up']))
    .action(lazily(cli, () => import('./retry.ts')))
  group
    .command('delete')
    .description('Delete flow runs with their task runs, states and logs.')
    .argument('<id-or-name...>', 'ids or names of flow runs')
    .option('-y, --yes', 'do not ask')
    .action(lazily(cli, () => import('./delete.ts')))
  return group
}
