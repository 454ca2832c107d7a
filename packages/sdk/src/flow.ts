import { ambient, runIn } from './context.ts'
import { startDisabled } from './engine/disabled-run.ts'
import { startFlow } from './engine/flow-run.ts'
import { callerFile } from './engine/names.ts'
import { validateParameters } from './engine/parameters.ts'
import { defineFlow, type FlowDefinition } from './flow-definition.ts'
import type { PrefectFuture } from './futures.ts'
import { getRunLogger } from './logger.ts'
import type { FlowContext, FlowOptions, FlowOptionsWithSchema, RunOptions } from './options.ts'
import type { InferInput, InferOutput, StandardSchemaV1 } from './standard-schema.ts'
import type { State } from './states.ts'

/** A flow's input: each part a value, or something that will be one. */
export type FlowInput<I> = { readonly [K in keyof I]: I[K] | PrefectFuture<I[K]> | State<I[K]> }

/** The arguments of a call: none where every part of the input may be left out. */
// biome-ignore lint/complexity/noBannedTypes: the empty object is what an input without required parts extends
export type FlowArgs<I> = {} extends I ? [input?: FlowInput<I>] : [input: FlowInput<I>]

/** What a run makes of a returned value: a state's own result, the states of several futures, or the value. */
export type FlowResult<R> =
  Awaited<R> extends State<infer V>
    ? V
    : Awaited<R> extends readonly PrefectFuture<infer V>[]
      ? State<V>[]
      : Awaited<R>

/**
 * A function whose every call is a flow run: recorded, with parameters checked, retried by the server's rules.
 * @typeParam I the input that a caller gives
 * @typeParam R what awaiting a call gives
 */
export interface Flow<I, R> {
  /** Starts a run; inside another flow, a sub-flow run. */
  (...input: FlowArgs<I>): PrefectFuture<R>
  /** The same flow with options for the next call. */
  with(run: RunOptions): Flow<I, R>
  /** A flow of the same function with other options. */
  withOptions(options: Partial<FlowOptions>): Flow<I, R>
  /** As given in the options. */
  readonly name: string
  /** The options, checked and with their defaults. */
  readonly definition: FlowDefinition<R>
}

/**
 * Makes a flow of a function whose input a schema describes.
 * @param options the name, the schema and further options
 * @param fn gets the input as the schema gives it, defaults filled in
 * @throws InvalidOptionError, InvalidDurationError
 * @example
 * const etl = flow(
 *   { name: 'etl', parameters: z.object({ urls: z.array(z.url()), weight: z.number().default(1) }) },
 *   async ({ urls, weight }) => score.map(extract.map(urls), unmapped(weight)),
 * )
 */
export function flow<P extends StandardSchemaV1, R>(
  options: FlowOptionsWithSchema<P>,
  fn: (input: InferOutput<P>, context: FlowContext) => R,
): Flow<InferInput<P>, FlowResult<R>>
/**
 * Makes a flow of a function whose parameter type is its input.
 * @example
 * const hello = flow('hello', async (input: { name: string }) => `Hello ${input.name}`)
 */
// biome-ignore lint/complexity/noBannedTypes: a flow without input takes the empty object
export function flow<I = {}, R = void>(
  options: string | FlowOptions,
  fn: (input: I, context: FlowContext) => R,
): Flow<I, FlowResult<R>>
export function flow(
  options: string | (FlowOptions & { readonly parameters?: StandardSchemaV1 }),
  fn: (input: never, context: FlowContext) => unknown,
): Flow<unknown, unknown> {
  const full = typeof options === 'string' ? { name: options } : options
  const file = callerFile(flow)
  return makeFlow(full, defineFlow(full, fn, file), {}, file)
}

function makeFlow(
  options: FlowOptions & { readonly parameters?: StandardSchemaV1 },
  definition: FlowDefinition<unknown>,
  run: RunOptions,
  file: string | undefined,
): Flow<unknown, unknown> {
  const call = (input: unknown = {}) =>
    ambient().disabled ? startDisabledFlow(definition, input) : startFlow(definition, input, run)
  const made = Object.assign(call, {
    with: (next: RunOptions) => makeFlow(options, definition, { ...run, ...next }, file),
    withOptions: (changes: Partial<FlowOptions>) => {
      const next = { ...options, ...changes }
      return makeFlow(next, defineFlow(next, definition.fn, file), run, file)
    },
    definition,
  })
  Object.defineProperty(made, 'name', { value: definition.name })
  return made as unknown as Flow<unknown, unknown>
}

function startDisabledFlow(definition: FlowDefinition<unknown>, given: unknown): PrefectFuture<unknown> {
  const context = ambient()
  const body = async (input: unknown) => {
    const parameters = await validateParameters(definition.name, definition.schema, input)
    const flowRun = {
      id: '',
      name: definition.name,
      flowName: definition.name,
      parameters,
      tags: [],
      runCount: 1,
    }
    return runIn(context, () =>
      definition.fn(parameters as never, {
        signal: new AbortController().signal,
        logger: getRunLogger(),
        flowRun,
      }),
    )
  }
  return startDisabled(definition.name, body as (...args: never[]) => Promise<unknown>, [given])
}
