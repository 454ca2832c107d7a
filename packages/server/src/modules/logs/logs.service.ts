import { systemNow } from '@orrery/schemas'
import type { Db } from '../../db/db.ts'
import type { WorkspaceScope } from '../../scope.ts'
import { type LogRow, parseLog } from './log-row.ts'
import { insertLogs } from './logs.queries.ts'

/** Stores lines; resolves once they are committed. */
export type LogIngest = (scope: WorkspaceScope, lines: readonly unknown[]) => Promise<void>

/** Lines of one transaction's part: on SQLite about 10 ms of the thread. */
const CHUNK = 1000

/** The way in for all workspaces: batches of many senders share transactions. */
export function createLogIngest(db: Db): LogIngest {
  const lane = db.lane<LogRow[], void>(
    'logs',
    async (trx, inputs) => {
      await insertLogs(trx, inputs.length === 1 ? (inputs[0] ?? []) : inputs.flat())
      return inputs.map(() => ({ ok: undefined }))
    },
    { maxBatch: db.dialect === 'sqlite' ? 2 : 8 },
  )
  return async (scope, lines) => {
    const created = systemNow()
    const rows = lines.map((line, index) => parseLog(scope.workspaceId, created, line, index))
    const chunks: Promise<void>[] = []
    for (let start = 0; start < rows.length; start += CHUNK)
      chunks.push(lane(rows.slice(start, start + CHUNK)))
    await Promise.all(chunks)
  }
}
