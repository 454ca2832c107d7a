import { describe, expect, test } from 'vitest'
import {
  AllowFailure,
  allowFailure,
  asCompleted,
  CircularWaitError,
  ConcurrentTaskRunner,
  exponentialBackoff,
  FailedRunError,
  FutureTimeoutError,
  flow,
  getRunSignal,
  InvalidDurationError,
  InvalidOptionError,
  MapArgumentError,
  type PrefectFuture,
  quote,
  RunCancelledError,
  RunTimeoutError,
  states,
  TaskOutsideFlowError,
  task,
  UpstreamTaskError,
  unmapped,
} from './index.ts'
import { deferred, useStub } from './test-support/use-stub.ts'

const stub = useStub()
const add = task('add', (a: number, b: number) => a + b)
const fail = task('fail', (text: string): number => {
  throw new Error(text)
})
const sleep = (millis: number) => new Promise<void>((resolve) => setTimeout(resolve, millis))

test('a task gives its result, and its states are recorded in order', async () => {
  expect(await flow('f', async () => add(1, 2))()).toBe(3)
  const events = stub.api.taskEvents('add')
  expect(events.map((event) => event.event)).toEqual([
    'prefect.task-run.Pending',
    'prefect.task-run.Running',
    'prefect.task-run.Completed',
  ])
  expect(events.map((event) => event.follows)).toEqual([null, events[0]?.id, events[1]?.id])
  expect(events[2]?.payload.task_run).toMatchObject({
    run_count: 1,
    flow_run_run_count: 1,
    task_inputs: { a: [], b: [] },
  })
})

test('a task outside a flow is recorded without one', async () => {
  expect(await add(1, 2)).toBe(3)
  expect(stub.api.taskStates('add')).toEqual(['Pending', 'Running', 'Completed'])
  expect(stub.api.taskEvents('add')[0]?.related).toEqual([])
})

test('.submit and .map outside a flow are errors that name the cure', () => {
  expect(() => add.submit(1, 2)).toThrow(TaskOutsideFlowError)
  expect(() => add.map([1], 2)).toThrow(/outside a flow.*await add\(…\)/)
})

test('a future passed on is a dependency, and so is an awaited object', async () => {
  const make = task('make', () => ({ part: { deep: 1 } }))
  const use = task('use', (whole: unknown, part: unknown) => [whole, part])
  await flow('f', async () => {
    const future = make()
    const made = await future
    await use({ nested: [future] }, made.part)
  })()
  const input = { input_type: 'task_run', id: stub.api.taskRunId('make') }
  expect(stub.api.taskEvents('use')[0]?.payload.task_run.task_inputs).toEqual({
    whole: [input],
    part: [input],
  })
})

test('a quoted value is passed as it is', async () => {
  const look = task('look', (value: { future: PrefectFuture<number> }) => typeof value.future.then)
  await flow('f', async () => {
    const future = add(1, 2)
    expect(await look(quote({ future }))).toBe('function')
    await future
  })()
  expect(stub.api.taskEvents('look')[0]?.payload.task_run.task_inputs).toEqual({ value: [] })
})

test('a task whose upstream failed does not run, unless failure is allowed', async () => {
  const caught = task('caught', (value: number | Error) => (value instanceof Error ? value.message : value))
  await flow('f', async () => {
    const failed = fail('why')
    const after = add.submit(failed, 1)
    await expect(after).rejects.toThrow(UpstreamTaskError)
    expect(await caught(allowFailure(failed))).toBe('why')
  })()
  expect(stub.api.taskStates('add')).toEqual(['Pending', 'NotReady'])
  expect(allowFailure(states.completed())).toBeInstanceOf(AllowFailure)
})

test('waitFor makes a dependency without passing a value', async () => {
  const order: string[] = []
  const first = task('first', async () => {
    await sleep(20)
    order.push('first')
  })
  const second = task('second', () => void order.push('second'))
  await flow('f', async () => {
    const before = first.submit()
    await second.with({ waitFor: [before] }).submit()
  })()
  expect(order).toEqual(['first', 'second'])
  expect(stub.api.taskEvents('second')[0]?.payload.task_run.task_inputs).toEqual({
    wait_for: [{ input_type: 'task_run', id: stub.api.taskRunId('first') }],
  })
})

test('a task inside a task is its child', async () => {
  const outer = task('outer', () => add(1, 2))
  await flow('f', async () => outer())()
  expect(stub.api.taskEvents('add')[0]?.payload.task_run.task_inputs.__parents__).toEqual([
    { input_type: 'task_run', id: stub.api.taskRunId('outer') },
  ])
})

describe('map', () => {
  test('gives one run for each element, and awaiting it the results in order', async () => {
    const results = await flow('f', async () => add.map([1, 2, 3], unmapped(10)))()
    expect(results).toEqual([11, 12, 13])
  })

  test('walks several lists together and repeats scalars', async () => {
    const join = task('join', (a: string, b: string, c: number) => a + b + c)
    expect(await flow('f', async () => join.map(['a', 'b'], 'text', [1, 2]))()).toEqual(['atext1', 'btext2'])
  })

  test.each([
    ['lists of different lengths', () => add.map([1, 2], [1]), /different lengths: 2, 1/],
    ['nothing to iterate over', () => add.map(1, unmapped(2)), /no argument is iterable/],
  ])('%s is an error', async (_name, call, message) => {
    const run = flow('f', () => void call())()
    await expect(run).rejects.toThrow(MapArgumentError)
    await expect(run).rejects.toThrow(message)
  })

  test('over a future is an error, since its length is not known', async () => {
    const list = task('list', () => [1, 2])
    const run = flow('f', async () => add.map(list() as never, 1))()
    await expect(run).rejects.toThrow(/Await it first/)
  })
})

describe('retries', () => {
  const failingTimes = (times: number, options = {}) => {
    let attempts = 0
    return task({ name: 'flaky', ...options }, () => {
      attempts++
      if (attempts <= times) throw new TypeError(`attempt ${attempts}`)
      return attempts
    })
  }

  test('without a delay follow at once', async () => {
    const flaky = failingTimes(2, { retries: 2 })
    expect(await flow('f', async () => flaky())()).toBe(3)
    expect(stub.api.taskStates('flaky')).toEqual(['Pending', 'Running', 'Retrying', 'Retrying', 'Completed'])
  })

  test('with delays wait for the time that is recorded', async () => {
    const flaky = failingTimes(2, { retries: 3, retryDelay: ['20ms', 0.05] })
    const started = Date.now()
    await flow('f', async () => flaky())()
    expect(Date.now() - started).toBeGreaterThanOrEqual(65)
    expect(stub.api.taskStates('flaky')).toEqual([
      'Pending',
      'Running',
      'AwaitingRetry',
      'Retrying',
      'AwaitingRetry',
      'Retrying',
      'Completed',
    ])
    const policy = stub.api.taskEvents('flaky')[0]?.payload.task_run.empirical_policy
    expect(policy).toMatchObject({ retries: 3, retry_delay: [0.02, 0.05] })
  })

  test('that are used up leave the run failed with its error', async () => {
    const flaky = failingTimes(5, { retries: 1 })
    await flow('f', async () => {
      await expect(flaky()).rejects.toThrow(TypeError)
    })()
    expect(stub.api.taskEvents('flaky').at(-1)?.payload.validated_state).toMatchObject({
      type: 'FAILED',
      message: 'Task run encountered an exception TypeError: attempt 2',
      state_details: { retriable: false },
    })
  })

  test('happen only when the condition says so', async () => {
    const flaky = failingTimes(2, {
      retries: 5,
      retryIf: (error: unknown) => (error as Error).message === 'attempt 1',
    })
    await flow('f', async () => {
      await expect(flaky()).rejects.toThrow('attempt 2')
    })()
    expect(stub.api.taskStates('flaky')).toEqual(['Pending', 'Running', 'Retrying', 'Failed'])
  })

  test('a failed state that is returned is retried too', async () => {
    let attempts = 0
    const stubborn = task({ name: 'stubborn', retries: 1 }, () => {
      attempts++
      return states.failed({ message: 'again' })
    })
    await flow('f', async () => {
      await expect(stubborn()).rejects.toThrow(FailedRunError)
    })()
    expect(attempts).toBe(2)
  })

  test('exponential backoff doubles', () => {
    expect(exponentialBackoff(10)(4)).toEqual([10, 20, 40, 80])
    expect(
      task({ name: 't', retries: 3, retryDelay: exponentialBackoff(1) }, () => 1).definition
        .retryDelaySeconds,
    ).toEqual([1, 2, 4])
  })
})

describe('timeout and cancellation', () => {
  test('a task that runs too long fails as TimedOut, and its signal is aborted', async () => {
    let reason: unknown
    const slow = task({ name: 'slow', timeout: '30ms' }, async () => {
      const signal = getRunSignal()
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      reason = signal.reason
      await sleep(1000)
    })
    await flow('f', async () => {
      await expect(slow()).rejects.toThrow(RunTimeoutError)
    })()
    expect(reason).toBeInstanceOf(RunTimeoutError)
    expect(stub.api.taskEvents('slow').at(-1)?.payload.validated_state).toMatchObject({
      type: 'FAILED',
      name: 'TimedOut',
      message: 'Task run exceeded timeout of 0.03 second(s)',
    })
  })

  test('a timeout is retried', async () => {
    let attempts = 0
    const slow = task({ name: 'slow', timeout: '20ms', retries: 1 }, async () => {
      if (++attempts === 1) await sleep(500)
      return attempts
    })
    expect(await flow('f', async () => slow())()).toBe(2)
    expect(stub.api.taskStates('slow')).toEqual(['Pending', 'Running', 'Retrying', 'Completed'])
  })

  test('a signal that aborts cancels the run', async () => {
    const controller = new AbortController()
    const slow = task('slow', () => sleep(5000))
    await flow('f', async () => {
      const future = slow.with({ signal: controller.signal })()
      setTimeout(() => controller.abort(new Error('the user left')), 20)
      await expect(future).rejects.toThrow(RunCancelledError)
    })()
    expect(stub.api.taskEvents('slow').at(-1)?.payload.validated_state).toMatchObject({
      type: 'CANCELLED',
      message: 'the user left',
    })
  })

  test('a run waiting for its retry is cancelled without waiting', async () => {
    const controller = new AbortController()
    const flaky = task({ name: 'flaky', retries: 1, retryDelay: '1h' }, () => {
      throw new Error('no')
    })
    await flow('f', async () => {
      setTimeout(() => controller.abort(), 30)
      expect((await flaky.with({ signal: controller.signal })().asState()).type).toBe('CANCELLED')
    })()
    expect(stub.api.taskStates('flaky')).toEqual(['Pending', 'Running', 'AwaitingRetry', 'Cancelled'])
  })
})

describe('futures', () => {
  test('awaited twice give the same result, and the same error', async () => {
    await flow('f', async () => {
      const good = add(1, 2)
      expect([await good, await good, await good.result()]).toEqual([3, 3, 3])
      const bad = fail('no')
      const first = await Promise.resolve(bad).catch((error: unknown) => error)
      const second = await Promise.resolve(bad).catch((error: unknown) => error)
      expect(first).toBeInstanceOf(Error)
      expect(second).toBe(first)
    })()
    expect(stub.api.taskStates('add')).toEqual(['Pending', 'Running', 'Completed'])
  })

  test('give their state without throwing, and their error when asked', async () => {
    await flow('f', async () => {
      const future = fail('no')
      expect((await future.asState()).type).toBe('FAILED')
      expect(await future.result({ raiseOnFailure: false })).toEqual(new Error('no'))
    })()
  })

  test('that take too long are an error that names the run', async () => {
    const slow = task('slow', () => sleep(200))
    await flow('f', async () => {
      const future = slow()
      await expect(future.result({ timeout: 0.02 })).rejects.toThrow(FutureTimeoutError)
      await expect(future.wait({ timeout: '20ms' })).rejects.toThrow(
        /'slow-.*did not finish within 0.02 seconds/,
      )
    })()
  })

  test('come back in the order in which they end', async () => {
    const wait = task('wait', async (millis: number) => {
      await sleep(millis)
      return millis
    })
    const order: number[] = []
    await flow('f', async () => {
      for await (const { state } of asCompleted([wait(60), wait(1), wait(30)]))
        order.push(await state.result())
    })()
    expect(order).toEqual([1, 30, 60])
  })

  test('a run that waits for itself is an error that names the circle', async () => {
    const self: { future?: PrefectFuture<number> } = {}
    const loop = task('loop', async (): Promise<number> => {
      await sleep(1)
      return (await self.future) as number
    })
    await flow('f', async () => {
      self.future = loop()
      await expect(self.future).rejects.toThrow(CircularWaitError)
    })()
  })

  test('runs that wait for each other are an error, not a hang', async () => {
    const both: { a?: PrefectFuture<unknown>; b?: PrefectFuture<unknown> } = {}
    const ready = deferred()
    const a = task('a', async (): Promise<unknown> => {
      await ready.promise
      return both.b
    })
    const b = task('b', async (): Promise<unknown> => {
      await ready.promise
      return both.a
    })
    const run = flow('f', async () => {
      both.a = a()
      both.b = b()
      ready.resolve()
      const [first, second] = [await both.a.asState(), await both.b.asState()]
      expect([first.type, second.type]).toEqual(['FAILED', 'FAILED'])
      await expect(both.b).rejects.toThrow(
        /wait for each other and could never finish: 'b-.*' → 'a-.*' → 'b-/,
      )
    })
    await run()
  })

  test('a task that waits for the flow around it is an error', async () => {
    const root: { future?: PrefectFuture<unknown> } = {}
    const child = task('child', async (): Promise<unknown> => {
      await sleep(1)
      return root.future
    })
    root.future = flow('f', async () => {
      await expect(child()).rejects.toThrow(CircularWaitError)
    })()
    await root.future
  })
})

test('a runner with one worker still runs tasks that submit tasks', async () => {
  const inner = task('inner', (n: number) => n + 1)
  const outer = task('outer', async (n: number) => inner.submit(n))
  const limited = flow({ name: 'f', taskRunner: new ConcurrentTaskRunner({ maxWorkers: 1 }) }, async () =>
    outer.map([1, 2, 3]),
  )
  expect(await limited()).toEqual([2, 3, 4])
})

test('no more submitted tasks run at once than the runner has workers', async () => {
  let running = 0
  let most = 0
  const busy = task('busy', async (_n: number) => {
    most = Math.max(most, ++running)
    await sleep(5)
    running--
  })
  await flow({ name: 'f', taskRunner: new ConcurrentTaskRunner({ maxWorkers: 2 }) }, async () => {
    await busy.map([1, 2, 3, 4, 5, 6])
  })()
  expect(most).toBe(2)
})

test('a tag with a limit lets only so many run at once; a tag without is asked once', async () => {
  stub.api.limits.set('tag:db', 1)
  let running = 0
  let most = 0
  const query = task({ name: 'query', tags: ['db'] }, async (_n: number) => {
    most = Math.max(most, ++running)
    await sleep(10)
    running--
  })
  const free = task({ name: 'free', tags: ['free'] }, (n: number) => n)
  await flow('f', async () => {
    await query.map([1, 2, 3])
    await free.map(Array.from({ length: 50 }, (_, index) => index))
  })()
  expect(most).toBe(1)
  expect(stub.api.taken.get('tag:db')).toBe(0)
  const asked = stub.api.requests.filter((request) => request.endsWith('increment-with-lease'))
  expect(asked.length).toBeLessThan(30)
})

test('hooks are called with the task, the run and the state; one that throws changes nothing', async () => {
  const calls: unknown[] = []
  const hooked = task(
    {
      name: 'hooked',
      onRunning: (_task, run, state) => void calls.push([run.name.slice(0, 6), state.name]),
      onCompletion: [
        function broken() {
          throw new Error('hook')
        },
        (own, _run, state) => void calls.push([own.name, state.name]),
      ],
    },
    () => 1,
  )
  expect(await flow('f', async () => hooked())()).toBe(1)
  expect(calls).toEqual([
    ['hooked', 'Running'],
    ['hooked', 'Completed'],
  ])
  expect(stub.api.logs.map((log) => log.message).join('\n')).toMatch(
    /An error was encountered while running hook 'broken'/,
  )
})

test('run names come from templates, functions and .with', async () => {
  const named = task(
    { name: 'named', taskRunName: 'get {url} #{page.number}' },
    (url: string, page: { number: number }) => `${url}${page.number}`,
  )
  const byFunction = named.withOptions({ taskRunName: ({ url }) => `fn ${String(url)}` })
  await flow('f', async () => {
    await named('x', { number: 3 })
    await byFunction('y', { number: 3 })
    await named.with({ name: 'once {url}' })('z', { number: 3 })
    await expect(named.with({ name: '{nope}' })('z', { number: 3 })).rejects.toThrow(
      /names 'nope'.*It may use: url, page/,
    )
  })()
  const names = stub.api.events
    .filter((event) => event.event.endsWith('task-run.Completed'))
    .map((event) => event.payload.task_run.name)
  expect(names).toEqual(['get x #3', 'fn y', 'once z'])
})

describe('bad options', () => {
  test.each([
    [() => task('', () => 1), /The name of a task is missing/],
    [() => task('a/b', () => 1), /contains one of/],
    [() => task('t', undefined as never), /has no function/],
    [() => task({ name: 't', retries: -1 }, () => 1), /retries -1/],
    [() => task({ name: 't', retryJitter: 2 }, () => 1), /fraction from 0 to 1/],
    [() => new ConcurrentTaskRunner({ maxWorkers: 0 }), /at least 1/],
  ])('%# are typed errors that say what to give', (make, message) => {
    expect(make).toThrow(InvalidOptionError)
    expect(make).toThrow(message)
  })

  test('a duration that cannot be read is one too', () => {
    expect(() => task({ name: 't', timeout: '5 minutes' as never }, () => 1)).toThrow(InvalidDurationError)
    expect(() => task({ name: 't', timeout: -1 }, () => 1)).toThrow(/timeout of task 't' is -1/)
  })
})
