// Checked by the compiler, never run: what is inferred, and what must not compile.
import { z } from 'zod'
import {
  allowFailure,
  type FutureList,
  flow,
  type PrefectFuture,
  type State,
  states,
  task,
  unmapped,
} from './index.ts'

/** Compiles only when both are the same type. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const same = <_T extends true>(): void => undefined

const add = task('add', (a: number, b: number) => a + b)
const fetchRows = task({ name: 'fetch', retries: 3, retryDelay: ['1s', 10] }, async (url: string) => ({
  url,
  rows: [1],
}))
const etl = flow(
  { name: 'etl', parameters: z.object({ urls: z.array(z.string()), weight: z.number().default(1) }) },
  async ({ urls, weight }, { signal, logger }) => {
    same<Same<typeof weight, number>>()
    same<Same<typeof urls, string[]>>()
    same<Same<typeof signal, AbortSignal>>()
    logger.info('x')
    return urls.length * weight
  },
)
const hello = flow('hello', async (input: { name: string; loud?: boolean }) => input.name)
const nothing = flow('nothing', () => 1)

export async function inferred(): Promise<void> {
  // Results.
  const sum = add(1, 2)
  same<Same<typeof sum, PrefectFuture<number>>>()
  same<Same<Awaited<typeof sum>, number>>()
  const fetched = await fetchRows('x')
  same<Same<typeof fetched, { url: string; rows: number[] }>>()
  const mapped = add.map([1, 2], unmapped(3))
  same<Same<typeof mapped, FutureList<number>>>()
  const list = await mapped
  same<Same<typeof list, number[]>>()
  const state = await sum.asState()
  same<Same<typeof state, State<number>>>()
  const raised = await sum.result({ raiseOnFailure: false })
  same<Same<typeof raised, number | Error>>()
  // Futures, states and mixtures stand for values.
  add(sum, 2)
  add(state, await sum)
  add.submit(add(1, 2), add(3, 4))
  add.map(mapped, [1, 2])
  add.map([sum, 1], 5)
  const tolerant = task('tolerant', (value: number | Error) => value)
  tolerant(allowFailure(sum))
  // Flows: defaults may be left out, and what is returned as a state is its data.
  same<Same<Awaited<ReturnType<typeof etl>>, number>>()
  etl({ urls: ['x'] })
  etl({ urls: ['x'], weight: add(1, 2) })
  hello({ name: 'x' })
  nothing()
  const stated = flow('stated', async () => states.completed({ data: 'text' }))
  same<Same<Awaited<ReturnType<typeof stated>>, string>>()
  const statedTask = task('stated', async () => states.completed({ data: 5 }))
  same<Same<Awaited<ReturnType<typeof statedTask>>, number>>()
  const several = flow('several', () => [add.submit(1, 2)])
  same<Same<Awaited<ReturnType<typeof several>>, State<number>[]>>()
  const mappedFlow = flow('mapped', () => add.map([1], 2))
  same<Same<Awaited<ReturnType<typeof mappedFlow>>, number[]>>()
  same<Same<typeof add.fn, (a: number, b: number) => number | PromiseLike<number>>>()
}

export function refused(): void {
  // @ts-expect-error a task's name is not optional
  task(() => 1)
  // @ts-expect-error a text is not a number
  add('1', 2)
  // @ts-expect-error an argument is missing
  add(1)
  // @ts-expect-error an argument too many
  add(1, 2, 3)
  // @ts-expect-error a future of a text is not a number
  add(hello({ name: 'x' }), 2)
  // @ts-expect-error a task that may get an error must say so
  add(allowFailure(add(1, 2)), 2)
  // @ts-expect-error the elements are texts
  add.map(['a'], 1)
  // @ts-expect-error a future's length is not known: await it first
  add.map(task('list', () => [1])(), 1)
  // @ts-expect-error an object has to be wrapped in unmapped()
  task('t', (_o: { a: number }) => 1).map({ a: 1 })
  // @ts-expect-error there is no unit of this name
  task({ name: 't', timeout: '5 weeks' }, () => 1)
  // @ts-expect-error there is no option of this name
  task({ name: 't', retryDelaySeconds: 5 }, () => 1)
  // @ts-expect-error a required part of the input is missing
  etl({ weight: 1 })
  // @ts-expect-error an input that is needed is missing
  hello()
  // @ts-expect-error the input is one object
  hello('x')
  // @ts-expect-error a part of the input is of another type
  etl({ urls: [1] })
  // @ts-expect-error there is no such parameter
  hello({ name: 'x', nmae: 'y' })
  // @ts-expect-error parameters are a schema, not a type
  flow({ name: 'f', parameters: { n: 'number' } }, () => 1)
  // @ts-expect-error a hook gets a state, not a text
  task({ name: 't', onFailure: (_task, _run, state: string) => state }, () => 1)
  // @ts-expect-error there is no serializer of this name
  task({ name: 't', resultSerializer: 'pickle' }, () => 1)
}
