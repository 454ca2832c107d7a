import { getProfile, readProfiles, withoutProfile, withProfile, writeProfiles } from '@orrery/client/settings'
import type { Cli } from '../../cli.ts'
import { CliError } from '../../errors.ts'

export function run(cli: Cli, name: string, newName: string): void {
  const profiles = readProfiles(cli.sources)
  const { settings } = getProfile(profiles, name)
  if (profiles.own.includes(newName)) throw new CliError(`Profile '${newName}' exists already.`)
  const renamed = withoutProfile(withProfile(profiles, { name: newName, settings }), name)
  writeProfiles({ ...renamed, active: profiles.active === name ? newName : profiles.active })
  if (cli.world.env.PREFECT_PROFILE === name) {
    cli.warn(`PREFECT_PROFILE names '${name}'. Change it with: export PREFECT_PROFILE=${newName}`)
  }
  cli.success(`Renamed profile '${name}' to '${newName}'.`)
}
