import type { Db } from '../../db/db.ts'
import { updateMany } from '../../db/dialect/bulk.ts'
import type { Log } from '../../http/context.ts'

const EVERY_MICROS = 60 * 1_000_000
const GATHER_MILLIS = 1_000

/** Writes when keys were last used: many at once, and each key at most once a minute. */
export class KeyUse {
  readonly #db: Db
  readonly #log: Log
  readonly #written = new Map<string, number>()
  #pending = new Map<string, number>()
  #timer: NodeJS.Timeout | null = null

  constructor(db: Db, log: Log) {
    this.#db = db
    this.#log = log
  }

  note(keyId: string, now: number): void {
    const last = this.#written.get(keyId)
    if (last !== undefined && now - last < EVERY_MICROS) return
    if (this.#written.size > 20_000) this.#written.clear()
    this.#written.set(keyId, now)
    this.#pending.set(keyId, now)
    this.#timer ??= setTimeout(() => void this.#flush(), GATHER_MILLIS).unref()
  }

  async close(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer)
    await this.#flush()
  }

  async #flush(): Promise<void> {
    this.#timer = null
    if (this.#pending.size === 0) return
    // In the order of the ids: two processes that write the same keys wait for each other, not in a circle.
    const rows = [...this.#pending]
      .map(([id, last_used]) => ({ id, last_used }))
      .sort((a, b) => (a.id < b.id ? -1 : 1))
    this.#pending = new Map()
    try {
      await this.#db.write((trx) => updateMany(trx, 'api_keys', ['id'], rows))
    } catch (error) {
      this.#log.warn({ err: error }, 'the last use of API keys could not be written')
    }
  }
}
