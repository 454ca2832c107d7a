import { connectionFromSettings, findSetting, listSettings, uiUrlOf } from '@orrery/client/settings'
import type { Cli } from '../../cli.ts'

interface Options {
  showDefaults?: boolean
  hideSources?: boolean
  showSecrets?: boolean
  output?: string
}

// The words of the Python command line.
const SOURCE_WORDS: Record<string, string> = {
  environment: 'env',
  '.env': '.env file',
  default: 'defaults',
}

export function run(cli: Cli, options: Options): void {
  const json = cli.wantsJson(options)
  const { settings } = cli
  const names = options.showDefaults
    ? listSettings().map(({ name }) => name)
    : settings.entries().map(({ name }) => name)
  const rows = names.flatMap((name) => {
    const found = settings.find(name)
    if (!found) return []
    const hidden = findSetting(name)?.secret && !options.showSecrets && found.source !== 'default'
    return [
      {
        name,
        value: hidden ? '********' : found.value,
        source: SOURCE_WORDS[found.source] ?? found.source,
      },
    ]
  })
  const connection = connectionFromSettings(settings)
  const uiUrl = connection && uiUrlOf(connection, settings)
  if (json) {
    cli.json({ profile: settings.profile.name, settings: rows, ui_url: uiUrl ?? null })
    return
  }
  if (uiUrl) cli.print(`You are connected to: ${cli.style('green', uiUrl)}`)
  cli.print(cli.style(['bold', 'blue'], `PREFECT_PROFILE='${settings.profile.name}'`))
  for (const { name, value, source } of rows) {
    cli.print(`${name}='${value}'${options.hideSources ? '' : cli.style('gray', ` (from ${source})`)}`)
  }
}
