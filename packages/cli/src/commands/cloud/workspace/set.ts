import type { Cli } from '../../../cli.ts'
import {
  chooseWorkspace,
  cloudApiUrl,
  handleOf,
  readWorkspaces,
  requireKey,
  updateProfile,
  workspaceSettings,
} from '../../../cloud.ts'

export async function run(cli: Cli, options: { workspace?: string }): Promise<void> {
  const { settings } = cli
  const apiUrl = cloudApiUrl(settings)
  const workspaces = await readWorkspaces(settings, apiUrl, requireKey(settings))
  const workspace = await chooseWorkspace(cli, workspaces, options.workspace)
  const profile = updateProfile(cli, workspaceSettings(apiUrl, workspace))
  cli.success(`Successfully set workspace to '${handleOf(workspace)}' in profile '${profile}'.`)
}
