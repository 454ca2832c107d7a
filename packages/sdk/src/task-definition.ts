import { type Duration, toSeconds } from './duration.ts'
import { keyOf, parameterNames } from './engine/names.ts'
import type { WirePolicy } from './engine/task-events.ts'
import { InvalidOptionError } from './errors.ts'
import type { Hooks, TaskHook, TaskOptions } from './options.ts'
import { serializerSpec } from './results/serializers.ts'

/** A task's options, checked and with their defaults. */
export interface TaskDefinition<R>
  extends Omit<TaskOptions, 'onRunning' | 'onCompletion' | 'onFailure' | 'timeout' | 'retries'> {
  readonly fn: (...args: never[]) => R | PromiseLike<R>
  readonly taskKey: string
  readonly tags: readonly string[]
  readonly retries: number
  readonly retryDelaySeconds: readonly number[]
  readonly timeoutSeconds: number | undefined
  readonly resultSerializer: NonNullable<TaskOptions['resultSerializer']>
  readonly parameterNames: readonly string[]
  readonly onRunning: readonly TaskHook[]
  readonly onCompletion: readonly TaskHook[]
  readonly onFailure: readonly TaskHook[]
  readonly wirePolicy: WirePolicy
}

const MAX_DELAYS = 50

/** @internal @throws InvalidOptionError, InvalidDurationError */
export function defineTask<R>(
  options: TaskOptions,
  fn: (...args: never[]) => R | PromiseLike<R>,
): TaskDefinition<R> {
  checkName('task', options.name)
  if (typeof fn !== 'function') {
    throw new InvalidOptionError(
      `Task '${options.name}' has no function. Write task('${options.name}', (input) => …).`,
    )
  }
  const retries = checkRetries('Task', options.name, options.retries)
  const delays = delaysOf(options, retries)
  const { retryJitter: jitter } = options
  if (jitter !== undefined && !(jitter >= 0 && jitter <= 1)) {
    throw new InvalidOptionError(
      `Task '${options.name}' has retryJitter ${jitter}. Give a fraction from 0 to 1.`,
    )
  }
  // A cache or a place for the result makes no sense unless the result is written.
  const implied =
    (options.cachePolicy !== undefined && options.cachePolicy.parts.length > 0) ||
    options.cacheKeyFn !== undefined ||
    options.resultStorageKey !== undefined ||
    options.resultSerializer !== undefined
  const persistResult = options.persistResult ?? (implied || undefined)
  const scalar =
    delays.length <= 1 && !Array.isArray(options.retryDelay) && typeof options.retryDelay !== 'function'
  if (options.resultSerializer !== undefined) serializerSpec(options.resultSerializer)
  const { timeout, ...rest } = options
  return {
    ...rest,
    ...(persistResult === undefined ? {} : { persistResult }),
    fn,
    taskKey: keyOf(options.name),
    tags: options.tags ?? [],
    retries,
    retryDelaySeconds: delays,
    timeoutSeconds:
      timeout === undefined ? undefined : toSeconds(timeout, `timeout of task '${options.name}'`),
    resultSerializer: options.resultSerializer ?? 'json',
    parameterNames: options.parameterNames ?? parameterNames(fn),
    onRunning: listOf(options.onRunning),
    onCompletion: listOf(options.onCompletion),
    onFailure: listOf(options.onFailure),
    wirePolicy: {
      max_retries: 0,
      retry_delay_seconds: 0,
      retries,
      retry_delay: scalar ? (delays[0] ?? 0) : delays,
      ...(jitter === undefined ? {} : { retry_jitter_factor: jitter }),
    },
  }
}

/** @internal */
export const listOf = <H>(hooks: Hooks<H> | undefined): readonly H[] =>
  hooks === undefined ? [] : Array.isArray(hooks) ? (hooks as readonly H[]) : [hooks as H]

/** @internal */
export function checkName(kind: 'task' | 'flow', name: unknown): asserts name is string {
  if (typeof name === 'string' && name.trim() !== '' && !/[/%&<>]/.test(name)) return
  const problem =
    typeof name === 'string' && name !== ''
      ? `${JSON.stringify(name)} contains one of / % & < >`
      : 'is missing'
  throw new InvalidOptionError(
    `The name of a ${kind} ${problem}. Give it a fixed one: ${kind}('my-${kind}', (input) => …).`,
  )
}

/** @internal */
export function checkRetries(kind: string, name: string, retries: number | undefined): number {
  const count = retries ?? Number(process.env[`PREFECT_${kind.toUpperCase()}S_DEFAULT_RETRIES`] ?? 0)
  if (Number.isInteger(count) && count >= 0) return count
  throw new InvalidOptionError(`${kind} '${name}' has retries ${retries}. Give a whole number of at least 0.`)
}

function delaysOf(options: TaskOptions, retries: number): number[] {
  const { retryDelay, name } = options
  const what = `retryDelay of task '${name}'`
  const given: readonly Duration[] =
    typeof retryDelay === 'function'
      ? retryDelay(retries)
      : Array.isArray(retryDelay)
        ? (retryDelay as readonly Duration[])
        : retryDelay === undefined
          ? []
          : [retryDelay as Duration]
  if (given.length > MAX_DELAYS) {
    throw new InvalidOptionError(
      `Task '${name}' has ${given.length} retry delays. Give at most ${MAX_DELAYS}: the last one repeats.`,
    )
  }
  return given.map((delay) => toSeconds(delay, what))
}
