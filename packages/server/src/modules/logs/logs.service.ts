import { systemNow } from '@orrery/schemas'
import type { Db } from '../../db/db.ts'
import type { WorkspaceScope } from '../../scope.ts'
import { type LogRow, parseLog } from './log-row.ts'
import { insertLogs } from './logs.queries.ts'

/** Stores lines; resolves once they are committed. */
export type LogIngest = (scope: WorkspaceScope, lines: readonly unknown[]) => Promise<void>

/**
 * Lines of one input of the lane, and inputs that share a transaction: 10,000 lines are 50 ms of SQLite's
 * writer. A commit of 2,000 lines takes as long as one of 10,000: the flush of the disk is what it costs.
 */
const CHUNK = 2000
const INPUTS = { sqlite: 5, postgres: 5 } as const

/** The way in for all workspaces: batches of many senders share transactions. */
export function createLogIngest(db: Db): LogIngest {
  const lane = db.lane<LogRow[], void>(
    'logs',
    async (trx, inputs) => {
      await insertLogs(trx, inputs.length === 1 ? (inputs[0] ?? []) : inputs.flat())
      return inputs.map(() => ({ ok: undefined }))
    },
    { maxBatch: INPUTS[db.dialect] },
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
