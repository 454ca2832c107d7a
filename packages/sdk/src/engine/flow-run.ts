import { randomUUID } from 'node:crypto'
import type { ResultMetadata, SetStateAnswer, WireFlowRun, WireStateCreate } from '@orrery/client'
import { parseIso } from '@orrery/schemas/instants'
import { ambient, enclosingFlow, mergeTags, runIn } from '../context.ts'
import {
  RunAbortedError,
  RunTerminatedError,
  RunTimeoutError,
  UnhandledTaskFailuresError,
  UpstreamTaskError,
} from '../errors.ts'
import type { FlowDefinition } from '../flow-definition.ts'
import { RunFuture, waitFor } from '../futures.ts'
import { RunLogger } from '../logger.ts'
import type { FlowHook, FlowRunInfo, RunOptions } from '../options.ts'
import { ResultStore } from '../results/result-store.ts'
import { State } from '../states.ts'
import { ConcurrentTaskRunner } from '../task-runner.ts'
import { activeFlows } from './active-runs.ts'
import { callFunction } from './call-function.ts'
import { Cancellation } from './cancellation.ts'
import { createFlowRun } from './create-flow-run.ts'
import { describeError, reprError } from './error-text.ts'
import { awaitDependencies, type CollectedInputs, collectInputs, resolveInputs } from './inputs.ts'
import { fillTemplate } from './names.ts'
import { recordedParameters, requireObject, validateParameters } from './parameters.ts'
import { returnedState } from './returned-state.ts'
import type { FlowScope } from './scopes.ts'
import { openSession, type Session } from './session.ts'
import { watchProcess } from './signals.ts'
import { cancelledBySignal } from './task-run.ts'
import { watchFlowRun } from './watch.ts'

/** Starts a flow run: a root one, or a sub-flow of the run around the call. */
export function startFlow<R>(flow: FlowDefinition<R>, input: unknown, call: RunOptions): RunFuture<R> {
  const context = ambient()
  const future = new RunFuture<R>('flow', flow.name, '', new State<R>({ type: 'PENDING' }), context.run)
  const parent = enclosingFlow(context)
  parent?.outstanding.add(future as RunFuture<unknown>)
  const cancellation = new Cancellation(context.run?.cancellation)
  if (call.signal) cancellation.follow(call.signal, cancelledBySignal)
  const engine = new FlowRunEngine(flow, input, call, future, cancellation, context)
  void engine.run(context.run?.session ?? openSession())
  return future
}

class FlowRunEngine<R> {
  readonly flow: FlowDefinition<R>
  readonly call: RunOptions
  readonly future: RunFuture<R>
  readonly cancellation: Cancellation
  readonly context: ReturnType<typeof ambient>
  readonly parent: FlowScope | undefined
  input: unknown
  session!: Session
  run_!: WireFlowRun
  logger!: RunLogger
  scope: FlowScope | undefined
  state = new State<R>({ type: 'PENDING' })
  crashed = false

  constructor(
    flow: FlowDefinition<R>,
    input: unknown,
    call: RunOptions,
    future: RunFuture<R>,
    cancellation: Cancellation,
    context: ReturnType<typeof ambient>,
  ) {
    this.flow = flow
    this.input = input
    this.call = call
    this.future = future
    this.cancellation = cancellation
    this.context = context
    this.parent = enclosingFlow(context)
  }

  async run(opened: Session | Promise<Session>): Promise<void> {
    const unwatch = this.parent ? undefined : watchProcess()
    try {
      this.session = await opened
      activeFlows.add(this)
      await this.orchestrate()
    } catch (error) {
      await this.fail(error)
    } finally {
      activeFlows.delete(this)
      this.cancellation.end()
    }
    if (!this.parent && this.session) await this.session.flush()
    unwatch?.()
    if (this.crashed) return
    const { parent, future, state } = this
    if (parent) {
      parent.outstanding.delete(future as RunFuture<unknown>)
      if (!state.isCompleted && !future.consumed) parent.unseenFailures.add(future as RunFuture<unknown>)
      if (
        state.isCompleted &&
        state.data.kind === 'value' &&
        typeof state.data.value === 'object' &&
        state.data.value
      ) {
        parent.producers.set(state.data.value, future.asInput())
      }
    }
    future.settle(state)
    if (!parent && !state.isCompleted) reportUnseen(future as RunFuture<unknown>)
  }

  /** An error of the engine or the server, not of the flow's function: the run cannot go on. */
  async fail(error: unknown): Promise<void> {
    const { reason } = this.cancellation
    if (this.run_ && !this.crashed && !this.state.isFinal) {
      if (reason !== undefined) await this.endStopped(reason).catch(() => undefined)
      else if (!(error instanceof RunAbortedError)) {
        this.logger?.error(`Flow run failed with exception: ${reprError(error)}`)
        await this.propose(this.exceptionState(error)).catch(() => undefined)
      }
    }
    if (!this.state.isFinal || this.state.isCompleted) this.state = this.exceptionState(error)
  }

  async orchestrate(): Promise<void> {
    const { flow, future } = this
    let problem: unknown
    let validated: Record<string, unknown> = {}
    let given: Record<string, unknown> = {}
    let collected: CollectedInputs = { inputs: {}, unidentified: [], references: false }
    try {
      requireObject(flow.name, this.input)
      given = this.input
      collected = collectInputs(Object.keys(given), Object.values(given), this.parent?.producers)
      if (!collected.references) validated = await validateParameters(flow.name, flow.schema, given)
    } catch (error) {
      problem = error
    }
    await this.createRun(recordedParameters(given, validated), collected)

    if (problem === undefined && collected.references) {
      try {
        const resolved = (await resolveInputs(given, future as RunFuture<unknown>)) as Record<string, unknown>
        validated = await validateParameters(flow.name, flow.schema, resolved)
      } catch (error) {
        if (error instanceof UpstreamTaskError) return this.notReady(error)
        problem = error
      }
    }
    if (this.call.waitFor) {
      try {
        await awaitDependencies(this.call.waitFor, future as RunFuture<unknown>)
      } catch (error) {
        if (error instanceof UpstreamTaskError) return this.notReady(error)
        throw error
      }
    }
    if (problem === undefined) problem = await this.rename(validated)
    if (problem !== undefined) {
      const message = problem instanceof Error ? problem.message : String(problem)
      this.logger.error(message)
      await this.propose(new State<R>({ type: 'FAILED', message, data: { kind: 'error', error: problem } }))
      this.logger.info(`Finished in state ${this.state}`)
      await this.callHooks(flow.onFailure)
      return
    }
    if (!(await this.begin())) return
    for (;;) {
      const again = await this.attempt(validated)
      if (!again) return
    }
  }

  async createRun(parameters: Record<string, unknown>, collected: CollectedInputs): Promise<void> {
    const { flow, session, future, context, parent, call } = this
    this.run_ = await createFlowRun({ flow, session, context, parent, call, parameters, collected })
    future.name = this.run_.name
    future.identify(this.run_.id)
    const run = () => this.run_.name
    this.logger = new RunLogger(session, {
      kind: 'flow',
      flowRunId: this.run_.id,
      taskRunId: null,
      name: run,
    })
  }

  async notReady(error: UpstreamTaskError): Promise<void> {
    const state = new State<R>({
      type: 'PENDING',
      name: 'NotReady',
      message: error.message,
      data: { kind: 'error', error },
    })
    await this.propose(state, true)
    this.state = state
    this.logger.info(`Finished in state ${state}`)
  }

  async rename(parameters: Readonly<Record<string, unknown>>): Promise<unknown> {
    const { name = this.flow.flowRunName } = this.call
    if (name === undefined) return undefined
    try {
      const made = typeof name === 'function' ? name(parameters) : fillTemplate(name, parameters)
      await this.session.client.flowRuns.update(this.run_.id, { name: made })
      this.run_ = { ...this.run_, name: made }
      this.future.name = made
      return undefined
    } catch (error) {
      return error
    }
  }

  /** Proposes RUNNING until the server lets the run in; false when there is nothing to run. */
  async begin(): Promise<boolean> {
    for (;;) {
      const { reason } = this.cancellation
      if (reason !== undefined) {
        await this.endStopped(reason)
        return false
      }
      await this.propose(new State<R>({ type: 'RUNNING' }))
      if (this.state.isRunning) return true
      if (this.state.isFinal) {
        this.logger.info(`Finished in state ${this.state}`)
        return false
      }
      if (this.state.type === 'PAUSED')
        throw new RunAbortedError(
          'The flow run is paused. Resume it in the UI, and run it from a deployment.',
        )
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  }

  /** Runs the function once; true when the server wants another attempt. */
  async attempt(parameters: Record<string, unknown>): Promise<boolean> {
    const { flow, session, future, context, cancellation } = this
    this.run_ = await session.client.flowRuns.read(this.run_.id)
    const related: Record<string, string>[] = [
      {
        'prefect.resource.id': `prefect.flow-run.${this.run_.id}`,
        'prefect.resource.role': 'flow-run',
        'prefect.resource.name': this.run_.name,
      },
      {
        'prefect.resource.id': `prefect.flow.${this.run_.flow_id}`,
        'prefect.resource.role': 'flow',
        'prefect.resource.name': flow.name,
      },
    ]
    const scope: FlowScope = {
      kind: 'flow',
      session,
      cancellation,
      logger: this.logger,
      logPrints:
        flow.logPrints ?? context.run?.logPrints ?? session.settings.boolean('PREFECT_LOGGING_LOG_PRINTS'),
      future: future as RunFuture<unknown>,
      run: this.run_,
      flowName: flow.name,
      parameters,
      parent: context.run,
      related,
      runner: flow.taskRunner ?? this.parent?.runner ?? new ConcurrentTaskRunner(),
      persistResult: flow.persistResult ?? this.parent?.persistResult,
      deployment: undefined,
      outstanding: new Set(),
      unseenFailures: new Set(),
      producers: new WeakMap(),
      callCounts: new Map(),
    }
    this.scope = scope
    const what = this.parent ? 'subflow' : 'flow'
    this.logger.info(`Beginning ${what} run '${this.run_.name}' for flow '${flow.name}'`)
    const url = this.session.uiUrl
    if (url) this.logger.write('INFO', `View at ${url}/runs/flow-run/${this.run_.id}`, [], false)
    const unwatch = watchFlowRun(scope)
    let error: unknown
    let value: unknown
    let failed = false
    try {
      await this.callHooks(flow.onRunning)
      ;[value] = await this.callFunction(scope, parameters)
    } catch (thrown) {
      // A state may be thrown as well as returned.
      if (thrown instanceof State) value = thrown
      else {
        failed = true
        error = thrown
      }
    }
    const timedOut = failed && error instanceof RunTimeoutError && error === cancellation.reason
    if (cancellation.reason !== undefined) cancellation.cancelChildren(cancellation.reason)
    await this.awaitChildren(scope)
    unwatch()
    if (this.crashed) return false
    const { reason } = cancellation
    if (reason !== undefined && !timedOut) {
      await this.endStopped(reason)
      return false
    }
    cancellation.renew()
    // Futures among what is returned are looked at by this.
    const returned = failed
      ? undefined
      : ((await runIn(this.inner(scope), () => returnedState(value))) as State<R>)
    if (!failed && scope.unseenFailures.size > 0) {
      const unseen = [...scope.unseenFailures]
      const cause = await unseen[0]?.state.error()
      const summary = new UnhandledTaskFailuresError(
        unseen.map((run) => run.name),
        cause,
      )
      if (flow.unhandledTaskFailures === 'warn') this.logger.warning(summary.message)
      else {
        failed = true
        error = summary
      }
    }
    let final: State<R>
    if (timedOut) {
      const { message } = error as RunTimeoutError
      this.logger.error(message)
      final = new State<R>({ type: 'FAILED', name: 'TimedOut', message, data: { kind: 'error', error } })
    } else if (failed) {
      const stack = error instanceof Error && error.stack ? `\n${error.stack}` : ''
      this.logger.error(`Encountered exception during execution: ${reprError(error)}${stack}`)
      final = await this.persist(this.exceptionState(error), true)
    } else final = await this.persist(returned ?? this.exceptionState(error))
    // Whoever sees the flow completed finds its task runs complete.
    if (!this.parent) await session.events.drain(10_000).catch(() => undefined)
    await this.propose(final)
    if (this.state.isScheduled || (final.isFailed && this.state.isPending)) {
      this.logger.info(
        `Received non-final state '${this.state.name}' when proposing final state '${final.name}' and will attempt to run again...`,
      )
      return this.begin()
    }
    this.logger.info(`Finished in state ${this.state}`)
    await this.callHooks(
      this.state.isCompleted ? flow.onCompletion : this.state.isFailed ? flow.onFailure : [],
    )
    return false
  }

  inner(scope: FlowScope): ReturnType<typeof ambient> {
    // Tags of the flow itself go to its tasks, as in Python.
    return { run: scope, tags: mergeTags(this.context.tags, this.flow.tags, this.call.tags), disabled: false }
  }

  callFunction(scope: FlowScope, parameters: Record<string, unknown>): Promise<readonly [unknown]> {
    const { flow, cancellation, logger } = this
    const context = {
      get signal() {
        return cancellation.signal
      },
      logger,
      flowRun: this.info(),
    }
    const call = () => flow.fn(parameters as never, context)
    const enter = (code: () => void) => runIn(this.inner(scope), code)
    return callFunction(enter, call, cancellation, 'Flow', flow.timeoutSeconds)
  }

  async awaitChildren(scope: FlowScope): Promise<void> {
    while (scope.outstanding.size > 0) {
      await Promise.all(
        [...scope.outstanding].map((child) =>
          waitFor(this.future as RunFuture<unknown>, child).catch((error: unknown) => {
            this.logger.error(describeError(error))
            scope.outstanding.delete(child)
          }),
        ),
      )
      // A child that has settled has left the set, or has just put others in.
      for (const child of scope.outstanding) if (child.settled) scope.outstanding.delete(child)
    }
  }

  info(): FlowRunInfo {
    const run = this.run_
    return {
      id: run.id,
      name: run.name,
      flowName: this.flow.name,
      parameters: this.scope?.parameters ?? run.parameters,
      tags: run.tags,
      runCount: run.run_count,
    }
  }

  exceptionState(error: unknown): State<R> {
    return new State<R>({
      type: 'FAILED',
      message: `Flow run encountered an exception: ${describeError(error)}`,
      details: { retriable: false },
      data: { kind: 'error', error },
    })
  }

  async persist(state: State<R>, always = false): Promise<State<R>> {
    const { session, flow, scope } = this
    const wanted = scope?.persistResult ?? session.settings.boolean('PREFECT_RESULTS_PERSIST_BY_DEFAULT')
    const { data } = state
    if (!(wanted || always) || data.kind === 'stored' || data.kind === 'none') return state
    const value = data.kind === 'value' ? data.value : data.error
    try {
      const metadata: ResultMetadata = await new ResultStore(session.storagePath).write(
        randomUUID().replaceAll('-', ''),
        value,
        {
          serializer: flow.resultSerializer ?? 'json',
          envelope: false,
        },
      )
      return state.with({ data: { ...data, metadata } })
    } catch (error) {
      this.logger.warning(
        `Encountered an error while persisting result: ${describeError(error)} Execution will continue, but the result has not been persisted`,
      )
      return state
    }
  }

  async endStopped(reason: unknown): Promise<void> {
    if (reason instanceof RunTerminatedError) return this.crash(reason.message)
    const message = 'Flow run was cancelled.'
    this.logger.info(message)
    const data = { kind: 'error', error: reason } as const
    const cancelled = new State<R>({ type: 'CANCELLED', message, data })
    try {
      if (this.state.type !== 'CANCELLING')
        await this.propose(new State<R>({ type: 'CANCELLING', message, data }), true)
      await this.propose(cancelled, true)
    } catch (error) {
      // Somebody has set it to a final state already.
      if (!(error instanceof RunAbortedError)) throw error
    }
    if (!this.state.isCancelled) this.state = cancelled
    this.state = this.state.with({ data })
    this.logger.info(`Finished in state ${this.state}`)
    await this.callHooks(this.flow.onCancellation)
  }

  /** The process ends: records the crash, whatever the function still does. */
  async crash(message: string): Promise<void> {
    if (this.crashed || this.state.isFinal || !this.run_) return
    this.crashed = true
    this.logger.error(`Crash detected! ${message}`)
    const error = new RunTerminatedError(message)
    await this.propose(new State<R>({ type: 'CRASHED', message, data: { kind: 'error', error } }), true)
    if (process.env.PREFECT__ENABLE_CANCELLATION_AND_CRASHED_HOOKS?.toLowerCase() !== 'false') {
      await this.callHooks(this.flow.onCrashed)
    }
    // Only now: what listens to the signal may throw, and the record must say why the run ended.
    this.cancellation.cancel(error)
  }

  /** Proposes a state, obeys the answer, and has the resulting state as `this.state`. @throws RunAbortedError */
  async propose(proposed: State<R>, force = false): Promise<void> {
    const { client } = this.session
    const wire: WireStateCreate = {
      type: proposed.type,
      name: proposed.name,
      message: proposed.message || null,
      data: 'metadata' in proposed.data ? (proposed.data.metadata ?? null) : null,
      // `deferred: null` as Python sends it: servers record false for a state that leaves it out.
      state_details: {
        deferred: null,
        ...proposed.details,
        flow_run_id: this.run_.id,
        transition_id: randomUUID(),
      },
    }
    let answer: SetStateAnswer
    for (;;) {
      answer = await client.flowRuns.setState(this.run_.id, wire, force)
      if (answer.status !== 'WAIT') break
      await this.pause((answer.details.delay_seconds ?? 1) * 1000)
      if (this.cancellation.reason !== undefined && !force) return
    }
    const { state } = answer
    if (answer.status === 'ABORT' || !state) {
      throw new RunAbortedError(
        `The server stopped the flow run: ${answer.details.reason ?? 'no reason given'} See the run in the UI, and start a new one.`,
      )
    }
    const details = { ...(state.state_details ?? proposed.details), flow_run_id: this.run_.id }
    const timestamp = parseIso(state.timestamp) ?? proposed.timestamp
    if (answer.status === 'ACCEPT') this.state = proposed.with({ id: state.id, timestamp, details })
    else {
      const { data } = state
      this.state = new State<R>({
        id: state.id,
        type: state.type,
        name: state.name ?? undefined,
        message: state.message ?? '',
        timestamp,
        details,
        data: data
          ? {
              kind: 'stored',
              metadata: data,
              load: () => new ResultStore(this.session.storagePath).read(data),
            }
          : { kind: 'none' },
      })
    }
    this.future.state = this.state
  }

  /** A wait that cancellation cuts short. */
  pause(millis: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer)
        this.cancellation.onCancel = undefined
        resolve()
      }
      const timer = setTimeout(done, millis)
      this.cancellation.onCancel = done
    })
  }

  async callHooks(hooks: readonly FlowHook[]): Promise<void> {
    for (const hook of hooks) {
      const name = hook.name || 'anonymous'
      this.logger.info(`Running hook '${name}' in response to entering state '${this.state.name}'`)
      try {
        await hook({ name: this.flow.name }, this.info(), this.state)
        this.logger.info(`Hook '${name}' finished running successfully`)
      } catch (error) {
        this.logger.error(`An error was encountered while running hook '${name}'`, error)
      }
    }
  }
}

/** A root run that failed and that nobody awaits is an error of the program, as an unhandled rejection would be. */
function reportUnseen(future: RunFuture<unknown>): void {
  setImmediate(async () => {
    if (future.consumed) return
    console.error(await future.state.error())
    process.exitCode = 1
  })
}
