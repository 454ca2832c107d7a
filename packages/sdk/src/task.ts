import { AllowFailure, Opaque, Quote, Unmapped } from './annotations.ts'
import { ambient, enclosingFlow } from './context.ts'
import { startDisabled } from './engine/disabled-run.ts'
import { startTask } from './engine/task-run.ts'
import { MapArgumentError, TaskOutsideFlowError } from './errors.ts'
import type { FlowResult } from './flow.ts'
import { asFuture, FutureArray, type FutureList, type PrefectFuture, RunFuture } from './futures.ts'
import type { RunOptions, TaskOptions } from './options.ts'
import { State } from './states.ts'
import { defineTask, type TaskDefinition } from './task-definition.ts'

/** An argument of a task: a value, or something that will be one. */
export type Maybe<T> = T | PrefectFuture<T> | State<T> | AllowFailure<T> | Opaque<T> | Quote<T>

/** An argument of `.map`: something to iterate over, or one value for every call. */
export type MapArg<T> =
  | Iterable<Maybe<T>>
  | Unmapped<Maybe<T>>
  | Unmapped<T>
  | (T extends object | string ? never : T)

/** The arguments of a call of a task. */
export type MaybeArgs<A extends readonly unknown[]> = { [K in keyof A]: Maybe<A[K]> }

/** The arguments of a `.map` of a task. */
export type MapArgs<A extends readonly unknown[]> = { [K in keyof A]: MapArg<A[K]> }

/**
 * A function whose every call is a task run: recorded, retried, timed, cached.
 * @typeParam A the function's arguments
 * @typeParam R what awaiting a call gives
 */
export interface Task<A extends unknown[], R> {
  /** Starts a run at once. Futures among the arguments are awaited first and recorded as dependencies. */
  (...args: MaybeArgs<A>): PrefectFuture<R>
  /** Starts a run when the flow's task runner has room. @throws TaskOutsideFlowError */
  submit(...args: MaybeArgs<A>): PrefectFuture<R>
  /**
   * Submits one run for each element. Arguments that are iterable are walked together and must be of one length; others,
   * texts, and those in {@link unmapped} are the same for every run.
   * @throws MapArgumentError, TaskOutsideFlowError
   */
  map(...args: MapArgs<A>): FutureList<R>
  /** The same task with options for the next call. */
  with(run: RunOptions): Task<A, R>
  /** A task of the same function with other options. */
  withOptions(options: Partial<TaskOptions>): Task<A, R>
  /** The function itself, for unit tests. */
  readonly fn: (...args: A) => R | PromiseLike<R>
  /** As given in the options. */
  readonly name: string
  /** The key by which the task is known across runs. */
  readonly taskKey: string
  /** The options, checked and with their defaults. */
  readonly definition: TaskDefinition<R>
}

/**
 * Makes a task of a function.
 * @param options the task's name, or its options
 * @param fn the work; may be asynchronous
 * @throws InvalidOptionError, InvalidDurationError
 * @example
 * const extract = task({ name: 'extract', retries: 3, retryDelay: ['1s', '10s'] }, async (url: string) => fetch(url))
 */
export function task<A extends unknown[], R>(
  options: string | TaskOptions,
  fn: (...args: A) => R | PromiseLike<R>,
): Task<A, FlowResult<R>> {
  const full = typeof options === 'string' ? { name: options } : options
  const definition = defineTask(full, fn as unknown as (...args: never[]) => FlowResult<R>)
  return makeTask<A, FlowResult<R>>(full, definition, {})
}

function makeTask<A extends unknown[], R>(
  options: TaskOptions,
  definition: TaskDefinition<R>,
  run: RunOptions,
): Task<A, R> {
  const start = (args: readonly unknown[], submitted: boolean): RunFuture<R> =>
    ambient().disabled
      ? startDisabled(definition.name, definition.fn, args)
      : startTask(definition, args, { run, submitted })
  const requireFlow = (method: string) => {
    if (!ambient().disabled && !enclosingFlow()) throw new TaskOutsideFlowError(definition.name, method)
  }
  const call = (...args: readonly unknown[]) => start(args, false)
  const made = Object.assign(call, {
    submit: (...args: readonly unknown[]) => {
      requireFlow('submit')
      return start(args, true)
    },
    map: (...args: readonly unknown[]) => {
      requireFlow('map')
      return mapOver(definition.name, args, (each) => start(each, true))
    },
    with: (next: RunOptions) => makeTask<A, R>(options, definition, { ...run, ...next }),
    withOptions: (changes: Partial<TaskOptions>) => {
      const next = { ...options, ...changes }
      return makeTask<A, R>(next, defineTask(next, definition.fn), run)
    },
    fn: definition.fn,
    taskKey: definition.taskKey,
    definition,
  })
  Object.defineProperty(made, 'name', { value: definition.name })
  return made as unknown as Task<A, R>
}

function mapOver<R>(
  name: string,
  args: readonly unknown[],
  start: (args: readonly unknown[]) => RunFuture<R>,
): FutureList<R> {
  const lists = args.map((arg) => (isMapped(arg) ? [...(arg as Iterable<unknown>)] : undefined))
  const lengths = lists.flatMap((list) => (list ? [list.length] : []))
  if (args.some((arg) => asFuture(arg))) {
    throw new MapArgumentError(
      `Task '${name}' was mapped over a future, whose length is not known yet. Await it first: ${name}.map(await future).`,
    )
  }
  if (lengths.length === 0) {
    throw new MapArgumentError(
      `Task '${name}' was mapped over nothing: no argument is iterable. Give at least one list, not wrapped in unmapped().`,
    )
  }
  if (new Set(lengths).size > 1) {
    throw new MapArgumentError(
      `Task '${name}' was mapped over lists of different lengths: ${lengths.join(', ')}. Make them equal, or wrap one in unmapped().`,
    )
  }
  const futures: RunFuture<R>[] = []
  for (let index = 0; index < (lengths[0] ?? 0); index++) {
    futures.push(
      start(
        args.map((arg, place) =>
          lists[place] ? lists[place]?.[index] : arg instanceof Unmapped ? arg.value : arg,
        ),
      ),
    )
  }
  return FutureArray.of_(futures)
}

/** Texts are values, not lists of letters. */
function isMapped(value: unknown): boolean {
  if (
    typeof value !== 'object' ||
    value === null ||
    value instanceof Unmapped ||
    value instanceof AllowFailure
  )
    return false
  if (
    value instanceof Quote ||
    value instanceof Opaque ||
    value instanceof State ||
    value instanceof RunFuture
  )
    return false
  return Symbol.iterator in value
}
