import type { Kysely } from 'kysely'
import type { DialectName } from './columns.ts'
import type { Tables } from './tables.ts'

/** A connection that reads. Inside a write it is the transaction, so reading functions compose. */
export type Reader = Kysely<Tables>

declare const writing: unique symbol

/** A connection inside a write transaction: only `db.write` and lanes hand it out. */
export type Trx = Kysely<Tables> & { readonly [writing]: true }

/**
 * One input of a lane's batch, answered alone: `ok` or the error that its caller gets.
 * An exception thrown by the batch function makes the lane try each input by itself.
 */
export type Outcome<O> = { ok: O } | { error: unknown }

/** Writes many callers' inputs by one function in one savepoint. */
export type Lane<I, O> = (input: I) => Promise<O>

export interface LaneOptions<I> {
  /** Inputs taken at once; default 512. */
  maxBatch?: number
  /** Inputs with the same key never share a batch, so the function need not order them. */
  exclusive?: (input: I) => string | null
}

/**
 * The two databases behind one face. What is answered after `write` or a lane resolves is durable:
 * on SQLite many writes share one transaction, each in its own savepoint, answered after the one commit;
 * on PostgreSQL a write is a transaction with retry on serialisation failure and deadlock.
 */
export interface Db {
  readonly dialect: DialectName
  /** Reads that touch a few rows by key or by an index. */
  readonly read: Reader
  /** Reads that may be long: on SQLite they run in a worker thread and never block the event loop. */
  readonly scan: Reader
  write<T>(fn: (trx: Trx) => Promise<T>): Promise<T>
  lane<I, O>(
    name: string,
    fn: (trx: Trx, inputs: I[]) => Promise<Outcome<O>[]>,
    options?: LaneOptions<I>,
  ): Lane<I, O>
  /** Tells the other processes on this database. Fire and forget, joined within a few milliseconds. */
  notify(topic: string, payload: string): void
  /** Calls back for each notification, also this process's own. On SQLite only its own exist. */
  listen(topic: string, fn: (payload: string) => void): () => void
  /** False while notifications may be missed (PostgreSQL: the listening connection is down). */
  readonly listening: boolean
  /** Called each time listening was interrupted and is back: whatever was cached may be stale. */
  onRelisten(fn: () => void): () => void
  /** Resolves when nothing is queued or in flight. */
  drain(): Promise<void>
  close(): Promise<void>
}

const hooks = new WeakMap<object, (() => void)[]>()
const owners = new WeakMap<object, Db>()

/** Starts collecting what must happen after this transaction's commit. */
export function beginHooks(trx: object, owner: Db): (() => void)[] {
  const list: (() => void)[] = []
  hooks.set(trx, list)
  owners.set(trx, owner)
  return list
}

/** What the transaction will run after its commit; cut back to an earlier length when a savepoint rolls back. */
export function hooksOf(trx: object): (() => void)[] {
  const list = hooks.get(trx)
  if (!list) throw new Error('afterCommit outside a write')
  return list
}

/** Runs what waited for the commit. A listener that throws must not keep the callers from their answers. */
export function runHooks(list: readonly (() => void)[]): void {
  for (const fn of list) {
    try {
      fn()
    } catch (error) {
      process.emitWarning(error instanceof Error ? error : String(error))
    }
  }
}

/** Runs `fn` after the transaction is durable; never when it rolls back. */
export function afterCommit(trx: Trx, fn: () => void): void {
  hooksOf(trx).push(fn)
}

/** The database that a transaction writes to: what exists once per database, as the live streams, hangs on it. */
export function dbOf(trx: Trx): Db {
  const owner = owners.get(trx)
  if (!owner) throw new Error('dbOf outside a write')
  return owner
}
