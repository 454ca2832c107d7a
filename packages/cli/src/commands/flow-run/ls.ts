import type { Cli } from '../../cli.ts'
import { readPages } from '../../pages.ts'
import { stateFilter } from '../../state-filter.ts'
import { formatRelative, stateStyle, stateTime } from '../../ui/format.ts'

interface Options {
  flowName?: string[]
  state?: string[]
  stateType?: string[]
  limit: number
  output?: string
}

export async function run(cli: Cli, options: Options): Promise<void> {
  const json = cli.wantsJson(options)
  const state = stateFilter(options.state, options.stateType)
  const api = await cli.api()
  const runs = await readPages(options.limit, (page) =>
    api.flowRuns.filter({
      ...(options.flowName ? { flows: { name: { any_: options.flowName } } } : {}),
      ...(state ? { flow_runs: { state } } : {}),
      sort: 'EXPECTED_START_TIME_DESC',
      ...page,
    }),
  )
  if (json) {
    cli.json(runs)
    return
  }
  if (runs.length === 0) {
    cli.print('No flow runs found.')
    return
  }
  const ids = [...new Set(runs.map((each) => each.flow_id))]
  const flows = await readPages(ids.length, (page) =>
    api.flows.filter({ flows: { id: { any_: ids } }, ...page }),
  )
  const names = new Map(flows.map((flow) => [flow.id, flow.name]))
  cli.table(runs, [
    { title: 'ID', text: (each) => each.id, style: 'cyan' },
    { title: 'Flow', text: (each) => names.get(each.flow_id), style: 'blue', flexible: true },
    { title: 'Name', text: (each) => each.name, style: 'green', flexible: true },
    { title: 'State', text: (each) => each.state_name, style: (each) => stateStyle(each.state_type) },
    { title: 'When', text: (each) => formatRelative(stateTime(each.state, each.created)) },
  ])
}
