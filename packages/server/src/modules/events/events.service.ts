import { type NewEvent, systemNow } from '@orrery/schemas'
import type { Db, Trx } from '../../db/db.ts'
import type { WorkspaceScope } from '../../scope.ts'
import { type StoredEvent, storedEvent } from './event-row.ts'
import { insertEvents } from './events.queries.ts'

/**
 * Stores events in the caller's own transaction, so that a change and its event are one. Ids that the
 * workspace has already are ignored; listeners hear of the new ones after the commit.
 */
export async function appendEvents(
  trx: Trx,
  scope: Pick<WorkspaceScope, 'workspaceId'>,
  events: readonly NewEvent[],
): Promise<void> {
  const received = systemNow()
  await insertEvents(
    trx,
    events.map((event) => storedEvent(scope.workspaceId, event, received)),
  )
}

/** What is done with new events in the transaction that stores them, as recording task runs. */
export type EventRecorder = (trx: Trx, events: readonly StoredEvent[]) => Promise<void>

/** Stores events that came from outside; resolves once they are committed. */
export type EventIngest = (scope: WorkspaceScope, events: readonly NewEvent[]) => Promise<void>

/**
 * Inputs that share a transaction. On SQLite the writer works in this thread: 400 events take about 40 ms,
 * which is how long a state change may have to wait behind them.
 */
const BATCH = { sqlite: 400, postgres: 500 } as const

/** The way in for all workspaces: events of many senders are stored and recorded together. */
export function createEventIngest(db: Db, recorders: readonly EventRecorder[]): EventIngest {
  const lane = db.lane<{ workspaceId: string; events: readonly NewEvent[] }, void>(
    'events',
    async (trx, inputs) => {
      const received = systemNow()
      const events = inputs.flatMap(({ workspaceId, events: batch }) =>
        batch.map((event) => storedEvent(workspaceId, event, received)),
      )
      const fresh = await insertEvents(trx, events)
      if (fresh.length > 0) for (const record of recorders) await record(trx, fresh)
      return inputs.map(() => ({ ok: undefined }))
    },
    { maxBatch: BATCH[db.dialect] },
  )
  return ({ workspaceId }, events) => lane({ workspaceId, events })
}
