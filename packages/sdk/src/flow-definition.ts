import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { toSeconds } from './duration.ts'
import { InvalidOptionError } from './errors.ts'
import type { FlowContext, FlowHook, FlowOptions } from './options.ts'
import type { StandardSchemaV1 } from './standard-schema.ts'
import { checkName, checkRetries, listOf } from './task-definition.ts'

/** A flow's options, checked and with their defaults. */
export interface FlowDefinition<R>
  extends Omit<FlowOptions, 'timeout' | 'retryDelay' | 'version' | `on${string}`> {
  readonly fn: (input: never, context: FlowContext) => R | PromiseLike<R>
  readonly schema: StandardSchemaV1 | undefined
  readonly retries: number
  readonly retryDelaySeconds: number
  readonly timeoutSeconds: number | undefined
  readonly version: string | undefined
  readonly onRunning: readonly FlowHook[]
  readonly onCompletion: readonly FlowHook[]
  readonly onFailure: readonly FlowHook[]
  readonly onCancellation: readonly FlowHook[]
  readonly onCrashed: readonly FlowHook[]
}

/** @internal @param file where the flow is defined @throws InvalidOptionError, InvalidDurationError */
export function defineFlow<R>(
  options: FlowOptions & { readonly parameters?: StandardSchemaV1 },
  fn: (input: never, context: FlowContext) => R | PromiseLike<R>,
  file: string | undefined,
): FlowDefinition<R> {
  checkName('flow', options.name)
  const { name, parameters, timeout, version, ...rest } = options
  if (typeof fn !== 'function') {
    throw new InvalidOptionError(`Flow '${name}' has no function. Write flow('${name}', async (input) => …).`)
  }
  if (parameters !== undefined && typeof parameters?.['~standard']?.validate !== 'function') {
    throw new InvalidOptionError(
      `Flow '${name}' has parameters that are no Standard Schema. Give a schema of Zod, Valibot or ArkType, such as z.object({ … }).`,
    )
  }
  let hash: string | undefined
  return {
    ...rest,
    name,
    fn,
    schema: parameters,
    retries: checkRetries('Flow', name, options.retries),
    retryDelaySeconds: toSeconds(
      options.retryDelay ?? Number(process.env.PREFECT_FLOWS_DEFAULT_RETRY_DELAY_SECONDS ?? 0),
      `retryDelay of flow '${name}'`,
    ),
    timeoutSeconds: timeout === undefined ? undefined : toSeconds(timeout, `timeout of flow '${name}'`),
    // Read when first asked for: most imports of a flow never run it.
    get version() {
      if (version !== undefined || file === undefined) return version
      hash ??= hashOf(file)
      return hash
    },
    onRunning: listOf(options.onRunning),
    onCompletion: listOf(options.onCompletion),
    onFailure: listOf(options.onFailure),
    onCancellation: listOf(options.onCancellation),
    onCrashed: listOf(options.onCrashed),
  }
}

function hashOf(file: string): string | undefined {
  try {
    return createHash('md5').update(readFileSync(file)).digest('hex')
  } catch {
    return undefined
  }
}
