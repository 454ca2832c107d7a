import { createHash } from 'node:crypto'

/** What a cache key is made from. */
export interface CacheContext {
  /** Arguments by parameter name, with futures replaced by their results. */
  readonly inputs: Readonly<Record<string, unknown>>
  readonly taskKey: string
  /** The text of the task's function. */
  readonly taskSource: string
  readonly taskRunId: string
  readonly flowRunId: string | undefined
  readonly flowParameters: Readonly<Record<string, unknown>> | undefined
}

type Part = (context: CacheContext, without: ReadonlySet<string>) => unknown

/**
 * Decides when two calls of a task are the same call, so that the second takes the first one's persisted result.
 * Combine with {@link CachePolicy.and}; leave inputs out with {@link CachePolicy.without}.
 */
export class CachePolicy {
  /** @internal */
  readonly parts: readonly Part[]
  readonly #without: ReadonlySet<string>

  /** @internal Use {@link cachePolicies}. */
  constructor(parts: readonly Part[], without: Iterable<string> = []) {
    this.parts = parts
    this.#without = new Set(without)
  }

  /** The same call only when both policies say so. */
  and(other: CachePolicy): CachePolicy {
    return new CachePolicy([...this.parts, ...other.parts], [...this.#without, ...other.#without])
  }

  /** Ignores these parameters of the task. */
  without(...parameters: readonly string[]): CachePolicy {
    return new CachePolicy(this.parts, [...this.#without, ...parameters])
  }

  /** The key, or undefined when the call is not to be cached. */
  key(context: CacheContext): string | undefined {
    if (this.parts.length === 0) return undefined
    const values = this.parts.map((part) => part(context, this.#without))
    if (values.some((value) => value === undefined)) return undefined
    return createHash('md5').update(stableJson(values)).digest('hex')
  }
}

/** JSON whose keys are in order, so that equal values have equal texts. */
function stableJson(value: unknown): string {
  return JSON.stringify(value, function (this: unknown, key: string, item: unknown) {
    const held = (this as Record<string, unknown>)[key]
    if (held instanceof Map || held instanceof Set) return [held.constructor.name, ...held]
    if (typeof item === 'bigint') return `${item}n`
    if (typeof item === 'function') return String(item)
    if (typeof item !== 'object' || item === null || Array.isArray(item)) return item
    return Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
  })
}

const INPUTS = new CachePolicy([
  (context, without) => Object.entries(context.inputs).filter(([name]) => !without.has(name)),
])
const TASK_SOURCE = new CachePolicy([(context) => context.taskSource])
const RUN_ID = new CachePolicy([(context) => context.flowRunId ?? context.taskRunId])
const FLOW_PARAMETERS = new CachePolicy([(context) => context.flowParameters ?? null])

/**
 * The ready-made policies. Caching persists the result, which needs a shared folder when runs are on several machines.
 * @example
 * task({ name: 'fetch', cachePolicy: cachePolicies.INPUTS, cacheExpiration: '1h' }, fetchPage)
 */
export const cachePolicies = {
  /** The same arguments. */
  INPUTS,
  /** The same text of the function. */
  TASK_SOURCE,
  /** Within one flow run. */
  RUN_ID,
  /** The same parameters of the flow around. */
  FLOW_PARAMETERS,
  /** Inputs, source and run: what a task has whose result is persisted and that names no policy. */
  DEFAULT: INPUTS.and(TASK_SOURCE).and(RUN_ID),
  /** Never. */
  NO_CACHE: new CachePolicy([]),
} as const
