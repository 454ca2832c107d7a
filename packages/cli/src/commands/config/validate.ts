import {
  readProfiles,
  resolveProfile,
  SettingsError,
  validateSetting,
  writeProfiles,
} from '@orrery/client/settings'
import type { Cli } from '../../cli.ts'
import { CliError } from '../../errors.ts'

export function run(cli: Cli): void {
  const profiles = readProfiles(cli.sources)
  const profile = resolveProfile(cli.sources, profiles)
  const problems: string[] = []
  for (const [name, value] of Object.entries(profile.settings)) {
    try {
      validateSetting(name, value)
    } catch (error) {
      if (!(error instanceof SettingsError)) throw error
      problems.push(error.message)
    }
  }
  if (problems.length > 0) {
    throw new CliError(`Profile '${profile.name}' in ${profiles.path}:\n${problems.join('\n')}`)
  }
  // Reading has given older names their present ones; writing keeps that.
  if (profiles.own.length > 0) writeProfiles(profiles)
  cli.success('Configuration valid!')
}
