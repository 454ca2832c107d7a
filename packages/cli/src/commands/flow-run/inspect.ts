import type { Cli } from '../../cli.ts'
import { findFlowRun } from '../../find-run.ts'
import { printRecord } from '../../ui/record.ts'
import { uiPath } from '../../ui-path.ts'

export async function run(
  cli: Cli,
  idOrName: string,
  options: { web?: boolean; output?: string },
): Promise<void> {
  const json = cli.wantsJson(options)
  const flowRun = await findFlowRun(await cli.api(), idOrName)
  if (options.web) await cli.open(await uiPath(cli, `/runs/flow-run/${flowRun.id}`))
  else if (json) cli.json(flowRun)
  else printRecord(cli, flowRun)
}
