import { accessSync, constants, mkdirSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { systemNow } from '@orrery/schemas'
import { type App, buildApp } from './app.ts'
import { type Config, redactUrl } from './config.ts'
import type { Db } from './db/db.ts'
import { openDb } from './db/open.ts'
import type { Context, Log } from './http/context.ts'
import { createLog } from './log.ts'
import { CloudIdentity } from './modules/identity/cloud-identity.ts'
import { createLocalIdentity } from './modules/identity/local-identity.ts'
import { markLateRuns } from './modules/runs/mark-late-runs.ts'
import { startFinishingDeletions } from './modules/workspaces/delete-workspace.ts'
import type { Clock } from './scope.ts'
import { startLoop } from './services/loop.ts'

export interface RunningServer {
  /** Where it listens, as in `http://127.0.0.1:4200`. */
  url: string
  app: App
  context: Context
  /** Stops accepting, finishes what is in flight, flushes, closes the database. */
  close(): Promise<void>
}

export interface StartOptions {
  log?: Log
  clock?: Clock
}

/** A start that failed for a reason the user can mend: one line, exit 1. */
export class StartError extends Error {
  override name = 'StartError'
}

/** Opens the database, builds the app and listens. Throws `StartError` for what its user can mend. */
export async function startServer(config: Config, options: StartOptions = {}): Promise<RunningServer> {
  const log = options.log ?? createLog(config)
  const db = await openDatabase(config)
  const undo: (() => unknown)[] = [() => db.close()]
  try {
    const clock = options.clock ?? { now: systemNow }
    const identity =
      config.mode === 'local' ? createLocalIdentity() : new CloudIdentity({ db, clock, config, log })
    const context: Context = { db, config, log, clock, identity }
    if (identity instanceof CloudIdentity) {
      undo.push(() => identity.close())
      // Now and then: rows of workspaces whose deletion an earlier process did not finish.
      undo.push(startFinishingDeletions(identity))
    }
    const app = await buildApp(context)
    await listen(app, config)
    undo.push(startServices(context))
    const address = app.server.address() as AddressInfo
    // `--port 0` takes any free port: links are made from the one that it got.
    config.publicUrl = config.publicUrl.replace(/:0$/, `:${address.port}`)
    const host = address.family === 'IPv6' ? `[${address.address}]` : address.address
    return {
      url: `http://${host === '0.0.0.0' ? '127.0.0.1' : host === '[::]' ? '[::1]' : host}:${address.port}`,
      app,
      context,
      async close() {
        await app.sockets.close()
        await stopListening(app)
        await app.fastify.close()
        for (const step of undo.toReversed()) await step()
      },
    }
  } catch (error) {
    for (const step of undo.toReversed()) await step()
    throw error
  }
}

/** The loops of this process; the answer stops them all. */
function startServices(context: Context): () => Promise<void> {
  const { config, log } = context
  const { enabled, loopSeconds, afterSeconds } = config.lateRuns
  const stops: (() => Promise<void>)[] = []
  if (config.services && enabled) {
    const pass = async () => (await markLateRuns(context, { afterSeconds })).more
    stops.push(startLoop(log, { name: 'late-runs', everyMillis: loopSeconds * 1000, pass }))
  }
  return async () => {
    for (const stop of stops) await stop()
  }
}

function ensureHome(config: Config): void {
  try {
    mkdirSync(config.home, { recursive: true, mode: 0o700 })
    accessSync(config.home, constants.W_OK)
  } catch (error) {
    throw new StartError(
      `The data folder ${config.home} cannot be written (${(error as Error).message}). Set ORRERY_HOME to a folder of yours.`,
      { cause: error },
    )
  }
}

/** Makes the home folder, opens the database and brings it up to date. */
export async function openDatabase(config: Config): Promise<Db> {
  ensureHome(config)
  try {
    return await openDb(config.databaseUrl)
  } catch (error) {
    const reason =
      error instanceof AggregateError ? (error.errors[0] as Error).message : (error as Error).message
    if ((error as Error).name === 'DatabaseNewer') throw new StartError(reason, { cause: error })
    throw new StartError(`The database ${redactUrl(config.databaseUrl)} cannot be opened: ${reason}`, {
      cause: error,
    })
  }
}

/** How long requests in flight may take before their connections are cut. */
const STOP_MILLIS = 10_000

function stopListening({ server }: App): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), STOP_MILLIS)
    server.close(() => {
      clearTimeout(cut)
      resolve()
    })
    server.closeIdleConnections()
  })
}

function listen(app: App, config: Config): Promise<void> {
  return new Promise((resolve, reject) => {
    app.server.once('error', (error: NodeJS.ErrnoException) => {
      const place = `${config.host}:${config.port}`
      if (error.code === 'EADDRINUSE')
        return reject(
          new StartError(
            `Port ${config.port} on ${config.host} is taken. Stop what listens there, or start with --port.`,
            { cause: error },
          ),
        )
      if (error.code === 'EACCES' || error.code === 'EADDRNOTAVAIL')
        return reject(new StartError(`Cannot listen on ${place}: ${error.message}`, { cause: error }))
      reject(error)
    })
    app.server.listen(config.port, config.host, () => resolve())
  })
}
