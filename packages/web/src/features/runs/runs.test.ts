import type { HistoryBucket } from '@orrery/schemas'
import { describe, expect, it } from 'vitest'
import type { LiveEvent } from '../../lib/live.ts'
import { graphOf } from '../graph/fixture.ts'
import { buildModel } from '../graph/model.ts'
import { refusal } from './actions.ts'
import { columnsOf, lookCounts, niceMax } from './charts/history.ts'
import { nearestPoint, scatterScale } from './charts/scatter.tsx'
import { diagnose, firstLine } from './diagnosis.ts'
import { attemptsOf } from './inspector.tsx'
import { patchGraph, type RunEvent, runEvent, withState } from './live.ts'
import { median } from './queries.ts'
import { parseRunSearch, parseRunsSearch } from './search.ts'
import type { FlowRun, RunState } from './types.ts'

const NOW = Date.UTC(2026, 10, 24, 12)
const iso = (ms: number): string => new Date(ms).toISOString()

const run = (over: Partial<FlowRun> = {}): FlowRun => ({
  id: 'r',
  created: iso(NOW),
  name: 'peach-marmot',
  tags: [],
  state: { id: 's', type: 'FAILED', name: 'Failed', timestamp: iso(NOW), message: null },
  state_type: 'FAILED',
  state_name: 'Failed',
  run_count: 1,
  expected_start_time: iso(NOW - 60_000),
  next_scheduled_start_time: null,
  start_time: iso(NOW - 60_000),
  end_time: iso(NOW),
  total_run_time: 60,
  estimated_run_time: 60,
  estimated_start_time_delta: 0,
  flow_id: 'f',
  deployment_id: null,
  deployment_version: null,
  flow_version: null,
  parameters: {},
  parent_task_run_id: null,
  auto_scheduled: false,
  work_queue_name: null,
  ...over,
})

describe('addresses', () => {
  it('of a run keep what is known and forget the rest', () => {
    expect(parseRunSearch({ view: 'radar', sel: 'a,b', level: '30', t0: 5, t1: 9, junk: 1 })).toEqual({
      view: 'radar',
      sel: 'a,b',
      level: 30,
      t0: 5,
      t1: 9,
    })
    expect(parseRunSearch({ view: 'pie', level: 0, t0: 9, t1: 5, sel: '' })).toEqual({})
    expect(parseRunSearch({ q: 404 })).toEqual({ q: '404' })
  })

  it('of the list hold its filters', () => {
    expect(
      parseRunsSearch({ state: 'failed|crashed', sort: 'NAME_ASC', tab: 'task-runs', subflows: 'hide' }),
    ).toEqual({
      state: 'failed|crashed',
      sort: 'NAME_ASC',
      tab: 'task-runs',
      subflows: 'hide',
    })
    expect(parseRunsSearch({ sort: 'BY_MOOD', tab: 'flow-runs', chart: 'pie', subflows: 'show' })).toEqual({})
  })
})

describe('history', () => {
  const buckets: HistoryBucket[] = [
    {
      interval_start: iso(NOW),
      interval_end: iso(NOW + 60_000),
      states: [
        {
          state_type: 'COMPLETED',
          state_name: 'Completed',
          count_runs: 3,
          sum_estimated_run_time: 30,
          sum_estimated_lateness: 3,
        },
        {
          state_type: 'COMPLETED',
          state_name: 'Cached',
          count_runs: 1,
          sum_estimated_run_time: 2,
          sum_estimated_lateness: 1,
        },
        {
          state_type: 'FAILED',
          state_name: 'TimedOut',
          count_runs: 1,
          sum_estimated_run_time: 8,
          sum_estimated_lateness: 1,
        },
        {
          state_type: 'SCHEDULED',
          state_name: 'Late',
          count_runs: 2,
          sum_estimated_run_time: 0,
          sum_estimated_lateness: 70,
        },
        {
          state_type: 'SCHEDULED',
          state_name: 'Scheduled',
          count_runs: 5,
          sum_estimated_run_time: 0,
          sum_estimated_lateness: 0,
        },
      ],
    },
    { interval_start: iso(NOW + 60_000), interval_end: iso(NOW + 120_000), states: [] },
  ]

  it('sorts states into good news, bad news and what is to come', () => {
    expect(columnsOf(buckets)[0]).toEqual({
      from: NOW,
      to: NOW + 60_000,
      completed: 4,
      running: 0,
      waiting: 0,
      scheduled: 5,
      failed: 1,
      crashed: 0,
      late: 2,
      cancelled: 0,
      total: 12,
    })
    const { all, of } = lookCounts(buckets)
    expect(all).toBe(12)
    expect(Object.fromEntries(of)).toEqual({ completed: 3, cached: 1, timedout: 1, late: 2, scheduled: 5 })
  })

  it('has round scales', () => {
    expect([0, 3, 6, 18, 22, 60, 101].map(niceMax)).toEqual([5, 5, 10, 20, 25, 100, 200])
  })

  it('finds the run under a click in the scatter, within a finger’s reach', () => {
    const points = [
      { id: 'a', state_type: 'COMPLETED', timestamp: iso(NOW), duration: 10 },
      { id: 'b', state_type: 'FAILED', timestamp: iso(NOW + 50_000), duration: 1000 },
    ]
    const frame = { from: NOW - 50_000, to: NOW + 50_000, height: 116 }
    const y = scatterScale(points, 116).y(10)
    expect(nearestPoint(points, { share: 0.505, y: y + 3, width: 1000 }, frame)?.id).toBe('a')
    expect(nearestPoint(points, { share: 0.7, y, width: 1000 }, frame)).toBeNull()
  })
})

describe('the diagnosis', () => {
  const model = buildModel(
    graphOf([
      ['a', 'COMPLETED', 0, 1],
      ['b', 'FAILED', 1, 5, ['a']],
      ['c', 'PENDING', 5, null, ['b']],
      ['d', 'PENDING', 5, null, ['c']],
      ['x', 'CRASHED', 1, 2, ['a']],
    ]),
    { ended: true },
  )
  const facts = {
    model,
    messages: new Map([['b', 'Task run encountered an exception ValueError: no']]),
    attempts: new Map([['b', 3]]),
    now: NOW,
  }

  it('names the task, its attempts, its victims and what else went wrong', () => {
    expect(diagnose({ ...facts, run: run() })).toEqual({
      tone: 'failed',
      title: 'b failed after 3 attempts, so 2 tasks never started.',
      task: 'b',
      message: 'ValueError: no',
      more: 'x crashed too; nothing depends on it.',
    })
  })

  it('blames the flow when no task failed', () => {
    const state = {
      id: 's',
      type: 'FAILED',
      name: 'Failed',
      timestamp: iso(NOW),
      message: 'Flow run encountered an exception: KeyError: 1',
    }
    expect(diagnose({ ...facts, model: buildModel(graphOf([])), run: run({ state }) })).toEqual({
      tone: 'failed',
      title: 'The flow itself failed.',
      message: 'KeyError: 1',
    })
  })

  it('says how late a run is and where it waits', () => {
    const late = run({
      state_type: 'SCHEDULED',
      state_name: 'Late',
      expected_start_time: iso(NOW - 7_000_000),
      work_pool_name: 'k8s',
      work_queue_name: 'default',
    })
    expect(diagnose({ ...facts, run: late })).toMatchObject({
      tone: 'late',
      title: 'This run should have started 1h 56m ago, and nothing has taken it.',
      more: 'It waits in k8s / default. Start a worker: prefect worker start --pool "k8s"',
    })
  })

  it('has nothing to say about a run that goes well', () => {
    expect(diagnose({ ...facts, run: run({ state_type: 'COMPLETED', state_name: 'Completed' }) })).toBeNull()
    expect(diagnose({ ...facts, run: run({ state_type: 'RUNNING', state_name: 'Running' }) })).toBeNull()
  })

  it('quotes the line that says what happened', () => {
    expect(firstLine('Traceback (most recent call last):\n  File "x"\nValueError: no\n')).toBe(
      'ValueError: no',
    )
    expect(firstLine('\nBroken\nmore')).toBe('Broken')
  })
})

describe('actions', () => {
  it('are refused with a reason', () => {
    expect(refusal('retry', run())).toBe(
      'It was started by a script, not by a deployment: run the script again.',
    )
    expect(refusal('retry', run({ deployment_id: 'd' }))).toBeNull()
    expect(refusal('retry', run({ deployment_id: 'd', state_type: 'RUNNING' }))).toBe(
      'The run has not ended yet.',
    )
    expect(refusal('cancel', run())).toBe('The run has already ended.')
    expect(refusal('cancel', run({ state_type: 'RUNNING' }))).toBeNull()
    expect(refusal('resume', run({ state_type: 'PAUSED' }))).toBeNull()
  })
})

describe('live events', () => {
  const raw = (over: Partial<LiveEvent> = {}): LiveEvent => ({
    id: 'e',
    event: 'prefect.task-run.Completed',
    occurred: iso(NOW + 1_000),
    resource: {
      'prefect.resource.id': 'prefect.task-run.t',
      'prefect.resource.name': 'load',
      'prefect.state-type': 'COMPLETED',
      'prefect.state-name': 'Completed',
    },
    related: [{ 'prefect.resource.id': 'prefect.flow-run.r', 'prefect.resource.role': 'flow-run' }],
    payload: {},
    ...over,
  })

  it('are read as state changes, and others are left alone', () => {
    expect(runEvent(raw())).toEqual({
      kind: 'task-run',
      id: 't',
      name: 'load',
      type: 'COMPLETED',
      state: 'Completed',
      occurred: iso(NOW + 1_000),
      flowRunId: 'r',
    })
    expect(runEvent(raw({ resource: { 'prefect.resource.id': 'prefect.deployment.d' } }))).toBeNull()
    expect(
      runEvent(raw({ resource: { 'prefect.resource.id': 'prefect.flow-run.r' }, payload: {} })),
    ).toBeNull()
  })

  const event = (over: Partial<RunEvent> = {}): RunEvent => ({ ...(runEvent(raw()) as RunEvent), ...over })

  it('patch a record, but never with an older state', () => {
    const patched = withState(run({ state_type: 'RUNNING', state_name: 'Running', end_time: null }), event())
    expect([patched.state_type, patched.end_time]).toEqual(['COMPLETED', iso(NOW + 1_000)])
    const newer = run()
    expect(withState(newer, event({ occurred: iso(NOW - 5_000) }))).toBe(newer)
  })

  it('patch one node of the graph, and ask for the graph when the node is new', () => {
    const graph = graphOf([
      ['t', 'RUNNING', 1, null],
      ['u', 'RUNNING', 1, null],
    ])
    const patched = patchGraph(graph, event())
    expect(patched?.nodes.map(([, node]) => node.state_type)).toEqual(['COMPLETED', 'RUNNING'])
    expect(patched?.nodes[1]).toBe(graph.nodes[1])
    expect(patchGraph(graph, event({ id: 'new' }))).toBeNull()
  })
})

describe('attempts', () => {
  const state = (type: string, name: string, s: number): RunState => ({
    id: `${s}`,
    type,
    name,
    timestamp: iso(NOW + s * 1000),
    message: null,
  })
  it('are what lies between running and what ended it', () => {
    const list = attemptsOf([
      state('PENDING', 'Pending', 0),
      state('RUNNING', 'Running', 1),
      state('SCHEDULED', 'AwaitingRetry', 4),
      state('RUNNING', 'Retrying', 10),
      state('COMPLETED', 'Completed', 12),
    ])
    expect(list.map((a) => [a.number, a.state.type, a.from - NOW, (a.to ?? 0) - NOW])).toEqual([
      [1, 'FAILED', 1_000, 4_000],
      [2, 'COMPLETED', 10_000, 12_000],
    ])
  })
})

it('the median of an even number of values lies between the two in the middle', () => {
  expect(median([])).toBeNull()
  expect(median([3, 1, 2])).toBe(2)
  expect(median([4, 1, 2, 3])).toBe(2.5)
})
