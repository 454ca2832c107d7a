import { ApiClient, NotFoundError, UnauthorizedError, type WireWorkspace } from '@orrery/client/browser'
import {
  connectionFromSettings,
  readProfiles,
  resolveProfile,
  type Settings,
  withSettings,
  writeProfiles,
} from '@orrery/client/settings'
import type { Cli } from './cli.ts'
import { CliError } from './errors.ts'

const PREFECT_CLOUD = 'https://api.prefect.cloud/api'

/**
 * The API of the server with accounts, without a trailing slash: what is given, else `PREFECT_CLOUD_API_URL` where it
 * is set, else the beginning of `PREFECT_API_URL`, else Prefect Cloud.
 */
export function cloudApiUrl(settings: Settings, given?: string): string {
  if (given !== undefined) {
    if (!/^https?:\/\/[^/]+/.test(given)) {
      throw new CliError(`'${given}' is not an address. Write it as https://orrery.example.com`)
    }
    const url = given.replace(/\/+$/, '')
    return url.endsWith('/api') ? url : `${url}/api`
  }
  const set = settings.find('PREFECT_CLOUD_API_URL')
  if (set && set.source !== 'default') return set.value.replace(/\/+$/, '')
  const api = /^(.*?\/api)(\/accounts\/.*)?$/.exec(settings.get('PREFECT_API_URL')?.replace(/\/+$/, '') ?? '')
  return api?.[1] ?? PREFECT_CLOUD
}

/** Where people sign in to that server. */
export function cloudUiUrl(settings: Settings, apiUrl: string): string {
  const set = settings.get('PREFECT_CLOUD_UI_URL')
  if (set) return set.replace(/\/+$/, '')
  return apiUrl === PREFECT_CLOUD ? 'https://app.prefect.cloud' : apiUrl.replace(/\/api$/, '')
}

/** A client of the server's own routes, above its workspaces. */
export function cloudClient(settings: Settings, apiUrl: string, apiKey: string | undefined): ApiClient {
  const configured = connectionFromSettings(settings)
  return new ApiClient({
    timeoutSeconds: settings.number('PREFECT_API_REQUEST_TIMEOUT', 60),
    headers: configured?.headers,
    apiUrl,
    apiKey,
    cloudApiUrl: apiUrl,
  })
}

/** The workspaces of a key. Throws where it is not valid, or where the server has no accounts. */
export async function readWorkspaces(
  settings: Settings,
  apiUrl: string,
  apiKey: string | undefined,
): Promise<WireWorkspace[]> {
  try {
    const workspaces = await cloudClient(settings, apiUrl, apiKey).workspaces(apiUrl)
    return workspaces.toSorted((a, b) => (handleOf(a) < handleOf(b) ? -1 : 1))
  } catch (error) {
    if (error instanceof UnauthorizedError) {
      const shape = /^pn[ub]_/.test(apiKey ?? '')
        ? 'Check that it is complete and has not expired, and that it is of this server'
        : 'A key begins with pnu_ or pnb_; this one does not'
      throw new CliError(
        `Unable to authenticate at ${apiUrl}. ${shape} (another server: orrery cloud login --server URL).`,
      )
    }
    if (error instanceof NotFoundError) {
      throw new CliError(
        `The server at ${apiUrl} has no accounts, so there is nothing to log in to. Use it with: orrery config set PREFECT_API_URL="${apiUrl}"`,
      )
    }
    throw error
  }
}

/** Throws unless the profile in force has a key. */
export function requireKey(settings: Settings): string {
  const key = settings.get('PREFECT_API_KEY')
  if (!key) throw new CliError('Not logged in. Log in with: orrery cloud login')
  return key
}

export const handleOf = (workspace: WireWorkspace): string =>
  `${workspace.account_handle}/${workspace.workspace_handle}`

/** The workspace that `PREFECT_API_URL` points to. */
export const currentWorkspace = (
  settings: Settings,
  workspaces: readonly WireWorkspace[],
): WireWorkspace | undefined =>
  workspaces.find((workspace) => settings.get('PREFECT_API_URL')?.includes(workspace.workspace_id))

/** The workspace with this handle; where none is given the only one, or the one that the reader picks. */
export async function chooseWorkspace(
  cli: Cli,
  workspaces: readonly WireWorkspace[],
  handle: string | undefined,
): Promise<WireWorkspace> {
  const known = workspaces.map(handleOf).join(', ')
  if (handle !== undefined) {
    const found = workspaces.find((workspace) => handleOf(workspace) === handle)
    if (found) return found
    throw new CliError(
      `Workspace '${handle}' not found.${known ? ` Available workspaces: ${known}` : ' The key has none.'}`,
    )
  }
  const [first] = workspaces
  if (!first) {
    throw new CliError('The key has no workspace. Create one with: orrery cloud workspace create NAME')
  }
  if (workspaces.length === 1) return first
  if (!cli.interactive) {
    throw new CliError(`There are several workspaces; say which with --workspace: ${known}`)
  }
  return cli.select(
    'Which workspace would you like to use?',
    workspaces.map((workspace) => ({ label: handleOf(workspace), value: workspace })),
  )
}

/** Writes settings into the profile in force; `null` removes one. Returns the profile's name. */
export function updateProfile(cli: Cli, changes: Readonly<Record<string, string | null>>): string {
  const profiles = readProfiles(cli.sources)
  const { name } = resolveProfile(cli.sources, profiles)
  writeProfiles(withSettings(profiles, name, changes))
  for (const setting of Object.keys(changes)) {
    if (changes[setting] !== null && cli.world.env[setting]) {
      cli.warn(
        `${setting} is also an environment variable, which wins over the profile. Remove it with: unset ${setting}`,
      )
    }
  }
  return name
}

/** The settings of a workspace. All of them: without the cloud's address the Python client's task runs would be lost. */
export const workspaceSettings = (
  apiUrl: string,
  workspace: WireWorkspace,
): Record<string, string | null> => ({
  PREFECT_API_URL: `${apiUrl}/accounts/${workspace.account_id}/workspaces/${workspace.workspace_id}`,
  PREFECT_CLOUD_API_URL: apiUrl === PREFECT_CLOUD ? null : apiUrl,
})
