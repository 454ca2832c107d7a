import { Worker } from 'node:worker_threads'
import type { SqliteHandle } from './sqlite-connection.ts'

const EVERY_MILLIS = 1000
/** The thread ends when nothing was written for this long; it costs some 10 MB. */
const IDLE_MILLIS = 30_000
/** Pages of 4 KB in the log from which on its start is used again: 32 MB. */
const RESTART_PAGES = 8000
/** What the event loop may copy itself to empty the log: under 2 MB. */
const REST_PAGES = 500

/**
 * Copies the log into the database file once a second while there are writes, in a thread of its own: within
 * a `COMMIT`, as SQLite does it by itself, it would hold the event loop for 50 ms and more. The writer goes on
 * meanwhile, so the log is never quite empty; once it is long, the writer copies the small rest, after which
 * SQLite begins the log anew.
 */
export class WalCheckpoint {
  readonly #path: string
  readonly #writer: SqliteHandle
  #worker: Worker | null = null
  #running = false
  #last = performance.now()
  #idle: NodeJS.Timeout | null = null

  constructor(path: string, writer: SqliteHandle) {
    this.#path = path
    this.#writer = writer
    // Only should the thread be far behind: 128 MB.
    writer.database.exec('PRAGMA wal_autocheckpoint = 32000')
  }

  /** Called after each commit. */
  committed(): void {
    const now = performance.now()
    if (this.#running || now - this.#last < EVERY_MILLIS) return
    this.#last = now
    this.#running = true
    this.#worker ??= this.#start()
    this.#worker.postMessage('checkpoint')
    if (this.#idle) clearTimeout(this.#idle)
    this.#idle = setTimeout(() => this.#stop(), IDLE_MILLIS).unref()
  }

  #start(): Worker {
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
    const worker = new Worker(new URL(`./wal-checkpoint-worker.${extension}`, import.meta.url), {
      workerData: { path: this.#path },
    })
    worker.unref()
    worker.on('message', ({ left, log }: { left: number; log: number }) => {
      this.#running = false
      if (log < RESTART_PAGES || left > REST_PAGES || this.#writer.database.isTransaction) return
      this.#writer.database.exec('PRAGMA wal_checkpoint(PASSIVE)')
    })
    const gone = () => {
      if (this.#worker !== worker) return
      this.#worker = null
      this.#running = false
    }
    worker.on('error', gone)
    worker.on('exit', gone)
    return worker
  }

  async #stop(): Promise<void> {
    const worker = this.#worker
    if (!worker) return
    this.#worker = null
    this.#running = false
    await new Promise<void>((resolve) => {
      worker.once('exit', () => resolve())
      worker.postMessage('close')
    })
  }

  async close(): Promise<void> {
    if (this.#idle) clearTimeout(this.#idle)
    // A thread that waits for a message must be waited for, or the process would end before it.
    this.#worker?.ref()
    await this.#stop()
  }
}
