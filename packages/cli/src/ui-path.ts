import { uiUrlOf } from '@orrery/client/settings'
import type { Cli } from './cli.ts'
import { CliError } from './errors.ts'

/** The address of a page of the UI of the configured API. */
export async function uiPath(cli: Cli, path: string): Promise<string> {
  const connection = await cli.connection()
  const url = uiUrlOf(connection, cli.settings)
  if (url === undefined) {
    throw new CliError(
      `Where the UI of ${connection.apiUrl} is cannot be told from its address. Say it with: orrery config set PREFECT_UI_URL="…"`,
    )
  }
  return url + path
}
