import type { Cli } from '../../cli.ts'
import { AbortedError } from '../../errors.ts'
import { findFlowRun } from '../../find-run.ts'

export async function run(
  cli: Cli,
  idsOrNames: readonly string[],
  options: { yes?: boolean },
): Promise<void> {
  const api = await cli.api()
  for (const idOrName of idsOrNames) {
    const flowRun = await findFlowRun(api, idOrName)
    const question = `Delete flow run '${flowRun.name}' (${flowRun.id})?`
    if (!options.yes && cli.interactive && !(await cli.confirm(question))) {
      throw new AbortedError('Deletion aborted.')
    }
    await api.flowRuns.delete(flowRun.id)
    cli.success(`Successfully deleted flow run '${flowRun.id}'.`)
  }
}
