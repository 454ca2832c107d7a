import { setTimeout as sleep } from 'node:timers/promises'
import { findBackgroundServer } from '../../background-server.ts'
import type { Cli } from '../../cli.ts'
import { CliError } from '../../errors.ts'

export async function run(
  cli: Cli,
  options: { wait?: boolean; timeout: number; output?: string },
): Promise<void> {
  const json = cli.wantsJson(options)
  const background = findBackgroundServer(cli.world.env)
  const configured = cli.settings.get('PREFECT_API_URL')
  const apiUrl = (configured ?? (background ? `${background.url}/api` : undefined))?.replace(/\/+$/, '')
  if (apiUrl === undefined) {
    throw new CliError(
      'No API is configured and no server runs in the background. ' +
        'Start one with: orrery server start --background',
    )
  }
  const facts = {
    api_url: apiUrl,
    background: background ? { pid: background.pid, url: background.url, log: background.log } : null,
  }
  const began = Date.now()
  let probe = await ask(apiUrl)
  while (!probe.available && options.wait) {
    if (options.timeout > 0 && Date.now() - began >= options.timeout * 1000) {
      if (json) {
        cli.json({ status: 'timed_out', ...facts, timeout: options.timeout, error: probe.error })
        throw new CliError('')
      }
      throw new CliError(
        `No server answered at ${apiUrl} within ${options.timeout} seconds (${probe.error}).`,
      )
    }
    await sleep(500)
    probe = await ask(apiUrl)
  }
  if (json) {
    const { available, ...rest } = probe
    cli.json({ status: available ? 'available' : 'unavailable', ...facts, ...rest })
    if (!available) throw new CliError('')
    return
  }
  if (!probe.available) {
    throw new CliError(
      `No server answers at ${apiUrl} (${probe.error}). ` +
        'Start one with: orrery server start --background, or point to another with: orrery config set PREFECT_API_URL="…"',
    )
  }
  cli.success('The server is available.')
  cli.print(`  API:      ${apiUrl}`)
  if (probe.server_version) cli.print(`  Version:  ${probe.server_version}`)
  if (background) cli.print(`  Process:  ${background.pid}, log in ${background.log}`)
}

interface Probe {
  available: boolean
  server_version?: string
  error?: string
}

async function ask(apiUrl: string): Promise<Probe> {
  const get = (path: string) => fetch(apiUrl + path, { signal: AbortSignal.timeout(3000) })
  try {
    // Under a workspace these two want a key; the server's own are at its root.
    const root = apiUrl.replace(/\/accounts\/.*$/, '')
    const health = await fetch(`${root}/health`, { signal: AbortSignal.timeout(3000) })
    if (!health.ok) return { available: false, error: `it answered ${health.status}` }
    const version = await get('/admin/version')
    return version.ok
      ? { available: true, server_version: String(await version.json()) }
      : { available: true }
  } catch (error) {
    const { cause, message } = error as Error
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : message
    return { available: false, error: code }
  }
}
