import type { Cli } from '../../../cli.ts'
import {
  cloudApiUrl,
  cloudUiUrl,
  currentWorkspace,
  handleOf,
  readWorkspaces,
  requireKey,
} from '../../../cloud.ts'
import { CliError } from '../../../errors.ts'

export async function run(cli: Cli, handle: string | undefined): Promise<void> {
  const { settings } = cli
  const apiUrl = cloudApiUrl(settings)
  const workspaces = await readWorkspaces(settings, apiUrl, requireKey(settings))
  const workspace =
    handle === undefined
      ? currentWorkspace(settings, workspaces)
      : workspaces.find((each) => handleOf(each) === handle)
  if (!workspace) {
    const known = workspaces.map(handleOf).join(', ') || 'none'
    throw new CliError(
      handle === undefined
        ? 'No workspace is in force. Choose one with: orrery cloud workspace set'
        : `Workspace '${handle}' not found. Available workspaces: ${known}`,
    )
  }
  await cli.open(
    `${cloudUiUrl(settings, apiUrl)}/account/${workspace.account_id}/workspace/${workspace.workspace_id}/dashboard`,
  )
}
