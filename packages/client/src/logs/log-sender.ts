import type { WireLogCreate } from '../api/wire.ts'

/** How a {@link LogSender} behaves. */
export interface LogSenderOptions {
  /** Sends one batch. */
  readonly send: (logs: readonly WireLogCreate[]) => Promise<void>
  /** Milliseconds between two batches. @default 2000 */
  readonly intervalMillis?: number
  /** Bytes at which a batch is closed. @default 3000000 */
  readonly batchBytes?: number
  /** Characters of one message that are kept. @default 1000000 */
  readonly maxMessageChars?: number
  /** Told when lines could not be delivered. */
  readonly onWarning?: (message: string) => void
}

/** Collects log lines and sends them in batches, in order. A batch that fails is tried again with the next one. */
export class LogSender {
  readonly #options: Required<Omit<LogSenderOptions, 'onWarning'>> & Pick<LogSenderOptions, 'onWarning'>
  #queue: WireLogCreate[] = []
  #bytes = 0
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> | undefined
  #warned = false

  constructor(options: LogSenderOptions) {
    this.#options = { intervalMillis: 2000, batchBytes: 3_000_000, maxMessageChars: 1_000_000, ...options }
  }

  /** How many lines wait. */
  get pending(): number {
    return this.#queue.length
  }

  /** Queues one line. A message over the limit is cut and marked. */
  write(log: WireLogCreate): void {
    const { maxMessageChars } = this.#options
    const line =
      log.message.length > maxMessageChars
        ? { ...log, message: `${log.message.slice(0, maxMessageChars)}... [truncated]` }
        : log
    this.#queue.push(line)
    this.#bytes += line.message.length + 200
    if (this.#bytes >= this.#options.batchBytes) void this.flush()
    // Not a reason to stay alive: whoever ends a run flushes.
    else this.#timer ??= setTimeout(() => void this.flush(), this.#options.intervalMillis).unref()
  }

  /** Sends what waits. Never throws: lines that fail stay queued, and the warning hook is told once. */
  flush(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  async #run(): Promise<void> {
    while (this.#queue.length > 0) {
      let bytes = 0
      let count = 0
      while (count < this.#queue.length && bytes < this.#options.batchBytes) {
        bytes += (this.#queue[count]?.message.length ?? 0) + 200
        count++
      }
      const batch = this.#queue.slice(0, count)
      try {
        await this.#options.send(batch)
      } catch (error) {
        if (!this.#warned) {
          this.#warned = true
          const reason = error instanceof Error ? error.message : String(error)
          this.#options.onWarning?.(`${this.#queue.length} log lines could not be sent: ${reason}`)
        }
        return
      }
      this.#warned = false
      this.#queue.splice(0, count)
      this.#bytes = Math.max(0, this.#bytes - bytes)
    }
    this.#bytes = 0
  }
}
