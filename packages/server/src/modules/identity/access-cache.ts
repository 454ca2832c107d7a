import { afterCommit, type Db, type Trx } from '../../db/db.ts'
import { notifyAtCommit } from '../../db/dialect/notify.ts'
import type { Principal } from '../../http/auth.ts'
import type { WorkspaceScope } from '../../scope.ts'

const TOPIC = 'identity'
/** What is cached may be used this long after it was checked; a deleted key is refused within a second. */
const HARD_MILLIS = 800
/** Older than this, it is checked again beside the request that uses it. */
const SOFT_MILLIS = 300
const MAX_ENTRIES = 10_000

export interface CachedKey {
  principal: Principal
  expiration: number | null
}

/**
 * What keys and roles give, so that a request needs no read of the database. Every change of keys, roles,
 * users and workspaces counts up one row in its own transaction and notifies; each process drops what it
 * holds at the notification, and looks at the row at most every 300 ms while it is used. The row catches
 * what notifications cannot: another process on the same SQLite file, a broken connection.
 */
export class AccessCache {
  readonly keys = new Map<string, CachedKey>()
  readonly scopes = new Map<string, WorkspaceScope>()
  readonly #db: Db
  #version = -1
  #checkedAt = Number.NEGATIVE_INFINITY
  #generation = 0
  #checking: Promise<void> | null = null
  readonly #unsubscribe: (() => void)[]

  constructor(db: Db) {
    this.#db = db
    this.#unsubscribe = [db.listen(TOPIC, () => this.clear()), db.onRelisten(() => this.clear())]
  }

  /** Null when what is cached may be used as it is, else what to await first. */
  refresh(): Promise<void> | null {
    const age = performance.now() - this.#checkedAt
    if (this.#db.listening && age < HARD_MILLIS) {
      // A failed check shows when the hard limit makes a request wait for one.
      if (age > SOFT_MILLIS) this.#check().catch(() => {})
      return null
    }
    return this.#check()
  }

  clear(): void {
    this.#generation++
    this.keys.clear()
    this.scopes.clear()
  }

  /** Keeps what `load` answers, unless something changed while it was loading. */
  async remember<V>(map: Map<string, V>, key: string, load: () => Promise<V | null>): Promise<V | null> {
    const generation = this.#generation
    const value = await load()
    if (value !== null && generation === this.#generation) {
      if (map.size >= MAX_ENTRIES) map.clear()
      map.set(key, value)
    }
    return value
  }

  /** Part of each transaction that changes what a caller may do. */
  async changed(trx: Trx): Promise<void> {
    await countChange(this.#db, trx)
    afterCommit(trx, () => this.clear())
  }

  close(): void {
    for (const fn of this.#unsubscribe) fn()
  }

  #check(): Promise<void> {
    this.#checking ??= this.#read().finally(() => {
      this.#checking = null
    })
    return this.#checking
  }

  async #read(): Promise<void> {
    const started = performance.now()
    const row = await this.#db.read
      .selectFrom('identity_version')
      .select('version')
      .where('id', '=', 1)
      .executeTakeFirstOrThrow()
    if (row.version !== this.#version) this.clear()
    this.#version = row.version
    this.#checkedAt = started
  }
}

async function countChange(db: Db, trx: Trx): Promise<void> {
  await trx
    .updateTable('identity_version')
    .set((eb) => ({ version: eb('version', '+', 1) }))
    .where('id', '=', 1)
    .execute()
  await notifyAtCommit(db, trx, TOPIC, '')
}
