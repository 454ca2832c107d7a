import { pythonFloat } from '../duration.ts'
import { RunCancelledError, RunTimeoutError } from '../errors.ts'
import type { Cancellation } from './cancellation.ts'

/**
 * Calls a run's function and stops waiting for it when the run is cancelled or takes too long. What the function then
 * still does is its own business: JavaScript cannot stop it, only its signal can.
 * @param enter runs code in the run's own context
 * @returns what it returned, awaited; boxed, since a promise of a list of futures would be taken for their results
 * @throws what it threw, or the reason of the cancellation
 */
export function callFunction(
  enter: (code: () => void) => void,
  fn: () => unknown,
  cancellation: Cancellation,
  kind: 'Task' | 'Flow',
  timeoutSeconds: number | undefined,
): Promise<readonly [unknown]> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined
    const end = () => {
      clearTimeout(timer)
      cancellation.onCancel = undefined
    }
    const fulfilled = (value: unknown) => {
      end()
      resolve([value])
    }
    const rejected = (error: unknown) => {
      end()
      reject(error)
    }
    cancellation.onCancel = rejected
    if (timeoutSeconds !== undefined) {
      timer = setTimeout(() => {
        const error = new RunTimeoutError(kind, timeoutSeconds, pythonFloat(timeoutSeconds))
        cancellation.cancel(error, new RunCancelledError(`The run around it timed out: ${error.message}`))
      }, timeoutSeconds * 1000)
    }
    try {
      enter(() => {
        const returned = fn()
        if (isThenable(returned)) returned.then(fulfilled, rejected)
        else fulfilled(returned)
      })
    } catch (error) {
      rejected(error)
    }
  })
}

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
