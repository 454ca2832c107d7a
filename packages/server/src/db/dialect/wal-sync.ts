import { close, fdatasync, openSync } from 'node:fs'

/**
 * Flushes the write-ahead log to the disk outside of the event loop. SQLite's own flush within COMMIT would hold
 * the loop as long as the disk takes (0.2 ms on a quiet one, 4 ms and more on a busy one: half of the process's
 * time under load); this one runs in the thread pool while the next transaction is already filled.
 *
 * A commit is durable when a flush that began after it has ended: the log then holds its frames, and SQLite
 * flushes the log again before it copies any of it into the database file (`synchronous=NORMAL`).
 */
export class WalSync {
  readonly #file: number
  #running: Promise<void> | null = null
  #next: Promise<void> | null = null

  constructor(databasePath: string) {
    this.#file = openSync(`${databasePath}-wal`, 'r+')
  }

  /** Resolves when everything committed before the call is on the disk. Many callers share one flush. */
  flush(): Promise<void> {
    if (!this.#running) return (this.#running = this.#start())
    this.#next ??= this.#running.then(
      () => this.#startNext(),
      () => this.#startNext(),
    )
    return this.#next
  }

  #startNext(): Promise<void> {
    this.#next = null
    return (this.#running = this.#start())
  }

  #start(): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      fdatasync(this.#file, (error) => (error ? reject(error) : resolve()))
    }).finally(() => {
      if (!this.#next) this.#running = null
    })
  }

  async close(): Promise<void> {
    await this.#next?.catch(() => {})
    await this.#running?.catch(() => {})
    await new Promise<void>((resolve) => close(this.#file, () => resolve()))
  }
}
