import type { ApiClient } from '@orrery/client/browser'
import type { Cli } from '../../../cli.ts'
import {
  cloudApiUrl,
  cloudClient,
  handleOf,
  readWorkspaces,
  requireKey,
  updateProfile,
  workspaceSettings,
} from '../../../cloud.ts'
import { CliError } from '../../../errors.ts'

interface Options {
  account?: string
  description?: string
  handle?: string
  set?: boolean
  output?: string
}

interface Account {
  account_id: string
  account_handle: string
}

export async function run(cli: Cli, name: string, options: Options): Promise<void> {
  const json = cli.wantsJson(options)
  const { settings } = cli
  const apiUrl = cloudApiUrl(settings)
  const key = requireKey(settings)
  const client = cloudClient(settings, apiUrl, key)
  const account = await chooseAccount(cli, client, options.account)
  const created = await client.http.post<{ id: string }>(`/accounts/${account.account_id}/workspaces/`, {
    name,
    ...(options.handle === undefined ? {} : { handle: options.handle }),
    ...(options.description === undefined ? {} : { description: options.description }),
  })
  const workspaces = await readWorkspaces(settings, apiUrl, key)
  const workspace = workspaces.find((each) => each.workspace_id === created.id)
  if (workspace && options.set) updateProfile(cli, workspaceSettings(apiUrl, workspace))
  if (json) {
    cli.json(created)
    return
  }
  const handle = workspace ? handleOf(workspace) : name
  cli.success(`Created workspace '${handle}'${options.set ? ', which is in force now' : ''}.`)
  if (!options.set) cli.print(`Use it with: orrery cloud workspace set -w ${handle}`)
}

async function chooseAccount(cli: Cli, client: ApiClient, handle: string | undefined): Promise<Account> {
  const accounts = await client.http.get<Account[]>('/me/accounts')
  const known = accounts.map((account) => account.account_handle).join(', ')
  if (handle !== undefined) {
    const found = accounts.find((account) => account.account_handle === handle)
    if (found) return found
    throw new CliError(`Account '${handle}' not found. The key has: ${known || 'none'}`)
  }
  const current = accounts.filter((account) =>
    cli.settings.get('PREFECT_API_URL')?.includes(account.account_id),
  )
  const [only, ...others] = current.length === 1 ? current : accounts
  if (!only) throw new CliError('The key has no account.')
  if (others.length > 0) throw new CliError(`There are several accounts; say which with --account: ${known}`)
  return only
}
