import { CLIENT_API_VERSION, isCloud, PREFECT_VERSION } from '@orrery/client/browser'
import { connectionFromSettings } from '@orrery/client/settings'
import type { Cli } from '../../cli.ts'
import { CLI_VERSION } from '../../version.ts'

export function run(cli: Cli, options: { output?: string }): void {
  const { settings } = cli
  const connection = connectionFromSettings(settings)
  const facts = {
    Program: 'orrery (TypeScript; not the Python package prefect)',
    Version: CLI_VERSION,
    'Speaks for': `prefect ${PREFECT_VERSION}`,
    'API version': CLIENT_API_VERSION,
    'Node version': process.versions.node,
    'OS/Arch': `${process.platform}/${process.arch}`,
    Profile: settings.profile.name,
    'Server type': connection
      ? isCloud(connection)
        ? 'cloud'
        : 'server'
      : settings.boolean('PREFECT_SERVER_EPHEMERAL_ENABLED')
        ? 'ephemeral'
        : 'unconfigured',
    API: connection?.apiUrl ?? '',
  }
  if (cli.wantsJson(options)) {
    cli.json(
      Object.fromEntries(
        Object.entries(facts).map(([key, value]) => [key.toLowerCase().replace(/\W/g, '_'), value]),
      ),
    )
    return
  }
  for (const [key, value] of Object.entries(facts)) if (value) cli.print(`${`${key}:`.padEnd(22)}${value}`)
}
