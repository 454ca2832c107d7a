import type { Db } from '../../db/db.ts'
import { createLiveStream, type LiveStream } from '../events/live-stream.ts'
import { LOG_COLUMNS, type LogRow } from './log-row.ts'

const streams = new WeakMap<Db, LiveStream<LogRow>>()

/** The stream of committed log lines; one per database handle. */
export function logStream(db: Db): LiveStream<LogRow> {
  let stream = streams.get(db)
  if (!stream) {
    stream = createLiveStream<LogRow>(db, { name: 'logs', columns: LOG_COLUMNS })
    streams.set(db, stream)
  }
  return stream
}
