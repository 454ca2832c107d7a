import {
  knownSetting,
  readProfiles,
  resolveProfile,
  validateSetting,
  withSettings,
  writeProfiles,
} from '@orrery/client/settings'
import type { Cli } from '../../cli.ts'
import { CliError } from '../../errors.ts'

// The file cannot say where it itself is.
const NOT_IN_A_PROFILE = new Set(['PREFECT_HOME', 'PREFECT_PROFILES_PATH'])
const DEFAULT_CLOUD = 'https://api.prefect.cloud/api'

export function run(cli: Cli, assignments: readonly string[]): void {
  const changes: Record<string, string> = {}
  for (const assignment of assignments) {
    const at = assignment.indexOf('=')
    if (at < 1) {
      throw new CliError(`'${assignment}' is not an assignment. Write it as NAME=VALUE, without spaces.`)
    }
    const { name } = knownSetting(assignment.slice(0, at))
    if (NOT_IN_A_PROFILE.has(name)) {
      throw new CliError(
        `${name} cannot be in a profile, because profiles are found by it. Set it as an environment variable.`,
      )
    }
    // cmd.exe passes the quotes on.
    const value = assignment.slice(at + 1).replace(/^"(.*)"$/s, '$1')
    validateSetting(name, value)
    changes[name] = value
  }
  const profiles = readProfiles(cli.sources)
  const { name: profile } = resolveProfile(cli.sources, profiles)
  writeProfiles(withSettings(profiles, profile, changes))
  for (const [name, value] of Object.entries(changes)) {
    cli.print(`Set '${name}' to '${value}'.`)
    if (cli.world.env[name]) {
      cli.warn(
        `${name} is also an environment variable, which wins over the profile. Remove it with: unset ${name}`,
      )
    }
  }
  cli.success(`Updated profile '${profile}'.`)
  adviseCloudUrl(cli, changes.PREFECT_API_URL)
}

/** Without this setting the Python client sends the events of its task runs without credentials: they would be lost. */
function adviseCloudUrl(cli: Cli, apiUrl: string | undefined): void {
  const root = /^(.*\/api)\/accounts\/[0-9a-f-]{36}\/workspaces\/[0-9a-f-]{36}\/?$/.exec(apiUrl ?? '')?.[1]
  if (!root || root === DEFAULT_CLOUD) return
  if (cli.settings.get('PREFECT_CLOUD_API_URL') !== root) {
    cli.warn(
      `For this workspace the Python client also needs: orrery config set PREFECT_CLOUD_API_URL="${root}"`,
    )
  }
}
