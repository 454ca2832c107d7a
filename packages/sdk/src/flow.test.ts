import { type } from 'arktype'
import * as v from 'valibot'
import { describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { timings } from './engine/watch.ts'
import {
  ApiNotConfiguredError,
  bindContext,
  disableTasks,
  flow,
  getRunLogger,
  InvalidOptionError,
  MissingContextError,
  ParameterValidationError,
  RunAbortedError,
  RunCancelledError,
  RunTimeoutError,
  runtime,
  ServerUnreachableError,
  SettingsError,
  states,
  task,
  UnauthorizedError,
  UnhandledTaskFailuresError,
  withTags,
} from './index.ts'
import { useStub } from './test-support/use-stub.ts'

const stub = useStub()
const add = task('add', (a: number, b: number) => a + b)
const fail = task('fail', (): number => {
  throw new Error('task failed')
})
const sleep = (millis: number) => new Promise<void>((resolve) => setTimeout(resolve, millis))
const stateNames = (index = 0) => stub.api.flowRuns[index]?.states.map((state) => state.name)
const messages = () => stub.api.logs.map((log) => log.message)

test('a flow run is created, run and completed by the server', async () => {
  expect(await flow('hello', async ({ name }: { name: string }) => `Hello ${name}`)({ name: 'x' })).toBe(
    'Hello x',
  )
  expect(stateNames()).toEqual(['Pending', 'Running', 'Completed'])
  expect(stub.api.flowRuns[0]).toMatchObject({
    parameters: { name: 'x' },
    empirical_policy: { retries: 0, retry_delay: 0 },
  })
  expect(stub.api.flowRuns[0]?.flow_version).toMatch(/^[0-9a-f]{32}$/)
  expect(messages()).toEqual([
    "Beginning flow run 'stub-run-0' for flow 'hello'",
    'Finished in state Completed()',
  ])
})

describe('parameters', () => {
  const schemas = {
    zod: z.object({ urls: z.array(z.string()), weight: z.number().default(2) }),
    valibot: v.object({ urls: v.array(v.string()), weight: v.optional(v.number(), 2) }),
    arktype: type({ urls: 'string[]', weight: 'number = 2' }),
  }

  test.each(Object.entries(schemas))('%s fills in defaults, which are recorded', async (_name, schema) => {
    const run = flow(
      { name: 'f', parameters: schema as typeof schemas.zod },
      async ({ urls, weight }) => urls.length * weight,
    )
    expect(await run({ urls: ['a', 'b'] })).toBe(4)
    expect(stub.api.flowRuns[0]?.parameters).toEqual({ urls: ['a', 'b'], weight: 2 })
  })

  test.each(Object.entries(schemas))(
    '%s refuses, the run fails, and the error names the parameter',
    async (_name, schema) => {
      const body = vi.fn()
      const run = flow({ name: 'f', parameters: schema as typeof schemas.zod }, body)
      const future = run({ urls: 5 } as never)
      await expect(future).rejects.toThrow(ParameterValidationError)
      await expect(future).rejects.toThrow(/Validation of flow parameters failed with error: .*urls/)
      expect(body).not.toHaveBeenCalled()
      expect(stateNames()).toEqual(['Pending', 'Failed'])
    },
  )

  test.each([[5], ['text'], [[1]], [null]])('%j is no input', async (input) => {
    const future = flow('f', async (_input: { x?: number }) => 1)(input as never)
    await expect(future).rejects.toThrow(/a flow takes one object/)
  })

  test('what a schema transforms is recorded as it was given', async () => {
    const parameters = z.object({ day: z.string().transform((text) => new Date(text)) })
    expect(
      await flow({ name: 'f', parameters }, async ({ day }) => day.getUTCFullYear())({ day: '2026-01-02' }),
    ).toBe(2026)
    expect(stub.api.flowRuns[0]?.parameters).toEqual({ day: '2026-01-02' })
  })

  test('futures are awaited and recorded as placeholders', async () => {
    const child = flow('child', async ({ n }: { n: number }) => n + 1)
    expect(await flow('parent', async () => child({ n: add(1, 2) }))()).toBe(4)
    expect(stub.api.flowRuns[1]?.parameters).toEqual({ n: '<PrefectFuture>' })
    expect(stub.api.trackingRuns[0]?.task_inputs).toEqual({
      n: [{ input_type: 'task_run', id: stub.api.taskRunId('add') }],
    })
  })

  test('something that is no schema is an error when the flow is made', () => {
    expect(() => flow({ name: 'f', parameters: {} as never }, () => 1)).toThrow(InvalidOptionError)
    expect(() => flow('', () => 1)).toThrow(/The name of a flow is missing/)
  })
})

describe('the end of a flow', () => {
  test('is failed with the error that it throws', async () => {
    await expect(
      flow('f', async () => {
        throw new RangeError('boom')
      })(),
    ).rejects.toThrow(RangeError)
    expect(stub.api.flowRuns[0]?.states.at(-1)).toMatchObject({
      type: 'FAILED',
      message: 'Flow run encountered an exception: RangeError: boom',
      state_details: { retriable: false },
    })
  })

  test('is the state that it returns', async () => {
    const future = flow('f', async () => states.completed({ message: 'all good', data: 7 }))()
    expect(await future).toBe(7)
    expect((await future.asState()).message).toBe('all good')
    await expect(flow('f', () => states.failed({ message: 'no good' }))()).rejects.toThrow('no good')
    await expect(flow('f', () => states.cancelled({ message: 'stopped' }))()).rejects.toThrow('stopped')
  })

  test('is that of the one future that it returns', async () => {
    expect(await flow('f', () => add.submit(1, 2))()).toBe(3)
    expect(await flow('f', () => add.map([1, 2], 1))()).toEqual([2, 3])
    const relay = task('relay', () => add(1, 2))
    expect(await flow('f', async () => relay())()).toBe(3)
    expect(stub.api.taskEvents('relay').at(-1)?.payload.validated_state.message).toBe('')
    await expect(flow('f', () => fail())()).rejects.toThrow('task failed')
  })

  test('is the state that it throws, and so for a task', async () => {
    const stop = task('stop', () => {
      throw states.cancelled({ message: 'enough' })
    })
    const future = flow('f', async () => {
      expect((await stop().asState()).type).toBe('CANCELLED')
      throw states.completed({ message: 'early', data: 3 })
    })()
    expect(await future).toBe(3)
    expect((await future.asState()).message).toBe('early')
    expect(stub.api.taskStates('stop')).toEqual(['Pending', 'Running', 'Cancelled'])
  })

  test('is what the returned futures amount to', async () => {
    const future = flow('f', () => [add.submit(1, 2), fail.submit()])()
    expect((await future.asState()).message).toBe('1/2 states failed.')
    await expect(future).rejects.toThrow('task failed')
    expect((await flow('f', () => [add(1, 2)])().asState()).message).toBe('All states completed.')
  })

  test('is failed when a task failed that nothing looked at', async () => {
    const future = flow('f', async () => void fail())()
    await expect(future).rejects.toThrow(UnhandledTaskFailuresError)
    await expect(future).rejects.toThrow(
      /1 task run failed and nothing awaited it: 'fail-.*unhandledTaskFailures: 'warn'/,
    )
  })

  test('is completed all the same where that is allowed, or where the failure was looked at', async () => {
    await flow({ name: 'f', unhandledTaskFailures: 'warn' }, async () => void fail())()
    await flow('f', async () => void (await fail().asState()))()
    expect([stateNames(0)?.at(-1), stateNames(1)?.at(-1)]).toEqual(['Completed', 'Completed'])
  })

  test('comes after that of every task, awaited or not', async () => {
    const slow = task('slow', () => sleep(50))
    await flow('f', () => {
      slow()
      slow.submit()
    })()
    expect(stub.api.events.filter((event) => event.event === 'prefect.task-run.Completed')).toHaveLength(2)
  })
})

test('a failed flow runs again when the server says so', async () => {
  let attempts = 0
  const flaky = flow({ name: 'f', retries: 2 }, async () => {
    attempts++
    await add(attempts, 1)
    if (attempts < 3) throw new Error('not yet')
    return runtime.flowRun.runCount
  })
  expect(await flaky()).toBe(3)
  expect(stateNames()).toEqual([
    'Pending',
    'Running',
    'AwaitingRetry',
    'Retrying',
    'AwaitingRetry',
    'Retrying',
    'Completed',
  ])
  const counts = stub.api.events
    .filter((event) => event.event.endsWith('Completed'))
    .map((event) => event.payload.task_run.flow_run_run_count)
  expect(counts).toEqual([1, 2, 3])
})

test('a flow waits while the server says WAIT, and stops where it says ABORT', async () => {
  let waits = 0
  stub.api.onSetState = (_run, proposed) =>
    proposed.type === 'RUNNING' && waits++ < 1
      ? { status: 'WAIT', state: null, details: { delay_seconds: 0.05 } }
      : undefined
  expect(await flow('f', async () => 1)()).toBe(1)
  expect(waits).toBe(2)
  stub.api.onSetState = () => ({
    status: 'ABORT',
    state: null,
    details: { reason: 'This run has already ended.' },
  })
  const body = vi.fn()
  await expect(flow('f', body)()).rejects.toThrow(RunAbortedError)
  await expect(flow('f', body)()).rejects.toThrow(/This run has already ended/)
  expect(body).not.toHaveBeenCalled()
})

describe('sub-flows', () => {
  const child = flow({ name: 'my child', flowRunName: 'child {n}' }, async ({ n }: { n: number }) =>
    add(n, 1),
  )

  test('are tracked by a task run of the parent, which numbers the calls', async () => {
    expect(await flow('parent', async () => [await child({ n: 1 }), await child({ n: 2 })])()).toEqual([2, 3])
    expect(stub.api.trackingRuns.map((run) => [run.name, run.dynamic_key, run.flow_run_id])).toEqual([
      ['my child-0', '0', stub.api.flowRuns[0]?.id],
      ['my child-1', '1', stub.api.flowRuns[0]?.id],
    ])
    expect(stub.api.flowRuns.map((run) => run.name)).toEqual(['stub-run-0', 'child 1', 'child 2'])
    expect(stub.api.flowRuns[1]?.parent_task_run_id).toBe(stub.api.trackingRuns[0]?.id)
  })

  test('inside a task are its children', async () => {
    const caller = task('caller', () => child({ n: 1 }))
    await flow('parent', async () => caller())()
    expect(stub.api.trackingRuns[0]?.task_inputs).toMatchObject({
      __parents__: [{ input_type: 'task_run', id: stub.api.taskRunId('caller') }],
    })
  })

  test('passed on as a future are a dependency on the flow run', async () => {
    const use = task('use', (n: number) => n)
    await flow('parent', async () => use(child({ n: 1 })))()
    expect(stub.api.taskEvents('use')[0]?.payload.task_run.task_inputs).toEqual({
      n: [{ input_type: 'flow_run', id: stub.api.flowRuns[1]?.id }],
    })
  })
})

describe('timeout and cancellation', () => {
  test('a flow that runs too long is TimedOut, and its tasks are cancelled', async () => {
    const slow = task('slow', () => sleep(5000))
    await expect(flow({ name: 'f', timeout: '50ms' }, async () => slow())()).rejects.toThrow(RunTimeoutError)
    expect(stub.api.flowRuns[0]?.states.at(-1)).toMatchObject({
      type: 'FAILED',
      name: 'TimedOut',
      message: 'Flow run exceeded timeout of 0.05 second(s)',
    })
    expect(stub.api.taskStates('slow').at(-1)).toBe('Cancelled')
  })

  test('a signal cancels the flow and everything in it', async () => {
    const controller = new AbortController()
    const slow = task('slow', () => sleep(5000))
    let inner: AbortSignal | undefined
    const cancelled: string[] = []
    const future = flow(
      { name: 'f', onCancellation: (_flow, run) => void cancelled.push(run.name) },
      async (_input: object, { signal }) => {
        inner = signal
        setTimeout(() => controller.abort(), 30)
        await slow()
      },
    ).with({ signal: controller.signal })({})
    await expect(future).rejects.toThrow(RunCancelledError)
    expect(stateNames()).toEqual(['Pending', 'Running', 'Cancelling', 'Cancelled'])
    expect(stub.api.taskStates('slow')).toEqual(['Pending', 'Running', 'Cancelled'])
    expect(inner?.aborted).toBe(true)
    expect(cancelled).toEqual(['stub-run-0'])
  })

  test('a run that is cancelled on the server stops', async () => {
    vi.spyOn(timings, 'cancellationPollMillis', 'get').mockReturnValue(20)
    const future = flow('f', async () => {
      stub.api.flowRuns[0]?.states.push({ type: 'CANCELLING', name: 'Cancelling', state_details: {} })
      await sleep(5000)
    })()
    await expect(future).rejects.toThrow(/was set to Cancelling on the server/)
    expect(stateNames()?.at(-1)).toBe('Cancelled')
  })
})

describe('context', () => {
  test('tags of the surroundings, the flow and the call are the run’s and its tasks’', async () => {
    await withTags(['outer'], () =>
      flow({ name: 'f', tags: ['own'] }, async () => withTags(['inner'], () => add(1, 2))).with({
        tags: ['call'],
      })(),
    )
    expect(stub.api.flowRuns[0]?.tags).toEqual(['own', 'outer', 'call'])
    expect(stub.api.taskEvents('add')[0]?.payload.task_run.tags).toEqual(['outer', 'own', 'call', 'inner'])
    expect(stub.api.taskEvents('add')[0]?.related[0]).toEqual({
      'prefect.resource.id': 'prefect.tag.outer',
      'prefect.resource.role': 'tag',
    })
  })

  test('runtime tells the run around the code', async () => {
    const look = task('look', () => [runtime.taskRun.taskName, runtime.taskRun.id, runtime.flowRun.name])
    const child = flow('child', async () => [runtime.flowRun.parentFlowRunId, runtime.flowRun.rootFlowRunId])
    const seen = await flow('f', async ({ x }: { x: number }) => [
      await look(),
      await child(),
      runtime.flowRun.parameters,
      x,
    ])({ x: 1 })
    const [root] = stub.api.flowRuns
    expect(seen).toEqual([
      ['look', stub.api.taskRunId('look'), root?.name],
      [root?.id, root?.id],
      { x: 1 },
      1,
    ])
    expect(runtime.flowRun.id).toBeUndefined()
    vi.stubEnv('PREFECT__RUNTIME__FLOW_RUN__NAME', 'from the environment')
    expect(runtime.flowRun.name).toBe('from the environment')
  })

  test('the logger of a run writes to the run', async () => {
    const log = task('log', () => getRunLogger().warning('careful', { rows: 2 }))
    await flow('f', async (_input: object, { logger }) => {
      logger.info('from the flow')
      logger.debug('not shown')
      await log()
    })({})
    expect(stub.api.logs.find((line) => line.message === 'careful {"rows":2}')).toMatchObject({
      name: 'prefect.task_runs',
      level: 30,
      task_run_id: stub.api.taskRunId('log'),
    })
    expect(messages()).toContain('from the flow')
    expect(messages()).not.toContain('not shown')
  })

  test('console lines go to the run’s log where that is asked for, and nowhere else', async () => {
    await flow({ name: 'f', logPrints: true }, async () => {
      console.log('printed', 1)
      await Promise.all([task('t', () => console.warn('warned'))()])
    })()
    const printed = vi.spyOn(process.stdout, 'write').mockReturnValue(true)
    await flow('g', () => console.log('plain'))()
    expect(messages()).toContain('printed 1')
    expect(stub.api.logs.find((line) => line.message === 'warned')?.level).toBe(30)
    expect(messages()).not.toContain('plain')
    printed.mockRestore()
  })

  test('outside a run there is no logger, and the error says what to do', () => {
    expect(() => getRunLogger()).toThrow(MissingContextError)
    expect(() => getRunLogger()).toThrow(/outside a flow or task run. Call it inside one/)
  })

  test('a bound callback stays in the run in which it was made', async () => {
    let callback: (() => string | undefined) | undefined
    await flow('f', () => {
      callback = bindContext(() => runtime.flowRun.name)
    })()
    expect(callback?.()).toBe('stub-run-0')
  })
})

test('hooks of a flow are called for its states', async () => {
  const calls: string[] = []
  const hook = (label: string) => (_flow: unknown, _run: unknown, state: { name: string }) =>
    void calls.push(`${label} ${state.name}`)
  const options = {
    name: 'f',
    onRunning: hook('running'),
    onCompletion: [hook('done')],
    onFailure: hook('failed'),
  }
  await flow(options, async () => 1)()
  await flow(options, () => {
    throw new Error('no')
  })().asState()
  expect(calls).toEqual(['running Running', 'done Completed', 'running Running', 'failed Failed'])
})

test('with tasks disabled flows and tasks are plain functions, and no server is asked', async () => {
  const etl = flow(
    { name: 'f', parameters: z.object({ n: z.number().default(2) }) },
    async ({ n }, { logger }) => {
      logger.info = () => undefined
      return add(add(n, 1), 1)
    },
  )
  expect(await disableTasks(() => etl())).toBe(4)
  expect(await disableTasks(async () => add.map([1, 2], 1))).toEqual([2, 3])
  await expect(disableTasks(() => etl({ n: 'x' as never }))).rejects.toThrow(ParameterValidationError)
  expect(stub.api.requests).toEqual([])
})

describe('without a server', () => {
  const run = flow('f', async () => 1)

  test('that can be reached the error names the address and the cure', async () => {
    vi.stubEnv('PREFECT_API_URL', 'http://127.0.0.1:9/api')
    await expect(run()).rejects.toThrow(ServerUnreachableError)
    await expect(run()).rejects.toThrow(/http:\/\/127.0.0.1:9\/api.*orrery config set PREFECT_API_URL/)
  })

  test('that is configured, and none may be started, the error says how to configure one', async () => {
    vi.stubEnv('PREFECT_API_URL', '')
    vi.stubEnv('PREFECT_SERVER_EPHEMERAL_ENABLED', 'false')
    await expect(run()).rejects.toThrow(ApiNotConfiguredError)
  })

  test('settings that cannot be read are an error that names the setting', async () => {
    vi.stubEnv('PREFECT_LOGGING_TO_API_ENABLED', 'perhaps')
    await expect(run()).rejects.toThrow(SettingsError)
    await expect(run()).rejects.toThrow(/PREFECT_LOGGING_TO_API_ENABLED is 'perhaps'/)
  })

  test('a wrong key is an error that names the setting', async () => {
    const { createServer } = await import('node:http')
    const server = createServer((_request, response) =>
      response.writeHead(401).end('{"detail":"Invalid authentication credentials"}'),
    )
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    vi.stubEnv('PREFECT_API_URL', `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/api`)
    await expect(run()).rejects.toThrow(UnauthorizedError)
    await expect(run()).rejects.toThrow(/PREFECT_API_KEY/)
    server.close()
  })
})
