import { expect, it } from 'vitest'
import { sentence, trendOf } from './flow-page.tsx'
import { healthWords } from './flow-row.tsx'
import { parseFlowSearch } from './search.ts'

it('a flow is told in a sentence', () => {
  expect(sentence(0, 0)).toBe('No run of it has ended yet.')
  expect(sentence(1, 1)).toBe('Its one run went well.')
  expect(sentence(0, 1)).toBe('Its one run did not go well.')
  expect(sentence(50, 50)).toBe('All of its last 50 runs went well.')
  expect(sentence(46, 50)).toBe('46 of its last 50 runs went well.')
})

it('a trend is told when the later half differs by a fifth', () => {
  const runs = (later: number, earlier: number) => [
    ...Array.from({ length: 5 }, () => later),
    ...Array.from({ length: 5 }, () => earlier),
  ]
  expect(trendOf(runs(15, 10))).toBeCloseTo(0.5)
  expect(trendOf(runs(5, 10))).toBeCloseTo(-0.5)
  expect(trendOf(runs(11, 10))).toBeNull()
  expect(trendOf([9, 1, 1])).toBeNull()
  expect(trendOf(runs(1, 0))).toBeNull()
})

it('the strip is told in words', () => {
  const run = (state_type: string) => ({
    id: '1',
    name: 'a',
    state_type,
    state_name: '',
    start_time: '',
    end_time: null,
    run_time: 1,
  })
  expect(healthWords(undefined)).toBe('It never ran')
  expect(healthWords({ runs: [run('COMPLETED')], next: null })).toBe('1 run, none of them failed or crashed')
  expect(healthWords({ runs: [run('FAILED'), run('CRASHED'), run('RUNNING')], next: null })).toBe(
    '3 runs, 2 of them failed or crashed',
  )
})

it('the address of a flow keeps what is known', () => {
  expect(parseFlowSearch({ state: 'failed|crashed', sort: 'NAME_ASC', view: 'table' })).toEqual({
    state: 'failed|crashed',
    sort: 'NAME_ASC',
    view: 'table',
  })
  expect(parseFlowSearch({ state: '', sort: 'x', view: 'x', y: 1 })).toEqual({})
})
