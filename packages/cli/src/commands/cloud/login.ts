import type { Cli } from '../../cli.ts'
import {
  chooseWorkspace,
  cloudApiUrl,
  cloudUiUrl,
  currentWorkspace,
  handleOf,
  readWorkspaces,
  updateProfile,
  workspaceSettings,
} from '../../cloud.ts'
import { CliError } from '../../errors.ts'

interface Options {
  key?: string
  workspace?: string
  server?: string
}

export async function run(cli: Cli, options: Options): Promise<void> {
  const { settings } = cli
  const apiUrl = cloudApiUrl(settings, options.server)
  if (!cli.interactive && !(options.key && options.workspace)) {
    throw new CliError(
      'Without a terminal, give both: orrery cloud login --key KEY --workspace ACCOUNT/WORKSPACE',
    )
  }
  const inEnvironment = cli.world.env.PREFECT_API_KEY
  if (inEnvironment && options.key && inEnvironment !== options.key) {
    throw new CliError(
      'PREFECT_API_KEY is an environment variable with another key and would win. Remove it with: unset PREFECT_API_KEY',
    )
  }
  const key = options.key ?? (await askForKey(cli, apiUrl))
  const workspaces = await readWorkspaces(settings, apiUrl, key)
  const workspace =
    (options.workspace === undefined && !cli.interactive
      ? currentWorkspace(settings, workspaces)
      : undefined) ?? (await chooseWorkspace(cli, workspaces, options.workspace))
  const profile = updateProfile(cli, { PREFECT_API_KEY: key, ...workspaceSettings(apiUrl, workspace) })
  cli.success(`Logged in. Profile '${profile}' uses workspace '${handleOf(workspace)}'.`)
}

async function askForKey(cli: Cli, apiUrl: string): Promise<string> {
  const how = await cli.select(`How would you like to log in to ${apiUrl.replace(/\/api$/, '')}?`, [
    { label: 'In the browser', value: 'browser' },
    { label: 'With an API key', value: 'key' },
  ])
  if (how === 'key') return cli.secret('Paste your API key')
  const { loginWithBrowser } = await import('../../browser-login.ts')
  return loginWithBrowser(cli, cloudUiUrl(cli.settings, apiUrl))
}
