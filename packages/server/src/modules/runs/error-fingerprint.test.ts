import { expect, it } from 'vitest'
import { errorFingerprint } from './error-fingerprint.ts'

const same = (...messages: string[]) => {
  const [first, ...rest] = messages.map(errorFingerprint)
  for (const other of rest) expect(other).toBe(first)
  return first
}

it('numbers that differ from run to run do not make two errors', () => {
  expect(same('ValueError: duplicate key 8841207', 'ValueError: duplicate key 12')).toBe(
    'ValueError: duplicate key #',
  )
  expect(same('took 3.5 s of 1,024', 'took 12 s of 9')).toBe('took # s of #')
  expect(same('late at 2026-11-24 10:41:07', 'late at 2025-01-01 00:00:00')).toBe('late at # #')
  expect(same('exited with non-zero status code 137.', 'exited with non-zero status code 1.')).toBe(
    'exited with non-zero status code #.',
  )
  expect(same('no disk on shard-17', 'no disk on shard-3')).toBe('no disk on shard-#')
})

it('ids and addresses do not make two errors', () => {
  expect(
    same(
      'run 0193a000-0000-7000-8000-00000000000a is gone',
      'run 0193A000-FFFF-7000-8000-0000000000FF is gone',
      'run 0193a0000000700080000000000000aa is gone',
    ),
  ).toBe('run # is gone')
  expect(same('<Worker at 0x7f3a2c>', '<Worker at 0x10ab>')).toBe('<Worker at #>')
  expect(same('commit deadbeef01 failed', 'commit 0a1b2c3d4e failed')).toBe('commit # failed')
})

it('words and what is quoted stay', () => {
  expect(errorFingerprint("KeyError: 'region'")).toBe("KeyError: 'region'")
  expect(errorFingerprint('the facade defaced a decade')).toBe('the facade defaced a decade')
  expect(errorFingerprint("KeyError: 'region'")).not.toBe(errorFingerprint("KeyError: 'country'"))
})

it('the first line counts, and of a bare traceback the last', () => {
  expect(same('ValueError: x\n  File "a.py", line 1', 'ValueError: x\n  File "b.py", line 9')).toBe(
    'ValueError: x',
  )
  const traceback = 'Traceback (most recent call last):\n  File "a.py", line 3, in f\nMemoryError: 5 GB\n'
  expect(errorFingerprint(traceback)).toBe('MemoryError: # GB')
})

it('no message is a fingerprint of its own, and long ones are cut', () => {
  expect(errorFingerprint(null)).toBe('')
  expect(errorFingerprint('  \n ')).toBe('')
  expect(errorFingerprint(`x${'y'.repeat(10_000)}`)).toHaveLength(300)
})
