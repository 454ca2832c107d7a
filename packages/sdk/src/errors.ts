import type { State } from './states.ts'

/** Base of the SDK's own errors. Every message says what to do. */
export class OrreryError extends Error {
  override name = 'OrreryError'
}

/** Something that only exists inside a run was asked for outside of one. */
export class MissingContextError extends OrreryError {
  override name = 'MissingContextError'
}

/** `.submit` or `.map` of a task outside a flow, where there is no task runner. */
export class TaskOutsideFlowError extends OrreryError {
  override name = 'TaskOutsideFlowError'
  constructor(task: string, method: string) {
    super(
      `Task '${task}' was called with .${method}() outside a flow, where there is no task runner. ` +
        `Call it inside a flow, or call it directly: await ${task}(…).`,
    )
  }
}

/** The parameters of a flow do not fit its schema, or are not an object. */
export class ParameterValidationError extends OrreryError {
  override name = 'ParameterValidationError'
  /** One line per problem. */
  readonly issues: readonly string[]
  constructor(flow: string, issues: readonly string[]) {
    super(
      `Validation of flow parameters failed with error: ${issues.join('; ')}. Change the call of flow '${flow}', or its schema.`,
    )
    this.issues = issues
  }
}

/** A task did not run because something that it depends on did not complete. */
export class UpstreamTaskError extends OrreryError {
  override name = 'UpstreamTaskError'
  /** The upstream run. */
  readonly runId: string
  constructor(runId: string, cause?: unknown) {
    super(`Upstream task run '${runId}' did not reach a 'COMPLETED' state.`, { cause })
    this.runId = runId
  }
}

/** The run failed, was cancelled or crashed, and the error behind it is not at hand. */
export class FailedRunError extends OrreryError {
  override name = 'FailedRunError'
  readonly state: State
  constructor(state: State) {
    super(state.message || `The run ended in state ${state.name}.`)
    this.state = state
  }
}

/** The run has no result yet. */
export class UnfinishedRunError extends OrreryError {
  override name = 'UnfinishedRunError'
  constructor(state: State) {
    super(
      `The run is in state ${state.name}, its result is not available. Await the future instead of reading its state.`,
    )
  }
}

/** The run completed in another process and its result was not persisted. */
export class MissingResultError extends OrreryError {
  override name = 'MissingResultError'
  constructor() {
    super(
      'The result was not persisted, so only the process that made it has it. Set persistResult: true on the task or flow.',
    )
  }
}

/** A task or flow ran longer than its `timeout`. */
export class RunTimeoutError extends OrreryError {
  override name = 'RunTimeoutError'
  readonly timeoutSeconds: number
  constructor(kind: 'Task' | 'Flow', timeoutSeconds: number, seconds: string) {
    super(`${kind} run exceeded timeout of ${seconds} second(s)`)
    this.timeoutSeconds = timeoutSeconds
  }
}

/** `future.wait({ timeout })` or `future.result({ timeout })` ran out of time; the run goes on. */
export class FutureTimeoutError extends OrreryError {
  override name = 'FutureTimeoutError'
  constructor(run: string, seconds: number) {
    super(
      `'${run}' did not finish within ${seconds} seconds. It is still running: wait longer, or give the task a timeout.`,
    )
  }
}

/** The run was cancelled: by its signal, or from the API. */
export class RunCancelledError extends OrreryError {
  override name = 'RunCancelledError'
}

/** The process was told to end while the run was active. */
export class RunTerminatedError extends OrreryError {
  override name = 'RunTerminatedError'
}

/** The server would not let the run start or go on. */
export class RunAbortedError extends OrreryError {
  override name = 'RunAbortedError'
}

/** Runs wait for each other in a circle, so none could ever finish. */
export class CircularWaitError extends OrreryError {
  override name = 'CircularWaitError'
  /** The names of the runs in the circle, the first one repeated at the end. */
  readonly circle: readonly string[]
  constructor(circle: readonly string[]) {
    super(
      `These runs wait for each other and could never finish: ${circle.map((name) => `'${name}'`).join(' → ')}. ` +
        'Do not await, inside a run, a future that itself waits for that run: return it, or await it outside.',
    )
    this.circle = circle
  }
}

/** Arguments of `.map` that cannot be mapped over. */
export class MapArgumentError extends OrreryError {
  override name = 'MapArgumentError'
}

/** A run-name template that names something that is not a parameter. */
export class RunNameError extends OrreryError {
  override name = 'RunNameError'
}

/** An option of a flow or task that cannot be meant. */
export class InvalidOptionError extends OrreryError {
  override name = 'InvalidOptionError'
}

/** A serializer that this SDK cannot read or write. */
export class UnsupportedSerializerError extends OrreryError {
  override name = 'UnsupportedSerializerError'
  constructor(type: string) {
    super(
      type.includes('pickle') || type === 'cloudpickle'
        ? `The result was written with the serializer '${type}', which only Python can read. Set result_serializer="json" on the Python task or flow.`
        : `'${type}' is not a serializer that is known here: use 'json' or 'compressed/json'.`,
    )
  }
}

/** A value that the serializer cannot write, such as a function or a circular object. */
export class SerializationError extends OrreryError {
  override name = 'SerializationError'
}

/** Several tasks failed and nobody looked at them. */
export class UnhandledTaskFailuresError extends OrreryError {
  override name = 'UnhandledTaskFailuresError'
  constructor(names: readonly string[], cause: unknown) {
    const shown = names.slice(0, 5).map((name) => `'${name}'`)
    super(
      `${names.length} task run${names.length === 1 ? '' : 's'} failed and nothing awaited ${names.length === 1 ? 'it' : 'them'}: ` +
        `${shown.join(', ')}${names.length > shown.length ? ', …' : ''}. ` +
        "Await the futures, or set unhandledTaskFailures: 'warn' on the flow.",
      { cause },
    )
  }
}
