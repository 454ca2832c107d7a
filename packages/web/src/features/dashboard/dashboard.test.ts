import { expect, it } from 'vitest'
import { resolveRange } from '../../lib/time-range.ts'
import { quantile } from '../flows/queries.ts'
import { parseFlowsSearch } from '../flows/search.ts'
import { stretches } from './band.tsx'
import { dashboardWindow, delta, laneLook, markAt, summarise } from './dashboard.ts'
import { parseDashboardSearch } from './search.ts'
import { untilWords } from './strip.tsx'

const day = 'Last 24 hours'

/** What the server counts, with `late` and `running` of now. */
const facts = (counts: Record<string, number>, more: { coming?: number } = {}) => ({
  counts,
  open: { running: counts.RUNNING ?? 0, late: counts.late ?? 0 },
  next_day: { until: '', count: more.coming ?? 0, flows: [] },
})

it('the heading says what is wrong', () => {
  const counts = { FAILED: 7, CRASHED: 2, SCHEDULED: 3, late: 3, RUNNING: 12, COMPLETED: 1281 }
  const summary = summarise(facts(counts, { coming: 146 }), day)
  expect(summary.title).toBe('7 runs failed, 2 crashed, 3 are late')
  expect(summary.lead).toBe('Of 1,305 runs in the last 24 hours. The other 1,293 are fine.')
  expect(summary).toMatchObject({ upcoming: 146, ended: 1290, total: 1305 })
})

it('what is late is said also when it was due before the window', () => {
  const before = { ...facts({ COMPLETED: 4, late: 0 }), open: { running: 0, late: 2 } }
  expect(summarise(before, day)).toMatchObject({
    title: '2 runs are late',
    lead: 'Of 4 runs in the last 24 hours. The other 4 are fine.',
  })
})

it('the heading counts one as one', () => {
  expect(summarise(facts({ CRASHED: 1, COMPLETED: 1 }), day).title).toBe('1 run crashed')
  expect(summarise(facts({ SCHEDULED: 1, late: 1 }), day).title).toBe('1 run is late')
  expect(summarise(facts({ FAILED: 1, SCHEDULED: 1, late: 1 }), day).title).toBe('1 run failed, 1 is late')
})

it('good news is a short sentence', () => {
  expect(summarise(facts({ COMPLETED: 20 }), day).title).toBe('Everything went well')
  expect(summarise(facts({ RUNNING: 2 }), day).title).toBe('2 runs under way')
  expect(summarise(facts({}, { coming: 5 }), day).title).toBe('5 runs to come')
  expect(summarise(facts({}), day)).toMatchObject({
    title: 'Nothing is running',
    lead: 'No run was due in the last 24 hours.',
  })
})

it('a count is told against the time before', () => {
  expect(delta(7, 2, { name: '24h' })).toBe('5 more than the day before')
  expect(delta(2, 1502, { name: '7d' })).toBe('1,500 fewer than the week before')
  expect(delta(3, 3, { name: '1h' })).toBe('as many as the hour before')
  expect(delta(1, 0, {})).toBe('1 more than the time before')
})

it('a lane is known by the worst that happened', () => {
  const none = { failed: 0, crashed: 0, late: 0, running: 0, ended: 0 }
  expect(laneLook({ ...none, failed: 2, crashed: 1, ended: 9 })).toBe('failed')
  expect(laneLook({ ...none, failed: 1, crashed: 2, ended: 9 })).toBe('crashed')
  expect(laneLook({ ...none, late: 1, running: 1 })).toBe('late')
  expect(laneLook({ ...none, running: 1, ended: 9 })).toBe('running')
  expect(laneLook({ ...none, ended: 9 })).toBe('completed')
  expect(laneLook(none)).toBe('scheduled')
})

it('a click on a lane means the nearest mark, and a bar all along', () => {
  const mark = (at: number, took: number | null) => ({
    state_type: 'COMPLETED',
    state_name: 'Completed',
    count: 1,
    at,
    took,
  })
  const marks = [mark(100, 10), mark(400, 300), mark(900, null)]
  const box = { seconds: 1000, width: 500 }
  expect(markAt(marks, 0.105, box)).toBe(marks[0])
  expect(markAt(marks, 0.6, box)).toBe(marks[1])
  expect(markAt(marks, 0.91, box)).toBe(marks[2])
  expect(markAt(marks, 0.3, box)).toBeUndefined()
  expect(markAt([], 0.3, box)).toBeUndefined()
})

it('a band bridges a few empty steps, and a long silence is a gap', () => {
  const q = (p50: number) => ({ p50, p95: p50 * 2, count: 1 })
  const values = [q(1), null, null, q(2), null, null, null, null, null, q(3)]
  expect(stretches(values).map((points) => points.map((point) => point.x))).toEqual([[0.5, 3.5], [9.5]])
  expect(stretches([null, null])).toEqual([])
})

it('the address of the dashboard says whether it is read as tables', () => {
  expect(parseDashboardSearch({ view: 'table' })).toEqual({ view: 'table' })
  expect(parseDashboardSearch({ view: 'x' })).toEqual({})
})

it('how long until a run is told in words', () => {
  const at = (seconds: number) => untilWords(new Date(seconds * 1000).toISOString(), 0)
  expect([at(20), at(180), at(8_280), at(-5)]).toEqual(['any moment', 'in 3 min', 'in 2h 18m', 'any moment'])
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
