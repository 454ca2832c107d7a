import type { StateType } from '@orrery/schemas'
import { isTerminal } from '@orrery/schemas/state-types'
import { describe, expect, it } from 'vitest'
import type { CoreState, FlowRunColumns, ProposedState } from '../../facts.ts'
import { holdsSlot } from '../../states.ts'
import { coreState, deploymentFacts, flowRunFacts, NOW, SECOND } from '../../testing/facts.ts'
import { seeded } from '../../testing/random.ts'
import { proposeToFlowRun, type ReplayedRun } from '../../testing/replay.ts'
import { decideFlowRunTransition } from '../decide.ts'

const limited = deploymentFacts({ concurrency_limit: 1 })
const leased = (type: CoreState['type'], name?: string) =>
  coreState(type, { ...(name ? { name } : {}), details: { deployment_concurrency_lease_id: 'lease' } })
const effectTypes = (decision: { effects: readonly { type: string }[] }) =>
  decision.effects.map(({ type }) => type).filter((type) => type !== 'emit_state_event')

describe('a run of a limited deployment that becomes PENDING', () => {
  const facts = flowRunFacts('SCHEDULED', 'PENDING', { deployment: limited })

  it('claims a slot before anything is decided', () => {
    expect(decideFlowRunTransition(facts)).toEqual({
      status: 'WAIT',
      state: null,
      reason: null,
      delaySeconds: null,
      run: {},
      effects: [],
      claim: {
        type: 'acquire_deployment_slot',
        deployment_id: limited.id,
        flow_run_id: facts.run.id,
        lease_seconds: 300,
      },
    })
  })

  it('asks for a lease as long as the grace period of the deployment', () => {
    const deployment = { ...limited, grace_period_seconds: 60 }
    expect(decideFlowRunTransition({ ...facts, deployment }).claim).toMatchObject({ lease_seconds: 60 })
  })

  it('carries the lease it was given', () => {
    const decision = decideFlowRunTransition({
      ...facts,
      claimResult: { outcome: 'acquired', lease_id: 'new' },
    })
    expect(decision.status).toBe('ACCEPT')
    expect(decision.state?.state_details.deployment_concurrency_lease_id).toBe('new')
  })

  it('awaits a slot for 30 s when the limit is full (29)', () => {
    const decision = decideFlowRunTransition({ ...facts, claimResult: { outcome: 'full' } })
    expect(decision.status).toBe('REJECT')
    expect(decision.state).toMatchObject({ type: 'SCHEDULED', name: 'AwaitingConcurrencySlot' })
    expect(decision.state?.state_details.scheduled_time).toBe(NOW + 30 * SECOND)
    expect(decision.run.next_scheduled_start_time).toBe(NOW + 30 * SECOND)
  })

  it('is cancelled when the limit is full and the strategy is CANCEL_NEW (29)', () => {
    const deployment = deploymentFacts({ concurrency_limit: 1, collision_strategy: 'CANCEL_NEW' })
    const decision = decideFlowRunTransition({ ...facts, deployment, claimResult: { outcome: 'full' } })
    expect([decision.status, decision.state?.type]).toEqual(['REJECT', 'CANCELLED'])
  })

  it('aborts at a limit of 0, and when its deployment is gone (30)', () => {
    const zero = decideFlowRunTransition({ ...facts, deployment: deploymentFacts({ concurrency_limit: 0 }) })
    const gone = decideFlowRunTransition({ ...facts, deployment: null })
    expect([zero.status, zero.claim]).toEqual(['ABORT', null])
    expect([gone.status, gone.claim]).toEqual(['ABORT', null])
  })

  it('claims nothing without a limit, nor for workers that count slots themselves', () => {
    expect(decideFlowRunTransition({ ...facts, deployment: deploymentFacts() }).status).toBe('ACCEPT')
    expect(decideFlowRunTransition({ ...facts, clientVersion: '3.0.0rc20' }).status).toBe('ACCEPT')
  })

  it('keeps the policy of its last attempt while it waits for a slot', () => {
    const failed = flowRunFacts('FAILED', 'PENDING', {
      deployment: limited,
      run: { empirical_policy: { pause_keys: ['p1'], retry_type: 'reschedule' } },
    })
    const full = decideFlowRunTransition({ ...failed, claimResult: { outcome: 'full' } })
    expect(full.run).not.toHaveProperty('empirical_policy')
    const acquired = decideFlowRunTransition({
      ...failed,
      claimResult: { outcome: 'acquired', lease_id: 'new' },
    })
    expect(acquired.run.empirical_policy).toEqual({ pause_keys: [], retry_type: null, resuming: false })
  })

  it('claims no slot when a pause forbids PENDING anyway', () => {
    const decision = decideFlowRunTransition(flowRunFacts('PAUSED', 'PENDING', { deployment: limited }))
    expect([decision.status, decision.claim]).toEqual(['REJECT', null])
  })
})

describe('a pending run with a lease that becomes RUNNING', () => {
  const facts = flowRunFacts(leased('PENDING'), 'RUNNING', { deployment: limited })

  it('renews its lease', () => {
    expect(decideFlowRunTransition(facts).claim).toMatchObject({
      type: 'renew_deployment_lease',
      lease_id: 'lease',
    })
    const renewed = decideFlowRunTransition({ ...facts, claimResult: { outcome: 'renewed' } })
    expect(renewed.status).toBe('ACCEPT')
    expect(renewed.state?.state_details.deployment_concurrency_lease_id).toBe('lease')
    expect(effectTypes(renewed)).toEqual([])
  })

  it('goes on with another lease when its own had run out and a slot is free (31)', () => {
    const claimResult = { outcome: 'acquired', lease_id: 'new' } as const
    const decision = decideFlowRunTransition({ ...facts, claimResult })
    expect(decision.state?.state_details.deployment_concurrency_lease_id).toBe('new')
    expect(effectTypes(decision)).toEqual([])
  })

  it('is cancelled when its lease had run out and the slot is taken (31)', () => {
    const decision = decideFlowRunTransition({ ...facts, claimResult: { outcome: 'full' } })
    expect([decision.status, decision.state?.type]).toEqual(['REJECT', 'CANCELLED'])
  })

  it('does not renew before its scheduled time', () => {
    const initial = coreState('PENDING', {
      details: { deployment_concurrency_lease_id: 'lease', scheduled_time: NOW + 5 * SECOND },
    })
    const decision = decideFlowRunTransition(flowRunFacts(initial, 'RUNNING', { deployment: limited }))
    expect([decision.status, decision.delaySeconds, decision.claim]).toEqual(['WAIT', 5, null])
  })

  it.each([null, '3.4.10', '2.20.0'])(
    'of client %s gets a lease that need not be renewed',
    (clientVersion) => {
      const decision = decideFlowRunTransition({ ...facts, clientVersion })
      expect(decision.status).toBe('ACCEPT')
      expect(decision.effects).toContainEqual({ type: 'make_lease_permanent', lease_id: 'lease' })
    },
  )
})

describe('the slot of a run', () => {
  it.each(['COMPLETED', 'FAILED', 'CANCELLED', 'CRASHED', 'PAUSED', 'SCHEDULED'] as const)(
    'is given back when a running run becomes %s, and the state no longer names the lease (32)',
    (type) => {
      const decision = decideFlowRunTransition(flowRunFacts(leased('RUNNING'), type, { deployment: limited }))
      expect(decision.effects).toContainEqual({ type: 'release_deployment_slot', lease_id: 'lease' })
      expect(decision.state?.state_details.deployment_concurrency_lease_id ?? null).toBeNull()
    },
  )

  it('is given back by a forced state too', () => {
    const facts = flowRunFacts(leased('PENDING'), 'CANCELLED', { deployment: limited, policy: 'minimal' })
    expect(effectTypes(decideFlowRunTransition(facts))).toEqual(['release_deployment_slot'])
  })

  it('is kept through Submitting, whatever the worker says of the lease (10)', () => {
    const submitting = {
      type: 'PENDING',
      name: 'Submitting',
      state_details: { deployment_concurrency_lease_id: null },
    } as const
    const decision = decideFlowRunTransition(
      flowRunFacts(leased('PENDING'), submitting, { deployment: limited }),
    )
    expect(decision.state?.state_details.deployment_concurrency_lease_id).toBe('lease')
    expect(effectTypes(decision)).toEqual([])
  })

  it('is kept, with its lease, while the run retries in its own process (67)', () => {
    const run = { empirical_policy: { retries: 1 }, run_count: 1 }
    const decision = decideFlowRunTransition(
      flowRunFacts(leased('RUNNING'), 'FAILED', { deployment: limited, run }),
    )
    expect(decision.state).toMatchObject({ type: 'SCHEDULED', name: 'AwaitingRetry' })
    expect(decision.state?.state_details.deployment_concurrency_lease_id).toBe('lease')
    expect(effectTypes(decision)).toEqual([])
  })

  it('is given back by an AwaitingRetry that the client proposes (67)', () => {
    const proposed = { type: 'SCHEDULED', name: 'AwaitingRetry' } as const
    const decision = decideFlowRunTransition(
      flowRunFacts(leased('RUNNING'), proposed, { deployment: limited }),
    )
    expect(effectTypes(decision)).toEqual(['release_deployment_slot'])
  })

  it('is given back when the run ends while it awaits its retry', () => {
    const initial = leased('SCHEDULED', 'AwaitingRetry')
    const decision = decideFlowRunTransition(flowRunFacts(initial, 'CRASHED', { deployment: limited }))
    expect(effectTypes(decision)).toEqual(['release_deployment_slot'])
  })
})

/** A limit with leases, as the database keeps it. */
function limitOf(slots: number) {
  const leases = new Set<string>()
  let made = 0
  return {
    leases,
    acquire() {
      if (leases.size >= slots) return { outcome: 'full' } as const
      const lease_id = `lease ${++made}`
      leases.add(lease_id)
      return { outcome: 'acquired', lease_id } as const
    },
  }
}

it('whatever is proposed to its runs, a limit is never exceeded and no slot is lost (28)', () => {
  const SLOTS = 2
  let full = 0
  for (let seed = 1; seed <= 50; seed++) {
    const random = seeded(seed)
    const limit = limitOf(SLOTS)
    const deployment = deploymentFacts({ concurrency_limit: SLOTS })
    const runs = Array.from({ length: 5 }, (): ReplayedRun<FlowRunColumns> => {
      const { run } = flowRunFacts(null, 'SCHEDULED', {
        deployment,
        run: { empirical_policy: { retries: 1 } },
      })
      return { run, state: null, states: [] }
    })
    const propose = (replay: ReplayedRun<FlowRunColumns>, proposed: ProposedState, now: number): void => {
      const facts = flowRunFacts(replay.state, proposed, { deployment, run: replay.run, now })
      const { claim } = decideFlowRunTransition(facts)
      const renews = claim?.type === 'renew_deployment_lease' && limit.leases.has(claim.lease_id)
      const claimResult = renews ? ({ outcome: 'renewed' } as const) : claim ? limit.acquire() : null
      if (claimResult?.outcome === 'full') full++
      const decision = proposeToFlowRun(replay, proposed, now, {
        policy: 'core',
        deployment,
        ...(claimResult === null ? {} : { claimResult }),
      })
      for (const effect of decision.effects) {
        if (effect.type === 'release_deployment_slot') limit.leases.delete(effect.lease_id)
      }
    }
    for (const replay of runs) propose(replay, { type: 'SCHEDULED' }, NOW)
    for (let step = 1; step <= 200; step++) {
      const replay = random.pick(runs)
      const from = replay.state?.type ?? null
      // As clients do it: a run starts by way of PENDING, unless it retries in its own process.
      const retries = replay.run.empirical_policy.retry_type === 'in_process'
      const starts: StateType =
        from === 'PENDING' || (from === 'SCHEDULED' && retries) ? 'RUNNING' : 'PENDING'
      const ends: readonly StateType[] = ['COMPLETED', 'FAILED', 'CANCELLING', 'CANCELLED']
      const others: readonly StateType[] = from === 'RUNNING' ? [...ends, 'SCHEDULED'] : ends
      const next: StateType = isTerminal(from) ? 'SCHEDULED' : random.pick([starts, starts, ...others])
      propose(replay, { type: next }, NOW + step * SECOND)
      // A lease runs out while infrastructure starts.
      if (random.chance(0.03)) limit.leases.delete(random.pick([...limit.leases, 'none']))

      const leases = runs.map(({ state }) => state?.state_details.deployment_concurrency_lease_id ?? null)
      const named = leases.filter((lease) => lease !== null)
      expect(new Set(named).size).toBe(named.length)
      expect(limit.leases.size).toBeLessThanOrEqual(SLOTS)
      for (const lease of limit.leases) expect(named).toContain(lease)
      for (const { state } of runs) {
        if (holdsSlot(state?.type)) expect(state?.state_details.deployment_concurrency_lease_id).toBeTruthy()
      }
    }
  }
  expect(full).toBeGreaterThan(200)
})
