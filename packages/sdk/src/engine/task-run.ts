import { randomUUID } from 'node:crypto'
import { newId } from '@orrery/schemas/ids'
import { systemNow, toIso } from '@orrery/schemas/instants'
import type { CachePolicy } from '../cache-policies.ts'
import { cachePolicies } from '../cache-policies.ts'
import { ambient, enclosingFlow, mergeTags, runIn } from '../context.ts'
import { toSeconds } from '../duration.ts'
import { RunCancelledError, RunTerminatedError, RunTimeoutError, UpstreamTaskError } from '../errors.ts'
import { RunFuture } from '../futures.ts'
import { RunLogger } from '../logger.ts'
import type { RunOptions, TaskHook } from '../options.ts'
import { ResultStore } from '../results/result-store.ts'
import { State } from '../states.ts'
import type { TaskDefinition } from '../task-definition.ts'
import { activeTasks } from './active-runs.ts'
import { callFunction } from './call-function.ts'
import { Cancellation } from './cancellation.ts'
import { describeError, reprError } from './error-text.ts'
import { awaitDependencies, collectInputs, collectWaitFor, resolveInputs } from './inputs.ts'
import { fillTemplate } from './names.ts'
import { jittered } from './retry-delays.ts'
import { returnedState, untrackable } from './returned-state.ts'
import type { TaskRunRecord, TaskScope } from './scopes.ts'
import { openSession, type Session } from './session.ts'
import { takeTagSlots } from './tag-slots.ts'
import { taskRunEvent } from './task-events.ts'

const NO_RELATED: readonly Readonly<Record<string, string>>[] = []

/** Starts a task run. The `Pending` event is out, or queued, when this returns. */
export function startTask<R>(
  task: TaskDefinition<R>,
  args: readonly unknown[],
  call: { readonly run: RunOptions; readonly submitted: boolean },
): RunFuture<R> {
  const context = ambient()
  const flow = enclosingFlow(context)
  const id = newId()
  const dynamicKey = randomUUID()
  const name = flow ? `${task.name}-${dynamicKey.slice(0, 3)}` : task.name
  const pending = new State<R>({ type: 'PENDING' })
  const future = new RunFuture<R>('task', name, id, pending, context.run)
  flow?.outstanding.add(future as RunFuture<unknown>)
  const record: TaskRunRecord = {
    id,
    name,
    taskKey: task.taskKey,
    dynamicKey: flow ? dynamicKey : `${task.taskKey}-${dynamicKey.replaceAll('-', '')}`,
    taskVersion: task.version,
    tags: mergeTags(task.tags, context.tags, call.run.tags),
    flowRunId: flow?.run.id,
    inputs: {},
    runCount: 0,
    flowRunRunCount: 0,
    expectedStart: pending.timestamp,
    start: undefined,
    end: undefined,
    totalRunTime: 0,
    state: pending,
    lastEvent: undefined,
  }
  const cancellation = new Cancellation(context.run?.cancellation)
  if (call.run.signal) cancellation.follow(call.run.signal, cancelledBySignal)
  const start = (session: Session) =>
    new TaskRunEngine(task, args, call, record, future, cancellation, session, context).run()
  if (flow) void start(flow.session)
  else {
    const opened = context.run?.session
    if (opened) void start(opened)
    else {
      openSession()
        .then(start)
        .catch((error: unknown) => {
          if (!future.settled) future.settle(failedState(error, describeError(error)))
        })
    }
  }
  return future
}

/** @internal The reason of a run whose signal aborted. */
export const cancelledBySignal = (signal: AbortSignal): RunCancelledError => {
  const { reason } = signal
  if (reason instanceof RunCancelledError || reason instanceof RunTerminatedError) return reason
  const text =
    reason instanceof Error && reason.name !== 'AbortError' ? reason.message : 'The run was cancelled.'
  return new RunCancelledError(text, { cause: reason })
}

const failedState = <R>(error: unknown, message: string, details: Record<string, unknown> = {}): State<R> =>
  new State<R>({ type: 'FAILED', message, details, data: { kind: 'error', error } })

/** Runs one task run from Pending to its end. One object a run: its fields are what a closure would hold. */
class TaskRunEngine<R> {
  readonly task: TaskDefinition<R>
  readonly record: TaskRunRecord
  readonly future: RunFuture<R>
  readonly scope: TaskScope
  readonly session: Session
  readonly context: ReturnType<typeof ambient>
  readonly call: { readonly run: RunOptions; readonly submitted: boolean }
  args: readonly unknown[]
  retries = 0

  constructor(
    task: TaskDefinition<R>,
    args: readonly unknown[],
    call: { readonly run: RunOptions; readonly submitted: boolean },
    record: TaskRunRecord,
    future: RunFuture<R>,
    cancellation: Cancellation,
    session: Session,
    context: ReturnType<typeof ambient>,
  ) {
    this.task = task
    this.args = args
    this.call = call
    this.record = record
    this.future = future
    this.session = session
    this.context = context
    this.scope = {
      kind: 'task',
      session,
      cancellation,
      logger: new RunLogger(session, {
        kind: 'task',
        flowRunId: record.flowRunId ?? null,
        taskRunId: record.id,
        name: () => record.name,
      }),
      logPrints:
        task.logPrints ?? context.run?.logPrints ?? session.settings.boolean('PREFECT_LOGGING_LOG_PRINTS'),
      future: future as RunFuture<unknown>,
      record,
      taskName: task.name,
      parameters: {},
      flow: enclosingFlow(context),
      parent: context.run,
      slot: undefined,
    }
  }

  async run(): Promise<void> {
    await this.live()
    // Outside any run nobody else would see to it that the record is complete.
    if (!this.context.run) await this.session.flush()
    this.future.settle(this.record.state as State<R>)
  }

  async live(): Promise<void> {
    const { scope, record, future, session, context } = this
    const { flow } = scope
    activeTasks.add(this)
    try {
      const collected = collectInputs(this.task.parameterNames, this.args, flow?.producers)
      const waitFor = this.call.run.waitFor ? collectWaitFor(this.call.run.waitFor) : undefined
      const unidentified = [...collected.unidentified, ...(waitFor?.unidentified ?? [])]
      if (unidentified.length > 0) await Promise.all(unidentified.map((upstream) => upstream.identified()))
      record.inputs = collected.inputs
      if (waitFor) record.inputs.wait_for = waitFor.inputs
      const parent = context.run
      if (parent?.kind === 'task')
        record.inputs.__parents__ = [{ input_type: 'task_run', id: parent.record.id }]
      this.emit(undefined)

      // Producers wait here while the server is behind: memory stays flat, nothing is dropped.
      const room = session.events.ready()
      if (room) await room
      try {
        if (collected.references) {
          this.args = await Promise.all(
            this.args.map((arg) => resolveInputs(arg, future as RunFuture<unknown>)),
          )
        }
        this.scope.parameters = this.nameArguments()
        if (this.call.run.waitFor)
          await awaitDependencies(this.call.run.waitFor, future as RunFuture<unknown>)
      } catch (error) {
        if (!(error instanceof UpstreamTaskError)) throw error
        this.setState(
          new State<R>({
            type: 'PENDING',
            name: 'NotReady',
            message: error.message,
            data: { kind: 'error', error },
          }),
        )
        return
      }
      this.rename()
      if (this.call.submitted && flow) {
        await flow.runner.acquire()
        scope.slot = { runner: flow.runner, waits: 0 }
      }
      const slots =
        record.tags.length > 0
          ? await takeTagSlots(session, record.tags, record.id, scope.cancellation)
          : undefined
      try {
        if (scope.cancellation.reason !== undefined) this.endStopped(scope.cancellation.reason)
        else await this.attempts()
      } finally {
        if (slots) await slots.release()
      }
    } catch (error) {
      // Not the task's own error: a name template, a circular wait, a slot that cannot be asked for.
      if (!record.state.isFinal) {
        if (scope.cancellation.reason !== undefined) this.endStopped(scope.cancellation.reason)
        else {
          scope.logger.error(`Task run failed with exception: ${reprError(error)}`)
          this.setState(this.exceptionState(error))
        }
      }
    } finally {
      this.finish()
    }
  }

  finish(): void {
    const { scope, record, future } = this
    activeTasks.delete(this)
    scope.slot?.runner.release()
    scope.slot = undefined
    scope.cancellation.end()
    const state = record.state as State<R>
    scope.logger[state.isCompleted ? 'info' : 'error'](`Finished in state ${state}`)
    const { flow } = scope
    if (flow) {
      flow.outstanding.delete(future as RunFuture<unknown>)
      if (!state.isCompleted && !future.consumed) flow.unseenFailures.add(future as RunFuture<unknown>)
      if (state.isCompleted && state.data.kind === 'value') this.linkResult(state.data.value)
    }
  }

  /** So that passing the result on, or a part of it, is a dependency. Values that are no objects cannot be linked. */
  linkResult(value: unknown): void {
    if (typeof value !== 'object' || value === null) return
    const producers = this.scope.flow?.producers
    const input = { input_type: 'task_run', id: this.record.id } as const
    producers?.set(value, input)
    const parts = Array.isArray(value)
      ? value
      : Object.getPrototypeOf(value) === Object.prototype
        ? Object.values(value)
        : []
    if (parts.length > 1000) return
    for (const part of parts) if (typeof part === 'object' && part !== null) producers?.set(part, input)
  }

  nameArguments(): Record<string, unknown> {
    const named: Record<string, unknown> = {}
    for (let index = 0; index < this.args.length; index++) {
      named[this.task.parameterNames[index] ?? `arg${index}`] = this.args[index]
    }
    return named
  }

  rename(): void {
    const { name = this.task.taskRunName } = this.call.run
    if (name === undefined) return
    const { parameters } = this.scope
    const made =
      typeof name === 'function'
        ? runIn(this.inner(), () => name(parameters))
        : fillTemplate(name, parameters)
    this.record.name = made
    this.future.name = made
  }

  /** What surrounds the task's own code. */
  inner(): ReturnType<typeof ambient> {
    return { run: this.scope, tags: this.context.tags, disabled: false }
  }

  async attempts(): Promise<void> {
    const { task, record, scope, session } = this
    const persist = this.shouldPersist()
    let first = true
    for (;;) {
      if (first) {
        const running = new State<R>({ type: 'RUNNING' })
        record.start = running.timestamp
        record.flowRunRunCount = scope.flow?.run.run_count ?? 0
        this.setState(running)
        first = false
      }
      if (task.onRunning.length > 0) await this.callHooks(task.onRunning)
      const store = persist ? new ResultStore(session.storagePath) : undefined
      const key = store ? this.cacheKey() : undefined
      if (store && key !== undefined && !this.refreshCache()) {
        const cached = await store.find(key)
        if (cached) {
          const value = await cached.load()
          this.setState(
            new State<R>({
              type: 'COMPLETED',
              name: 'Cached',
              details: untrackable(value),
              data: { kind: 'value', value, metadata: cached.metadata },
            }),
          )
          return this.callHooks(task.onCompletion)
        }
      }
      let value: unknown
      try {
        const call = () => task.fn(...(this.args as never[]))
        const enter = (code: () => void) => runIn(this.inner(), code)
        ;[value] = await callFunction(enter, call, scope.cancellation, 'Task', task.timeoutSeconds)
      } catch (error) {
        // A state may be thrown as well as returned.
        if (!(error instanceof State)) {
          if (await this.failed(error, store)) continue
          return
        }
        value = error
      }
      const state = (await returnedState(value)) as State<R>
      if (state.isFailed && (await this.retry(await state.error(), state))) continue
      this.setState(state.isCompleted && store ? await this.store(state, store, key) : state)
      if (state.isCompleted) return this.callHooks(task.onCompletion)
      return state.isFailed ? this.callHooks(task.onFailure) : undefined
    }
  }

  /** The attempt threw: true when there is to be another one, else the run has ended. */
  async failed(error: unknown, store: ResultStore | undefined): Promise<boolean> {
    const { task, scope } = this
    const { cancellation } = scope
    const { reason } = cancellation
    const timedOut = error instanceof RunTimeoutError && error === reason
    if (reason !== undefined && !timedOut) {
      this.endStopped(reason)
      return false
    }
    cancellation.renew()
    if (await this.retry(error, undefined)) return true
    if (cancellation.reason !== undefined) {
      this.endStopped(cancellation.reason)
      return false
    }
    if (timedOut) {
      const { message } = error
      scope.logger.error(message)
      this.setState(
        new State<R>({ type: 'FAILED', name: 'TimedOut', message, data: { kind: 'error', error } }),
      )
    } else this.setState(await this.storeFailure(this.exceptionState(error), error, store))
    await this.callHooks(task.onFailure)
    return false
  }

  async retry(error: unknown, state: State<R> | undefined): Promise<boolean> {
    const { task, scope } = this
    const what = state ? 'state' : 'exception'
    const shown = state ? reprState(state) : reprError(error)
    if (this.retries < task.retries && (await this.mayRetry(error, state))) {
      const delays = task.retryDelaySeconds
      const base = delays[Math.min(this.retries, delays.length - 1)] ?? 0
      const delay = task.retryJitter && base > 0 ? jittered(base, task.retryJitter) : base
      const when = delay > 0 ? `${delay} second(s) from now` : 'immediately'
      scope.logger.info(
        `Task run failed with ${what}: ${shown} - Retry ${this.retries + 1}/${task.retries} will start ${when}`,
      )
      this.retries++
      if (delay > 0) {
        const due = systemNow() + Math.round(delay * 1_000_000)
        this.setState(
          new State<R>({ type: 'SCHEDULED', name: 'AwaitingRetry', details: { scheduled_time: toIso(due) } }),
        )
        await this.sleep(delay * 1000)
        if (scope.cancellation.reason !== undefined) return false
      }
      this.setState(new State<R>({ type: 'RUNNING', name: 'Retrying' }))
      return true
    }
    const exhausted = this.retries >= task.retries && task.retries > 0 ? ' - Retries are exhausted' : ''
    const stack = error instanceof Error && error.stack ? `\n${error.stack}` : ''
    scope.logger.error(`Task run failed with ${what}: ${shown}${exhausted}${stack}`)
    return false
  }

  async mayRetry(error: unknown, state: State<R> | undefined): Promise<boolean> {
    const { retryIf } = this.task
    if (!retryIf) return true
    const failed =
      state ?? failedState<R>(error, `Task run encountered unexpected exception: ${reprError(error)}`)
    try {
      return await runIn(this.inner(), () => retryIf(error, this.record, failed))
    } catch (failure) {
      this.scope.logger.error(
        `An error was encountered while running retryIf of task '${this.task.name}'`,
        failure,
      )
      return false
    }
  }

  sleep(millis: number): Promise<void> {
    const { cancellation } = this.scope
    return new Promise((resolve) => {
      const timer = setTimeout(done, millis)
      function done() {
        clearTimeout(timer)
        cancellation.onCancel = undefined
        resolve()
      }
      cancellation.onCancel = done
    })
  }

  endStopped(reason: unknown): void {
    if (this.record.state.isFinal) return
    const terminated = reason instanceof RunTerminatedError
    const message = reason instanceof Error ? reason.message : String(reason)
    if (terminated) this.scope.logger.error(`Crash detected! ${message}`)
    this.setState(
      new State<R>({
        type: terminated ? 'CRASHED' : 'CANCELLED',
        message,
        data: { kind: 'error', error: reason },
      }),
    )
  }

  exceptionState(error: unknown): State<R> {
    return failedState(error, `Task run encountered an exception ${describeError(error)}`, {
      retriable: false,
    })
  }

  shouldPersist(): boolean {
    const { settings } = this.session
    const fallback =
      settings.get('PREFECT_TASKS_DEFAULT_PERSIST_RESULT') ??
      settings.get('PREFECT_RESULTS_PERSIST_BY_DEFAULT')
    return (
      this.task.persistResult ?? this.scope.flow?.persistResult ?? /^(true|1|yes|on)$/i.test(fallback ?? '')
    )
  }

  refreshCache(): boolean {
    return this.task.refreshCache ?? this.session.settings.boolean('PREFECT_TASKS_REFRESH_CACHE')
  }

  cacheKey(): string | undefined {
    const { task, record, scope } = this
    if (this.session.settings.boolean('PREFECT_TASKS_DISABLE_CACHING')) return undefined
    const cacheContext = {
      inputs: scope.parameters,
      taskKey: task.taskKey,
      taskSource: String(task.fn),
      taskRunId: record.id,
      flowRunId: record.flowRunId,
      flowParameters: scope.flow?.parameters,
    }
    if (task.cacheKeyFn) return task.cacheKeyFn(cacheContext)
    const policy: CachePolicy = task.cachePolicy ?? cachePolicies.DEFAULT
    return policy.key(cacheContext)
  }

  async store(state: State<R>, store: ResultStore, cacheKey: string | undefined): Promise<State<R>> {
    const { task, scope, record } = this
    if (state.data.kind !== 'value') return state
    const { value } = state.data
    const expiration =
      task.cacheExpiration === undefined
        ? undefined
        : systemNow() + toSeconds(task.cacheExpiration, 'cacheExpiration') * 1_000_000
    const named = task.resultStorageKey
      ? fillTemplate(task.resultStorageKey, {
          parameters: scope.parameters,
          task_run: record,
          flow_run: scope.flow?.run,
        })
      : undefined
    try {
      const metadata = await store.write(named ?? cacheKey ?? randomUUID().replaceAll('-', ''), value, {
        serializer: task.resultSerializer,
        expiration,
        envelope: true,
      })
      return state.with({ data: { kind: 'value', value, metadata } })
    } catch (error) {
      scope.logger.warning(
        `Encountered an error while persisting result: ${describeError(error)} Execution will continue, but the result has not been persisted`,
      )
      return state
    }
  }

  async storeFailure(state: State<R>, error: unknown, store: ResultStore | undefined): Promise<State<R>> {
    if (!store) return state
    try {
      const metadata = await store.write(randomUUID().replaceAll('-', ''), error, {
        serializer: this.task.resultSerializer,
        envelope: true,
      })
      return state.with({ data: { kind: 'error', error, metadata } })
    } catch {
      return state
    }
  }

  async callHooks(hooks: readonly TaskHook[]): Promise<void> {
    const { scope, record } = this
    for (const hook of hooks) {
      const name = hook.name || 'anonymous'
      scope.logger.info(`Running hook '${name}' in response to entering state '${record.state.name}'`)
      try {
        await runIn(this.inner(), () => hook(this.task, record, record.state))
        scope.logger.info(`Hook '${name}' finished running successfully`)
      } catch (error) {
        scope.logger.error(`An error was encountered while running hook '${name}'`, error)
      }
    }
  }

  /** The process is told to end: the run has crashed, whatever its code still does. */
  crash(message: string): void {
    if (this.record.state.isFinal) return
    this.scope.logger.error(`Crash detected! ${message}`)
    this.setState(
      new State<R>({
        type: 'CRASHED',
        message,
        data: { kind: 'error', error: new RunTerminatedError(message) },
      }),
    )
  }

  setState(proposed: State<R>): void {
    const { record } = this
    const before = record.state
    // Once it has crashed with the process, code that still runs cannot change the record.
    if (before.isFinal) return
    const state = proposed.with({
      details: {
        ...proposed.details,
        task_run_id: record.id,
        ...(record.flowRunId ? { flow_run_id: record.flowRunId } : {}),
      },
    })
    record.state = state
    if (before.isRunning) record.totalRunTime += state.timestamp - before.timestamp
    if (state.isRunning) record.runCount++
    if (state.isFinal && record.start !== undefined) record.end = state.timestamp
    this.future.state = state
    this.emit(before)
  }

  emit(before: State | undefined): void {
    const { record, scope } = this
    this.session.events.send(
      taskRunEvent(record, before, this.task.wirePolicy, scope.flow?.related ?? NO_RELATED),
    )
    record.lastEvent = { id: record.state.id, at: record.state.timestamp }
  }
}

/** As Python prints a returned state. */
const reprState = (state: State): string =>
  `${state.name}(message='${state.message}', type=${state.type}, result=${state.data.kind === 'value' && state.data.value !== undefined ? JSON.stringify(state.data.value) : 'None'})`

export type { TaskRunEngine }
