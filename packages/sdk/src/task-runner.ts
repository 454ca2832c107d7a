import { InvalidOptionError } from './errors.ts'

/** Decides when submitted tasks run. */
export interface TaskRunner {
  /** Takes a slot: undefined when there is one at once, else a promise of one. */
  acquire(): Promise<void> | undefined
  /** Gives a slot back. */
  release(): void
}

/**
 * Runs submitted tasks concurrently in this process, at most `maxWorkers` at a time. A task that only waits for
 * another one does not count, so tasks that submit tasks cannot block each other.
 */
export class ConcurrentTaskRunner implements TaskRunner {
  /** How many run at once; infinite without a limit. */
  readonly maxWorkers: number
  #running = 0
  #queue: (() => void)[] = []
  #head = 0

  /** @param options.maxWorkers at least 1. @default unlimited */
  constructor(options: { readonly maxWorkers?: number } = {}) {
    this.maxWorkers = options.maxWorkers ?? Number.POSITIVE_INFINITY
    if (!(this.maxWorkers >= 1)) {
      throw new InvalidOptionError(`maxWorkers is ${options.maxWorkers}. Give a number of at least 1.`)
    }
  }

  acquire(): Promise<void> | undefined {
    if (this.#running < this.maxWorkers) {
      this.#running++
      return undefined
    }
    return new Promise((resolve) => this.#queue.push(resolve))
  }

  release(): void {
    const next = this.#queue[this.#head]
    if (!next) {
      this.#running--
      return
    }
    this.#head++
    if (this.#head > 1000) {
      this.#queue = this.#queue.slice(this.#head)
      this.#head = 0
    }
    next()
  }
}
