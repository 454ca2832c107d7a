import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  cachePolicies,
  disableTasks,
  flow,
  SerializationError,
  task,
  UnsupportedSerializerError,
} from '../index.ts'
import { hasPrefect, python, runProgram } from '../interop/genuine-server.ts'
import { useStub } from '../test-support/use-stub.ts'
import { ResultStore } from './result-store.ts'
import { dump, load } from './serializers.ts'

const stub = useStub()
const storage = () => join(stub.home, 'storage')
const files = () => (existsSync(storage()) ? readdirSync(storage()) : [])
const dataOf = (task: string) => stub.api.taskEvents(task).at(-1)?.payload.validated_state.data
const inFlow = (fn: () => unknown) => flow('f', fn)()

describe('caching', () => {
  test('by inputs takes the first call’s result for the second', async () => {
    let calls = 0
    const square = task({ name: 'square', cachePolicy: cachePolicies.INPUTS }, (x: number) => ({
      square: x * x,
      call: ++calls,
    }))
    await inFlow(async () => {
      expect(await square(3)).toEqual({ square: 9, call: 1 })
    })
    await inFlow(async () => {
      expect(await square(3)).toEqual({ square: 9, call: 1 })
      expect(await square(4)).toEqual({ square: 16, call: 2 })
    })
    const names = stub.api.events
      .filter((event) => event.event.startsWith('prefect.task-run'))
      .map((event) => event.payload.validated_state.name)
    expect(names).toEqual([
      'Pending',
      'Running',
      'Completed',
      'Pending',
      'Running',
      'Cached',
      'Pending',
      'Running',
      'Completed',
    ])
  })

  test('ends when the cached result expires, and when it is to be refreshed', async () => {
    let calls = 0
    const count = task(
      { name: 'count', cachePolicy: cachePolicies.INPUTS, cacheExpiration: '30ms' },
      () => ++calls,
    )
    await inFlow(async () => {
      expect([await count(), await count()]).toEqual([1, 1])
      await new Promise((resolve) => setTimeout(resolve, 40))
      expect(await count()).toBe(2)
      expect(await count.withOptions({ refreshCache: true })()).toBe(3)
    })
  })

  test('without a parameter ignores it; with a key function is that key; by run ends with the run', async () => {
    let calls = 0
    const call = (_id: number, _noise: number) => ++calls
    const quiet = task({ name: 'quiet', cachePolicy: cachePolicies.INPUTS.without('_noise') }, call)
    const keyed = task({ name: 'keyed', cacheKeyFn: ({ inputs }) => `key-${String(inputs._id)}` }, call)
    const perRun = task(
      { name: 'per-run', cachePolicy: cachePolicies.INPUTS.and(cachePolicies.RUN_ID) },
      call,
    )
    await inFlow(async () => {
      expect([await quiet(1, 1), await quiet(1, 2), await quiet(2, 1)]).toEqual([1, 1, 2])
      expect([await keyed(1, 1), await keyed(1, 2)]).toEqual([3, 3])
      expect([await perRun(1, 1), await perRun(1, 1)]).toEqual([4, 4])
    })
    await inFlow(async () => expect(await perRun(1, 1)).toBe(5))
    expect(files()).toContain('key-1')
  })

  test('is by equal content whatever the order of keys', async () => {
    let calls = 0
    const call = task({ name: 'call', cachePolicy: cachePolicies.INPUTS }, (_input: object) => ++calls)
    await inFlow(async () => {
      expect([await call({ a: 1, b: new Date(0) }), await call({ b: new Date(0), a: 1 })]).toEqual([1, 1])
      expect(await call({ a: 1, b: new Date(1) })).toBe(2)
    })
  })

  test('of a failure does not happen', async () => {
    let calls = 0
    const failing = task({ name: 'failing', cachePolicy: cachePolicies.INPUTS }, () => {
      calls++
      throw new Error('no')
    })
    await inFlow(async () => {
      await failing().asState()
      await failing().asState()
    })
    expect(calls).toBe(2)
  })
})

describe('persisted results', () => {
  test('of tasks are envelopes with their metadata, which the state carries', async () => {
    const make = task(
      { name: 'make', persistResult: true, resultStorageKey: 'made-{parameters.n}' },
      (n: number) => ({ n }),
    )
    await inFlow(async () => make(5))
    const metadata = dataOf('make')
    expect(metadata).toEqual({
      storage_key: join(storage(), 'made-5'),
      expiration: null,
      serializer: { type: 'json' },
      prefect_version: '3.9.1',
      storage_block_id: null,
    })
    expect(JSON.parse(readFileSync(join(storage(), 'made-5'), 'utf8'))).toEqual({
      metadata,
      result: '{"n":5}',
    })
  })

  test('of flows are bare, and the tasks inside inherit the wish', async () => {
    const make = task('make', () => 1)
    await flow({ name: 'f', persistResult: true }, async () => ({ made: await make() }))()
    const state = stub.api.flowRuns[0]?.states.at(-1) as { data?: { storage_key: string } } | undefined
    expect(readFileSync(state?.data?.storage_key ?? '', 'utf8')).toBe('{"made":1}')
    expect(dataOf('make')).toMatchObject({ serializer: { type: 'json' } })
  })

  test('that JSON cannot hold leave a warning and the run completed', async () => {
    const make = task({ name: 'make', persistResult: true }, () => ({ fn: () => 1 }))
    await inFlow(async () => void (await make()))
    expect(stub.api.taskStates('make').at(-1)).toBe('Completed')
    expect(
      stub.api.logs.some(
        (log) => log.level === 30 && /cannot be written as JSON.*persistResult: false/.test(log.message),
      ),
    ).toBe(true)
  })

  test('are not written unless asked for', async () => {
    const make = task('make', () => 1)
    await inFlow(async () => make())
    expect(files()).toEqual([])
    await disableTasks(async () => make.withOptions({ persistResult: true })())
    expect(files()).toEqual([])
  })
})

describe('serializers', () => {
  const values: [string, unknown][] = [
    ['plain data', { a: [1, 'x', null, true] }],
    ['a date', new Date('2026-01-02T03:04:05.678Z')],
    ['a set', new Set([1, 2])],
    ['a big integer', 12345678901234567890n],
    ['nested ones', { at: [new Date(0)], ids: new Set(['a']) }],
  ]

  test.each(values)('json gives %s back', async (_name, value) => {
    expect(await load(await dump(value, { type: 'json' }), { type: 'json' })).toEqual(value)
  })

  test('compressed json gives the value back', async () => {
    const spec = { type: 'compressed', serializer: { type: 'json' }, compressionlib: 'zlib' }
    const text = await dump({ text: 'x'.repeat(1000) }, spec)
    expect(text.length).toBeLessThan(200)
    expect(await load(text, spec)).toEqual({ text: 'x'.repeat(1000) })
  })

  test('an error keeps its name, message and stack', async () => {
    const error = new RangeError('too far')
    const back = (await load(await dump(error, { type: 'json' }), { type: 'json' })) as Error
    expect([back.name, back.message, back.stack]).toEqual(['RangeError', 'too far', error.stack])
  })

  test('a pickled result is an error that names what Python must set', async () => {
    await expect(load('x', { type: 'pickle' })).rejects.toThrow(UnsupportedSerializerError)
    await expect(load('x', { type: 'pickle' })).rejects.toThrow(/result_serializer="json"/)
    expect(() => task({ name: 't', resultSerializer: 'yaml' as never }, () => 1)).toThrow(
      /'yaml' is not a serializer/,
    )
    await expect(dump(Symbol('s'), { type: 'json' })).rejects.toThrow(SerializationError)
  })
})

const SCRIPT = `
import sys, json, asyncio
from prefect.results import ResultRecord
from prefect.serializers import JSONSerializer
record = ResultRecord.deserialize(open(sys.argv[1], "rb").read())
print(type(record.result).__name__, record.result if not isinstance(record.result, set) else sorted(record.result))
`

test.runIf(hasPrefect)(
  'Python reads what is written here',
  async () => {
    const store = new ResultStore(storage())
    const env = { PREFECT_HOME: stub.home, PREFECT_API_URL: stub.api.apiUrl }
    const read = async (key: string, value: unknown, serializer: 'json' | 'compressed/json' = 'json') => {
      await store.write(key, value, { serializer, envelope: true })
      const { stdout, stderr } = await runProgram(python, ['-c', SCRIPT, store.keyPath(key)], env)
      expect(stderr).toBe('')
      return stdout.trim()
    }
    expect(
      await Promise.all([
        read('a', { n: 1, list: ['x', null] }),
        read('b', new Date('2026-01-02T03:04:05.678Z')),
        read('c', new Set([2, 1])),
        read('d', new RangeError('too far')),
        read('e', 'squeezed', 'compressed/json'),
      ]),
    ).toEqual([
      "dict {'n': 1, 'list': ['x', None]}",
      'datetime 2026-01-02 03:04:05.678000+00:00',
      'set [1, 2]',
      'ValueError too far',
      'str squeezed',
    ])
  },
  60_000,
)

test('what Python wrote as JSON is read here', async () => {
  mkdirSync(storage(), { recursive: true })
  writeFileSync(
    join(storage(), 'key'),
    '{"metadata":{"storage_key":"/elsewhere/key","expiration":null,"serializer":{"type":"json","jsonlib":"json","dumps_kwargs":{}},"prefect_version":"3.9.1","storage_block_id":null},"result":"{\\"when\\": {\\"__class__\\": \\"datetime.datetime\\", \\"data\\": \\"2026-01-02T03:04:05+00:00\\"}, \\"error\\": {\\"__exc_type__\\": \\"builtins.ValueError\\", \\"message\\": \\"bad\\"}}"}',
  )
  const found = await new ResultStore(storage()).find('key')
  const error = new Error('bad')
  error.name = 'ValueError'
  expect(await found?.load()).toEqual({ when: new Date('2026-01-02T03:04:05Z'), error })
})
