import type { Cli } from '../../cli.ts'
import { CliError } from '../../errors.ts'

export interface StartOptions {
  host?: string
  port?: number
  local?: boolean
  databaseUrl?: string
  logLevel?: string
  services: boolean
  background?: boolean
}

export async function run(cli: Cli, options: StartOptions): Promise<void> {
  const { background, services, ...flags } = options
  if (background) {
    await (await import('../../start-background.ts')).startInBackground(cli, options)
    return
  }
  silenceSqliteWarning()
  const { runServer } = await importServer()
  const code = await runServer({ ...flags, ...(services ? {} : { services }) }, { ...cli.world.env })
  if (code !== 0) throw new CliError('', code)
}

/** The server is a package of its own: whoever only talks to one need not install it. */
async function importServer(): Promise<typeof import('@orrery/server')> {
  try {
    return await import('@orrery/server')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code !== 'ERR_MODULE_NOT_FOUND' || !message.includes('@orrery/server')) throw error
    throw new CliError('The server is not installed here. Install it with: npm install @orrery/server')
  }
}

/** `node:sqlite` works on every Node that we support; before 24 it announces itself as experimental. */
function silenceSqliteWarning(): void {
  const { emitWarning } = process
  process.emitWarning = ((warning: string | Error, ...rest: unknown[]) => {
    if (String(warning).includes('SQLite is an experimental feature')) return
    Reflect.apply(emitWarning, process, [warning, ...rest])
  }) as typeof process.emitWarning
}
