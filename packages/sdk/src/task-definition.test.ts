import { expect, test } from 'vitest'
import { toSeconds } from './duration.ts'
import { fillTemplate, keyOf, parameterNames } from './engine/names.ts'
import { jittered } from './engine/retry-delays.ts'

test.each([
  [(a: number, b: number) => a + b, ['a', 'b']],
  [async (a: number) => a, ['a']],
  [({ x }: { x: number }) => x, ['input']],
  [([x]: number[], { y }: { y: number }) => [x, y], ['input', 'input1']],
  [(a = ')', b = [1, (2 + 3) * 2], ...rest: unknown[]) => [a, b, rest], ['a', 'b', 'rest']],
  [
    function named(/* first, */ a: number, b = { c: ',' }) {
      return [a, b]
    },
    ['a', 'b'],
  ],
  [() => 1, []],
])('%# the parameter names of a function are read from its text', (fn, names) => {
  expect(parameterNames(fn as (...args: never[]) => unknown)).toEqual(names)
})

test('an arrow without parentheses has one parameter', () => {
  const bare = { fn: new Function('return x => x')() as (x: never) => unknown }
  expect(parameterNames(bare.fn)).toEqual(['x'])
})

test('a task’s key depends on its name alone', () => {
  expect(keyOf('My Task!')).toMatch(/^my-task-[0-9a-f]{8}$/)
  expect(keyOf('a')).not.toBe(keyOf('A'))
})

test('templates reach into values and keep doubled braces', () => {
  expect(fillTemplate('{a.b[1]} {{x}} {n}', { a: { b: [1, 'two'] }, n: null })).toBe('two {x} null')
})

test.each([
  ['250ms', 0.25],
  ['30s', 30],
  ['1.5m', 90],
  ['2h', 7200],
  ['1d', 86_400],
  [0, 0],
] as const)('%s is %d seconds', (text, seconds) => {
  expect(toSeconds(text)).toBeCloseTo(seconds)
})

test('a jittered delay stays within its bounds and near its average', () => {
  const drawn = Array.from({ length: 2000 }, (_, index) => jittered(10, 0.5, () => index / 2000))
  expect(Math.min(...drawn)).toBeGreaterThanOrEqual(5)
  expect(Math.max(...drawn)).toBeLessThanOrEqual(15)
  const average = drawn.reduce((sum, one) => sum + one, 0) / drawn.length
  expect(average).toBeGreaterThan(9)
  expect(average).toBeLessThan(10.5)
})
