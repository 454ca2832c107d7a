import { describe, expect, it } from 'vitest'
import { coreState, FLOW_RUN_ID, NOW, SECOND, TASK_RUN_ID, taskRunFacts } from '../../testing/facts.ts'
import { decideTaskRunTransition } from '../decide.ts'
import { taskRunPolicy } from '../policies.ts'
import { taskRetryDelay } from './retries.ts'

const decide = (...facts: Parameters<typeof taskRunFacts>) => decideTaskRunTransition(taskRunFacts(...facts))
const verdict = (...facts: Parameters<typeof taskRunFacts>) => {
  const { status, state } = decide(...facts)
  return [status, state?.name ?? null]
}
const running = { state: coreState('RUNNING'), run_count: 1 }

describe('the cache', () => {
  const proposed = { type: 'RUNNING', state_details: { cache_key: 'k' } } as const
  const cachedState = coreState('COMPLETED', {
    message: 'computed before',
    data: { storage_key: 's' },
    details: { cache_key: 'k', task_run_id: 'another', flow_run_id: 'another' },
  })

  it('answers RUNNING with the state it holds, as a state of this run (25)', () => {
    const decision = decide('PENDING', proposed, {
      cachedState,
      run: { flow_run_id: FLOW_RUN_ID, tags: ['t'] },
    })
    expect(decision.status).toBe('REJECT')
    expect(decision.state).toMatchObject({ type: 'COMPLETED', name: 'Cached', data: { storage_key: 's' } })
    expect(decision.state?.state_details).toMatchObject({
      task_run_id: TASK_RUN_ID,
      flow_run_id: FLOW_RUN_ID,
    })
    expect(decision.claim).toBeNull()
  })

  it('is passed by on request, and without a key (25)', () => {
    const refresh = { type: 'RUNNING', state_details: { cache_key: 'k', refresh_cache: true } } as const
    expect(verdict('PENDING', refresh, { cachedState })).toEqual(['ACCEPT', 'Running'])
    expect(verdict('PENDING', 'RUNNING', { cachedState })).toEqual(['ACCEPT', 'Running'])
  })

  it('takes up a completed state under its key', () => {
    const completed = {
      type: 'COMPLETED',
      state_details: { cache_key: 'k', cache_expiration: NOW + 1 },
    } as const
    const { effects, state } = decide('RUNNING', completed)
    expect(effects).toEqual([
      { type: 'insert_task_cache', cache_key: 'k', cache_expiration: NOW + 1, state_id: state?.id },
    ])
  })

  it('does not take up a key that is too long; the run completes all the same', () => {
    const completed = { type: 'COMPLETED', state_details: { cache_key: 'k'.repeat(2001) } } as const
    const decision = decide('RUNNING', completed)
    expect([decision.status, decision.state?.type]).toEqual(['REJECT', 'COMPLETED'])
    expect(decision.effects).toEqual([])
  })
})

describe('the flow run of a task run', () => {
  const flowRun = (type: Parameters<typeof coreState>[0], details = {}) => ({
    state: coreState(type, { details }),
    run_count: 1,
  })

  it('must be running for it to run (24)', () => {
    expect(verdict('PENDING', 'RUNNING', { flowRun: running })).toEqual(['ACCEPT', 'Running'])
    expect(verdict('PENDING', 'RUNNING', { flowRun: flowRun('COMPLETED') })).toEqual(['ABORT', null])
    expect(verdict('PENDING', 'RUNNING', { flowRun: { state: null, run_count: 0 } })).toEqual(['ABORT', null])
  })

  it('takes it along into its pause (24)', () => {
    const paused = flowRun('PAUSED', { pause_timeout: NOW + SECOND, pause_reschedule: true })
    const { status, state } = decide('PENDING', 'RUNNING', { flowRun: paused })
    expect([status, state?.type, state?.name]).toEqual(['REJECT', 'PAUSED', 'NotReady'])
    expect(state?.state_details).toMatchObject({ pause_timeout: NOW + SECOND, pause_reschedule: true })
  })

  it('does not stop a background task', () => {
    expect(verdict('PENDING', 'RUNNING', { flowRun: flowRun('FAILED'), policy: 'background' })).toEqual([
      'ACCEPT',
      'Running',
    ])
  })

  it('leaves its attempt on the run, and a start in a later attempt is called Retrying', () => {
    const flowRunInSecond = { state: coreState('RUNNING'), run_count: 2 }
    const decision = decide('FAILED', 'RUNNING', {
      flowRun: flowRunInSecond,
      run: { run_count: 3, flow_run_run_count: 1 },
    })
    expect(decision.state?.name).toBe('Retrying')
    expect(decision.run).toMatchObject({ run_count: 1, flow_run_run_count: 2 })
  })
})

describe('a task run that has ended', () => {
  it('with a result stays so, whatever is proposed', () => {
    const completed = coreState('COMPLETED', { data: { storage_key: 's' } })
    expect(verdict(completed, 'RUNNING')).toEqual(['REJECT', null])
    expect(verdict(completed, 'FAILED')).toEqual(['REJECT', null])
    expect(verdict(completed, 'FAILED', { policy: 'minimal' })).toEqual(['ACCEPT', 'Failed'])
  })

  it('gets its retries back when it starts again, unless it is told to wait (26)', () => {
    const run = { run_count: 3, tags: ['t'] }
    expect(decide('FAILED', 'PENDING', { run }).run.run_count).toBe(0)
    const full = { outcome: 'full', average_occupancy_seconds: null } as const
    expect(decide('FAILED', 'RUNNING', { run, claimResult: full }).run).toEqual({})
  })
})

describe('the tags of a task run', () => {
  const run = { tags: ['a', 'b'] }

  it('claim their slots when all else is settled', () => {
    expect(decide('PENDING', 'RUNNING', { run }).claim).toEqual({
      type: 'acquire_task_slots',
      task_run_id: TASK_RUN_ID,
      tags: ['a', 'b'],
    })
    expect(decide('PENDING', 'RUNNING', { run, policy: 'background' }).claim).toBeNull()
    expect(decide('PENDING', 'RUNNING', { run, policy: 'minimal' }).claim).toBeNull()
    expect(decide('PENDING', 'RUNNING').claim).toBeNull()
  })

  it('make it wait about as long as slots are held, at most the configured time', () => {
    const waits = (average: number | null, random: number) =>
      decide('PENDING', 'RUNNING', {
        run,
        random: () => random,
        claimResult: { outcome: 'full', average_occupancy_seconds: average },
      }).delaySeconds
    expect(waits(null, 0)).toBe(10)
    expect(waits(2, 0)).toBe(2)
    expect(waits(2, 0.999)).toBe(3)
    expect(waits(0.01, 0.5)).toBe(1)
    expect(waits(600, 0.999)).toBe(13)
  })

  it('abort it when one has a limit of 0', () => {
    const decision = decide('PENDING', 'RUNNING', { run, claimResult: { outcome: 'zero_limit', tag: 'b' } })
    expect(decision.status).toBe('ABORT')
    expect(decision.reason).toContain('"b"')
  })

  it('are released by every state but RUNNING and CANCELLING, forced ones too', () => {
    const released = { type: 'release_task_slots', task_run_id: TASK_RUN_ID }
    expect(decide('RUNNING', 'COMPLETED', { run }).effects).toEqual([released])
    expect(decide('RUNNING', 'CRASHED', { run, policy: 'minimal' }).effects).toEqual([released])
    expect(decide('RUNNING', 'CANCELLING', { run }).effects).toEqual([])
    expect(decide('RUNNING', 'COMPLETED').effects).toEqual([])
  })
})

describe('a task run that fails', () => {
  const run = { run_count: 2, empirical_policy: { retries: 2, retry_delay: [1, 20, 300] } }

  it('awaits its retry for as long as its attempt says', () => {
    const decision = decide('RUNNING', { type: 'FAILED', message: 'boom' }, { run })
    expect(decision.state).toMatchObject({ name: 'AwaitingRetry', message: 'boom' })
    expect(decision.run.next_scheduled_start_time).toBe(NOW + 20 * SECOND)
  })

  it('stays FAILED when its client says that it is not to be retried', () => {
    const proposed = { type: 'FAILED', state_details: { retriable: false } } as const
    expect(verdict('RUNNING', proposed, { run })).toEqual(['ACCEPT', 'Failed'])
  })

  it('is delayed by the last of a list that is too short, and by jitter within its bounds', () => {
    const half = () => 0.5
    expect(taskRetryDelay({ retry_delay: [1, 5] }, 9, half)).toBe(5)
    expect(taskRetryDelay({ retry_delay: [] }, 1, half)).toBe(0)
    expect(taskRetryDelay({}, 1, half)).toBe(0)
    const jittered = [0, 0.25, 0.5, 0.999999].map((draw) =>
      taskRetryDelay({ retry_delay: 10, retry_jitter_factor: 0.5 }, 1, () => draw),
    )
    expect(jittered[0]).toBeGreaterThan(4)
    expect(jittered.at(-1)).toBeLessThanOrEqual(15)
    expect(jittered).toEqual(jittered.toSorted((a, b) => a - b))
  })
})

describe('a background task', () => {
  const deferred = (type: 'SCHEDULED' | 'PENDING' | 'RUNNING', name?: string) => ({
    type,
    ...(name ? { name } : {}),
    state_details: { deferred: true },
  })

  it('has its own policy, even when forced (27)', () => {
    expect(taskRunPolicy(deferred('PENDING'), true)).toBe('background')
    expect(taskRunPolicy({ type: 'PENDING' }, true)).toBe('minimal')
    expect(taskRunPolicy({ type: 'PENDING' }, false)).toBe('core')
    expect(verdict('PENDING', deferred('PENDING'), { policy: 'background' })).toEqual(['ABORT', null])
  })

  it('is offered to its workers when it is scheduled, its retry first', () => {
    const queueOf = (name?: string) =>
      decide('PENDING', deferred('SCHEDULED', name), { policy: 'background' }).effects
    expect(queueOf()).toEqual([{ type: 'enqueue_task_run', task_run_id: TASK_RUN_ID, queue: 'scheduled' }])
    expect(queueOf('AwaitingRetry')).toEqual([
      { type: 'enqueue_task_run', task_run_id: TASK_RUN_ID, queue: 'retry' },
    ])
  })

  it('keeps the id of its parameters', () => {
    const initial = coreState('SCHEDULED', { details: { task_parameters_id: 'p' } })
    const { state } = decide(initial, deferred('PENDING'), { policy: 'background' })
    expect(state?.state_details.task_parameters_id).toBe('p')
  })
})
