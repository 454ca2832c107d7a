/**
 * Every initial and proposed state under every policy, written out for review in `transitions.golden.txt`.
 * A change of the rules shows there as a diff; accept it with UPDATE_GOLDEN=1.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { STATE_TYPES, type StateType } from '@orrery/schemas'
import { isTerminal } from '@orrery/schemas/state-types'
import { expect, it } from 'vitest'
import type { Decision, FlowRunPolicy, ProposedState, RunChanges, TaskRunPolicy } from '../facts.ts'
import {
  coreState,
  DEPLOYMENT_ID,
  deploymentFacts,
  FLOW_RUN_ID,
  flowRunFacts,
  NOW,
  SECOND,
  taskRunFacts,
} from '../testing/facts.ts'
import { decideFlowRunTransition, decideTaskRunTransition } from './decide.ts'

const GOLDEN = new URL('./transitions.golden.txt', import.meta.url)
const INITIAL_TYPES = [null, ...STATE_TYPES] as const
const LEASE = '01900000-0000-7000-8000-0000000001ea'
const OTHER_LEASE = '01900000-0000-7000-8000-0000000002ea'

const initialState = (type: StateType | null) =>
  type === null
    ? null
    : coreState(type, {
        details: {
          ...(type === 'SCHEDULED' ? { scheduled_time: NOW - 30 * SECOND } : {}),
          ...(type === 'PAUSED' ? { pause_key: 'p1', pause_timeout: NOW + 600 * SECOND } : {}),
          ...(['PENDING', 'RUNNING', 'CANCELLING'].includes(type)
            ? { deployment_concurrency_lease_id: LEASE }
            : {}),
        },
      })

const proposedState = (type: StateType): ProposedState => ({
  type,
  state_details: {
    ...(type === 'SCHEDULED' ? { scheduled_time: NOW + 60 * SECOND } : {}),
    ...(type === 'PAUSED' ? { pause_key: 'p2', pause_timeout: NOW + 600 * SECOND } : {}),
  },
})

/** A run without a state is new; any other has run once, for a minute. */
function columns(type: StateType | null) {
  const empirical_policy = { retries: 1 }
  if (type === null) return { empirical_policy }
  return {
    empirical_policy,
    run_count: 1,
    start_time: NOW - 60 * SECOND,
    end_time: isTerminal(type) ? NOW : null,
    expected_start_time: NOW - 60 * SECOND,
    next_scheduled_start_time: type === 'SCHEDULED' ? NOW - 30 * SECOND : null,
  }
}

/** A column's change in few characters: instants in seconds from now. */
function change([column, value]: [string, unknown]): string {
  if (column === 'empirical_policy') {
    const { retries: _retries, ...policy } = value as Record<string, unknown>
    return `policy ${JSON.stringify(policy).replaceAll('"', '')}`
  }
  if (typeof value === 'number' && value > SECOND * SECOND) return `${column} now+${(value - NOW) / SECOND}s`
  return `${column} ${value}`
}

function changes({
  state_type: _type,
  state_name: _name,
  state_timestamp: _at,
  ...columns
}: RunChanges): string {
  return Object.entries(columns).map(change).join(', ')
}

function outcome(decision: Decision): string {
  const { status, state, reason, delaySeconds, effects } = decision
  const parts = [
    status + (delaySeconds === null ? '' : ` ${delaySeconds}s`),
    state === null
      ? 'nothing written'
      : state.name === 'Scheduled'
        ? 'SCHEDULED'
        : `${state.type} "${state.name}"`,
    changes(decision.run),
    effects.map((effect) => effect.type).join(', '),
    reason === null ? '' : `"${reason}"`,
  ]
  return parts.filter((part) => part !== '').join('; ')
}

function flowMatrix(policy: FlowRunPolicy): string[] {
  const deployment = deploymentFacts({ concurrency_limit: 1 })
  return INITIAL_TYPES.flatMap((from) =>
    STATE_TYPES.flatMap((to) => {
      const run = { ...columns(from), deployment_id: DEPLOYMENT_ID }
      const proposed = {
        ...proposedState(to),
        ...(policy === 'mark_late' && to === 'SCHEDULED' ? { name: 'Late' } : {}),
      }
      const facts = flowRunFacts(initialState(from), proposed, { policy, deployment, run })
      const first = decideFlowRunTransition(facts)
      const title = `${from ?? 'no state'} -> ${to}`
      if (first.claim === null) return [`${title}: ${outcome(first)}`]
      const results =
        first.claim.type === 'acquire_deployment_slot'
          ? ([{ outcome: 'acquired', lease_id: OTHER_LEASE }, { outcome: 'full' }] as const)
          : ([
              { outcome: 'renewed' },
              { outcome: 'acquired', lease_id: OTHER_LEASE },
              { outcome: 'full' },
            ] as const)
      return results.map((claimResult) => {
        const decision = decideFlowRunTransition({ ...facts, claimResult })
        return `${title}, ${first.claim?.type} ${claimResult.outcome}: ${outcome(decision)}`
      })
    }),
  )
}

function taskMatrix(policy: TaskRunPolicy): string[] {
  const flowRun = { state: coreState('RUNNING'), run_count: 1 }
  return INITIAL_TYPES.flatMap((from) =>
    STATE_TYPES.flatMap((to) => {
      const run = { ...columns(from), flow_run_run_count: 1, flow_run_id: FLOW_RUN_ID, tags: ['database'] }
      const plain = proposedState(to)
      const proposed =
        policy === 'background'
          ? { ...plain, state_details: { ...plain.state_details, deferred: true } }
          : plain
      const facts = taskRunFacts(initialState(from), proposed, { policy, flowRun, run })
      const first = decideTaskRunTransition(facts)
      const title = `${from ?? 'no state'} -> ${to}`
      if (first.claim === null) return [`${title}: ${outcome(first)}`]
      const results = [
        { outcome: 'acquired' },
        { outcome: 'full', average_occupancy_seconds: null },
        { outcome: 'zero_limit', tag: 'database' },
      ] as const
      return results.map((claimResult) => {
        const decision = decideTaskRunTransition({ ...facts, claimResult })
        return `${title}, ${first.claim?.type} ${claimResult.outcome}: ${outcome(decision)}`
      })
    }),
  )
}

function matrix(): string {
  const sections: [string, string[]][] = [
    ['Flow runs, core policy', flowMatrix('core')],
    ['Flow runs, minimal policy (forced)', flowMatrix('minimal')],
    ['Flow runs, mark-late policy', flowMatrix('mark_late')],
    ['Task runs, core policy', taskMatrix('core')],
    ['Task runs, minimal policy (forced)', taskMatrix('minimal')],
    ['Task runs, background policy (deferred)', taskMatrix('background')],
  ]
  const preface = [
    'What becomes of every proposed state. The flow run belongs to a deployment with a concurrency limit of 1, has no',
    'infrastructure, has run once and may be retried once; the task run likewise, has one limited tag, and its flow run is',
    'RUNNING. A scheduled initial state was due 30 s ago, a proposed one is due in 60 s; pauses time out in 600 s.',
    'Columns: verdict; state written; changes of the run; effects; reason.',
  ]
  return [...preface, ...sections.flatMap(([title, lines]) => ['', `# ${title}`, ...lines]), ''].join('\n')
}

it('every initial × proposed state under every policy is decided as reviewed', () => {
  const decided = matrix()
  if (process.env.UPDATE_GOLDEN === '1') writeFileSync(GOLDEN, decided)
  expect(decided).toBe(readFileSync(GOLDEN, 'utf8'))
})
