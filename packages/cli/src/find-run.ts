import { type ApiClient, NotFoundError, type WireFlowRun, type WireTaskRun } from '@orrery/client/browser'
import { CliError } from './errors.ts'
import { formatRelative } from './ui/format.ts'

type Run = WireFlowRun | WireTaskRun

const UUID = /^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i

export const findFlowRun = (api: ApiClient, idOrName: string): Promise<WireFlowRun> =>
  findRun('Flow run', idOrName, api.flowRuns.read, (name) =>
    api.flowRuns.filter({ flow_runs: { name: { any_: [name] } }, limit: 100 }),
  )

export const findTaskRun = (api: ApiClient, idOrName: string): Promise<WireTaskRun> =>
  findRun('Task run', idOrName, api.taskRuns.read, (name) =>
    api.taskRuns.filter({ task_runs: { name: { any_: [name] } }, limit: 100 }),
  )

/** The run with this id, or the only one of this name. Throws where there is none, or more than one. */
async function findRun<R extends Run>(
  what: string,
  idOrName: string,
  read: (id: string) => Promise<R>,
  named: (name: string) => Promise<R[]>,
): Promise<R> {
  const missing = `${what} '${idOrName}' not found. Look for it with: orrery ${what.toLowerCase().replace(' ', '-')} ls`
  if (UUID.test(idOrName)) {
    return read(idOrName.toLowerCase()).catch((error: unknown) => {
      throw error instanceof NotFoundError ? new CliError(missing) : error
    })
  }
  const [only, ...others] = await named(idOrName)
  if (!only) throw new CliError(missing)
  if (others.length === 0) return only
  const lines = [only, ...others].map(
    (run) => `  ${run.id}  ${run.state_name}, ${formatRelative(run.start_time ?? run.created)}`,
  )
  throw new CliError(
    `There are ${lines.length} ${what.toLowerCase()}s named '${idOrName}'. Give the id of one:\n${lines.join('\n')}`,
  )
}
