import { getProfile, readProfiles, resolveProfile } from '@orrery/client/settings'
import type { Cli } from '../../cli.ts'

export function run(cli: Cli, name: string | undefined, options: { output?: string }): void {
  const json = cli.wantsJson(options)
  const profiles = readProfiles(cli.sources)
  const profile = name === undefined ? resolveProfile(cli.sources, profiles) : getProfile(profiles, name)
  if (json) {
    cli.json(profile.settings)
    return
  }
  if (name === undefined) cli.note(`No name given: this is the profile in force, '${profile.name}'.`)
  const entries = Object.entries(profile.settings)
  if (entries.length === 0) cli.print(`Profile '${profile.name}' is empty.`)
  for (const [setting, value] of entries) cli.print(`${setting}='${value}'`)
}
