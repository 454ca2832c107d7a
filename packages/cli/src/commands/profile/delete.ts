import {
  getProfile,
  readProfiles,
  resolveProfile,
  withoutProfile,
  writeProfiles,
} from '@orrery/client/settings'
import type { Cli } from '../../cli.ts'
import { AbortedError, CliError } from '../../errors.ts'

export async function run(cli: Cli, name: string, options: { yes?: boolean }): Promise<void> {
  const profiles = readProfiles(cli.sources)
  getProfile(profiles, name)
  if (resolveProfile(cli.sources, profiles).name === name || profiles.active === name) {
    throw new CliError(
      `Profile '${name}' is the active one. Switch to another first: orrery profile use OTHER`,
    )
  }
  if (!options.yes && cli.interactive && !(await cli.confirm(`Delete profile '${name}' and its settings?`))) {
    throw new AbortedError('Nothing was deleted.')
  }
  writeProfiles(withoutProfile(profiles, name))
  cli.success(`Removed profile '${name}'.`)
}
