import type { ResultMetadata } from '@orrery/client'
import type { Micros, StateDetails, StateType } from '@orrery/schemas'
import { newId } from '@orrery/schemas/ids'
import { systemNow } from '@orrery/schemas/instants'
import { defaultStateName } from '@orrery/schemas/state-types'
import { FailedRunError, MissingResultError, OrreryError, UnfinishedRunError } from './errors.ts'

/** What a state carries: a value or an error of this process, or where a persisted result is. */
export type StateData =
  | { readonly kind: 'value'; readonly value: unknown; readonly metadata?: ResultMetadata }
  | { readonly kind: 'error'; readonly error: unknown; readonly metadata?: ResultMetadata }
  | { readonly kind: 'stored'; readonly metadata: ResultMetadata; readonly load: () => Promise<unknown> }
  | { readonly kind: 'none' }

/**
 * A state of a run. Return one from a flow or task to decide how the run ends; see {@link states}.
 * @typeParam R the type of the run's result
 */
export class State<R = unknown> {
  /** UUIDv7; the server's own for a flow run's state. */
  readonly id: string
  /** One of nine, such as `FAILED`. */
  readonly type: StateType
  /** What is shown, such as `TimedOut`. */
  readonly name: string
  /** Microseconds since the Unix epoch. */
  readonly timestamp: Micros
  /** Why, for people; empty when there is nothing to say. */
  readonly message: string
  /** What else is known, by Prefect's names: `cache_key`, `scheduled_time`, …. */
  readonly details: StateDetails
  /** @internal */
  readonly data: StateData
  declare readonly _result?: R

  /** @internal Use {@link states}. */
  constructor(init: {
    id?: string
    type: StateType
    name?: string | undefined
    timestamp?: Micros
    message?: string | undefined
    details?: StateDetails
    data?: StateData
  }) {
    this.id = init.id ?? newId()
    this.type = init.type
    this.name = init.name ?? defaultStateName(init.type)
    this.timestamp = init.timestamp ?? systemNow()
    this.message = init.message ?? ''
    this.details = init.details ?? {}
    this.data = init.data ?? { kind: 'none' }
  }

  /** Whether the run did what it should; its result is there. */
  get isCompleted(): boolean {
    return this.type === 'COMPLETED'
  }
  /** Whether the run failed, a timeout included. */
  get isFailed(): boolean {
    return this.type === 'FAILED'
  }
  /** Whether the process ended under the run. */
  get isCrashed(): boolean {
    return this.type === 'CRASHED'
  }
  /** Whether the run was cancelled. */
  get isCancelled(): boolean {
    return this.type === 'CANCELLED'
  }
  /** Whether the run goes on. */
  get isRunning(): boolean {
    return this.type === 'RUNNING'
  }
  /** Whether the run has yet to start, or cannot (`NotReady`). */
  get isPending(): boolean {
    return this.type === 'PENDING'
  }
  /** Whether the run waits for its time, such as a retry. */
  get isScheduled(): boolean {
    return this.type === 'SCHEDULED'
  }
  /** Whether the run has ended: completed, failed, cancelled or crashed. */
  get isFinal(): boolean {
    return this.isCompleted || this.isFailed || this.isCancelled || this.isCrashed
  }

  /**
   * The run's result.
   * @throws the run's own error when it failed; FailedRunError, UnfinishedRunError or MissingResultError when there is
   * none at hand
   */
  async result(): Promise<R> {
    const { data } = this
    if (this.isCompleted) {
      if (data.kind === 'value') return data.value as R
      if (data.kind === 'stored') return (await data.load()) as R
      if (data.kind === 'none') throw new MissingResultError()
    }
    throw await this.error()
  }

  /**
   * Why the run did not complete, as an error.
   * @internal
   */
  async error(): Promise<unknown> {
    const { data } = this
    if (data.kind === 'error') return data.error
    if (!this.isFinal) return new UnfinishedRunError(this)
    if (data.kind === 'value') {
      if (data.value instanceof Error) return data.value
      if (isStates(data.value)) {
        const bad = [data.value].flat().find((state) => !state.isCompleted)
        if (bad) return bad.error()
      }
    }
    if (data.kind === 'stored') {
      const stored = await data.load().catch(() => undefined)
      if (stored instanceof Error) return stored
    }
    return new FailedRunError(this)
  }

  /** As Python prints it in logs: `Completed()`, `Failed('why')`, `TimedOut('…', type=FAILED)`. */
  toString(): string {
    const parts: string[] = []
    if (this.message) parts.push(pythonRepr(this.message))
    if (this.name !== defaultStateName(this.type)) parts.push(`type=${this.type}`)
    return `${this.name}(${parts.join(', ')})`
  }

  /** @internal A copy with other parts, of the same id and time unless given. */
  with(
    changes: Partial<Pick<State, 'id' | 'name' | 'timestamp' | 'details' | 'data' | 'message'>>,
  ): State<R> {
    return new State<R>({
      id: this.id,
      type: this.type,
      name: this.name,
      timestamp: this.timestamp,
      message: this.message,
      details: this.details,
      data: this.data,
      ...changes,
    })
  }
}

const pythonRepr = (text: string): string =>
  text.includes("'") && !text.includes('"') ? `"${text}"` : `'${text.replaceAll("'", "\\'")}'`

/** Whether a value is a state, or a non-empty list of states. */
export function isStates(value: unknown): value is State | State[] {
  return (
    value instanceof State ||
    (Array.isArray(value) && value.length > 0 && value.every((item) => item instanceof State))
  )
}

/** What a state may be given. */
export interface StateOptions<R = unknown> {
  /** @default the type's own name */
  readonly name?: string
  readonly message?: string
  /** The result, for a completed state; the error, for a failed one. */
  readonly data?: R
}

function make<R>(type: StateType, options: StateOptions<R>): State<R> {
  const data: StateData =
    options.data instanceof Error && type !== 'COMPLETED'
      ? { kind: 'error', error: options.data }
      : { kind: 'value', value: options.data }
  return new State<R>({ type, name: options.name, message: options.message, data })
}

/**
 * Makes states to return from flows and tasks.
 * @example
 * return states.completed({ message: '12 rows', data: rows })
 */
export const states = {
  /** The run did what it should. `data` is its result. */
  completed: <R = undefined>(options: StateOptions<R> = {}): State<R> => make('COMPLETED', options),
  /** The run did not; it is retried like one that throws. `data` may be the error. */
  failed: <R = never>(options: StateOptions<R | Error> = {}): State<R> => make('FAILED', options) as State<R>,
  /** The run was stopped on purpose. */
  cancelled: <R = never>(options: StateOptions<R> = {}): State<R> => make('CANCELLED', options),
  /** The run was stopped by something outside it. */
  crashed: <R = never>(options: StateOptions<R | Error> = {}): State<R> =>
    make('CRASHED', options) as State<R>,
  /** The run has yet to start. */
  pending: (options: StateOptions = {}): State => make('PENDING', options),
  /** The run goes on. */
  running: (options: StateOptions = {}): State => make('RUNNING', options),
}

/**
 * The one state that several amount to: any cancelled, then any paused, decide; all completed is completed, anything
 * else is failed. The states are its data.
 */
export function aggregate(list: State | readonly State[]): State {
  const all = [list].flat()
  const count = (...types: StateType[]) => all.filter((state) => types.includes(state.type)).length
  const cancelled = count('CANCELLED')
  const paused = count('PAUSED')
  const failed = count('FAILED', 'CRASHED')
  const unfinished = all.filter((state) => !state.isFinal).length
  const data: StateData = { kind: 'value', value: list }
  const total = all.length
  if (count('COMPLETED') === total)
    return new State({ type: 'COMPLETED', message: 'All states completed.', data })
  if (cancelled)
    return new State({ type: 'CANCELLED', message: `${cancelled}/${total} states cancelled.`, data })
  if (paused) return new State({ type: 'PAUSED', message: `${paused}/${total} states paused.`, data })
  if (failed) return new State({ type: 'FAILED', message: `${failed}/${total} states failed.`, data })
  if (unfinished === 0) throw new OrreryError('No state is unfinished and none is final')
  return new State({ type: 'FAILED', message: `${unfinished}/${total} states are not final.`, data })
}
