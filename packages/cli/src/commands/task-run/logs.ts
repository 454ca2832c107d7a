import type { Cli } from '../../cli.ts'
import { findTaskRun } from '../../find-run.ts'
import { type LogOptions, showLogs } from '../../show-logs.ts'

export async function run(cli: Cli, idOrName: string, options: LogOptions): Promise<void> {
  const api = await cli.api()
  const taskRun = await findTaskRun(api, idOrName)
  const filter = { task_run_id: { any_: [taskRun.id] } }
  await showLogs(cli, api, filter, `Task run '${taskRun.name}'`, options)
}
