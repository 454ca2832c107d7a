import type { Cli } from '../../cli.ts'
import { CliError } from '../../errors.ts'
import { findFlowRun } from '../../find-run.ts'

export async function run(cli: Cli, idsOrNames: readonly string[]): Promise<void> {
  const api = await cli.api()
  const problems: string[] = []
  for (const idOrName of idsOrNames) {
    const { id } = await findFlowRun(api, idOrName)
    const { status, details, state } = await api.flowRuns.setState(id, { type: 'CANCELLING' })
    if (status === 'ACCEPT' || (status === 'REJECT' && state?.type.startsWith('CANCEL'))) {
      cli.success(`Flow run '${id}' was successfully scheduled for cancellation.`)
    } else problems.push(`Flow run '${id}' was unable to be cancelled. Reason: '${details.reason ?? status}'`)
  }
  if (problems.length > 0) throw new CliError(problems.join('\n'))
}
