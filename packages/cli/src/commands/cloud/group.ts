import type { Command } from 'commander'
import type { Cli } from '../../cli.ts'
import { command, examples, lazily, OUTPUT } from '../../define.ts'

export function cloudCommands(cli: Cli): Command {
  const group = command('cloud', 'Log in to a server with accounts, and choose a workspace.')
  group
    .command('login')
    .description(
      'Log in: in the browser, or with an API key. The key and the addresses go into the profile in force.',
    )
    .option('-k, --key <key>', 'an API key; without it the browser is asked')
    .option('-w, --workspace <handle>', 'the workspace, as ACCOUNT/WORKSPACE')
    .option(
      '-s, --server <url>',
      'address of the server (default: PREFECT_CLOUD_API_URL, or that of PREFECT_API_URL)',
    )
    .addHelpText(
      'after',
      examples(
        ['orrery cloud login --server https://orrery.example.com', 'in the browser'],
        ['orrery cloud login -k "$KEY" -w acme/production', 'without a terminal'],
      ),
    )
    .action(lazily(cli, () => import('./login.ts')))
  group
    .command('logout')
    .description(
      'Remove the key and the address of the workspace from the profile in force. The key stays valid.',
    )
    .action(lazily(cli, () => import('./logout.ts')))
  group.addCommand(workspaceCommands(cli))
  return group
}

function workspaceCommands(cli: Cli): Command {
  const group = command('workspace', 'List, choose, create and open workspaces.').alias('workspaces')
  group
    .command('ls')
    .description('List the workspaces that the key may use; * marks the one in force.')
    .option(...OUTPUT)
    .action(lazily(cli, () => import('./workspace/ls.ts')))
  group
    .command('set')
    .description('Choose the workspace of the profile in force.')
    .option('-w, --workspace <handle>', 'the workspace, as ACCOUNT/WORKSPACE')
    .addHelpText('after', examples(['orrery cloud workspace set -w acme/production', 'without a question']))
    .action(lazily(cli, () => import('./workspace/set.ts')))
  group
    .command('create')
    .description('Create a workspace.')
    .argument('<name>', 'its name')
    .option('-a, --account <handle>', 'the account, where the key has more than one')
    .option('-d, --description <text>', 'what it is for')
    .option('--handle <handle>', 'its name in addresses (default: made from the name)')
    .option('--set', 'choose it for the profile in force')
    .option(...OUTPUT)
    .addHelpText(
      'after',
      examples(['orrery cloud workspace create Staging --set', 'and work in it from now on']),
    )
    .action(lazily(cli, () => import('./workspace/create.ts')))
  group
    .command('open')
    .description('Open a workspace in the browser.')
    .argument('[handle]', 'the workspace, as ACCOUNT/WORKSPACE (default: the one in force)')
    .action(lazily(cli, () => import('./workspace/open.ts')))
  return group
}
