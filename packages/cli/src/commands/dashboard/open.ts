import type { Cli } from '../../cli.ts'
import { uiPath } from '../../ui-path.ts'

export async function run(cli: Cli): Promise<void> {
  await cli.open(await uiPath(cli, '/dashboard'))
}
