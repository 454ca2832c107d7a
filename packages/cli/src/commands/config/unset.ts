import {
  knownSetting,
  readProfiles,
  resolveProfile,
  withSettings,
  writeProfiles,
} from '@orrery/client/settings'
import type { Cli } from '../../cli.ts'
import { AbortedError, CliError } from '../../errors.ts'

export async function run(cli: Cli, names: readonly string[], options: { yes?: boolean }): Promise<void> {
  const profiles = readProfiles(cli.sources)
  const profile = resolveProfile(cli.sources, profiles)
  const unset = [...new Set(names.map((name) => knownSetting(name).name))]
  for (const name of unset) {
    if (!(name in profile.settings)) throw new CliError(`'${name}' is not set in profile '${profile.name}'.`)
  }
  if (!options.yes && cli.interactive) {
    const sure = await cli.confirm(`Unset ${unset.join(', ')} in profile '${profile.name}'?`)
    if (!sure) throw new AbortedError('Nothing was changed.')
  }
  writeProfiles(withSettings(profiles, profile.name, Object.fromEntries(unset.map((name) => [name, null]))))
  for (const name of unset) {
    cli.print(`Unset '${name}'.`)
    if (cli.world.env[name]) {
      cli.warn(`${name} is also an environment variable and stays in force. Remove it with: unset ${name}`)
    }
  }
  cli.success(`Updated profile '${profile.name}'.`)
}
