/**
 * What the genuine Prefect 3.9.1 server answered to 2,448 proposals (`fixtures/transitions.jsonl`), and the means to ask
 * anything else the same: the core here, the server's routes elsewhere.
 */
import { readFileSync } from 'node:fs'
import type { StateType } from '@orrery/schemas'
import type { CoreStateDetails, Decision, EmpiricalPolicy, ProposedState, RunColumns } from '../facts.ts'
import { flowRunPolicy, taskRunPolicy } from '../orchestration/policies.ts'
import { coreState, deploymentFacts, FLOW_RUN_ID, flowRunFacts, NOW, SECOND, taskRunFacts } from './facts.ts'
import { proposeToFlowRun, proposeToTaskRun, type ReplayedRun } from './replay.ts'

export interface GoldenAnswer {
  readonly http: number
  readonly status: string
  readonly details: { readonly type: string; readonly delay_seconds?: number }
  readonly state: GoldenState | null
}

interface GoldenState {
  readonly type: string
  readonly name: string
  readonly details: Readonly<Record<string, unknown>>
  readonly data: boolean
}

export interface GoldenAfter {
  readonly run_count: number
  readonly start_time: boolean
  readonly end_time: boolean
  readonly next_scheduled_start_time: boolean
  readonly policy: Readonly<Record<string, unknown>>
  readonly states_added: number
  readonly infrastructure_pid?: boolean
}

export interface GoldenCase {
  readonly run: 'flow' | 'task'
  /** Null: as created, which is PENDING. */
  readonly initial: string | null
  readonly proposed: string
  readonly force: boolean
  readonly retries: number
  readonly ran_before: boolean
  readonly deployment?: boolean
  readonly infrastructure_pid?: boolean
  readonly answer: GoldenAnswer
  readonly after: GoldenAfter
}

export function goldenCases(): GoldenCase[] {
  const text = readFileSync(new URL('../fixtures/transitions.jsonl', import.meta.url), 'utf8')
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as GoldenCase)
}

/** A case in words, unique among the cases. */
export function goldenTitle(golden: GoldenCase): string {
  const { run, initial, proposed, force, retries, ran_before, deployment, infrastructure_pid } = golden
  const circumstances = [
    force && 'forced',
    retries > 0 && `retries ${retries}`,
    ran_before && 'ran before',
    deployment && 'deployment',
    infrastructure_pid && 'infrastructure',
  ].filter((text) => typeof text === 'string')
  return `${run}: ${initial ?? 'as created'} -> ${proposed} (${circumstances.join(', ')})`
}

const RESULT_DATA = {
  storage_key: 'golden',
  storage_block_id: null,
  expiration: null,
  serializer: { type: 'pickle' },
  prefect_version: '3.9.1',
}

interface NamedState {
  readonly type: StateType
  readonly name?: string
  readonly data?: unknown
  /** Seconds from now. */
  readonly due?: number
  readonly pause?: { readonly timeout: number; readonly reschedule: boolean }
}

const NAMED_STATES: Readonly<Record<string, NamedState>> = {
  'Scheduled past': { type: 'SCHEDULED', due: -30 },
  'Scheduled future': { type: 'SCHEDULED', due: 3600 },
  Late: { type: 'SCHEDULED', name: 'Late', due: -60 },
  'AwaitingRetry future': { type: 'SCHEDULED', name: 'AwaitingRetry', due: 3600 },
  Pending: { type: 'PENDING' },
  Submitting: { type: 'PENDING', name: 'Submitting' },
  Running: { type: 'RUNNING' },
  Paused: { type: 'PAUSED', pause: { timeout: 600, reschedule: false } },
  'Paused expired': { type: 'PAUSED', pause: { timeout: -5, reschedule: false } },
  Suspended: { type: 'PAUSED', name: 'Suspended', pause: { timeout: 600, reschedule: true } },
  Cancelling: { type: 'CANCELLING' },
  Cancelled: { type: 'CANCELLED' },
  Completed: { type: 'COMPLETED' },
  'Completed with result': { type: 'COMPLETED', data: RESULT_DATA },
  Failed: { type: 'FAILED' },
  Crashed: { type: 'CRASHED' },
}

/** The state that a name of the golden file stands for. */
export function goldenState(name: string, now: number): ProposedState {
  const named = NAMED_STATES[name]
  if (named === undefined) throw new Error(`the golden file knows no state "${name}"`)
  const details: CoreStateDetails = {
    ...(named.due === undefined ? {} : { scheduled_time: now + named.due * SECOND }),
    ...(named.pause === undefined
      ? {}
      : {
          pause_timeout: now + named.pause.timeout * SECOND,
          pause_reschedule: named.pause.reschedule,
          pause_key: 'p1',
        }),
  }
  return {
    type: named.type,
    ...(named.name === undefined ? {} : { name: named.name }),
    ...(named.data === undefined ? {} : { data: named.data }),
    state_details: details,
  }
}

/** The states that are forced upon a new run, in turn, to bring it to the initial state of the case. */
export function goldenPreparation(golden: GoldenCase): string[] {
  const names = golden.ran_before ? ['Running'] : []
  return golden.initial === null ? names : [...names, golden.initial]
}

const IDS = /(_run|_parameters|_lease)_id$/
const INSTANTS = new Set(['scheduled_time', 'pause_timeout', 'cache_expiration'])
const nearestTen = (seconds: number): number => Math.round(seconds / 10) * 10 || 0

/** `state_details` as the golden file has them: no ids, nothing empty, instants in seconds from now. */
export function goldenDetails(details: CoreStateDetails, now: number): Record<string, unknown> {
  const kept: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(details)) {
    if (IDS.test(key) || value === null || value === undefined || value === false) continue
    if (INSTANTS.has(key)) kept[key] = nearestTen((Number(value) - now) / SECOND)
    else kept[key] = key === 'transition_id' ? 'set' : value
  }
  return kept
}

/** The non-empty of the keys that the golden file looks at. */
export function goldenPolicy(policy: EmpiricalPolicy): Record<string, unknown> {
  const kept: Record<string, unknown> = {}
  if (policy.retry_type) kept.retry_type = policy.retry_type
  if (policy.resuming) kept.resuming = policy.resuming
  if (policy.pause_keys?.length) kept.pause_keys = policy.pause_keys
  return kept
}

/** Details of an answer without their reason, which is ours. */
export const goldenAnswerDetails = (type: string, delaySeconds: number | null): GoldenAnswer['details'] =>
  delaySeconds === null ? { type } : { type, delay_seconds: nearestTen(delaySeconds) }

const replayed = <Columns extends RunColumns>(run: Columns): ReplayedRun<Columns> => ({
  run,
  state: null,
  states: [],
})

/** Brings a run in memory to the initial state of a case, and returns the means to propose to it. */
export function buildInitial(golden: GoldenCase) {
  const empirical_policy: EmpiricalPolicy = { retries: golden.retries, retry_delay: 0, pause_keys: [] }
  let propose: (proposed: ProposedState, force: boolean) => Decision
  let replay: ReplayedRun<RunColumns>
  // A millisecond between requests: the clock of the golden run moved too.
  let now = NOW
  const tick = (): number => {
    now += 1000
    return now
  }
  if (golden.run === 'flow') {
    const deployment = golden.deployment ? deploymentFacts() : null
    const infrastructure_pid = golden.infrastructure_pid ? 'host:1' : null
    const { run } = flowRunFacts(null, 'PENDING', {
      deployment,
      run: { empirical_policy, infrastructure_pid },
    })
    const flow = replayed(run)
    propose = (proposed, force) =>
      proposeToFlowRun(flow, proposed, tick(), { policy: flowRunPolicy(force), deployment })
    replay = flow
  } else {
    // The golden task runs belong to a flow run in its first attempt, as their restarts' name (Retrying) shows.
    const flowRun = { state: coreState('RUNNING'), run_count: 1 }
    const { run } = taskRunFacts(null, 'PENDING', { run: { empirical_policy, flow_run_id: FLOW_RUN_ID } })
    const task = replayed(run)
    propose = (proposed, force) =>
      proposeToTaskRun(task, proposed, tick(), { policy: taskRunPolicy(proposed, force), flowRun })
    replay = task
  }
  propose({ type: 'PENDING' }, true)
  for (const name of goldenPreparation(golden)) propose(goldenState(name, now), true)
  return {
    replay,
    propose: (name: string, force: boolean) => propose(goldenState(name, now), force),
    now: () => now,
  }
}
