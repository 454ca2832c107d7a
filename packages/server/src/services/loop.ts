/** Background work of the server process: done again and again, never twice at once, until it is stopped. */
import type { Log } from '../http/context.ts'

export interface Loop {
  name: string
  /** How long to sleep after each pass. */
  everyMillis: number
  /** One pass. `true`: there is more to do at once. */
  pass(): Promise<boolean>
}

/** Starts the loop; the answer stops it and resolves when the pass in flight has ended. */
export function startLoop(log: Log, { name, everyMillis, pass }: Loop): () => Promise<void> {
  let stopped = false
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> = Promise.resolve()
  const run = async (): Promise<void> => {
    try {
      while (!stopped && (await pass())) {
        // Requests have their turn between two full passes.
        await new Promise((resolve) => setImmediate(resolve))
      }
    } catch (error) {
      // A pass that fails is tried again by the next one: a database that is away comes back.
      if (!stopped) log.warn({ err: error, service: name }, 'a pass of a service failed and will be repeated')
    }
    if (!stopped) sleep()
  }
  const sleep = (): void => {
    // Servers that started together spread out: each sleeps up to a tenth less.
    timer = setTimeout(() => (running = run()), everyMillis * (0.9 + Math.random() * 0.1))
    timer.unref()
  }
  sleep()
  return async () => {
    stopped = true
    clearTimeout(timer)
    await running
  }
}
