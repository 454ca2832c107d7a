import type { Db } from '../../db/db.ts'
import { runSql } from '../../db/dialect/bulk.ts'
import type { LiveStream, StreamTable, Subscription } from './live-stream.ts'

/** Rows read at once. */
const PAGE = 1000
/** A notification may be lost; so we look by ourselves this often while somebody listens. */
const LOOK_MILLIS = 1000
/** Notifications about one workspace are joined this long. */
const NOTIFY_MILLIS = 10

interface Cursor {
  txid: string
  seq: number
}

interface Subscriber<Row> {
  workspaceId: string
  deliver(rows: readonly Row[]): void
}

/**
 * Follows a table that many processes write. A serial column is no cursor: its numbers are given before the
 * commit, so a row can appear below one that was read already. The transaction id is one: once every
 * transaction below the oldest running one has ended, the rows from the last such mark up to the new one are
 * final, and reading them in steps gives each exactly once. Within a process the order is (txid, seq), which
 * keeps the order of writes that waited for each other.
 */
export class PostgresTail<Row extends { workspace_id: string }> implements LiveStream<Row> {
  readonly #db: Db
  readonly #table: StreamTable<Row>
  readonly #subscribers = new Set<Subscriber<Row>>()
  /** Subscribers that wait for the running step to end: their workspace may be missing from its query. */
  #joining: (() => void)[] = []
  /** Everything up to here was delivered. */
  #cursor: Cursor | null = null
  #stepping = false
  #again = false
  #timer: NodeJS.Timeout | null = null
  #unlisten: (() => void) | null = null
  #closed = false
  readonly #changed = new Set<string>()
  #notifier: NodeJS.Timeout | null = null

  constructor(db: Db, table: StreamTable<Row>) {
    this.#db = db
    this.#table = table
  }

  published(workspaceId: string): void {
    this.#changed.add(workspaceId)
    this.#notifier ??= setTimeout(() => {
      this.#notifier = null
      for (const id of this.#changed) this.#db.notify(this.#table.name, id)
      this.#changed.clear()
    }, NOTIFY_MILLIS)
  }

  async subscribe(workspaceId: string, deliver: (rows: readonly Row[]) => void): Promise<Subscription> {
    while (this.#stepping) await new Promise<void>((resolve) => this.#joining.push(resolve))
    const cursor = this.#cursor ?? (await this.#begin())
    const subscriber = { workspaceId, deliver }
    this.#subscribers.add(subscriber)
    this.#unlisten ??= this.#db.listen(this.#table.name, (changed) => {
      for (const { workspaceId: listening } of this.#subscribers)
        if (listening === changed) return this.#wake()
    })
    this.#schedule()
    return {
      boundary: cursor,
      close: () => {
        this.#subscribers.delete(subscriber)
        if (this.#subscribers.size === 0) this.#rest()
      },
    }
  }

  close(): void {
    this.#closed = true
    this.#subscribers.clear()
    this.#rest()
    if (this.#notifier) clearTimeout(this.#notifier)
  }

  async #begin(): Promise<Cursor> {
    this.#stepping = true
    try {
      this.#cursor = { txid: await this.#settled(), seq: -1 }
      return this.#cursor
    } finally {
      this.#finishStep()
    }
  }

  #rest(): void {
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = null
    this.#unlisten?.()
    this.#unlisten = null
    if (!this.#stepping) this.#cursor = null
  }

  #schedule(): void {
    if (this.#timer || this.#closed) return
    this.#timer = setTimeout(() => {
      this.#timer = null
      this.#wake()
    }, LOOK_MILLIS)
  }

  #wake(): void {
    this.#again = true
    if (this.#stepping || this.#closed) return
    void this.#run()
  }

  async #run(): Promise<void> {
    while (this.#again && !this.#stepping && this.#subscribers.size > 0 && !this.#closed) {
      this.#again = false
      this.#stepping = true
      try {
        const behind = await this.#step()
        // Something newer is visible but a transaction below it still runs: look again soon.
        if (behind) setTimeout(() => this.#wake(), 20)
      } catch {
        // The database is away for a moment; the position stands, so nothing is lost.
      } finally {
        this.#finishStep()
      }
    }
    if (this.#subscribers.size > 0) this.#schedule()
    else if (!this.#stepping) this.#cursor = null
  }

  #finishStep(): void {
    this.#stepping = false
    const joining = this.#joining
    this.#joining = []
    for (const resolve of joining) resolve()
  }

  async #settled(): Promise<string> {
    const rows = await runSql<{ xmin: string }>(
      this.#db.read,
      'SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS xmin',
      [],
    )
    return rows[0]?.xmin ?? '0'
  }

  /** Reads and delivers what has settled since the last step. True when unsettled rows are in sight. */
  async #step(): Promise<boolean> {
    const upTo = await this.#settled()
    const workspaces = [...new Set([...this.#subscribers].map((subscriber) => subscriber.workspaceId))]
    const columns = this.#table.columns.map((column) => `"${column}"`).join(', ')
    let cursor = this.#cursor ?? { txid: upTo, seq: -1 }
    for (;;) {
      const rows = await runSql<Row & { tail_txid: string; tail_seq: number }>(
        this.#db.read,
        `SELECT ${columns}, txid::text AS tail_txid, seq AS tail_seq FROM "${this.#table.name}"
         WHERE (txid, seq) > (?::xid8, ?::bigint) AND txid < ?::xid8 AND workspace_id = ANY(?::uuid[])
         ORDER BY txid, seq LIMIT ${PAGE}`,
        [cursor.txid, cursor.seq, upTo, workspaces],
      )
      const last = rows.at(-1)
      cursor =
        last && rows.length === PAGE ? { txid: last.tail_txid, seq: last.tail_seq } : { txid: upTo, seq: -1 }
      this.#cursor = cursor
      this.#deliver(rows)
      if (rows.length < PAGE) break
    }
    const unsettled = await runSql<{ one: number }>(
      this.#db.read,
      `SELECT 1 AS one FROM "${this.#table.name}" WHERE txid >= ?::xid8 AND workspace_id = ANY(?::uuid[]) LIMIT 1`,
      [upTo, workspaces],
    )
    return unsettled.length > 0
  }

  #deliver(rows: readonly Row[]): void {
    if (rows.length === 0) return
    const byWorkspace = Map.groupBy(rows, (row) => row.workspace_id)
    for (const { workspaceId, deliver } of [...this.#subscribers]) {
      const mine = byWorkspace.get(workspaceId)
      if (mine) deliver(mine)
    }
  }
}
