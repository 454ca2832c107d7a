import { describe, expect, it } from 'vitest'
import { coreState, deploymentFacts, flowRunFacts, NEW_STATE_ID, NOW, SECOND } from '../../testing/facts.ts'
import { decideFlowRunTransition } from '../decide.ts'

const decide = (...facts: Parameters<typeof flowRunFacts>) => decideFlowRunTransition(flowRunFacts(...facts))
const verdict = (...facts: Parameters<typeof flowRunFacts>) => {
  const { status, state } = decide(...facts)
  return [status, state?.type ?? null]
}
const deployment = deploymentFacts()
const result = { storage_key: 'k' }

describe('a written state', () => {
  it('has the new id, the time of the request and the run it belongs to', () => {
    const { state } = decide('PENDING', { type: 'RUNNING', message: 'off we go' })
    expect(state).toEqual({
      id: NEW_STATE_ID,
      type: 'RUNNING',
      name: 'Running',
      timestamp: NOW,
      message: 'off we go',
      data: null,
      state_details: { flow_run_id: '01900000-0000-7000-8000-00000000f100' },
    })
  })

  it('comes a microsecond after the newest one when the clock does not (19)', () => {
    expect(decide('PENDING', 'RUNNING', { lastStateTimestamp: NOW }).state?.timestamp).toBe(NOW + 1)
    expect(decide('PENDING', 'RUNNING', { lastStateTimestamp: NOW + 7 }).run.start_time).toBe(NOW + 8)
  })

  it('is due now when it is SCHEDULED without a time', () => {
    const { state, run } = decide(null, 'SCHEDULED')
    expect(state?.state_details.scheduled_time).toBe(NOW)
    expect([run.expected_start_time, run.next_scheduled_start_time]).toEqual([NOW, NOW])
  })

  it('stores null for an unpersisted result, and an artifact for any other', () => {
    const unpersisted = decide('RUNNING', { type: 'COMPLETED', data: { type: 'unpersisted' } })
    expect(unpersisted.state?.data).toBeNull()
    expect(unpersisted.effects).toEqual([{ type: 'emit_state_event' }])
    const data = {
      storage_key: 'k',
      artifact_key: 'report',
      artifact_type: 'table',
      artifact_description: 'd',
    }
    const persisted = decide('RUNNING', { type: 'COMPLETED', data })
    expect(persisted.state?.data).toEqual(result)
    expect(persisted.effects[0]).toEqual({
      type: 'create_result_artifact',
      data: result,
      key: 'report',
      artifact_type: 'table',
      description: 'd',
    })
  })

  it('passes data along without copying it', () => {
    expect(decide('RUNNING', { type: 'COMPLETED', data: result }).state?.data).toBe(result)
  })
})

describe('a repeated transition_id (2)', () => {
  const proposed = { type: 'RUNNING', state_details: { transition_id: 't' } } as const
  const initial = coreState('RUNNING', { details: { transition_id: 't' } })

  it('is rejected with the current state', () => {
    expect(decide(initial, proposed)).toMatchObject({ status: 'REJECT', state: null, run: {}, effects: [] })
  })

  it('is no repetition when it is another one, or forced', () => {
    expect(verdict(initial, { type: 'RUNNING', state_details: { transition_id: 'u' } })).toEqual([
      'ACCEPT',
      'RUNNING',
    ])
    expect(verdict(initial, proposed, { policy: 'minimal' })).toEqual(['ACCEPT', 'RUNNING'])
  })
})

describe('a run that has ended', () => {
  it('keeps a result that can be read again, even when forced to COMPLETED (4, 5)', () => {
    const completed = coreState('COMPLETED', { data: result })
    expect(verdict(completed, 'RUNNING')).toEqual(['REJECT', null])
    expect(verdict(completed, 'COMPLETED')).toEqual(['REJECT', null])
    expect(verdict(completed, 'COMPLETED', { policy: 'minimal' })).toEqual(['REJECT', null])
    expect(verdict(completed, { type: 'COMPLETED', data: { storage_key: 'other' } })).toEqual([
      'ACCEPT',
      'COMPLETED',
    ])
    expect(verdict(completed, 'FAILED')).toEqual(['ACCEPT', 'FAILED'])
    expect(verdict('COMPLETED', 'RUNNING')).toEqual(['ACCEPT', 'RUNNING'])
  })

  it('is scheduled again only with a deployment, as a new attempt (6)', () => {
    const run = { empirical_policy: { retries: 3, pause_keys: ['p'], resuming: true }, run_count: 4 }
    expect(verdict('FAILED', 'SCHEDULED', { run })).toEqual(['ABORT', null])
    const { status, run: changes } = decide('FAILED', 'SCHEDULED', { run, deployment })
    expect(status).toBe('ACCEPT')
    expect(changes.empirical_policy).toEqual({
      retries: 3,
      pause_keys: [],
      resuming: false,
      retry_type: 'reschedule',
    })
    expect(changes).not.toHaveProperty('run_count')
  })

  it('leaves its policy alone for clients before API 0.8.4', () => {
    const run = { empirical_policy: { pause_keys: ['p'] } }
    expect(decide('FAILED', 'RUNNING', { run, apiVersion: '0.8.3' }).run).not.toHaveProperty(
      'empirical_policy',
    )
  })
})

describe('cancelling', () => {
  it('schedules its timeout (47)', () => {
    const { effects } = decide('RUNNING', 'CANCELLING')
    expect(effects).toContainEqual({
      type: 'schedule_cancelling_timeout',
      state_id: NEW_STATE_ID,
      at: NOW + 300 * SECOND,
    })
  })

  it('is skipped by runs without infrastructure, also when forced (8, 9)', () => {
    const suspended = coreState('PAUSED', { details: { pause_reschedule: true } })
    for (const policy of ['core', 'minimal'] as const) {
      expect(verdict('SCHEDULED', 'CANCELLING', { policy })).toEqual(['REJECT', 'CANCELLED'])
      expect(verdict(suspended, 'CANCELLING', { policy })).toEqual(['REJECT', 'CANCELLED'])
    }
    const run = { infrastructure_pid: 'host:1' }
    expect(verdict('SCHEDULED', 'CANCELLING', { run })).toEqual(['ACCEPT', 'CANCELLING'])
    const resuming = coreState('SCHEDULED', { name: 'Resuming' })
    expect(verdict(resuming, 'CANCELLING', { run })).toEqual(['REJECT', 'CANCELLED'])
  })
})

describe('lateness', () => {
  const late = { type: 'SCHEDULED', name: 'Late' } as const

  it('comes to scheduled runs, once (45)', () => {
    expect(verdict('SCHEDULED', late, { policy: 'mark_late' })).toEqual(['ACCEPT', 'SCHEDULED'])
    expect(verdict('PENDING', late, { policy: 'mark_late' })).toEqual(['REJECT', null])
    expect(verdict(coreState('SCHEDULED', { name: 'Late' }), late)).toEqual(['REJECT', null])
  })

  it('cancels the runs of a full deployment that cancels new ones (33)', () => {
    const full = deploymentFacts({ concurrency_limit: 1, active_slots: 1, collision_strategy: 'CANCEL_NEW' })
    const mark = (more: Partial<typeof full>) =>
      verdict('SCHEDULED', late, { policy: 'mark_late', deployment: { ...full, ...more } })
    expect(mark({})).toEqual(['REJECT', 'CANCELLED'])
    expect(mark({ active_slots: 0 })).toEqual(['ACCEPT', 'SCHEDULED'])
    expect(mark({ collision_strategy: 'ENQUEUE' })).toEqual(['ACCEPT', 'SCHEDULED'])
  })
})

describe('a pause', () => {
  const paused = (details: object) => ({ type: 'PAUSED', state_details: details }) as const

  it('fires once per key and attempt (20)', () => {
    const run = { empirical_policy: { pause_keys: ['a'] } }
    expect(verdict('RUNNING', paused({ pause_key: 'a' }), { run })).toEqual(['REJECT', null])
    const { run: changes } = decide('RUNNING', paused({ pause_key: 'b' }), { run })
    expect(changes.empirical_policy?.pause_keys).toEqual(['a', 'b'])
  })

  it('without a key is known by its state', () => {
    expect(decide('RUNNING', 'PAUSED').run.empirical_policy?.pause_keys).toEqual([NEW_STATE_ID])
  })

  it('deletes what an earlier attempt left under the keys of its inputs (20)', () => {
    const keyset = { response: 'r-1', schema: 's-1' }
    const { effects } = decide('RUNNING', paused({ run_input_keyset: keyset }))
    expect(effects).toContainEqual({
      type: 'delete_run_inputs',
      flow_run_id: '01900000-0000-7000-8000-00000000f100',
      keys: ['r-1', 's-1'],
    })
  })

  it('that ends the process needs a deployment and no parent (21)', () => {
    const suspend = paused({ pause_reschedule: true })
    expect(verdict('RUNNING', suspend)).toEqual(['ABORT', null])
    expect(verdict('RUNNING', suspend, { deployment })).toEqual(['ACCEPT', 'PAUSED'])
    expect(verdict('RUNNING', suspend, { deployment, run: { parent_task_run_id: 'p' } })).toEqual([
      'ABORT',
      null,
    ])
  })

  it('fails the run that resumes too late, yet lets it be cancelled (22, 66)', () => {
    const expired = coreState('PAUSED', { details: { pause_timeout: NOW - 1 } })
    expect(verdict(expired, 'RUNNING')).toEqual(['REJECT', 'FAILED'])
    expect(verdict(expired, 'CANCELLING')).toEqual(['ACCEPT', 'CANCELLING'])
  })

  it('that lost its process starts a new attempt when it is scheduled (66)', () => {
    const run = { empirical_policy: { pause_keys: ['a'], resuming: true } }
    expect(decide('PAUSED', 'SCHEDULED', { run }).run.empirical_policy).toEqual({
      pause_keys: [],
      resuming: false,
      retry_type: 'reschedule',
    })
    expect(decide('PAUSED', 'SCHEDULED', { run, apiVersion: '0.8.3' }).run).not.toHaveProperty(
      'empirical_policy',
    )
  })

  it('that was resumed by a worker does not count as another run (15)', () => {
    const suspended = coreState('PAUSED', { details: { pause_reschedule: true } })
    const resumed = decide(suspended, { type: 'SCHEDULED', name: 'Resuming' }, { deployment })
    expect(resumed.run.empirical_policy?.resuming).toBe(true)
    const run = { run_count: 1, empirical_policy: { resuming: true } }
    const running = decide('PENDING', 'RUNNING', { run })
    expect(running.run).not.toHaveProperty('run_count')
    expect(running.run.empirical_policy).toEqual({ resuming: false })
  })
})

describe('the scheduled time of a run', () => {
  it('is kept by PENDING unless that names another', () => {
    const initial = coreState('SCHEDULED', { details: { scheduled_time: NOW + 9 } })
    expect(decide(initial, 'PENDING').state?.state_details.scheduled_time).toBe(NOW + 9)
    const proposed = { type: 'PENDING', state_details: { scheduled_time: NOW + 5 } } as const
    expect(decide(initial, proposed).state?.state_details.scheduled_time).toBe(NOW + 5)
  })

  it.each([
    [0.5 * SECOND, null],
    [0.500001 * SECOND, 1],
    [1.4 * SECOND, 1],
    [61.6 * SECOND, 62],
    [-SECOND, null],
  ])('%d µs ahead means a wait of %s s (12)', (ahead, seconds) => {
    const initial = coreState('PENDING', { details: { scheduled_time: NOW + ahead } })
    expect(decide(initial, 'RUNNING').delaySeconds).toBe(seconds)
  })
})

describe('a failed run with retries left', () => {
  it('awaits its retry in its own process, with the message of its failure (13, 14)', () => {
    const run = { run_count: 1, empirical_policy: { retries: 1, retry_delay: 2.5, pause_keys: ['a'] } }
    const decision = decide('RUNNING', { type: 'FAILED', message: 'boom' }, { run })
    expect(decision.status).toBe('REJECT')
    expect(decision.state).toMatchObject({ type: 'SCHEDULED', name: 'AwaitingRetry', message: 'boom' })
    expect(decision.run.next_scheduled_start_time).toBe(NOW + 2.5 * SECOND)
    expect(decision.run.empirical_policy).toMatchObject({
      retry_type: 'in_process',
      resuming: false,
      pause_keys: [],
    })
  })

  it('is picked up by a worker again when its client has it scheduled', () => {
    const run = { run_count: 2, empirical_policy: { retries: 1, retry_type: 'in_process' } } as const
    const { run: changes } = decide('RUNNING', { type: 'SCHEDULED', name: 'AwaitingRetry' }, { run })
    expect(changes.empirical_policy).toEqual({ retries: 1, retry_type: 'reschedule' })
  })

  it('has its failed task runs reset when its client is too old to do so', () => {
    const run = { run_count: 1, empirical_policy: { retries: 1 } }
    const { effects } = decide('RUNNING', 'FAILED', { run, apiVersion: '0.8.2' })
    expect(effects.map(({ type }) => type)).toContain('reset_failed_task_runs')
  })
})
