import type { Command } from 'commander'
import type { Cli } from '../../cli.ts'
import { collect, command, examples, lazily } from '../../define.ts'

export function apiCommand(cli: Cli): Command {
  return command('api', 'Make one request to the API.')
    .argument('<method>', 'GET, POST, PUT, PATCH, DELETE, HEAD or OPTIONS')
    .argument('<path>', 'path below PREFECT_API_URL, such as /flows/filter')
    .option('--data <json>', 'the body: JSON, or @FILE; without it, what is piped in, else {}')
    .option('-H, --header <header>', 'a header as "Name: value"; may be repeated', collect)
    .option('-v, --verbose', 'also print the headers, on the error stream')
    .option('--root', 'path below PREFECT_CLOUD_API_URL, such as /me/workspaces')
    .option('--account', 'path below the account of PREFECT_API_URL, such as /workspaces/filter')
    .addHelpText(
      'after',
      `${examples(
        ['orrery api GET /flow_runs/0199…', 'one object'],
        [`orrery api POST /flow_runs/filter --data '{"limit": 3}'`, 'a list'],
        ['orrery api --root GET /me/workspaces', 'above the workspace'],
      )}\n\nExit codes: 3 not allowed (401, 403), 4 another 4xx, 5 a 5xx, 7 no answer.`,
    )
    .action(lazily(cli, () => import('./api.ts')))
}
