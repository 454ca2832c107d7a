import type { Cli } from '../../cli.ts'
import { CliError } from '../../errors.ts'
import { findFlowRun } from '../../find-run.ts'

const RETRIED = new Set(['COMPLETED', 'FAILED', 'CANCELLED', 'CRASHED'])

export async function run(cli: Cli, idOrName: string): Promise<void> {
  const api = await cli.api()
  const flowRun = await findFlowRun(api, idOrName)
  const { id } = flowRun
  if (!RETRIED.has(flowRun.state_type ?? '')) {
    throw new CliError(
      `Flow run '${id}' is in state '${flowRun.state_name}'. Only a run that has ended can be retried; cancel it first with: orrery flow-run cancel ${id}`,
    )
  }
  if (!flowRun.deployment_id) {
    throw new CliError(
      `Flow run '${id}' has no deployment, so no worker can run it again. Run the program of its flow once more.`,
    )
  }
  const { status, details } = await api.flowRuns.setState(
    id,
    {
      type: 'SCHEDULED',
      name: 'Scheduled',
      message: 'Retried by the command line',
      state_details: { scheduled_time: new Date().toISOString() },
    },
    true,
  )
  if (status !== 'ACCEPT') {
    throw new CliError(`Flow run '${id}' could not be retried. Reason: '${details.reason ?? status}'`)
  }
  cli.success(`Flow run '${id}' is scheduled again. A worker will pick it up shortly.`)
}
