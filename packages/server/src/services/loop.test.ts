import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Log } from '../http/context.ts'
import { startLoop } from './loop.ts'

const log = () => {
  const warnings: string[] = []
  const warn = (_fields: object, message: string) => void warnings.push(message)
  return { warnings, log: { debug() {}, info() {}, warn, error() {} } satisfies Log }
}

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

it('a loop sleeps between its passes, and a full pass is followed by another at once', async () => {
  const left = [false, true, true, false]
  let passes = 0
  const stop = startLoop(log().log, {
    name: 'x',
    everyMillis: 5_000,
    pass: async () => left[passes++] ?? false,
  })
  expect(passes).toBe(0)
  await vi.advanceTimersByTimeAsync(5_000)
  expect(passes).toBe(1)
  await vi.advanceTimersByTimeAsync(4_000)
  expect(passes).toBe(1)
  await vi.advanceTimersByTimeAsync(1_000)
  await vi.waitFor(() => expect(passes).toBe(4))
  await stop()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(passes).toBe(4)
})

it('a pass that fails is told and repeated', async () => {
  const told = log()
  let passes = 0
  const stop = startLoop(told.log, {
    name: 'x',
    everyMillis: 1_000,
    pass: async () => {
      if (passes++ === 0) throw new Error('the database is away')
      return false
    },
  })
  await vi.advanceTimersByTimeAsync(1_000)
  expect(told.warnings).toEqual(['a pass of a service failed and will be repeated'])
  await vi.advanceTimersByTimeAsync(1_000)
  expect(passes).toBe(2)
  await stop()
})

it('stopping waits for the pass in flight', async () => {
  let finish = (): void => {}
  let ended = false
  const stop = startLoop(log().log, {
    name: 'x',
    everyMillis: 1_000,
    pass: async () => {
      await new Promise<void>((resolve) => {
        finish = resolve
      })
      ended = true
      return true
    },
  })
  await vi.advanceTimersByTimeAsync(1_000)
  const stopping = stop()
  expect(ended).toBe(false)
  finish()
  await stopping
  expect(ended).toBe(true)
})
