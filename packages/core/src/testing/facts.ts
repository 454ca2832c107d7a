/** The smallest valid facts: a test states only what matters to it. */
import type { StateType } from '@orrery/schemas'
import { defaultStateName } from '@orrery/schemas/state-types'
import type {
  CoreState,
  CoreStateDetails,
  DeploymentFacts,
  FlowRunColumns,
  FlowRunFacts,
  ProposedState,
  TaskRunColumns,
  TaskRunFacts,
} from '../facts.ts'

/** 2026-01-01T00:00:00Z */
export const NOW = 1_767_225_600_000_000
export const SECOND = 1_000_000

export const FLOW_RUN_ID = '01900000-0000-7000-8000-00000000f100'
export const TASK_RUN_ID = '01900000-0000-7000-8000-00000000a500'
export const DEPLOYMENT_ID = '01900000-0000-7000-8000-00000000de00'
export const NEW_STATE_ID = '01900000-0000-7000-8000-0000000000ff'

export function coreState(
  type: StateType,
  more: Partial<Omit<CoreState, 'type' | 'state_details'>> & { details?: CoreStateDetails } = {},
): CoreState {
  const { details = {}, ...rest } = more
  return {
    id: '01900000-0000-7000-8000-000000000001',
    type,
    name: defaultStateName(type),
    timestamp: NOW - 60 * SECOND,
    message: null,
    data: null,
    state_details: details,
    ...rest,
  }
}

export function deploymentFacts(more: Partial<DeploymentFacts> = {}): DeploymentFacts {
  return {
    id: DEPLOYMENT_ID,
    concurrency_limit: null,
    active_slots: 0,
    collision_strategy: 'ENQUEUE',
    grace_period_seconds: null,
    ...more,
  }
}

/** A state as a test writes it: its type alone, or more. */
type Proposal = StateType | ProposedState
type Initial = StateType | CoreState | null

const proposal = (state: Proposal): ProposedState => (typeof state === 'string' ? { type: state } : state)
const initialState = (state: Initial): CoreState | null =>
  typeof state === 'string' ? coreState(state) : state

export function flowRunFacts(
  initial: Initial,
  proposed: Proposal,
  more: Partial<Omit<FlowRunFacts, 'run' | 'initial' | 'proposed'>> & { run?: Partial<FlowRunColumns> } = {},
): FlowRunFacts {
  const { run = {}, ...rest } = more
  const state = initialState(initial)
  const deployment = rest.deployment ?? null
  return {
    now: NOW,
    newStateId: NEW_STATE_ID,
    policy: 'core',
    lastStateTimestamp: state?.timestamp ?? null,
    clientVersion: '3.9.1',
    deployment,
    ...rest,
    initial: state,
    proposed: proposal(proposed),
    run: {
      id: FLOW_RUN_ID,
      run_count: 0,
      start_time: null,
      end_time: null,
      total_run_time: 0,
      expected_start_time: null,
      next_scheduled_start_time: null,
      empirical_policy: {},
      deployment_id: deployment?.id ?? null,
      parent_task_run_id: null,
      infrastructure_pid: null,
      ...run,
    },
  }
}

export function taskRunFacts(
  initial: Initial,
  proposed: Proposal,
  more: Partial<Omit<TaskRunFacts, 'run' | 'initial' | 'proposed'>> & { run?: Partial<TaskRunColumns> } = {},
): TaskRunFacts {
  const { run = {}, ...rest } = more
  const state = initialState(initial)
  return {
    now: NOW,
    newStateId: NEW_STATE_ID,
    policy: 'core',
    lastStateTimestamp: state?.timestamp ?? null,
    flowRun: null,
    cachedState: null,
    ...rest,
    initial: state,
    proposed: proposal(proposed),
    run: {
      id: TASK_RUN_ID,
      run_count: 0,
      start_time: null,
      end_time: null,
      total_run_time: 0,
      expected_start_time: null,
      next_scheduled_start_time: null,
      empirical_policy: {},
      flow_run_id: null,
      flow_run_run_count: 0,
      tags: [],
      ...run,
    },
  }
}
