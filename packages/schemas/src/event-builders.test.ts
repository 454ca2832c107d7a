import { describe, expect, it } from 'vitest'
import { flowRunStateEvent } from './event-builders.ts'

const pending = {
  id: '00000000-0000-7000-8000-00000000000a',
  type: 'PENDING',
  name: 'Pending',
  timestamp: 1_767_225_600_000_000,
} as const
const running = {
  id: '00000000-0000-7000-8000-00000000000b',
  type: 'RUNNING',
  name: 'Running',
  timestamp: 1_767_225_601_250_001,
  message: 'Off we go',
} as const
const run = { id: 'r1', name: 'quiet-fox', run_count: 1, tags: ['b', 'a'] }
const flow = { id: 'f1', name: 'etl', tags: ['c', 'a'] }

describe('flowRunStateEvent', () => {
  it('takes id and time from the state and follows the state before it', () => {
    const event = flowRunStateEvent({ run, flow, initialState: pending, validatedState: running })
    expect(event).toEqual({
      id: running.id,
      occurred: running.timestamp,
      event: 'prefect.flow-run.Running',
      resource: {
        'prefect.resource.id': 'prefect.flow-run.r1',
        'prefect.resource.name': 'quiet-fox',
        'prefect.run-count': '1',
        'prefect.state-message': 'Off we go',
        'prefect.state-name': 'Running',
        'prefect.state-timestamp': '2026-01-01T00:00:01.250001+00:00',
        'prefect.state-type': 'RUNNING',
      },
      related: [
        {
          'prefect.resource.id': 'prefect.flow.f1',
          'prefect.resource.role': 'flow',
          'prefect.resource.name': 'etl',
        },
        { 'prefect.resource.id': 'prefect.tag.a', 'prefect.resource.role': 'tag' },
        { 'prefect.resource.id': 'prefect.tag.b', 'prefect.resource.role': 'tag' },
        { 'prefect.resource.id': 'prefect.tag.c', 'prefect.resource.role': 'tag' },
      ],
      payload: {
        intended: { from: 'PENDING', to: 'RUNNING' },
        initial_state: { type: 'PENDING', name: 'Pending' },
        validated_state: { type: 'RUNNING', name: 'Running', message: 'Off we go' },
      },
      follows: pending.id,
    })
  })

  it('does not follow a state that is five minutes old', () => {
    const late = { ...running, timestamp: pending.timestamp + 300_000_000 }
    expect(flowRunStateEvent({ run, flow, initialState: pending, validatedState: late }).follows).toBeNull()
  })

  it('names deployment, queue, pool with its type, parent task run and creator', () => {
    const { related, payload } = flowRunStateEvent({
      run: { ...run, tags: [], created_by: { id: 'd1', type: 'DEPLOYMENT', display_value: 'nightly' } },
      flow: null,
      deployment: { id: 'd1', name: 'nightly' },
      workQueue: { id: 'q1', name: 'default' },
      workPool: { id: 'p1', name: 'box', type: 'process' },
      parentTaskRun: { id: 't1', name: 'child-0', tags: ['x'] },
      initialState: null,
      validatedState: { ...running, type: 'PAUSED', name: 'Paused' },
    })
    expect(related.map((item) => [item['prefect.resource.role'], item['prefect.resource.id']])).toEqual([
      ['deployment', 'prefect.deployment.d1'],
      ['work-queue', 'prefect.work-queue.q1'],
      ['work-pool', 'prefect.work-pool.p1'],
      ['task-run', 'prefect.task-run.t1'],
      ['tag', 'prefect.tag.x'],
      ['creator', 'prefect.deployment.d1'],
    ])
    expect(related[2]?.['prefect.work-pool.type']).toBe('process')
    expect(payload).toMatchObject({ initial_state: null, validated_state: { pause_reschedule: 'false' } })
  })
})
