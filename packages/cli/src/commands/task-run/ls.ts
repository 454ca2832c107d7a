import type { Cli } from '../../cli.ts'
import { findFlowRun } from '../../find-run.ts'
import { readPages } from '../../pages.ts'
import { stateFilter } from '../../state-filter.ts'
import { formatRelative, formatSeconds, stateStyle, stateTime } from '../../ui/format.ts'

interface Options {
  flowRun?: string
  taskRunName?: string[]
  state?: string[]
  stateType?: string[]
  limit: number
  output?: string
}

export async function run(cli: Cli, options: Options): Promise<void> {
  const json = cli.wantsJson(options)
  const state = stateFilter(options.state, options.stateType)
  const api = await cli.api()
  const flowRun = options.flowRun === undefined ? undefined : await findFlowRun(api, options.flowRun)
  const taskRuns = {
    ...(options.taskRunName ? { name: { any_: options.taskRunName } } : {}),
    ...(state ? { state } : {}),
    ...(flowRun ? { flow_run_id: { any_: [flowRun.id] } } : {}),
  }
  const runs = await readPages(options.limit, (page) =>
    api.taskRuns.filter({
      ...(Object.keys(taskRuns).length > 0 ? { task_runs: taskRuns } : {}),
      sort: 'EXPECTED_START_TIME_DESC',
      ...page,
    }),
  )
  if (json) {
    cli.json(runs)
    return
  }
  if (runs.length === 0) {
    cli.print('No task runs found.')
    return
  }
  cli.table(runs, [
    { title: 'ID', text: (each) => each.id, style: 'cyan' },
    { title: 'Name', text: (each) => each.name, style: 'green', flexible: true },
    { title: 'State', text: (each) => each.state_name, style: (each) => stateStyle(each.state_type) },
    {
      title: 'Took',
      text: (each) => (each.start_time ? formatSeconds(each.total_run_time) : ''),
      align: 'right',
    },
    { title: 'When', text: (each) => formatRelative(stateTime(each.state, each.created)) },
  ])
}
