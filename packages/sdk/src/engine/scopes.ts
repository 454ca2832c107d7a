import type { TaskInput, WireFlowRun } from '@orrery/client'
import type { Micros } from '@orrery/schemas'
import type { RunFuture } from '../futures.ts'
import type { Logger } from '../logger.ts'
import type { State } from '../states.ts'
import type { TaskRunner } from '../task-runner.ts'
import type { Cancellation } from './cancellation.ts'
import type { Session } from './session.ts'

/** What all runs have: who they wait for, and how they are stopped. */
interface Scope {
  readonly session: Session
  readonly cancellation: Cancellation
  readonly logger: Logger
  readonly logPrints: boolean
  /** The run's own future. */
  readonly future: RunFuture<unknown>
}

/** One attempt of a flow run. */
export interface FlowScope extends Scope {
  readonly kind: 'flow'
  readonly run: WireFlowRun
  readonly flowName: string
  readonly parameters: Readonly<Record<string, unknown>>
  readonly parent: FlowScope | TaskScope | undefined
  /** The `related` entries of every event of this run. */
  readonly related: readonly Readonly<Record<string, string>>[]
  readonly runner: TaskRunner
  readonly persistResult: boolean | undefined
  readonly deployment: { readonly id: string; readonly name: string; readonly version?: string } | undefined
  /** Children that have not ended. */
  readonly outstanding: Set<RunFuture<unknown>>
  /** Children that failed and that nothing has looked at yet. */
  readonly unseenFailures: Set<RunFuture<unknown>>
  /** Which run made an object, so that passing the object on is a dependency. */
  readonly producers: WeakMap<object, TaskInput>
  /** How often each sub-flow was called: the nth call's key. */
  readonly callCounts: Map<string, number>
}

/** A task run's record, kept by the client. Instants are microseconds. */
export interface TaskRunRecord {
  readonly id: string
  name: string
  readonly taskKey: string
  readonly dynamicKey: string
  readonly taskVersion: string | undefined
  readonly tags: readonly string[]
  readonly flowRunId: string | undefined
  inputs: Record<string, TaskInput[]>
  runCount: number
  flowRunRunCount: number
  readonly expectedStart: Micros
  start: Micros | undefined
  end: Micros | undefined
  /** Microseconds spent running. */
  totalRunTime: Micros
  state: State
  /** The last event, which the next one follows. */
  lastEvent: { readonly id: string; readonly at: Micros } | undefined
}

/** One task run. */
export interface TaskScope extends Scope {
  readonly kind: 'task'
  readonly record: TaskRunRecord
  readonly taskName: string
  /** Arguments by parameter name. */
  parameters: Readonly<Record<string, unknown>>
  readonly flow: FlowScope | undefined
  readonly parent: FlowScope | TaskScope | undefined
  /** The runner's slot that this run holds; given back while it only waits. */
  slot: { runner: TaskRunner; waits: number } | undefined
}
