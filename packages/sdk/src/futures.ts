import type { TaskInput } from '@orrery/client'
import { ambient } from './context.ts'
import { type Duration, toSeconds } from './duration.ts'
import type { FlowScope, TaskScope } from './engine/scopes.ts'
import { CircularWaitError, FutureTimeoutError } from './errors.ts'
import type { State } from './states.ts'

/**
 * A run that goes on. Await it for its result; pass it to another task to make that task depend on it. Awaiting it
 * again gives the same result, or the same error, again.
 * @typeParam R the type of the run's result
 */
export interface PrefectFuture<R> extends PromiseLike<R> {
  /** The task run's id; for a flow its own run's id, empty until the server has made it. */
  readonly taskRunId: string
  /** The latest state. */
  readonly state: State<R>
  /**
   * The result.
   * @param options.timeout how long to wait
   * @param options.raiseOnFailure `false`: a failed run's error is returned instead of thrown. @default true
   * @throws the run's error; FutureTimeoutError; CircularWaitError
   */
  result(options?: { readonly timeout?: Duration; readonly raiseOnFailure?: true }): Promise<R>
  result(options: { readonly timeout?: Duration; readonly raiseOnFailure: boolean }): Promise<R | Error>
  /** The final state. Does not reject when the run fails. */
  asState(): Promise<State<R>>
  /**
   * Waits for the end of the run, however it ends, and gives its final state.
   * @throws FutureTimeoutError
   */
  wait(options?: { readonly timeout?: Duration }): Promise<State<R>>
}

type Scope = FlowScope | TaskScope

/** @internal The one kind of future that there is. */
export class RunFuture<R> implements PrefectFuture<R> {
  readonly kind: 'task' | 'flow'
  name: string
  /** Empty until known. */
  runId: string
  settled = false
  consumed = false
  /** Runs that this one waits for at this moment. */
  waitingFor: Set<RunFuture<unknown>> | undefined
  /** The flow runs that cannot end before this run. */
  readonly parent: Scope | undefined
  #state: State<R>
  #settle!: (state: State<R>) => void
  readonly done: Promise<State<R>>
  #identified: Promise<void> | undefined
  #identify: (() => void) | undefined

  constructor(
    kind: 'task' | 'flow',
    name: string,
    runId: string,
    state: State<R>,
    parent: Scope | undefined,
  ) {
    this.kind = kind
    this.name = name
    this.runId = runId
    this.parent = parent
    this.#state = state
    this.done = new Promise((resolve) => {
      this.#settle = resolve
    })
  }

  get taskRunId(): string {
    return this.runId
  }

  get state(): State<R> {
    return this.#state
  }

  set state(state: State<R>) {
    this.#state = state
  }

  /** Ends the future. Whoever waits goes on. */
  settle(state: State<R>): void {
    this.#state = state
    this.settled = true
    this.identify(this.runId)
    this.#settle(state)
  }

  /** Tells the id of a run whose id the server makes. */
  identify(runId: string): void {
    this.runId = runId
    this.#identify?.()
    this.#identify = undefined
  }

  /** Undefined when the id is known. */
  identified(): Promise<void> | undefined {
    if (this.runId || this.settled) return undefined
    this.#identified ??= new Promise((resolve) => {
      this.#identify = resolve
    })
    return this.#identified
  }

  asInput(): TaskInput {
    return { input_type: this.kind === 'task' ? 'task_run' : 'flow_run', id: this.runId }
  }

  /** Marks the outcome as seen: a failure is then the caller's business. */
  consume(): void {
    this.consumed = true
    const flow = this.parent?.kind === 'task' ? this.parent.flow : this.parent
    flow?.unseenFailures.delete(this as RunFuture<unknown>)
  }

  // biome-ignore lint/suspicious/noThenProperty: a future is awaited like a promise
  then<A = R, B = never>(
    onFulfilled?: ((value: R) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#value().then(onFulfilled, onRejected)
  }

  async #value(): Promise<R> {
    const state = await this.wait_()
    const { data } = state
    // The common case without another turn of the loop.
    return state.isCompleted && data.kind === 'value' ? (data.value as R) : state.result()
  }

  /** Waits in the name of the run that asks, which is then known to wait. */
  async wait_(): Promise<State<R>> {
    this.consume()
    if (this.settled) return this.#state
    const waiter = ambient().run
    if (!waiter) return this.done
    return waitFor(waiter.future, this, waiter.kind === 'task' ? waiter.slot : undefined)
  }

  result(options?: { readonly timeout?: Duration; readonly raiseOnFailure?: true }): Promise<R>
  result(options: { readonly timeout?: Duration; readonly raiseOnFailure: boolean }): Promise<R | Error>
  async result(
    options: { readonly timeout?: Duration; readonly raiseOnFailure?: boolean } = {},
  ): Promise<R | Error> {
    await this.wait(options)
    if (options.raiseOnFailure !== false || this.#state.isCompleted) return this.#state.result()
    return (await this.#state.error()) as Error
  }

  asState(): Promise<State<R>> {
    return this.wait_()
  }

  async wait(options: { readonly timeout?: Duration } = {}): Promise<State<R>> {
    if (options.timeout === undefined) return this.wait_()
    const seconds = toSeconds(options.timeout, 'timeout')
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new FutureTimeoutError(this.name, seconds)), seconds * 1000)
    })
    try {
      return await Promise.race([this.wait_(), late])
    } finally {
      clearTimeout(timer)
    }
  }
}

/** @internal The future behind a value, if it is one. */
export const asFuture = (value: unknown): RunFuture<unknown> | undefined =>
  value instanceof RunFuture ? value : undefined

/** @internal Waits for a future in the name of a run; gives the run's slot back meanwhile. */
export async function waitFor<R>(
  waiting: RunFuture<unknown>,
  future: RunFuture<R>,
  slot?: TaskScope['slot'],
): Promise<State<R>> {
  if (future.settled) return future.state
  const circle = findCircle(waiting, future as RunFuture<unknown>)
  if (circle) throw new CircularWaitError(circle)
  waiting.waitingFor ??= new Set()
  waiting.waitingFor.add(future as RunFuture<unknown>)
  if (slot && slot.waits++ === 0) slot.runner.release()
  try {
    return await future.done
  } finally {
    waiting.waitingFor.delete(future as RunFuture<unknown>)
    if (slot && --slot.waits === 0) await slot.runner.acquire()
  }
}

/** The circle that would close if `from` waited for `to`, by names. */
function findCircle(from: RunFuture<unknown>, to: RunFuture<unknown>): string[] | undefined {
  if (to === from) return [from.name, from.name]
  // A flow ends only after its children, so a child can never wait for it.
  const chain = [from.name]
  for (let scope = from.parent; scope; scope = scope.parent) {
    chain.push(scope.future.name)
    if (scope.future === to && scope.kind === 'flow') return [to.name, from.name, to.name]
  }
  if (!to.waitingFor || to.waitingFor.size === 0) return undefined
  const seen = new Set<RunFuture<unknown>>()
  const search = (at: RunFuture<unknown>, path: string[]): string[] | undefined => {
    if (at === from) return path
    if (seen.has(at)) return undefined
    seen.add(at)
    for (const next of at.waitingFor ?? []) {
      const found = search(next, [...path, next.name])
      if (found) return found
    }
    return undefined
  }
  return search(to, [from.name, to.name])
}

/**
 * The futures of a `.map`, in the order of its arguments. Awaiting the list gives the list of results.
 * @typeParam R the type of each result
 */
export interface FutureList<R> extends ReadonlyArray<PrefectFuture<R>>, PromiseLike<R[]> {
  /** The results, in order. @throws the error of the first that failed; FutureTimeoutError */
  result(options?: { readonly timeout?: Duration }): Promise<R[]>
  /** Waits for all, however they end. @throws FutureTimeoutError */
  wait(options?: { readonly timeout?: Duration }): Promise<void>
  /** The final states, in order. Does not reject when a run fails. */
  asStates(): Promise<State<R>[]>
}

/** @internal */
export class FutureArray<R> extends Array<RunFuture<R>> {
  // What `.filter` and `.map` of a list give is a plain array.
  static override get [Symbol.species](): ArrayConstructor {
    return Array
  }

  static of_<R>(futures: readonly RunFuture<R>[]): FutureList<R> {
    const list = new FutureArray<R>()
    for (const future of futures) list.push(future)
    return list as unknown as FutureList<R>
  }

  // biome-ignore lint/suspicious/noThenProperty: a list of futures is awaited like a promise
  then<A = R[], B = never>(
    onFulfilled?: ((value: R[]) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    for (const future of this) future.consume()
    return Promise.all(this.map((future) => future.result())).then(onFulfilled, onRejected)
  }

  async result(options: { readonly timeout?: Duration } = {}): Promise<R[]> {
    await this.wait(options)
    return Promise.all(this.map((future) => future.result()))
  }

  async wait(options: { readonly timeout?: Duration } = {}): Promise<void> {
    await Promise.all(this.map((future) => future.wait(options)))
  }

  asStates(): Promise<State<R>[]> {
    return Promise.all(this.map((future) => future.asState()))
  }
}

/** One run that has ended, as {@link asCompleted} yields it. */
export interface CompletedRun<R> {
  readonly future: PrefectFuture<R>
  readonly state: State<R>
  /** Its place among the futures given. */
  readonly index: number
}

/**
 * Yields runs in the order in which they end.
 * @throws FutureTimeoutError when `timeout` passes before all have ended
 * @example
 * for await (const { state } of asCompleted(futures)) console.log(await state.result())
 */
export async function* asCompleted<R>(
  futures: Iterable<PrefectFuture<R>>,
  options: { readonly timeout?: Duration } = {},
): AsyncGenerator<CompletedRun<R>, void, void> {
  const ended: CompletedRun<R>[] = []
  let failure: unknown
  let wake: (() => void) | undefined
  let left = 0
  for (const future of futures) {
    const index = left++
    future.wait(options).then(
      (state) => {
        ended.push({ future, state, index })
        wake?.()
      },
      (error: unknown) => {
        failure ??= error
        wake?.()
      },
    )
  }
  for (; left > 0; left--) {
    while (ended.length === 0) {
      if (failure) throw failure
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
    yield ended.shift() as CompletedRun<R>
  }
}
