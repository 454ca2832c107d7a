import type { RefusedTransition } from '@orrery/schemas'
import { describe, expect, it } from 'vitest'
import { buildModel, type GraphV2 } from '../graph/model.ts'
import { slowestFirst } from '../graph/timeline-layout.ts'
import type { LogLine } from '../logs/log-store.ts'
import { moments } from './history.tsx'
import { attemptSpan } from './inspector.tsx'
import { diffParameters } from './parameters.ts'
import { permissionsOf } from './permissions.ts'
import { fingerprint } from './queries.ts'
import { firstError, slowest } from './summary.tsx'
import { dimmedKeys } from './task-names.tsx'
import type { RunState } from './types.ts'

const state = (name: string, second: number): RunState => ({
  id: name,
  type: name.toUpperCase(),
  name,
  timestamp: `2026-03-01T10:00:0${second}.000000Z`,
  message: null,
})
const refusal = (second: number, given: string | null): RefusedTransition => ({
  id: `r${second}`,
  first_seen: `2026-03-01T10:00:0${second}.000000Z`,
  last_seen: `2026-03-01T10:00:0${second}.000000Z`,
  count: 1,
  status: given ? 'REJECT' : 'WAIT',
  reason: '',
  proposed: { type: 'FAILED', name: 'Failed' },
  from: null,
  given: given ? { type: 'SCHEDULED', name: given } : null,
})

describe('the history of a run', () => {
  it('is one order of states and refusals; what was refused comes before what was given instead', () => {
    const list = moments(
      [state('Running', 1), state('AwaitingRetry', 3), state('Pending', 0)],
      [refusal(3, 'AwaitingRetry'), refusal(2, null)],
    )
    expect(list.map((each) => (each.kind === 'state' ? each.state.name : each.refusal.id))).toEqual([
      'Pending',
      'Running',
      'r2',
      'r3',
      'AwaitingRetry',
    ])
    expect(list.map((each) => (each.kind === 'state' ? each.seconds : 'r'))).toEqual([1, 2, 'r', 'r', null])
  })
})

describe('the lines of an attempt', () => {
  const attempts = [1, 2].map((number) => ({
    number,
    state: state('Failed', 0),
    from: number * 1000,
    to: number * 1000 + 300,
  }))
  it('reach from its start to that of the next; the first has what came before, the last what comes after', () => {
    expect(attemptSpan(attempts, 1)).toEqual([0, 1999])
    expect(attemptSpan(attempts, 2)).toEqual([2000, Number.POSITIVE_INFINITY])
  })
  it('are all lines where there was one attempt, or none is chosen', () => {
    expect(attemptSpan(attempts.slice(1), 2)).toBe(null)
    expect(attemptSpan(attempts, undefined)).toBe(null)
  })
})

describe('differences of parameters', () => {
  it('are named by their path; lists are compared whole, and what is gone comes last', () => {
    expect(
      diffParameters(
        { a: 1, gone: true, deep: { x: [1, 2], y: 'same' } },
        { deep: { x: [2], y: 'same' }, a: 1, b: {} },
      ),
    ).toEqual([
      { path: 'deep.x', before: '[1,2]', after: '[2]' },
      { path: 'b', before: undefined, after: '{}' },
      { path: 'gone', before: 'true', after: undefined },
    ])
    expect(diffParameters({ a: 1 }, { a: 1 })).toEqual([])
  })
})

describe('roles', () => {
  it('name the one that an action needs; a role we do not know is left to the server', () => {
    expect(permissionsOf('Viewer')).toEqual({
      run: 'This needs the role Runner; you are a Viewer.',
      manage: 'This needs the role Developer; you are a Viewer.',
    })
    expect(permissionsOf('Runner')).toEqual({
      run: null,
      manage: 'This needs the role Developer; you are a Runner.',
    })
    for (const role of ['Owner', 'Developer', 'Night shift', undefined])
      expect(permissionsOf(role)).toEqual({ run: null, manage: null })
  })
})

describe('errors', () => {
  it('are the same where only numbers and ids differ', () => {
    const a =
      'Flow run encountered an exception: KeyError: order 17 of 0x7f3a at 01900000-0000-7000-8000-0000000000ac'
    const b =
      'Flow run encountered an exception: KeyError: order 4 of 0x1b at 01911111-0000-7000-8000-0000000000ff'
    expect(fingerprint(a)).toBe(fingerprint(b))
    expect(fingerprint(a)).not.toBe(fingerprint('KeyError: orders'))
    expect(fingerprint(null)).toBe('')
  })

  it('begin with the first that has a traceback', () => {
    const line = (id: string, level: number, message: string): LogLine => ({
      id,
      level,
      message,
      name: '',
      timestamp: '',
      flow_run_id: null,
      task_run_id: null,
      at: 0,
    })
    const lines = [
      line('a', 20, 'Traceback (most recent call last): quoted'),
      line('b', 40, 'it went wrong'),
      line('c', 40, 'because\nTraceback (most recent call last):\nValueError'),
    ]
    expect(firstError(lines)?.id).toBe('c')
    expect(firstError(lines.slice(0, 2))?.id).toBe('b')
    expect(firstError(lines.slice(0, 1))).toBe(undefined)
  })
})

describe('names of tasks', () => {
  it('lose their key only where no other task begins the same', () => {
    const names = new Map([
      ['1', 'enrich-0cd'],
      ['2', 'load-1a1'],
      ['3', 'load-77d'],
      ['4', 'extract orders'],
    ])
    const fact = (id: string, key_length: number) => ({ id, key_length })
    expect([
      ...dimmedKeys(names, [fact('1', 3), fact('2', 3), fact('3', 3), fact('4', 0), fact('5', 3)]),
    ]).toEqual([['1', 4]])
  })
})

describe('the slowest tasks', () => {
  const at = (second: number | null) => (second === null ? null : new Date(second * 1000).toISOString())
  const graph: GraphV2 = {
    start_time: at(0),
    end_time: at(60),
    root_node_ids: [],
    artifacts: [],
    states: [],
    nodes: (
      [
        ['short', 'COMPLETED', 0, 2],
        ['long', 'COMPLETED', 1, 30],
        ['never', 'PENDING', 5, null],
        ['open', 'RUNNING', 50, null],
      ] as const
    ).map(([id, state_type, start, end]) => [
      id,
      {
        kind: 'task-run',
        id,
        label: id,
        state_type,
        start_time: at(start),
        end_time: at(end),
        parents: [],
        children: [],
        encapsulating: [],
        artifacts: [],
      },
    ]),
  }
  const model = buildModel(graph)
  it('are counted up to now where they still run; what never started is none', () => {
    expect(slowest(model, 60_000, 5).map((i) => model.ids[i])).toEqual(['long', 'open', 'short'])
    expect(slowest(model, 600_000, 1).map((i) => model.ids[i])).toEqual(['open'])
  })
  it('stand first in the Timeline when it is asked to', () => {
    const rows = [0, 1, 3].map((node) => ({ node, level: 1, depth: 2, ready: Number.NaN }))
    expect(slowestFirst(rows, model, 60_000).map(({ node, level }) => [node, level])).toEqual([
      [1, 0],
      [3, 0],
      [0, 0],
    ])
  })
})
