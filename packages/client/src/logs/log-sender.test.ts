import { expect, test } from 'vitest'
import type { WireLogCreate } from '../api/wire.ts'
import { LogSender } from './log-sender.ts'

const line = (message: string): WireLogCreate => ({
  name: 'prefect.flow_runs',
  level: 20,
  message,
  timestamp: '2026-01-01T00:00:00.000000Z',
  flow_run_id: null,
  task_run_id: null,
})

test('lines go out in batches of at most the given size, in order', async () => {
  const batches: string[][] = []
  const logs = new LogSender({
    batchBytes: 1000,
    send: async (batch) => void batches.push(batch.map((log) => log.message)),
  })
  for (let index = 0; index < 12; index++) logs.write(line(String(index)))
  await logs.flush()
  expect(batches.flat()).toEqual(Array.from({ length: 12 }, (_, index) => String(index)))
  expect(Math.max(...batches.map((batch) => batch.length))).toBeLessThanOrEqual(5)
})

test('a batch that fails is sent again with the next one, and the failure is told once', async () => {
  const sent: string[] = []
  const warnings: string[] = []
  let broken = true
  const logs = new LogSender({
    onWarning: (message) => warnings.push(message),
    send: async (batch) => {
      if (broken) throw new Error('server is away')
      sent.push(...batch.map((log) => log.message))
    },
  })
  logs.write(line('a'))
  await logs.flush()
  await logs.flush()
  logs.write(line('b'))
  broken = false
  await logs.flush()
  expect(sent).toEqual(['a', 'b'])
  expect(warnings).toEqual(['1 log lines could not be sent: server is away'])
})

test('a message over the limit is cut and marked', async () => {
  const sent: WireLogCreate[] = []
  const logs = new LogSender({ maxMessageChars: 5, send: async (batch) => void sent.push(...batch) })
  logs.write(line('123456789'))
  await logs.flush()
  expect(sent[0]?.message).toBe('12345... [truncated]')
})
