import { compileEventFilter } from '@orrery/core'
import {
  EventFilter,
  type EventFilter as Filter,
  fromIso,
  type Micros,
  parseJson,
  toIso,
} from '@orrery/schemas'
import { Compile } from 'typebox/compile'
import type { Context } from '../../http/context.ts'
import type { Socket } from '../../http/socket.ts'
import { acknowledge, readMessage, type SocketRoute } from '../../http/sockets.ts'
import type { WorkspaceScope } from '../../scope.ts'
import { occurredRange } from './event-filter-sql.ts'
import { type EventRow, eventToJson } from './event-row.ts'
import { eventStream, liveEvent } from './event-stream.ts'
import { listEvents } from './events.queries.ts'
import type { EventIngest } from './events.service.ts'
import { InvalidEvent, parseEvent } from './parse-event.ts'
import type { WarnWorkspace } from './workspace-warnings.ts'

/** Events of one socket, and characters of them, that may wait to be written before we stop reading from it. */
const MAX_UNWRITTEN = 2000
const MAX_UNWRITTEN_LENGTH = 16 * 1024 * 1024
/** How far back `/events/out` replays at most. */
const BACKFILL_MICROS = 15 * 60 * 1_000_000
const BACKFILL_PAGE = 250
/** Live events kept while the stored ones are replayed. */
const MAX_WAITING = 50_000
const PROTOCOL_ERROR = 1002

export function eventSockets(context: Context, ingest: EventIngest, warn: WarnWorkspace): SocketRoute[] {
  return [
    {
      path: '/events/in',
      permissions: ['manage_events', 'run_flows'],
      serve: (socket, scope) => takeEvents(context, ingest, socket, scope),
      refused: ({ workspaceId, userAgent }) => warn(workspaceId, 'anonymous_events', userAgent),
    },
    {
      path: '/events/out',
      permissions: ['see_events', 'see_flows'],
      serve: (socket, scope) => sendEvents(context, socket, scope),
    },
  ]
}

/**
 * Takes events. A ping is answered once everything before it is committed: at the pong a client forgets what
 * it sent. When more than `MAX_UNWRITTEN` events wait we stop reading, so nothing is dropped or refused.
 */
function takeEvents(
  { log }: Context,
  ingest: EventIngest,
  socket: Socket,
  scope: WorkspaceScope,
): Promise<void> {
  let unwritten = 0
  let unwrittenLength = 0
  let tail: Promise<unknown> = Promise.resolve()
  let paused = false
  let failed = false

  const written = (length: number) => {
    unwritten--
    unwrittenLength -= length
    if (paused && unwritten < MAX_UNWRITTEN / 2 && unwrittenLength < MAX_UNWRITTEN_LENGTH / 2) {
      paused = false
      socket.resume()
    }
  }
  // When the database is away, closing without a pong makes the client keep its events and send them again.
  const fail = (error: unknown) => {
    if (failed) return
    if (isRefusedValue(error))
      return log.error({ err: error, workspace_id: scope.workspaceId }, 'event not stored')
    failed = true
    log.error({ err: error, workspace_id: scope.workspaceId }, 'events could not be written')
    socket.close(1011, 'The events could not be written; connect again')
  }

  socket.onStop((code, reason) => {
    socket.pause()
    void tail.then(() => socket.close(code, reason))
  })
  return socket
    .handle({
      message(text) {
        if (failed) return
        const event = readEvent(text)
        // Closing would make the client send the same event again and again, and hold up its neighbours.
        if (event instanceof InvalidEvent)
          return log.warn({ workspace_id: scope.workspaceId, reason: event.message }, 'event not stored')
        unwritten++
        unwrittenLength += text.length
        tail = ingest(scope, [event])
          .catch(fail)
          .then(() => written(text.length))
        if (!paused && (unwritten >= MAX_UNWRITTEN || unwrittenLength >= MAX_UNWRITTEN_LENGTH)) {
          paused = true
          socket.pause()
        }
      },
      // Events of a socket are written in order, so the last one's commit covers all before it.
      ping(data) {
        void tail.then(() => {
          if (!failed) socket.pong(data)
        })
      },
    })
    .then(async () => {
      await tail
    })
}

// A value that the database cannot hold stays refused however often it is sent.
function isRefusedValue(error: unknown): boolean {
  const { code, errcode } = error as { code?: unknown; errcode?: unknown }
  return (
    (typeof code === 'string' && /^2[23]/.test(code)) ||
    (errcode !== undefined && [18, 19, 20].includes(Number(errcode)))
  )
}

function readEvent(text: string) {
  try {
    return parseEvent(parseJson(text))
  } catch (error) {
    if (error instanceof InvalidEvent) return error
    return new InvalidEvent(`The message is no JSON: ${(error as Error).message}`)
  }
}

const filterCheck = Compile(EventFilter)

/** Replays what is stored, then goes on live, without a gap or a repetition between the two. */
async function sendEvents({ db, clock, log }: Context, socket: Socket, scope: WorkspaceScope): Promise<void> {
  const text = await socket.next()
  if (text === null) return
  const message = readMessage(text)
  if (message?.type !== 'filter') return socket.close(PROTOCOL_ERROR, "Expected 'filter' message")
  const stream = readFilter(message, clock.now())
  if (typeof stream === 'string') return socket.close(PROTOCOL_ERROR, `Invalid filter: ${stream}`)
  const { filter, range } = stream
  const matches = compileEventFilter(filter)
  // Called right after somebody's commit: what goes wrong here must stay here.
  const send = (row: EventRow) => {
    try {
      const event = liveEvent(row)
      if (matches(event)) socket.send(`{"type":"event","event":${event.json}}`)
    } catch (error) {
      log.error({ err: error, event_id: row.id }, 'event could not be streamed')
      socket.close(1011, 'Internal error')
    }
  }
  let waiting: EventRow[] | null = []
  const subscription = await eventStream(db).subscribe(scope.workspaceId, (rows) => {
    if (!waiting) for (const row of rows) send(row)
    else if (waiting.length < MAX_WAITING) waiting.push(...rows)
    else socket.close(1013, 'Too slow: connect again to catch up')
  })
  acknowledge(socket, message)
  const ended = socket.handle({ message: () => {} })
  try {
    if (message.backfill !== false) {
      const query = { filter, range, before: subscription.boundary, limit: BACKFILL_PAGE }
      let after: EventRow | undefined
      while (socket.isOpen) {
        const page = await listEvents(db, scope, { ...query, ...(after ? { after } : {}) })
        for (const row of page) socket.send(`{"type":"event","event":${eventToJson(row)}}`)
        if (page.length < BACKFILL_PAGE) break
        after = page.at(-1)
        await socket.drained()
      }
    }
    const held = waiting
    waiting = null
    for (const row of held) send(row)
    await ended
  } finally {
    subscription.close()
  }
}

interface StreamFilter {
  filter: Filter
  /** What is replayed. */
  range: { since: Micros; until: Micros }
}

/** The filter of a stream: oldest first, 15 minutes back at most, without an end unless it names one. */
function readFilter(message: Record<string, unknown>, now: Micros): StreamFilter | string {
  const value: unknown = message.filter ?? {}
  if (!filterCheck.Check(value)) return filterCheck.Errors(value)[0]?.message ?? 'it has the wrong shape'
  try {
    const range = occurredRange(value, now)
    const since = Math.max(range.since, now - BACKFILL_MICROS)
    const until = value.occurred?.until ? range.until : now + 365 * 86_400_000_000
    const occurred = { since: toIso(since), until: value.occurred?.until ?? null }
    const from = message.backfill_since === undefined ? since : fromIso(String(message.backfill_since))
    return { filter: { ...value, occurred, order: 'ASC' }, range: { since: Math.max(since, from), until } }
  } catch (error) {
    return (error as Error).message
  }
}
