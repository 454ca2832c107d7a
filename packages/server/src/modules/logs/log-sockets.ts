import { LogFilter } from '@orrery/schemas'
import { Compile } from 'typebox/compile'
import { DomainError } from '../../errors.ts'
import type { Context } from '../../http/context.ts'
import type { Socket } from '../../http/socket.ts'
import { acknowledge, readMessage, type SocketRoute } from '../../http/sockets.ts'
import type { WorkspaceScope } from '../../scope.ts'
import { compileLogFilter, type LogRow, logToJson } from './log-row.ts'
import { logStream } from './log-stream.ts'

const PROTOCOL_ERROR = 1002

export function logSockets(context: Context): SocketRoute[] {
  return [
    {
      path: '/logs/out',
      permissions: ['see_flows'],
      serve: (socket, scope) => sendLogs(context, socket, scope),
    },
  ]
}

const filterCheck = Compile(LogFilter)

/** Sends lines as they are committed; what was stored before is read over HTTP. */
async function sendLogs({ db }: Context, socket: Socket, scope: WorkspaceScope): Promise<void> {
  const text = await socket.next()
  if (text === null) return
  const message = readMessage(text)
  if (message?.type !== 'filter') return socket.close(PROTOCOL_ERROR, "Expected 'filter' message")
  const matches = readFilter(message.filter ?? {})
  if (typeof matches === 'string') return socket.close(PROTOCOL_ERROR, `Invalid filter: ${matches}`)
  const subscription = await logStream(db).subscribe(scope.workspaceId, (rows) => {
    for (const row of rows) if (matches(row)) socket.send(`{"type":"log","log":${logToJson(row)}}`)
  })
  acknowledge(socket, message)
  try {
    await socket.handle({ message: () => {} })
  } finally {
    subscription.close()
  }
}

function readFilter(value: unknown): ((row: LogRow) => boolean) | string {
  if (!filterCheck.Check(value)) return filterCheck.Errors(value)[0]?.message ?? 'it has the wrong shape'
  try {
    return compileLogFilter(value)
  } catch (error) {
    if (error instanceof DomainError) return error.message
    throw error
  }
}
