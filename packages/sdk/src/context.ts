import { AsyncLocalStorage } from 'node:async_hooks'
import type { FlowScope, TaskScope } from './engine/scopes.ts'
import { MissingContextError } from './errors.ts'

/** What surrounds the code that runs now. Immutable: a change is a new value for the code inside. */
export interface Ambient {
  /** The innermost run. */
  readonly run?: FlowScope | TaskScope | undefined
  /** Tags of every run started here. */
  readonly tags: readonly string[]
  /** Set by {@link disableTasks}: runs are plain function calls. */
  readonly disabled: boolean
}

const NOTHING: Ambient = { tags: [], disabled: false }
const storage = new AsyncLocalStorage<Ambient>()

/** @internal */
export const ambient = (): Ambient => storage.getStore() ?? NOTHING

/** @internal */
export const runIn = <T>(context: Ambient, fn: () => T): T => storage.run(context, fn)

/** @internal The flow run around this code, whatever tasks are in between. */
export function enclosingFlow(context: Ambient = ambient()): FlowScope | undefined {
  const { run } = context
  return run?.kind === 'task' ? run.flow : run
}

/** @internal */
export function requireRun(what: string): FlowScope | TaskScope {
  const { run } = ambient()
  if (run) return run
  throw new MissingContextError(
    `${what} was called outside a flow or task run. Call it inside one, or test the raw function with disableTasks().`,
  )
}

/**
 * Runs a function with tags on every flow and task run that starts inside it.
 * @example
 * await withTags(['nightly'], () => etl())
 */
export function withTags<T>(tags: readonly string[], fn: () => T): T {
  const outer = ambient()
  return runIn({ ...outer, tags: mergeTags(outer.tags, tags) }, fn)
}

/** @internal Without repeats, in order. */
export function mergeTags(...lists: readonly (readonly string[] | undefined)[]): readonly string[] {
  const filled = lists.flatMap((list) => (list && list.length > 0 ? [list] : []))
  return filled.length === 1 ? (filled[0] ?? []) : [...new Set(filled.flat())]
}

/**
 * Binds a callback to the run in which it is made, for event emitters and pools that would call it elsewhere.
 * @example
 * emitter.on('row', bindContext((row) => getRunLogger().info(row.id)))
 */
export function bindContext<A extends unknown[], R>(fn: (...args: A) => R): (...args: A) => R {
  const context = ambient()
  return (...args) => runIn(context, () => fn(...args))
}

/**
 * Runs a function in which flows and tasks are plain function calls: no server, no records, no retries, no timeouts.
 * For unit tests.
 * @example
 * await disableTasks(async () => expect(await etl({ urls: [] })).toEqual({ total: 0 }))
 */
export function disableTasks<T>(fn: () => T): T {
  return runIn({ ...ambient(), run: undefined, disabled: true }, fn)
}
