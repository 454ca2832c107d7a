/**
 * Prefect's model for TypeScript: plain functions become flows and tasks.
 * @packageDocumentation
 */
import { captureConsole } from './console-capture.ts'

captureConsole()

export {
  ApiError,
  ApiNotConfiguredError,
  ServerUnreachableError,
  ServerVersionError,
  SettingsError,
  UnauthorizedError,
  UnknownProfileError,
  UnknownSettingError,
} from '@orrery/client'
export {
  AllowFailure,
  allowFailure,
  Opaque,
  opaque,
  Quote,
  quote,
  Unmapped,
  unmapped,
} from './annotations.ts'
export { type CacheContext, CachePolicy, cachePolicies } from './cache-policies.ts'
export { bindContext, disableTasks, withTags } from './context.ts'
export { type Duration, InvalidDurationError } from './duration.ts'
export { EphemeralServerError } from './engine/ephemeral-server.ts'
export { exponentialBackoff } from './engine/retry-delays.ts'
export type { TaskRunRecord } from './engine/scopes.ts'
export * from './errors.ts'
export { type Flow, type FlowArgs, type FlowInput, type FlowResult, flow } from './flow.ts'
export type { FlowDefinition } from './flow-definition.ts'
export { asCompleted, type CompletedRun, type FutureList, type PrefectFuture } from './futures.ts'
export { getRunLogger, type Logger, type LogLevel } from './logger.ts'
export type {
  FlowContext,
  FlowHook,
  FlowOptions,
  FlowOptionsWithSchema,
  FlowRunInfo,
  Hooks,
  RunOptions,
  TaskHook,
  TaskOptions,
} from './options.ts'
export type { SerializerName } from './results/serializers.ts'
export { getRunSignal, type Runtime, runtime } from './runtime.ts'
export type {
  InferInput,
  InferOutput,
  StandardIssue,
  StandardResult,
  StandardSchemaV1,
} from './standard-schema.ts'
export { State, type StateOptions, states } from './states.ts'
export { type MapArg, type MapArgs, type Maybe, type MaybeArgs, type Task, task } from './task.ts'
export type { TaskDefinition } from './task-definition.ts'
export { ConcurrentTaskRunner, type TaskRunner } from './task-runner.ts'
