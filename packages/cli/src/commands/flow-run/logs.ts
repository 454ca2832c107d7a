import type { Cli } from '../../cli.ts'
import { findFlowRun } from '../../find-run.ts'
import { type LogOptions, showLogs } from '../../show-logs.ts'

export async function run(cli: Cli, idOrName: string, options: LogOptions): Promise<void> {
  const api = await cli.api()
  const flowRun = await findFlowRun(api, idOrName)
  const filter = { flow_run_id: { any_: [flowRun.id] } }
  await showLogs(cli, api, filter, `Flow run '${flowRun.name}'`, options)
}
