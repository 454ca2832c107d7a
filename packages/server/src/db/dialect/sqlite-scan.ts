import { Worker } from 'node:worker_threads'
import type { RawResult } from './sqlite-connection.ts'

interface Waiting {
  resolve(result: RawResult): void
  reject(error: Error): void
}

/** Runs queries in a worker thread with a read-only handle of its own. The thread starts with the first query. */
export class SqliteScan {
  readonly #path: string
  #worker: Worker | null = null
  #nextId = 0
  readonly #waiting = new Map<number, Waiting>()

  constructor(path: string) {
    this.#path = path
  }

  query = (sql: string, parameters: readonly unknown[]): Promise<RawResult> => {
    const worker = (this.#worker ??= this.#start())
    const id = this.#nextId++
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      worker.postMessage({ id, sql, parameters })
    })
  }

  #start(): Worker {
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
    const worker = new Worker(new URL(`./sqlite-scan-worker.${extension}`, import.meta.url), {
      workerData: { path: this.#path },
    })
    worker.unref()
    worker.on('message', (message: { id: number; result?: RawResult; error?: string }) => {
      const waiting = this.#waiting.get(message.id)
      this.#waiting.delete(message.id)
      if (message.result) waiting?.resolve(message.result)
      else waiting?.reject(new Error(message.error))
    })
    const fail = (error: Error) => {
      for (const waiting of this.#waiting.values()) waiting.reject(error)
      this.#waiting.clear()
      this.#worker = null
    }
    worker.on('error', (error) => fail(error instanceof Error ? error : new Error(String(error))))
    worker.on('exit', () => fail(new Error('The thread for long reads ended')))
    return worker
  }

  async close(): Promise<void> {
    const worker = this.#worker
    if (!worker) return
    // It does not hold the process otherwise; without this the process ends before the answer, with code 13.
    worker.ref()
    await new Promise<void>((resolve) => {
      worker.once('exit', () => resolve())
      worker.postMessage('close')
    })
  }
}
