import type { CacheContext, CachePolicy } from './cache-policies.ts'
import type { Duration } from './duration.ts'
import type { TaskRunRecord } from './engine/scopes.ts'
import type { PrefectFuture } from './futures.ts'
import type { Logger } from './logger.ts'
import type { SerializerName } from './results/serializers.ts'
import type { StandardSchemaV1 } from './standard-schema.ts'
import type { State } from './states.ts'
import type { TaskDefinition } from './task-definition.ts'
import type { TaskRunner } from './task-runner.ts'

/** What one call may say, by {@link Task.with} or {@link Flow.with}. */
export interface RunOptions {
  /** The run's name: a text, a template such as `'{url}-{page}'`, or a function of the parameters. */
  readonly name?: string | ((parameters: Readonly<Record<string, unknown>>) => string)
  /** Tags beside those of the task or flow and of {@link withTags}. */
  readonly tags?: readonly string[]
  /** Runs that must complete first although their results are not used. */
  readonly waitFor?: readonly (PrefectFuture<unknown> | State | readonly PrefectFuture<unknown>[])[]
  /** Aborting it cancels the run. */
  readonly signal?: AbortSignal
}

/**
 * Called when a task run enters a state. What it throws is logged and does not change the run.
 * @param task the task
 * @param taskRun the run's record, instants in microseconds
 * @param state the state entered
 */
export type TaskHook = (
  task: TaskDefinition<unknown>,
  taskRun: Readonly<TaskRunRecord>,
  state: State,
) => unknown

/** The run that a flow hook is told about. */
export interface FlowRunInfo {
  readonly id: string
  readonly name: string
  readonly flowName: string
  readonly parameters: Readonly<Record<string, unknown>>
  readonly tags: readonly string[]
  readonly runCount: number
}

/** Called when a flow run enters a state. What it throws is logged and does not change the run. */
export type FlowHook = (flow: { readonly name: string }, flowRun: FlowRunInfo, state: State) => unknown

/** One hook or several. */
export type Hooks<H> = H | readonly H[]

/** What a task is. Only the name is needed. */
export interface TaskOptions {
  /**
   * The task's name. It must not change: caches and background workers know the task by it. Not taken from the
   * function, whose name minifiers change and arrow functions lack.
   */
  readonly name: string
  /** What it does, for people. */
  readonly description?: string
  /** Shown with each run. @default none */
  readonly version?: string
  /** Tags of every run; a tag may have a concurrency limit on the server. @default none */
  readonly tags?: readonly string[]
  /** How often a failed run is tried again. @default PREFECT_TASKS_DEFAULT_RETRIES, 0 */
  readonly retries?: number
  /**
   * The wait before each retry: one, one per retry (the last one repeats), or a function of the number of retries such
   * as {@link exponentialBackoff}. @default PREFECT_TASKS_DEFAULT_RETRY_DELAY_SECONDS, 0
   */
  readonly retryDelay?: Duration | readonly Duration[] | ((retries: number) => readonly number[])
  /** By which fraction each wait may vary, in [0, 1]. @default 0 */
  readonly retryJitter?: number
  /** Whether this failure is worth a retry. @default always */
  readonly retryIf?: (
    error: unknown,
    taskRun: Readonly<TaskRunRecord>,
    state: State,
  ) => boolean | Promise<boolean>
  /** After which an attempt fails with state `TimedOut`. @default none */
  readonly timeout?: Duration
  /** The runs' name: a template such as `'{url}-{page}'`, or a function of the parameters. @default name and three digits */
  readonly taskRunName?: string | ((parameters: Readonly<Record<string, unknown>>) => string)
  /** Whether `console.*` goes to the run's log. @default that of the flow, PREFECT_LOGGING_LOG_PRINTS */
  readonly logPrints?: boolean
  /** Whether the result is written to disk. @default true with a cache or result option; that of the flow; false */
  readonly persistResult?: boolean
  /** @default 'json' */
  readonly resultSerializer?: SerializerName
  /** The result's file name: a template over `parameters`, `task_run` and `flow_run`. @default the cache key, or a new id */
  readonly resultStorageKey?: string
  /** When a call takes an earlier call's result. @default cachePolicies.DEFAULT where results are persisted */
  readonly cachePolicy?: CachePolicy
  /** Makes the cache key by itself; wins over `cachePolicy`. Undefined: not cached. */
  readonly cacheKeyFn?: (context: CacheContext) => string | undefined
  /** How long a cached result counts. @default for ever */
  readonly cacheExpiration?: Duration
  /** Runs although there is a cached result, and replaces it. @default PREFECT_TASKS_REFRESH_CACHE, false */
  readonly refreshCache?: boolean
  /**
   * Names of the positional parameters, for task inputs, templates and cache keys. @default read from the function's
   * text, which a minifier may have changed
   */
  readonly parameterNames?: readonly string[]
  /** Called when a run starts, and with each retry. */
  readonly onRunning?: Hooks<TaskHook>
  /** Called when a run has completed. */
  readonly onCompletion?: Hooks<TaskHook>
  /** Called when a run has failed for good. */
  readonly onFailure?: Hooks<TaskHook>
}

/** What a flow is. Only the name is needed. */
export interface FlowOptions {
  /** The flow's name, under which the server knows it. It must not change. */
  readonly name: string
  /** What it does, for people. */
  readonly description?: string
  /** @default the MD5 of the file that defines the flow */
  readonly version?: string
  /** The runs' name: a template over the parameters, or a function of them. @default an adjective and an animal */
  readonly flowRunName?: string | ((parameters: Readonly<Record<string, unknown>>) => string)
  /** Tags of every run and of the tasks in it. @default none */
  readonly tags?: readonly string[]
  /** How often a failed run is tried again, by the server's rule. @default PREFECT_FLOWS_DEFAULT_RETRIES, 0 */
  readonly retries?: number
  /** The wait before each retry, cut to whole seconds as in Prefect. @default PREFECT_FLOWS_DEFAULT_RETRY_DELAY_SECONDS, 0 */
  readonly retryDelay?: Duration
  /** After which the run fails with state `TimedOut`. @default none */
  readonly timeout?: Duration
  /** Whether `console.*` goes to the run's log. @default that of the parent, PREFECT_LOGGING_LOG_PRINTS */
  readonly logPrints?: boolean
  /** Whether the result, and those of the flow's tasks, are written to disk. @default PREFECT_RESULTS_PERSIST_BY_DEFAULT, false */
  readonly persistResult?: boolean
  /** @default 'json' */
  readonly resultSerializer?: SerializerName
  /** Runs submitted tasks. @default new ConcurrentTaskRunner() */
  readonly taskRunner?: TaskRunner
  /**
   * What becomes of the flow when a task failed and nothing awaited it or looked at its state: the flow fails, or it
   * completes with a warning as in Python. @default 'fail'
   */
  readonly unhandledTaskFailures?: 'fail' | 'warn'
  /** Called when a run starts, and with each retry. */
  readonly onRunning?: Hooks<FlowHook>
  /** Called when a run has completed. */
  readonly onCompletion?: Hooks<FlowHook>
  /** Called when a run has failed for good. */
  readonly onFailure?: Hooks<FlowHook>
  /** Called when a run was cancelled. */
  readonly onCancellation?: Hooks<FlowHook>
  /** Called when the process ends under a run, before it is gone. */
  readonly onCrashed?: Hooks<FlowHook>
}

/** Options of a flow whose parameters a schema describes. */
export interface FlowOptionsWithSchema<P extends StandardSchemaV1> extends FlowOptions {
  /** Any Standard Schema: Zod, Valibot, ArkType. Checked at each call; defaults are filled in. */
  readonly parameters: P
}

/** What a flow's function gets beside its input. */
export interface FlowContext {
  /** Aborted when the run is cancelled, times out or the process ends. */
  readonly signal: AbortSignal
  /** Writes to the run's log. */
  readonly logger: Logger
  /** The run, as it was when this attempt began. */
  readonly flowRun: FlowRunInfo
}
