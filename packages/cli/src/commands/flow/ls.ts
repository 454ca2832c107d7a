import type { Cli } from '../../cli.ts'
import { readPages } from '../../pages.ts'
import { formatRelative } from '../../ui/format.ts'

export async function run(cli: Cli, options: { limit: number; output?: string }): Promise<void> {
  const json = cli.wantsJson(options)
  const api = await cli.api()
  const flows = await readPages(options.limit, (page) => api.flows.filter({ sort: 'CREATED_DESC', ...page }))
  if (json) cli.json(flows)
  else if (flows.length === 0) cli.print('No flows found.')
  else {
    cli.table(flows, [
      { title: 'ID', text: (flow) => flow.id, style: 'cyan' },
      { title: 'Name', text: (flow) => flow.name, style: 'green', flexible: true },
      { title: 'Created', text: (flow) => formatRelative(flow.created) },
    ])
  }
}
