import { Readable } from 'node:stream'
import { toIso } from '@orrery/schemas'
import type { Db } from '../../db/db.ts'
import type { WorkspaceScope } from '../../scope.ts'
import { listRunLogs } from './logs.queries.ts'

const PAGE = 1000
const HEADER = 'timestamp,level,flow_run_id,task_run_id,message\r\n'

/** All lines of a flow run as CSV, read page by page while they are sent. */
export function flowRunLogsCsv(db: Db, scope: WorkspaceScope, flowRunId: string): Readable {
  return Readable.from(csvPages(db, scope, flowRunId))
}

async function* csvPages(db: Db, scope: WorkspaceScope, flowRunId: string): AsyncGenerator<string> {
  yield HEADER
  let after: { timestamp: number; seq: number } | null = null
  for (;;) {
    const rows: Awaited<ReturnType<typeof listRunLogs>> = await listRunLogs(db, scope, {
      run: { column: 'flow_run_id', id: flowRunId },
      after,
      limit: PAGE,
    })
    const last = rows.at(-1)
    if (!last) return
    yield rows
      .map((row) =>
        [
          toIso(row.timestamp).replace('T', ' ').replace('Z', '+00:00'),
          row.level,
          row.flow_run_id,
          row.task_run_id ?? '',
          quote(row.message),
        ].join(','),
      )
      .join('\r\n')
      .concat('\r\n')
    if (rows.length < PAGE) return
    after = { timestamp: last.timestamp, seq: last.seq }
  }
}

const quote = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
