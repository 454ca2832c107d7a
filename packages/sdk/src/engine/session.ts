import {
  ApiClient,
  ApiNotConfiguredError,
  applyTlsSettings,
  type Connection,
  connectionFromSettings,
  EventSender,
  isCloud,
  LogSender,
  loadSettings,
  localStoragePath,
  type Settings,
  uiUrlOf,
} from '@orrery/client'
import { systemNow } from '@orrery/schemas/instants'
import { LOG_LEVELS, printLine } from '../logger.ts'
import { startEphemeralServer } from './ephemeral-server.ts'

/** Everything that runs against one API share: the client, the event socket, the log batches. */
export interface Session {
  readonly client: ApiClient
  readonly connection: Connection
  readonly settings: Settings
  readonly events: EventSender
  /** Undefined when logs do not go to the API. */
  readonly logs: LogSender | undefined
  /** The least severity that is logged. */
  readonly logLevel: number
  /** Without a trailing slash; undefined when it cannot be told. */
  readonly uiUrl: string | undefined
  /** Where persisted results are. */
  readonly storagePath: string
  /** Tag sets known to have no limit, until when (epoch milliseconds). */
  readonly unlimitedTags: Map<string, number | Promise<unknown>>
  readonly flowIds: Map<string, Promise<string>>
  /** Events and logs out, as well as it goes within the time. Never throws. */
  flush(timeoutMillis?: number): Promise<void>
}

const sessions = new Map<string, Promise<Session>>()

/** Warnings of the engine itself go to the terminal only. */
export const warn = (message: string): void => printLine(systemNow(), 'WARNING', 'orrery', message)

/**
 * The session of the settings in force; starts a local server when no API is configured.
 * @throws ApiNotConfiguredError, ServerUnreachableError, SettingsError
 */
export function openSession(): Promise<Session> {
  // Read anew for every root run: a test, or a program, may have changed the environment.
  const settings = loadSettings()
  const connection = connectionFromSettings(settings)
  const key = JSON.stringify([connection, settings.get('PREFECT_LOGGING_LEVEL'), localStoragePath(settings)])
  let session = sessions.get(key)
  if (!session) {
    session = makeSession(settings, connection)
    sessions.set(key, session)
    session.catch(() => sessions.delete(key))
  }
  return session
}

async function makeSession(settings: Settings, configured: Connection | undefined): Promise<Session> {
  let connection = configured
  if (!connection) {
    const allowed = settings.get('PREFECT_SERVER_EPHEMERAL_ENABLED')
    if (allowed !== undefined && !settings.boolean('PREFECT_SERVER_EPHEMERAL_ENABLED'))
      throw new ApiNotConfiguredError()
    connection = { apiUrl: await startEphemeralServer(settings) }
  }
  connection = { ...connection, onWarning: warn }
  applyTlsSettings(settings)
  const client = new ApiClient(connection)
  const events = new EventSender(connection, { onWarning: warn })
  const cloud = isCloud(connection)
  const logs = settings.boolean('PREFECT_LOGGING_TO_API_ENABLED')
    ? new LogSender({
        send: (batch) => client.logs.create(batch),
        intervalMillis: settings.number('PREFECT_LOGGING_TO_API_BATCH_INTERVAL', 2) * 1000,
        batchBytes: Math.min(3_000_000, settings.number('PREFECT_LOGGING_TO_API_BATCH_SIZE', 4_000_000)),
        maxMessageChars: cloud
          ? settings.number('PREFECT_CLOUD_MAX_LOG_SIZE', 25_000)
          : settings.number('PREFECT_LOGGING_TO_API_MAX_LOG_SIZE', 1_000_000),
        onWarning: warn,
      })
    : undefined
  const level = (settings.get('PREFECT_LOGGING_LEVEL') ?? 'INFO').toUpperCase()
  return {
    client,
    connection,
    settings,
    events,
    logs,
    logLevel: LOG_LEVELS[level as keyof typeof LOG_LEVELS] ?? LOG_LEVELS.INFO,
    uiUrl: uiUrlOf(connection, settings),
    storagePath: localStoragePath(settings),
    unlimitedTags: new Map(),
    flowIds: new Map(),
    async flush(timeoutMillis = 10_000) {
      await Promise.all([
        events
          .drain(timeoutMillis)
          .catch((error: unknown) => warn(error instanceof Error ? error.message : String(error))),
        within(logs?.flush(), timeoutMillis),
      ])
    },
  }
}

async function within(work: Promise<void> | undefined, millis: number): Promise<void> {
  if (!work) return
  let timer: NodeJS.Timeout | undefined
  await Promise.race([
    work,
    new Promise<void>((resolve) => {
      timer = setTimeout(resolve, millis)
    }),
  ])
  clearTimeout(timer)
}

/** Flushes every session: for when the process is about to end. */
export async function flushSessions(timeoutMillis: number): Promise<void> {
  const open = await Promise.allSettled(sessions.values())
  await Promise.all(
    open.flatMap((session) => (session.status === 'fulfilled' ? [session.value.flush(timeoutMillis)] : [])),
  )
}
