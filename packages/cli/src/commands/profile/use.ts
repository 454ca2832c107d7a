import { getProfile, readProfiles, writeProfiles } from '@orrery/client/settings'
import { checkConnection } from '../../check-connection.ts'
import { Cli } from '../../cli.ts'
import { CliError } from '../../errors.ts'

export async function run(cli: Cli, name: string): Promise<void> {
  const profiles = readProfiles(cli.sources)
  getProfile(profiles, name)
  writeProfiles({ ...profiles, active: name })
  cli.print(`Profile '${name}' is active.`)
  if (cli.world.env.PREFECT_PROFILE && cli.world.env.PREFECT_PROFILE !== name) {
    cli.warn(
      `PREFECT_PROFILE=${cli.world.env.PREFECT_PROFILE} is set and wins over it. Remove it with: unset PREFECT_PROFILE`,
    )
  }
  const own = new Cli(cli.world)
  own.profile = name
  const { ok, message } = await checkConnection(own.settings)
  if (!ok) throw new CliError(message)
  cli.success(message)
}
