import { getProfile, readProfiles, withProfile, writeProfiles } from '@orrery/client/settings'
import type { Cli } from '../../cli.ts'
import { CliError } from '../../errors.ts'

export function run(cli: Cli, name: string, options: { from?: string }): void {
  const profiles = readProfiles(cli.sources)
  if (profiles.own.includes(name)) {
    throw new CliError(`Profile '${name}' exists already. Delete it first: orrery profile delete ${name}`)
  }
  const settings = options.from === undefined ? {} : getProfile(profiles, options.from).settings
  writeProfiles(withProfile(profiles, { name, settings: { ...settings } }))
  cli.success(`Created profile '${name}'${options.from ? ` from '${options.from}'` : ''}.`)
  cli.print(`Use it from now on:     orrery profile use ${name}`)
  cli.print(`Use it for one command: orrery -p ${name} config view`)
}
