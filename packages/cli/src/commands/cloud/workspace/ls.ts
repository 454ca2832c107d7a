import type { Cli } from '../../../cli.ts'
import { cloudApiUrl, currentWorkspace, handleOf, readWorkspaces, requireKey } from '../../../cloud.ts'

export async function run(cli: Cli, options: { output?: string }): Promise<void> {
  const json = cli.wantsJson(options)
  const { settings } = cli
  const workspaces = await readWorkspaces(settings, cloudApiUrl(settings), requireKey(settings))
  if (json) {
    cli.json(workspaces)
    return
  }
  const current = currentWorkspace(settings, workspaces)
  cli.table(workspaces, [
    { title: '', text: (row) => (row === current ? '*' : ''), style: 'green' },
    { title: 'Workspace', text: handleOf, style: (row) => (row === current ? 'green' : undefined) },
    { title: 'Name', text: (row) => row.workspace_name, flexible: true },
    { title: 'ID', text: (row) => row.workspace_id, style: 'cyan' },
  ])
}
