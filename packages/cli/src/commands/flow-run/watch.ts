import {
  type ApiClient,
  isStatus,
  subscribeToEvents,
  type WireEvent,
  type WireFlowRun,
  type WireLog,
} from '@orrery/client/browser'
import type { Cli } from '../../cli.ts'
import { CliError } from '../../errors.ts'
import { findFlowRun } from '../../find-run.ts'
import { readPages } from '../../pages.ts'
import { printLog } from '../../show-logs.ts'
import { formatInstant, stateStyle } from '../../ui/format.ts'

const FINAL = new Set(['COMPLETED', 'FAILED', 'CANCELLED', 'CRASHED'])
// Without the event socket, and for logs, which arrive a little after the events that they belong to.
const POLL_MILLIS = 2000

export async function run(cli: Cli, idOrName: string, options: { timeout?: number }): Promise<void> {
  const api = await cli.api()
  const flowRun = await findFlowRun(api, idOrName)
  if (FINAL.has(flowRun.state_type ?? '')) return conclude(cli, flowRun, 'already finished')
  const watched = await follow(cli, api, flowRun, options.timeout)
  conclude(cli, watched, 'finished')
}

function conclude(cli: Cli, flowRun: WireFlowRun, how: string): void {
  const sentence = `Flow run '${flowRun.name}' ${how} in '${flowRun.state_name}'.`
  if (flowRun.state_type !== 'COMPLETED') throw new CliError(sentence)
  cli.success(sentence)
}

/** Prints states and logs as they come; resolves with the run when it has ended. */
async function follow(
  cli: Cli,
  api: ApiClient,
  flowRun: WireFlowRun,
  timeoutSeconds: number | undefined,
): Promise<WireFlowRun> {
  const deadline =
    timeoutSeconds === undefined ? Number.POSITIVE_INFINITY : Date.now() + timeoutSeconds * 1000
  const ended = new AbortController()
  let wake = () => {}
  const names = new Map<string, string>()
  const events = listen(api, flowRun.id, ended.signal, (event) => {
    const id = event.resource['prefect.resource.id'] ?? ''
    // Of the run itself the polls below tell, and now there is something to be told.
    if (id === `prefect.flow-run.${flowRun.id}`) return wake()
    names.set(id.slice(id.lastIndexOf('.') + 1), event.resource['prefect.resource.name'] ?? '')
    printState(cli, event.occurred, event.resource)
  })
  // A server without that socket, or a key that may not use it: the polls below tell the same, a little later.
  events.catch(() => {})
  const logs = new NewLogs(api, flowRun.id)
  let shown: string | null = null
  try {
    for (;;) {
      const now = await api.flowRuns.read(flowRun.id).catch((error: unknown) => {
        if (isStatus(error, 404))
          throw new CliError(`Flow run '${flowRun.name}' was deleted while it was watched.`)
        throw error
      })
      const fresh = await logs.read()
      await learnNames(api, names, fresh)
      for (const log of fresh) {
        const name = names.get(log.task_run_id ?? '')
        printLog(
          cli,
          log,
          log.task_run_id ? `Task run '${name ?? log.task_run_id}'` : `Flow run '${now.name}'`,
        )
      }
      if (now.state && now.state_name !== shown) {
        shown = now.state_name
        printState(cli, now.state.timestamp, {
          'prefect.resource.name': now.name,
          'prefect.state-name': shown ?? '',
          'prefect.state-type': now.state.type,
        })
      }
      if (FINAL.has(now.state_type ?? '')) return now
      if (Date.now() >= deadline) {
        throw new CliError(
          `Flow run '${now.name}' is still ${now.state_name} after ${timeoutSeconds} seconds. It goes on; watch it again with: orrery flow-run watch ${now.id}`,
        )
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(POLL_MILLIS, Math.max(1, deadline - Date.now())))
        wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
  } finally {
    ended.abort()
  }
}

async function listen(
  api: ApiClient,
  flowRunId: string,
  signal: AbortSignal,
  show: (event: WireEvent) => void,
): Promise<void> {
  const filter = {
    event: { prefix: ['prefect.task-run.', 'prefect.flow-run.'] },
    any_resource: { id: [`prefect.flow-run.${flowRunId}`] },
  }
  for await (const event of subscribeToEvents(api.http.connection, filter, { signal })) show(event)
}

/** Log lines carry only the ids of task runs, and may come before the events that tell their names. */
async function learnNames(
  api: ApiClient,
  names: Map<string, string>,
  logs: readonly WireLog[],
): Promise<void> {
  const ids = new Set(logs.map((log) => log.task_run_id).filter((id) => id !== null && !names.has(id)))
  if (ids.size === 0) return
  const filter = { task_runs: { id: { any_: [...ids] } } }
  const runs = await readPages(ids.size, (page) => api.taskRuns.filter({ ...filter, ...page }))
  for (const run of runs) names.set(run.id, run.name)
}

function printState(cli: Cli, occurred: string, resource: Readonly<Record<string, string>>): void {
  const name = resource['prefect.state-name'] ?? ''
  const style = stateStyle(resource['prefect.state-type'])
  cli.print(
    `${cli.style('gray', formatInstant(occurred))} | ${style ? cli.style(style, name) : name} | ${resource['prefect.resource.name'] ?? ''}`,
  )
}

/** The log lines of a run that have not been seen yet. Late ones with an earlier time are found too. */
class NewLogs {
  readonly #api: ApiClient
  readonly #flowRunId: string
  readonly #seen = new Set<string>()
  #latest: string | undefined

  constructor(api: ApiClient, flowRunId: string) {
    this.#api = api
    this.#flowRunId = flowRunId
  }

  async read(): Promise<WireLog[]> {
    const overlap = this.#latest && new Date(Date.parse(this.#latest) - 5000).toISOString()
    const found: WireLog[] = []
    for (let offset = 0; ; ) {
      const page = await this.#api.logs.filter({
        logs: {
          flow_run_id: { any_: [this.#flowRunId] },
          ...(overlap ? { timestamp: { after_: overlap } } : {}),
        },
        sort: 'TIMESTAMP_ASC',
        limit: 200,
        offset,
      })
      found.push(...page.filter((log) => !this.#seen.has(log.id)))
      offset += page.length
      if (page.length < 200) break
    }
    for (const log of found) this.#seen.add(log.id)
    this.#latest = found.at(-1)?.timestamp ?? this.#latest
    return found
  }
}
