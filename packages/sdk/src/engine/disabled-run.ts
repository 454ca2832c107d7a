import { ambient } from '../context.ts'
import { RunFuture } from '../futures.ts'
import { isStates, State } from '../states.ts'
import { describeError } from './error-text.ts'
import { resolveInputs } from './inputs.ts'

/** A call where flows and tasks are switched off: the plain function, with futures among its arguments awaited. */
export function startDisabled<R>(
  name: string,
  fn: (...args: never[]) => R | PromiseLike<R>,
  args: readonly unknown[],
): RunFuture<R> {
  const future = new RunFuture<R>('task', name, name, new State<R>({ type: 'RUNNING' }), ambient().run)
  const call = async () => {
    try {
      const values = await Promise.all(args.map((arg) => resolveInputs(arg, future as RunFuture<unknown>)))
      const value: unknown = await fn(...(values as never[]))
      const state = isStates(value) && value instanceof State ? value : undefined
      future.settle((state ?? new State({ type: 'COMPLETED', data: { kind: 'value', value } })) as State<R>)
    } catch (error) {
      future.settle(
        new State<R>({ type: 'FAILED', message: describeError(error), data: { kind: 'error', error } }),
      )
    }
  }
  void call()
  return future
}
