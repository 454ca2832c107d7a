import type { LaneOptions, Outcome } from './db.ts'

export interface LaneEntry<I, O> {
  input: I
  resolve(output: O): void
  reject(error: unknown): void
}

/**
 * Gathers a lane's inputs while its last batch is being written: under load batches grow by themselves,
 * a lone caller is served at once.
 */
export class LaneQueue<I, O> {
  #waiting: LaneEntry<I, O>[] = []
  #busy = false
  #scheduled = false
  readonly #flush: (entries: LaneEntry<I, O>[]) => void
  readonly #maxBatch: number
  readonly #exclusive: ((input: I) => string | null) | undefined

  constructor(options: LaneOptions<I>, flush: (entries: LaneEntry<I, O>[]) => void) {
    this.#maxBatch = options.maxBatch ?? 512
    this.#exclusive = options.exclusive
    this.#flush = flush
  }

  push = (input: I): Promise<O> =>
    new Promise<O>((resolve, reject) => {
      this.#waiting.push({ input, resolve, reject })
      if (this.#busy || this.#scheduled) return
      this.#scheduled = true
      setImmediate(() => {
        this.#scheduled = false
        this.#next()
      })
    })

  finished(): void {
    this.#busy = false
    this.#next()
  }

  #next(): void {
    if (this.#busy || this.#waiting.length === 0) return
    this.#busy = true
    this.#flush(this.#take())
  }

  #take(): LaneEntry<I, O>[] {
    if (!this.#exclusive) return this.#waiting.splice(0, this.#maxBatch)
    const seen = new Set<string>()
    const batch: LaneEntry<I, O>[] = []
    const rest: LaneEntry<I, O>[] = []
    for (const entry of this.#waiting) {
      const key = batch.length < this.#maxBatch ? this.#exclusive(entry.input) : null
      if (batch.length >= this.#maxBatch || (key !== null && seen.has(key))) {
        rest.push(entry)
        continue
      }
      if (key !== null) seen.add(key)
      batch.push(entry)
    }
    this.#waiting = rest
    return batch
  }
}

/**
 * Runs the batch in one savepoint; when it throws, each input alone in its own, so that one bad input
 * cannot fail its neighbours. Returns the function that answers everybody, to be called after the commit.
 */
export async function settleBatch<I, O>(
  entries: LaneEntry<I, O>[],
  run: (inputs: I[]) => Promise<Outcome<O>[]>,
  transaction: { savepoint<T>(work: () => Promise<T>): Promise<T>; retriable?(error: unknown): boolean },
): Promise<() => void> {
  let outcomes: Outcome<O>[]
  try {
    outcomes = await transaction.savepoint(() => run(entries.map((entry) => entry.input)))
  } catch (error) {
    if (transaction.retriable?.(error)) throw error
    if (entries.length === 1) throw error
    outcomes = []
    for (const entry of entries) {
      try {
        outcomes.push(...(await transaction.savepoint(() => run([entry.input]))))
      } catch (itemError) {
        if (transaction.retriable?.(itemError)) throw itemError
        outcomes.push({ error: itemError })
      }
    }
  }
  return answersOf(entries, outcomes)
}

/** The function that answers everybody, to be called after the commit. */
export function answersOf<I, O>(entries: LaneEntry<I, O>[], outcomes: Outcome<O>[]): () => void {
  if (outcomes.length !== entries.length)
    throw new Error(`A lane answered ${outcomes.length} of ${entries.length} inputs`)
  return () => {
    entries.forEach((entry, index) => {
      const outcome = outcomes[index]!
      if ('ok' in outcome) entry.resolve(outcome.ok)
      else entry.reject(outcome.error)
    })
  }
}
