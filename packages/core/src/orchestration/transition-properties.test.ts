/**
 * What must hold after any sequence of proposals, checked on random ones. Each walk has a seed, named when it fails.
 */
import { STATE_TYPES } from '@orrery/schemas'
import { isTerminal } from '@orrery/schemas/state-types'
import { describe, expect, it } from 'vitest'
import type { CoreState, Decision, FlowRunColumns, ProposedState, TaskRunColumns } from '../facts.ts'
import { hasPersistedResult } from '../states.ts'
import {
  coreState,
  deploymentFacts,
  FLOW_RUN_ID,
  flowRunFacts,
  NOW,
  SECOND,
  taskRunFacts,
} from '../testing/facts.ts'
import { type Random, seeded } from '../testing/random.ts'
import { proposeToFlowRun, proposeToTaskRun, type ReplayedRun } from '../testing/replay.ts'

const WALKS = 150
const STEPS = 40

const NAMES: Partial<Record<string, readonly string[]>> = {
  SCHEDULED: ['Scheduled', 'Late', 'AwaitingRetry', 'Resuming'],
  PENDING: ['Pending', 'Submitting', 'InfrastructurePending'],
  PAUSED: ['Paused', 'Suspended'],
}

function anyProposal(random: Random, now: number): ProposedState {
  const type = random.pick(STATE_TYPES)
  const name = random.pick(NAMES[type] ?? [null])
  const due = now + (random.below(120) - 60) * SECOND
  return {
    type,
    name,
    data: type === 'COMPLETED' ? random.pick([null, { type: 'unpersisted' }, { storage_key: 'k' }]) : null,
    state_details: {
      ...(type === 'SCHEDULED' && random.chance(0.7) ? { scheduled_time: due } : {}),
      ...(type === 'PAUSED'
        ? {
            pause_key: random.pick(['a', 'b', null]),
            pause_reschedule: name === 'Suspended',
            pause_timeout: random.pick([null, due]),
            run_input_keyset: random.pick([null, { response: 'r', schema: 's' }]),
          }
        : {}),
      ...(random.chance(0.3) ? { transition_id: random.pick(['t1', 't2', 't3']) } : {}),
    },
  }
}

interface Step<Columns> {
  proposed: ProposedState
  now: number
  forced: boolean
  decision: Decision
  before: { run: Columns; state: CoreState | null }
  after: ReplayedRun<Columns>
}

function walkFlowRun(seed: number, check: (step: Step<FlowRunColumns>) => void): void {
  const random = seeded(seed)
  const deployment = random.chance(0.6) ? deploymentFacts() : null
  const { run } = flowRunFacts(null, 'PENDING', {
    deployment,
    run: {
      empirical_policy: { retries: random.pick([null, 0, 2]), retry_delay: random.below(3) },
      parent_task_run_id: random.chance(0.2) ? 'parent' : null,
      infrastructure_pid: random.chance(0.5) ? 'host:1' : null,
    },
  })
  const replay: ReplayedRun<FlowRunColumns> = { run, state: null, states: [] }
  let now = NOW
  for (let index = 0; index < STEPS; index++) {
    // Sometimes no time passes, and sometimes the clock steps back.
    now += random.pick([0, 1, SECOND / 2, 40 * SECOND, -SECOND])
    const forced = random.chance(0.15)
    const proposed = anyProposal(random, now)
    const before = { run: replay.run, state: replay.state }
    const decision = proposeToFlowRun(replay, proposed, now, {
      policy: forced ? 'minimal' : 'core',
      deployment,
    })
    check({ proposed, now, forced, decision, before, after: replay })
  }
}

function walkTaskRun(seed: number, check: (step: Step<TaskRunColumns>) => void): void {
  const random = seeded(seed)
  const { run } = taskRunFacts(null, 'PENDING', {
    run: {
      empirical_policy: { retries: random.pick([null, 0, 2]), retry_delay: [1, 2] },
      flow_run_id: FLOW_RUN_ID,
    },
  })
  const replay: ReplayedRun<TaskRunColumns> = { run, state: null, states: [] }
  const flowRun = { state: coreState('RUNNING'), run_count: 1 }
  let now = NOW
  for (let index = 0; index < STEPS; index++) {
    now += random.pick([0, 1, SECOND / 2, 40 * SECOND, -SECOND])
    const forced = random.chance(0.15)
    const proposed = anyProposal(random, now)
    const before = { run: replay.run, state: replay.state }
    const decision = proposeToTaskRun(replay, proposed, now, { policy: forced ? 'minimal' : 'core', flowRun })
    check({ proposed, now, forced, decision, before, after: replay })
  }
}

/** Runs the check over many walks of flow runs, naming the seed of the one that fails. */
function everyFlowWalk(check: (step: Step<FlowRunColumns>) => void): void {
  everySeed((seed) => walkFlowRun(seed, check))
}

function everySeed(walk: (seed: number) => void): void {
  for (let seed = 1; seed <= WALKS; seed++) {
    try {
      walk(seed)
    } catch (error) {
      throw new Error(`with seed ${seed}: ${error instanceof Error ? error.message : error}`, {
        cause: error,
      })
    }
  }
}

describe('after any sequence of proposals to a flow run', () => {
  it('an ACCEPT wrote a state, an ABORT and a WAIT wrote none (1)', () => {
    everyFlowWalk(({ decision }) => {
      if (decision.status === 'ACCEPT') expect(decision.state).not.toBeNull()
      if (decision.status === 'ABORT' || decision.status === 'WAIT') expect(decision.state).toBeNull()
      expect(decision.reason === null).toBe(decision.status === 'ACCEPT')
      expect(decision.claim).toBeNull()
    })
  })

  it('an unforced proposal with the transition_id of the current state changes nothing (2)', () => {
    let seen = 0
    everyFlowWalk(({ proposed, forced, decision, before, after }) => {
      const id = proposed.state_details?.transition_id
      if (forced || !id || before.state?.state_details.transition_id !== id) return
      seen++
      expect(decision.status).toBe('REJECT')
      expect(after.state).toBe(before.state)
      expect(after.run).toEqual(before.run)
    })
    expect(seen).toBeGreaterThan(40)
  })

  it('an ended run is not cancelling, paused or crashed by an unforced proposal (3)', () => {
    everyFlowWalk(({ forced, before, after }) => {
      if (forced || !isTerminal(before.state?.type) || after.state === before.state) return
      expect(['CANCELLING', 'PAUSED', 'CRASHED']).not.toContain(after.state?.type)
    })
  })

  it('a result that can be read again is not lost (4, 5)', () => {
    everyFlowWalk(({ forced, before, after }) => {
      if (before.state?.type !== 'COMPLETED' || !hasPersistedResult(before.state.data)) return
      if (after.state?.type === 'COMPLETED') expect(hasPersistedResult(after.state.data)).toBe(true)
      if (!forced) expect(isTerminal(after.state?.type)).toBe(true)
    })
  })

  it('without a deployment no ended run is scheduled again, with one run_count is kept (6)', () => {
    everyFlowWalk(({ proposed, forced, decision, before, after }) => {
      if (forced || before.state?.type !== 'FAILED' || proposed.type !== 'SCHEDULED') return
      if (before.run.deployment_id === null) expect(after.state).toBe(before.state)
      else if (decision.status === 'ACCEPT') {
        expect(after.run.empirical_policy.retry_type ?? null).toBe('reschedule')
        expect(after.run.run_count).toBe(before.run.run_count)
      }
    })
  })

  it('a cancelling run becomes nothing but CANCELLED, unless forced (7)', () => {
    everyFlowWalk(({ forced, before, after }) => {
      if (!forced && before.state?.type === 'CANCELLING') {
        expect(['CANCELLING', 'CANCELLED']).toContain(after.state?.type)
      }
    })
  })

  it('a run without infrastructure never waits in CANCELLING (8, 9)', () => {
    everyFlowWalk(({ decision, proposed, before }) => {
      if (proposed.type !== 'CANCELLING' || decision.status === 'ABORT' || decision.state === null) return
      const suspended = before.state?.type === 'PAUSED' && before.state.state_details.pause_reschedule
      const scheduled = before.state?.type === 'SCHEDULED' && !before.run.infrastructure_pid
      if (suspended || scheduled)
        expect([decision.status, decision.state.type]).toEqual(['REJECT', 'CANCELLED'])
    })
  })

  it('no unforced proposal takes a running or cancelled run back to PENDING (10, 11)', () => {
    everyFlowWalk(({ proposed, forced, decision, before }) => {
      if (forced || proposed.type !== 'PENDING' || decision.reason?.includes('already been made')) return
      const from = before.state?.type ?? null
      if (from === 'RUNNING' || from === 'CANCELLED') expect(decision.status).toBe('ABORT')
      if (from === 'PENDING' && proposed.name === 'Pending') expect(decision.status).toBe('ABORT')
      if (from === 'FAILED') expect(decision.status).toBe('ACCEPT')
      if (from === 'PENDING' && decision.status === 'ACCEPT') {
        expect(decision.state?.state_details.scheduled_time ?? null).toBe(
          before.state?.state_details.scheduled_time ?? null,
        )
      }
    })
  })

  it('a WAIT lasts at least a second and leaves the run untouched (12)', () => {
    let seen = 0
    everyFlowWalk(({ decision, before, after }) => {
      if (decision.status !== 'WAIT') return
      seen++
      expect(decision.delaySeconds).toBeGreaterThanOrEqual(1)
      expect(Number.isInteger(decision.delaySeconds)).toBe(true)
      expect(after.state).toBe(before.state)
      expect(after.run).toEqual(before.run)
      expect(decision.effects).toEqual([])
    })
    expect(seen).toBeGreaterThan(10)
  })

  it('run_count grows by one on entering RUNNING, unless the run is resuming, and never otherwise (15)', () => {
    everyFlowWalk(({ forced, decision, before, after }) => {
      const enters = decision.state?.type === 'RUNNING'
      // Leaving an end resets `resuming`, so such a start always counts, unless it is forced.
      const resumes = before.run.empirical_policy.resuming && (forced || !isTerminal(before.state?.type))
      if (!enters) expect(after.run.run_count).toBe(before.run.run_count)
      else if (!resumes) expect(after.run.run_count).toBe(before.run.run_count + 1)
    })
  })

  it('start_time stays, and end_time is set exactly in terminal states (16)', () => {
    everyFlowWalk(({ before, after }) => {
      if (before.run.start_time !== null) expect(after.run.start_time).toBe(before.run.start_time)
      if (after.state !== null) expect(after.run.end_time !== null).toBe(isTerminal(after.state.type))
    })
  })

  it('total_run_time is the sum of the stretches in RUNNING (17)', () => {
    everyFlowWalk(({ after }) => {
      let micros = 0
      after.states.forEach((state, index) => {
        const next = after.states[index + 1]
        if (state.type === 'RUNNING' && next) micros += next.timestamp - state.timestamp
      })
      expect(after.run.total_run_time).toBeCloseTo(micros / SECOND, 3)
    })
  })

  it('next_scheduled_start_time is set exactly in SCHEDULED (18)', () => {
    everyFlowWalk(({ after }) => {
      expect(after.run.next_scheduled_start_time).toBe(
        after.state?.type === 'SCHEDULED' ? after.state.state_details.scheduled_time : null,
      )
    })
  })

  it('timestamps of states grow, whatever the clock does (19)', () => {
    everyFlowWalk(({ after }) => {
      const [last, previous] = [after.states.at(-1), after.states.at(-2)]
      if (last && previous) expect(last.timestamp).toBeGreaterThan(previous.timestamp)
    })
  })

  it('PAUSED is entered from RUNNING, once per key and attempt, and clears its inputs (20, 21)', () => {
    let seen = 0
    everyFlowWalk(({ forced, decision, before }) => {
      if (forced || decision.state?.type !== 'PAUSED') return
      seen++
      expect(before.state?.type).toBe('RUNNING')
      const { pause_key, pause_reschedule, run_input_keyset } = decision.state.state_details
      expect(before.run.empirical_policy.pause_keys ?? []).not.toContain(pause_key)
      if (pause_reschedule) {
        expect(before.run.parent_task_run_id).toBeNull()
        expect(before.run.deployment_id).not.toBeNull()
      }
      expect(decision.effects.some((effect) => effect.type === 'delete_run_inputs')).toBe(
        run_input_keyset != null,
      )
    })
    expect(seen).toBeGreaterThan(10)
  })

  it('a pause that timed out can only fail or be cancelled (22, 66)', () => {
    let seen = 0
    everyFlowWalk(({ now, forced, before, after }) => {
      const pause = before.state
      if (forced || pause?.type !== 'PAUSED' || after.state === pause) return
      const timeout = pause.state_details.pause_timeout ?? null
      if (timeout === null || timeout >= now) return
      seen++
      expect(['FAILED', 'CANCELLING', 'CANCELLED']).toContain(after.state?.type)
    })
    expect(seen).toBeGreaterThan(10)
  })

  it('every state of a subflow is shown on the task run that stands for it (23)', () => {
    everyFlowWalk(({ decision, before }) => {
      const mirrors = decision.effects.filter((effect) => effect.type === 'mirror_to_parent_task')
      expect(mirrors).toHaveLength(decision.state !== null && before.run.parent_task_run_id !== null ? 1 : 0)
      for (const { task_run_id, state } of mirrors) {
        expect(task_run_id).toBe(before.run.parent_task_run_id)
        expect(state.type).toBe(decision.state?.type)
        expect(state.state_details?.child_flow_run_id).toBe(before.run.id)
      }
    })
  })

  it('each written state has one event, and nothing else has any', () => {
    everyFlowWalk(({ decision }) => {
      const events = decision.effects.filter((effect) => effect.type === 'emit_state_event')
      expect(events).toHaveLength(decision.state === null ? 0 : 1)
    })
  })

  it('the proposal is left as it came', () => {
    everyFlowWalk(({ proposed }) => {
      expect(proposed).toEqual(structuredClone(proposed))
      expect(proposed.state_details).not.toHaveProperty('flow_run_id')
    })
  })
})

describe('after any sequence of proposals to a task run', () => {
  it('an ended run that leaves its end starts counting its runs anew (26)', () => {
    everySeed((seed) =>
      walkTaskRun(seed, ({ forced, decision, before, after }) => {
        if (forced || !isTerminal(before.state?.type) || decision.state === null) return
        if (isTerminal(decision.state.type)) return
        expect(after.run.run_count).toBe(decision.state.type === 'RUNNING' ? 1 : 0)
      }),
    )
  })

  it('times and counts agree with the states (16, 17, 18, 19)', () => {
    everySeed((seed) =>
      walkTaskRun(seed, ({ before, after }) => {
        if (before.run.start_time !== null) expect(after.run.start_time).toBe(before.run.start_time)
        if (after.state !== null) expect(after.run.end_time !== null).toBe(isTerminal(after.state.type))
        expect(after.run.next_scheduled_start_time !== null).toBe(after.state?.type === 'SCHEDULED')
        expect(after.run.total_run_time).toBeGreaterThanOrEqual(before.run.total_run_time)
        const [last, previous] = [after.states.at(-1), after.states.at(-2)]
        if (last && previous) expect(last.timestamp).toBeGreaterThan(previous.timestamp)
      }),
    )
  })
})

describe.each([0, 1, 3])('with %d retries', (retries) => {
  it(`a flow run that always fails runs ${retries + 1} times and stays FAILED (13)`, () => {
    const { run } = flowRunFacts(null, 'PENDING', { run: { empirical_policy: { retries, retry_delay: 0 } } })
    const replay: ReplayedRun<FlowRunColumns> = { run, state: null, states: [] }
    const types: string[] = []
    for (let step = 0; step < 2 * (retries + 1); step++) {
      const type = step % 2 === 0 ? 'RUNNING' : 'FAILED'
      proposeToFlowRun(replay, { type }, NOW + step * SECOND, { policy: 'core' })
      types.push(replay.state?.name ?? '')
    }
    const attempts = Array.from({ length: retries }, () => ['Running', 'AwaitingRetry']).flat()
    expect(types).toEqual([...attempts, 'Running', 'Failed'])
    expect(replay.run.run_count).toBe(retries + 1)
    expect(replay.run.empirical_policy.retry_type ?? null).toBeNull()
  })

  it(`a task run that always fails runs ${retries + 1} times and stays FAILED (13)`, () => {
    const { run } = taskRunFacts(null, 'PENDING', { run: { empirical_policy: { retries, retry_delay: 0 } } })
    const replay: ReplayedRun<TaskRunColumns> = { run, state: null, states: [] }
    const names: string[] = []
    for (let step = 0; step < 2 * (retries + 1); step++) {
      const type = step % 2 === 0 ? 'RUNNING' : 'FAILED'
      proposeToTaskRun(replay, { type }, NOW + step * SECOND, { policy: 'core' })
      names.push(replay.state?.name ?? '')
    }
    const attempts = Array.from({ length: retries }, (_, index) => [
      index === 0 ? 'Running' : 'Retrying',
      'AwaitingRetry',
    ])
    expect(names).toEqual([...attempts.flat(), retries === 0 ? 'Running' : 'Retrying', 'Failed'])
    expect(replay.run.run_count).toBe(retries + 1)
  })
})
