import { describe, expect, it } from 'vitest'
import { resolveRange } from '../../lib/time-range.ts'
import {
  chipsOf,
  flowRunsBody,
  hasFilter,
  rangeOf,
  stateFilter,
  taskRunsBody,
  timeWindow,
  withoutChip,
} from './filter.ts'
import { NO_CONTEXT, type ReadContext, readFilter } from './read-filter.ts'
import { type RunsFilter, sortOf } from './search.ts'
import { readDuration, readGroups, readInstant, readSpan, writeGroups } from './terms.ts'
import { lastWord } from './use-suggestions.ts'

const NOW = Date.UTC(2026, 10, 24, 12)
const day = resolveRange({}, 'utc')
const iso = (ms: number): string => new Date(ms).toISOString()
const HOUR = 3_600_000
const MIRA = '01932f91-77b2-7000-8000-00000000aaaa'
const context: ReadContext = {
  ...NO_CONTEXT,
  zone: 'utc',
  me: { id: MIRA },
  creators: new Map([
    [MIRA, 'Mira Okafor'],
    ['01932f91-77b2-7000-8000-00000000bbbb', 'Jonas Lind'],
  ]),
  stateNames: ['Skipped'],
}
const read = (line: string, old: RunsFilter = {}) => readFilter(line, old, context)
const filterOf = (line: string, old: RunsFilter = {}) => read(line, old).filter
const why = (line: string, old: RunsFilter = {}) => read(line, old).problems

describe('the language of the filter', () => {
  it('has prefixes, long and short; a bare word is part of a run’s name', () => {
    expect(read('flow:nightly state:failed|crashed tag:"tier 1" peach')).toEqual({
      filter: { flow: 'nightly', state: 'failed|crashed', tag: 'tier 1', name: 'peach' },
      rest: '',
      problems: [],
    })
    for (const [line, filter] of [
      ['f:a', { flow: 'a' }],
      ['d:a', { deployment: 'a' }],
      ['fr:a', { name: 'a' }],
      ['flow_run:a', { name: 'a' }],
      ['tr:a', { task: 'a' }],
      ['task_run:a', { task: 'a' }],
      ['s:late', { state: 'late' }],
      ['fr_state:late', { state: 'late' }],
      ['task_run_tag:x', { tag: 'x' }],
      ['frn:2h', { newer: '2h' }],
      ['version:v1|v2', { version: 'v1|v2' }],
      ['subflows:hide', { subflows: 'hide' }],
    ] as const)
      expect(filterOf(line)).toEqual(filter)
  })

  it('a bare word is part of a task run’s name where task runs are listed', () => {
    expect(readFilter('load', {}, { ...context, tab: 'task-runs' }).filter).toEqual({ task: 'load' })
  })

  it('quotes mean exactly, a stroke means or, several words mean and', () => {
    expect(filterOf('flow:"nightly"')).toEqual({ flow: '=nightly' })
    expect(filterOf('flow:etl|"a b"')).toEqual({ flow: 'etl|=a b' })
    expect(filterOf('flow:etl flow:prod|dev')).toEqual({ flow: 'etl&prod|dev' })
    expect(filterOf('tag:a tag:b')).toEqual({ tag: 'a&b' })
    expect(filterOf('"state:sad"')).toEqual({ name: '=state:sad' })
  })

  it('a run has one state and one starter: two words of them mean either', () => {
    expect(filterOf('s:late', { state: 'failed' })).toEqual({ state: 'failed|late' })
    expect(filterOf('by:me by:automation')).toEqual({ by: `${MIRA}|automation` })
  })

  it('knows states by our words, by the API’s, by the names that runs have, and any name in quotes', () => {
    expect(filterOf('state:FAILED')).toEqual({ state: 'failed' })
    expect(filterOf('state:not_ready|"Timed out"')).toEqual({ state: 'blocked|=Timed out' })
    expect(filterOf('state:TimedOut')).toEqual({ state: 'timedout' })
    expect(filterOf('state:skipped')).toEqual({ state: '=Skipped' })
    expect(filterOf('state:"Half Done"')).toEqual({ state: '=Half Done' })
  })

  it('knows who started runs by name', () => {
    expect(filterOf('by:jonas')).toEqual({ by: '01932f91-77b2-7000-8000-00000000bbbb' })
    expect(filterOf('by:"Mira Okafor"')).toEqual({ by: MIRA })
  })

  it('reads days and times in the reader’s zone, and keeps them as instants', () => {
    expect(filterOf('after:2026-11-20 before:2026-11-21T09:30')).toEqual({
      after: '2026-11-20T00:00:00.000Z',
      before: '2026-11-21T09:30:00.000Z',
    })
    expect(readInstant('2026-11-20T10:00+02:00', 'local')).toBe(Date.UTC(2026, 10, 20, 8))
    expect(readInstant('2026-13-40', 'utc')).toBeNull()
  })

  it('takes what makes sense, gives the rest back as it was typed, and says of each word what is wrong', () => {
    expect(read('state:sad colour:"light red" tag:a')).toEqual({
      filter: { tag: 'a' },
      rest: 'state:sad colour:"light red"',
      problems: [
        expect.stringMatching(/^“state:sad”: there is no state “sad”\. States are completed, cached, /),
        expect.stringMatching(
          /^“colour:"light red"”: there is no filter “colour”\. Filters are state, flow, /,
        ),
      ],
    })
    expect(why('newer:soon')).toEqual(['“newer:soon”: “soon” is no length of time. Write 30m, 2h or 7d.'])
    expect(why('duration:long')).toEqual([
      '“duration:long”: “long” is no duration. Write >10m, <1h or 10m..1h.',
    ])
    expect(why('after:yesterday')[0]).toBe(
      '“after:yesterday”: “yesterday” is no date. Write 2026-11-24 or 2026-11-24T09:30.',
    )
    expect(why('before:2026-11-01', { after: '2026-11-20T00:00:00.000Z' })[0]).toContain(
      'nothing can be before',
    )
    expect(why('tag:"a')).toEqual(['“tag:"a”: its quote is not closed.'])
    expect(why('flow:')).toEqual(['“flow:”: it has no value. Write flow:something.'])
    expect(why('parent:peach')[0]).toContain('“peach” is not a run’s id')
    expect(why('by:nobody')[0]).toContain('nobody whose name has “nobody” started a run in this list')
    expect(why('tag:c|d', { tag: 'a|b' })).toEqual(['“tag:c|d”: only one of the tag filters can have a “|”.'])
    expect(readFilter('by:me', {}, NO_CONTEXT).problems).toEqual(['“by:me”: nobody is signed in.'])
  })

  it('completes the last word, spaces in quotes included', () => {
    expect(lastWord('state:failed flow:ni')).toBe('flow:ni')
    expect(lastWord('state:failed tag:"tier ')).toBe('tag:"tier ')
    expect(lastWord('state:failed ')).toBe('')
  })
})

describe('values in the address', () => {
  it('hold signs of the language in them', () => {
    for (const groups of [
      [[{ value: 'a|b', exact: false }]],
      [[{ value: '=x', exact: false }], [{ value: 'y & z', exact: true }]],
      [[{ value: 'back\\slash', exact: true }]],
    ])
      expect(readGroups(writeGroups(groups))).toEqual(groups)
    expect(writeGroups([])).toBeUndefined()
  })

  it('are durations in two forms', () => {
    expect(['90', '90s', '1h30m', '1.5h', '2d', '1w', '5min'].map(readDuration)).toEqual([
      90, 90, 5400, 5400, 172_800, 604_800, 300,
    ])
    expect(['', 'soon', '5x', '-1h'].map(readDuration)).toEqual([null, null, null, null])
    expect(['>10m', '<=1h', '10m..1h', '5m'].map(readSpan)).toEqual([
      { longer: 600 },
      { shorter: 3600 },
      { longer: 600, shorter: 3600 },
      { longer: 300 },
    ])
    expect(['1h..10m', '>', 'x'].map(readSpan)).toEqual([null, null, null])
  })

  it('an order that the tab’s list does not have is the usual one', () => {
    expect(sortOf('task-runs', 'DURATION_DESC')).toBe('DURATION_DESC')
    expect(sortOf('flow-runs', 'DURATION_DESC')).toBe('EXPECTED_START_TIME_DESC')
    expect(sortOf('flow-runs', undefined)).toBe('EXPECTED_START_TIME_DESC')
  })
})

describe('the filter as the API takes it', () => {
  it('asks for types, for names, or for either', () => {
    expect(stateFilter(undefined)).toBeUndefined()
    expect(stateFilter('failed|crashed')).toEqual({ type: { any_: ['FAILED', 'CRASHED'] } })
    expect(stateFilter('late')).toEqual({ name: { any_: ['Late'] } })
    expect(stateFilter('failed|late|=Skipped')).toEqual({
      operator: 'or_',
      type: { any_: ['FAILED'] },
      name: { any_: ['Late', 'Skipped'] },
    })
  })

  it('is about the range, about now, about what is to come, or about its own time', () => {
    expect(timeWindow({}, day, NOW)).toEqual({ after_: iso(NOW - 24 * HOUR), before_: iso(NOW) })
    expect(timeWindow({ state: 'running|late' }, day, NOW)).toEqual({})
    expect(timeWindow({ state: 'scheduled' }, day, NOW)).toEqual({
      after_: iso(NOW - 24 * HOUR),
      before_: iso(NOW + 24 * HOUR),
    })
    expect(timeWindow({ parent: 'x' }, day, NOW)).toEqual({})
    expect(timeWindow({ newer: '2h', state: 'running' }, day, NOW)).toEqual({
      after_: iso(NOW - 2 * HOUR),
      before_: iso(NOW),
    })
    expect(timeWindow({ older: '2h' }, day, NOW)).toEqual({
      after_: iso(NOW - 2 * HOUR - 30 * 24 * HOUR),
      before_: iso(NOW - 2 * HOUR),
    })
    const bounds = rangeOf({ after: iso(NOW), before: iso(NOW - HOUR) }, day).bounds(NOW)
    expect(bounds.until - bounds.since).toBe(1000)
    expect(rangeOf({ flow: 'a' }, day)).toBe(day)
  })

  it('of flow runs', () => {
    const id = '01932f91-77b2-7000-8000-000000000001'
    expect(
      flowRunsBody(
        {
          state: 'late',
          flow: id,
          tag: 'a|b&c',
          name: 'pea',
          task: '=load',
          by: `user|${MIRA}`,
          duration: '>10m',
          version: 'v1',
          subflows: 'hide',
        },
        day,
        NOW,
      ),
    ).toEqual({
      flow_runs: {
        state: { name: { any_: ['Late'] } },
        tags: { any_: ['a', 'b'], all_: ['c'] },
        name: { like_: 'pea' },
        created_by: { operator: 'or_', type_: ['USER'], id_: [MIRA] },
        run_time: { longer_: 600, at_: iso(NOW) },
        flow_version: { any_: ['v1'] },
        parent_task_run_id: { is_null_: true },
      },
      flows: { id: { any_: [id] } },
      task_runs: { name: { any_: ['load'] } },
    })
    expect(flowRunsBody({ state: 'failed' }, day, NOW, false).flow_runs).toEqual({
      expected_start_time: { after_: iso(NOW - 24 * HOUR), before_: iso(NOW) },
    })
  })

  it('of names: a part, exactly, several, and groups of them', () => {
    const flows = (flow: string) => flowRunsBody({ flow }, day, NOW).flows
    expect(flows('night')).toEqual({ name: { like_: 'night' } })
    expect(flows('night*')).toEqual({ name: { like_: 'night' } })
    expect(flows('=a|=b')).toEqual({ name: { any_: ['a', 'b'] } })
    expect(flows('a|=b&c')).toEqual({
      name: { matches_: [[{ like_: 'a' }, { is_: 'b' }], [{ like_: 'c' }]] },
    })
  })

  it('of task runs: what is asked of their flow run goes to it', () => {
    const id = '01932f91-77b2-7000-8000-000000000001'
    expect(taskRunsBody({ parent: id }, day, NOW)).toEqual({ task_runs: { flow_run_id: { any_: [id] } } })
    expect(taskRunsBody({ task: 'load', name: 'peach', by: 'user', newer: '1h' }, day, NOW)).toEqual({
      task_runs: {
        expected_start_time: { after_: iso(NOW - HOUR), before_: iso(NOW) },
        name: { like_: 'load' },
      },
      flow_runs: { name: { like_: 'peach' }, created_by: { type_: ['USER'] } },
    })
  })
})

describe('chips', () => {
  const names = (_: string, value: string): string => value
  it('there is one for each thing that is asked', () => {
    const filter: RunsFilter = {
      state: 'failed|late',
      flow: 'etl&=nightly',
      duration: '10m..1h',
      newer: '90m',
      before: '2026-11-24T09:30:00.000Z',
      subflows: 'hide',
    }
    expect(chipsOf(filter, names, 'utc').map(({ word, value }) => `${word} ${value}`)).toEqual([
      'state failed or late',
      'flow has etl',
      'flow nightly',
      'took 10m 00s to 1h 00m',
      'before 24 Nov, 09:30',
      'newer than 1h 30m',
      'sub-flows hidden',
    ])
    expect(hasFilter(filter)).toBe(7)
  })

  it('each is taken off alone', () => {
    const filter: RunsFilter = { flow: 'etl&=nightly', tag: 'a', newer: '2h' }
    expect(withoutChip(filter, { key: 'flow', group: 0 })).toEqual({
      flow: '=nightly',
      tag: 'a',
      newer: '2h',
    })
    expect(withoutChip(filter, { key: 'tag', group: 0 })).toEqual({ flow: 'etl&=nightly', newer: '2h' })
    expect(withoutChip(filter, { key: 'newer', group: 0 })).toEqual({ flow: 'etl&=nightly', tag: 'a' })
  })
})
