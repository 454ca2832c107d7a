import { expect, it } from 'vitest'
import { resolveRange } from '../../lib/time-range.ts'
import { quantile } from '../flows/queries.ts'
import { parseFlowsSearch } from '../flows/search.ts'
import { dashboardWindow, summarise } from './dashboard.ts'

const day = 'Last 24 hours'

it('the heading says what is wrong', () => {
  const summary = summarise(
    { FAILED: 7, CRASHED: 2, SCHEDULED: 149, late: 3, RUNNING: 12, COMPLETED: 1281 },
    day,
  )
  expect(summary.title).toBe('7 runs failed, 2 crashed, 3 are late')
  expect(summary.lead).toBe('Of 1,305 runs in the last 24 hours. The other 1,293 are fine.')
  expect(summary.upcoming).toBe(146)
})

it('the heading counts one as one', () => {
  expect(summarise({ CRASHED: 1, COMPLETED: 1 }, day).title).toBe('1 run crashed')
  expect(summarise({ SCHEDULED: 1, late: 1 }, day).title).toBe('1 run is late')
  expect(summarise({ FAILED: 1, SCHEDULED: 1, late: 1 }, day).title).toBe('1 run failed, 1 is late')
})

it('good news is a short sentence', () => {
  expect(summarise({ COMPLETED: 20 }, day).title).toBe('Everything went well')
  expect(summarise({ RUNNING: 2 }, day).title).toBe('2 runs under way')
  expect(summarise({}, day)).toMatchObject({
    title: 'Nothing is running',
    lead: 'No run has started in the last 24 hours.',
  })
})

it('a relative range shows half of itself of what is to come', () => {
  expect(dashboardWindow(resolveRange({}, 'utc'), 86_400_000)).toEqual({
    since: 0,
    until: 86_400_000 + 43_200_000,
  })
  const fixed = resolveRange({ from: '2026-11-24T00:00:00Z', to: '2026-11-24T06:00:00Z' }, 'utc')
  expect(dashboardWindow(fixed, 0)).toEqual({
    since: Date.UTC(2026, 10, 24),
    until: Date.UTC(2026, 10, 24, 6),
  })
})

it('quantiles are values that were measured', () => {
  expect(quantile([], 0.5)).toBeNull()
  expect(quantile([5, 1, 3], 0.5)).toBe(3)
  expect(quantile([1, 2, 3, 4], 0.95)).toBe(4)
})

it('the address of the flows list keeps what is known', () => {
  expect(parseFlowsSearch({ name: 'etl', sort: 'CREATED_DESC', page: '2' })).toEqual({
    name: 'etl',
    sort: 'CREATED_DESC',
    page: 2,
  })
  expect(parseFlowsSearch({ sort: 'NAME_ASC', page: 1, tag: '' })).toEqual({})
})
