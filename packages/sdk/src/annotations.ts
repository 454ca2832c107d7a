import type { PrefectFuture } from './futures.ts'
import type { State } from './states.ts'

/** An argument wrapped by {@link unmapped}. */
export class Unmapped<out T> {
  readonly value: T
  constructor(value: T) {
    this.value = value
  }
}

/** An argument wrapped by {@link allowFailure}. */
export class AllowFailure<out T> {
  readonly value: unknown
  declare readonly _value?: T
  constructor(value: unknown) {
    this.value = value
  }
}

/** An argument wrapped by {@link quote}. */
export class Quote<out T> {
  readonly value: T
  constructor(value: T) {
    this.value = value
  }
}

/** An argument wrapped by {@link opaque}. */
export class Opaque<out T> {
  readonly value: T
  constructor(value: T) {
    this.value = value
  }
}

/** In `.map`, gives the same value to every call, also when it is iterable. */
export const unmapped = <T>(value: T): Unmapped<T> => new Unmapped(value)

/**
 * Lets a task run although what it depends on failed: the task then gets the error as its argument.
 * @example
 * cleanUp.submit(allowFailure(risky))
 */
export const allowFailure = <T>(value: PrefectFuture<T> | State<T>): AllowFailure<T | Error> =>
  new AllowFailure(value)

/** Passes a value as it is: futures inside it are neither awaited nor recorded as dependencies. */
export const quote = <T>(value: T): Quote<T> => new Quote(value)

/** Awaits a future or passes a value, but does not look inside it for further futures: for very large values. */
export const opaque = <T>(value: T | PrefectFuture<T>): Opaque<T> => new Opaque(value as T)
