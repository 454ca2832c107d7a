import type { Db } from '../../db/db.ts'
import { EVENT_COLUMNS, type EventRow, LiveEvent } from './event-row.ts'
import { createLiveStream, type LiveStream } from './live-stream.ts'

const streams = new WeakMap<Db, LiveStream<EventRow>>()

/** The stream of committed events; one per database handle, so that all writers and listeners meet in it. */
export function eventStream(db: Db): LiveStream<EventRow> {
  let stream = streams.get(db)
  if (!stream) {
    stream = createLiveStream<EventRow>(db, { name: 'events', columns: EVENT_COLUMNS })
    streams.set(db, stream)
  }
  return stream
}

const liveEvents = new WeakMap<EventRow, LiveEvent>()

/** All listeners of a row share its parsed labels and its frame. */
export function liveEvent(row: EventRow): LiveEvent {
  let event = liveEvents.get(row)
  if (!event) liveEvents.set(row, (event = new LiveEvent(row)))
  return event
}
