import type { Cli } from '../../cli.ts'
import { findTaskRun } from '../../find-run.ts'
import { printRecord } from '../../ui/record.ts'
import { uiPath } from '../../ui-path.ts'

export async function run(
  cli: Cli,
  idOrName: string,
  options: { web?: boolean; output?: string },
): Promise<void> {
  const json = cli.wantsJson(options)
  const taskRun = await findTaskRun(await cli.api(), idOrName)
  if (options.web) await cli.open(await uiPath(cli, `/runs/task-run/${taskRun.id}`))
  else if (json) cli.json(taskRun)
  else printRecord(cli, taskRun)
}
