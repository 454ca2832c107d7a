import type { TaskInput } from '@orrery/client'
import { AllowFailure, Opaque, Quote, Unmapped } from '../annotations.ts'
import { UpstreamTaskError } from '../errors.ts'
import { asFuture, FutureArray, RunFuture, waitFor } from '../futures.ts'
import { State } from '../states.ts'

/** What was found inside the arguments of a call. */
export interface CollectedInputs {
  readonly inputs: Record<string, TaskInput[]>
  /** Futures whose run's id the server has yet to make. */
  readonly unidentified: RunFuture<unknown>[]
  /** Whether anything has to be replaced by its value before the call. */
  readonly references: boolean
}

// A dependency is looked for in at most so many values of one argument: data beyond that is data.
const MAX_VISITED = 100_000

/** The upstream runs of each parameter: futures, states, and objects that a run of this flow returned. */
export function collectInputs(
  names: readonly string[],
  args: readonly unknown[],
  producers: WeakMap<object, TaskInput> | undefined,
): CollectedInputs {
  const inputs: Record<string, TaskInput[]> = {}
  const unidentified: RunFuture<unknown>[] = []
  let references = false
  for (let index = 0; index < args.length; index++) {
    const found: (TaskInput | RunFuture<unknown>)[] = []
    if (visit(args[index], producers, found, { seen: undefined, count: 0 })) references = true
    inputs[names[index] ?? `arg${index}`] = found.length === 0 ? [] : toInputs(found, unidentified)
  }
  return { inputs, unidentified, references }
}

function toInputs(
  found: readonly (TaskInput | RunFuture<unknown>)[],
  unidentified: RunFuture<unknown>[],
): TaskInput[] {
  const list: TaskInput[] = []
  for (const item of found) {
    if (!(item instanceof RunFuture)) push(list, item)
    else if (item.runId) push(list, item.asInput())
    else {
      unidentified.push(item)
      void item.identified()?.then(() => push(list, item.asInput()))
    }
  }
  return list
}

function push(list: TaskInput[], input: TaskInput): void {
  if (!list.some((known) => 'id' in known && 'id' in input && known.id === input.id)) list.push(input)
}

/** The runs in a `waitFor` list. */
export function collectWaitFor(list: readonly unknown[]): {
  inputs: TaskInput[]
  unidentified: RunFuture<unknown>[]
} {
  const collected = collectInputs(['wait_for'], [[...list]], undefined)
  return { inputs: collected.inputs.wait_for ?? [], unidentified: collected.unidentified }
}

/** Looks for runs in a value; true when something must be replaced before the call. */
function visit(
  value: unknown,
  producers: WeakMap<object, TaskInput> | undefined,
  found: (TaskInput | RunFuture<unknown>)[],
  walk: { seen: Set<object> | undefined; count: number },
): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (value instanceof RunFuture) {
    value.consume()
    found.push(value)
    return true
  }
  if (value instanceof State) {
    const { task_run_id: taskRun, flow_run_id: flowRun } = value.details
    if (taskRun) found.push({ input_type: 'task_run', id: taskRun })
    else if (flowRun) found.push({ input_type: 'flow_run', id: flowRun })
    return true
  }
  if (value instanceof Quote) return true
  if (value instanceof Opaque) {
    if (value.value instanceof RunFuture || value.value instanceof State)
      visit(value.value, producers, found, walk)
    return true
  }
  if (value instanceof AllowFailure || value instanceof Unmapped) {
    visit(value.value, producers, found, walk)
    return true
  }
  const producer = producers?.get(value)
  if (producer) found.push(producer)
  if (!isContainer(value)) return false
  walk.seen ??= new Set()
  if (walk.seen.has(value) || walk.count > MAX_VISITED) return false
  walk.seen.add(value)
  let references = false
  for (const item of itemsOf(value)) {
    walk.count++
    if (typeof item === 'object' && item !== null && visit(item, producers, found, walk)) references = true
  }
  return references
}

type Container = unknown[] | Map<unknown, unknown> | Set<unknown> | Record<string, unknown>

function isContainer(value: object): value is Container {
  if (Array.isArray(value) || value instanceof Map || value instanceof Set) return true
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

function itemsOf(value: Container): Iterable<unknown> {
  if (Array.isArray(value) || value instanceof Set) return value
  return value instanceof Map ? value.values() : Object.values(value)
}

/**
 * The value with every future and state replaced by its result.
 * @param waiter whose call this is
 * @throws UpstreamTaskError when one did not complete and is not allowed to fail
 */
export async function resolveInputs(value: unknown, waiter: RunFuture<unknown>): Promise<unknown> {
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof RunFuture || value instanceof State) return resultOf(value, waiter, false)
  if (value instanceof Quote || value instanceof Unmapped) return value.value
  if (value instanceof Opaque) {
    return value.value instanceof RunFuture || value.value instanceof State
      ? resultOf(value.value, waiter, false)
      : value.value
  }
  if (value instanceof AllowFailure) {
    const inner = asFuture(value.value) ?? value.value
    return inner instanceof RunFuture || inner instanceof State ? resultOf(inner, waiter, true) : inner
  }
  // Values that hold no future keep their identity.
  if (!isContainer(value) || !visit(value, undefined, [], { seen: undefined, count: 0 })) return value
  const resolveAll = (items: Iterable<unknown>) =>
    Promise.all([...items].map((item) => resolveInputs(item, waiter)))
  if (value instanceof FutureArray || Array.isArray(value)) return resolveAll(value)
  if (value instanceof Set) return new Set(await resolveAll(value))
  const keys = value instanceof Map ? [...value.keys()] : Object.keys(value)
  const values = await resolveAll(itemsOf(value))
  const entries = keys.map((key, index): [unknown, unknown] => [key, values[index]])
  return value instanceof Map ? new Map(entries) : Object.fromEntries(entries as [string, unknown][])
}

async function resultOf(
  source: RunFuture<unknown> | State,
  waiter: RunFuture<unknown>,
  failureAllowed: boolean,
): Promise<unknown> {
  const state = source instanceof RunFuture ? await waitFor(waiter, source) : source
  if (state.isCompleted) return state.result()
  const error = await state.error()
  if (failureAllowed) return error
  const id = source instanceof RunFuture ? source.runId : state.details.task_run_id
  throw new UpstreamTaskError(id ?? '', error)
}

/** Waits for the runs of a `waitFor` list. @throws UpstreamTaskError */
export async function awaitDependencies(list: readonly unknown[], waiter: RunFuture<unknown>): Promise<void> {
  await Promise.all(list.map((item) => resolveInputs(item, waiter)))
}
