import { readProfiles, withProfile, writeProfiles } from '@orrery/client/settings'
import type { Cli } from '../../cli.ts'
import { AbortedError } from '../../errors.ts'

export async function run(cli: Cli, options: { yes?: boolean }): Promise<void> {
  const profiles = readProfiles(cli.sources)
  const missing = [...profiles.profiles.values()].filter((profile) => !profiles.own.includes(profile.name))
  if (missing.length === 0) {
    cli.success('Every bundled profile is there already.')
    return
  }
  for (const profile of missing) cli.print(`  + ${profile.name}`)
  if (!options.yes && cli.interactive && !(await cli.confirm(`Add these to ${profiles.path}?`, true))) {
    throw new AbortedError('Nothing was changed.')
  }
  writeProfiles(missing.reduce(withProfile, profiles))
  cli.success(`Updated ${profiles.path}`)
}
