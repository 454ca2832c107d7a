import { resolveProfile } from '@orrery/client/settings'
import type { Cli } from '../../cli.ts'
import { updateProfile } from '../../cloud.ts'
import { CliError } from '../../errors.ts'

export function run(cli: Cli): void {
  const { name, settings } = resolveProfile(cli.sources)
  if (settings.PREFECT_API_KEY === undefined) {
    throw new CliError(`Profile '${name}' is not logged in. Log in with: orrery cloud login`)
  }
  // The server's address stays, so that the next login finds it.
  updateProfile(cli, { PREFECT_API_URL: null, PREFECT_API_KEY: null })
  cli.success(`Logged out of profile '${name}'. The key stays valid until it is deleted in the UI.`)
  if (cli.world.env.PREFECT_API_KEY) {
    cli.warn(
      'PREFECT_API_KEY is an environment variable and stays in force. Remove it with: unset PREFECT_API_KEY',
    )
  }
}
