import { readProfiles, resolveProfile } from '@orrery/client/settings'
import type { Cli } from '../../cli.ts'

export function run(cli: Cli, options: { output?: string }): void {
  const profiles = readProfiles(cli.sources)
  const { name: current } = resolveProfile(cli.sources, profiles)
  // A home without a file has the bundled ones; with a file, its own are what there is.
  const names = profiles.own.length > 0 ? profiles.own : [...profiles.profiles.keys()]
  const rows = names.map((name) => ({ name, active: name === current }))
  if (cli.wantsJson(options)) cli.json(rows)
  else {
    cli.table(rows, [
      { title: '', text: (row) => (row.active ? '*' : ''), style: 'green' },
      { title: 'Profile', text: (row) => row.name, style: (row) => (row.active ? 'green' : undefined) },
      {
        title: 'API',
        text: (row) => profiles.profiles.get(row.name)?.settings.PREFECT_API_URL ?? '',
        flexible: true,
      },
    ])
  }
}
