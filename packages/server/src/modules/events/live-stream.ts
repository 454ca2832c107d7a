import type { Db } from '../../db/db.ts'
import { runSql } from '../../db/dialect/bulk.ts'
import { PostgresTail } from './postgres-tail.ts'

/**
 * Where a stream's live part begins: rows up to here are settled and can be read from the table, all later
 * ones are delivered. SQLite has no `txid`: its rows are committed in the order of `seq`.
 */
export interface Boundary {
  seq: number
  txid?: string
}

export interface Subscription {
  boundary: Boundary
  close(): void
}

export interface StreamTable<Row> {
  /** `events` or `logs`; also the topic of the notifications. */
  name: 'events' | 'logs'
  columns: readonly (keyof Row & string)[]
}

/** What was committed, workspace by workspace: each subscriber sees every row once, in order. */
export interface LiveStream<Row> {
  /** Told after the commit, by whoever wrote. */
  published(workspaceId: string, rows: readonly Row[]): void
  subscribe(workspaceId: string, deliver: (rows: readonly Row[]) => void): Promise<Subscription>
  close(): void
}

/**
 * On SQLite this process is the only writer, so rows go straight to the subscribers. On PostgreSQL the rows
 * of all processes, also its own, are read back in one order.
 */
export function createLiveStream<Row extends { workspace_id: string }>(
  db: Db,
  table: StreamTable<Row>,
): LiveStream<Row> {
  return db.dialect === 'sqlite' ? new LocalStream<Row>(db, table) : new PostgresTail<Row>(db, table)
}

class LocalStream<Row extends { workspace_id: string }> implements LiveStream<Row> {
  readonly #db: Db
  readonly #table: StreamTable<Row>
  readonly #subscribers = new Map<string, Set<(rows: readonly Row[]) => void>>()

  constructor(db: Db, table: StreamTable<Row>) {
    this.#db = db
    this.#table = table
  }

  published(workspaceId: string, rows: readonly Row[]): void {
    for (const deliver of this.#subscribers.get(workspaceId) ?? []) deliver(rows)
  }

  async subscribe(workspaceId: string, deliver: (rows: readonly Row[]) => void): Promise<Subscription> {
    const set = this.#subscribers.get(workspaceId) ?? new Set()
    this.#subscribers.set(workspaceId, set)
    // A commit and its publication happen in one turn of the event loop, and `runSql` queries within the call.
    // So what is committed here has been published already, and the last number divides the past from the live part.
    const text = `SELECT max(seq) AS seq FROM ${this.#table.name}`
    const last = runSql<{ seq: number | null }>(this.#db.read, text, [])
    set.add(deliver)
    const seq = (await last)[0]?.seq ?? 0
    return { boundary: { seq }, close: () => set.delete(deliver) }
  }

  close(): void {
    this.#subscribers.clear()
  }
}
