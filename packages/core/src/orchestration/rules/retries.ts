import { clampedPoisson } from '../../clamped-poisson.ts'
import type { EmpiricalPolicy, FlowRunFacts, ProposedState, TaskRunFacts } from '../../facts.ts'
import { STATE_NAMES } from '../../states.ts'
import { apiAtLeast, IN_PROCESS_RETRIES, PAUSE_BOOKKEEPING } from '../../versions.ts'
import type { Rule } from '../rule.ts'
import { amendPolicy, rejectWith, type Transition } from '../transition.ts'

/** `run_count` counts attempts, this one included: with n retries the attempts 1 to n are followed by another. */
const retriesLeft = ({ policy, runCount }: Transition): boolean =>
  policy.retries != null && runCount <= policy.retries

function awaitingRetry(
  proposed: ProposedState,
  scheduledTime: number,
  leaseId: string | null = null,
): ProposedState {
  return {
    type: 'SCHEDULED',
    name: STATE_NAMES.awaitingRetry,
    message: proposed.message ?? null,
    data: proposed.data,
    state_details:
      leaseId === null
        ? { scheduled_time: scheduledTime }
        : { scheduled_time: scheduledTime, deployment_concurrency_lease_id: leaseId },
  }
}

/**
 * A failed flow run with retries left is told to await its retry instead. It does so in its own process, hence
 * `retry_type` in_process (no worker may pick it up) and the lease that goes along. The new attempt meets all its pauses
 * again. When the failure is final, `retry_type` is cleared, so that a rerun from the UI is picked up.
 */
export const retryFailedFlowRuns: Rule<FlowRunFacts> = {
  name: 'RetryFailedFlowRuns',
  from: ['RUNNING'],
  to: ['FAILED'],
  before(transition) {
    const { facts, policy, effects } = transition
    if (!retriesLeft(transition)) {
      transition.policy = amendPolicy(policy, { retry_type: null })
      return
    }
    const delay = typeof policy.retry_delay === 'number' ? policy.retry_delay : 0
    const scheduledTime = facts.now + Math.round(delay * 1_000_000)
    const lease = facts.initial!.state_details.deployment_concurrency_lease_id ?? null
    rejectWith(transition, awaitingRetry(facts.proposed, scheduledTime, lease), 'Retrying')
    if (apiAtLeast(facts.apiVersion, PAUSE_BOOKKEEPING)) {
      transition.policy = amendPolicy(policy, {
        resuming: false,
        pause_keys: [],
        retry_type: 'in_process',
      })
    }
    if (!apiAtLeast(facts.apiVersion, IN_PROCESS_RETRIES)) {
      effects.push({
        type: 'reset_failed_task_runs',
        flow_run_id: facts.run.id,
        scheduled_time: scheduledTime,
      })
    }
  },
}

/**
 * A run whose client schedules it anew (it was told to stop, and asks for another start) leaves its process. If that
 * process had retried before, `retry_type` still says in_process, and no worker would ever pick the run up: Prefect's
 * such runs stay AwaitingRetry for good.
 */
export const leaveProcessWhenScheduled: Rule<FlowRunFacts> = {
  name: 'LeaveProcessWhenScheduled',
  from: ['RUNNING'],
  to: ['SCHEDULED'],
  before(transition) {
    const { policy } = transition
    if (policy.retry_type === 'in_process')
      transition.policy = amendPolicy(policy, { retry_type: 'reschedule' })
  },
}

/**
 * Seconds before the attempt after `runCount`. A list gives one delay per attempt, its last one for all that follow.
 * Jitter spreads the retries of tasks that failed together.
 */
export function taskRetryDelay(policy: EmpiricalPolicy, runCount: number, random: () => number): number {
  const { retry_delay, retry_jitter_factor } = policy
  const delay = Array.isArray(retry_delay)
    ? (retry_delay[Math.min(Math.max(runCount, 1), retry_delay.length) - 1] ?? 0)
    : ((retry_delay as number | null | undefined) ?? 0)
  if (!retry_jitter_factor || retry_jitter_factor <= 0 || delay <= 0) return delay
  return clampedPoisson(delay, retry_jitter_factor, random)
}

/** As for flow runs; `retriable` false is the client's word that its retry condition said no. */
export const retryFailedTaskRuns: Rule<TaskRunFacts> = {
  name: 'RetryFailedTaskRuns',
  from: ['RUNNING'],
  to: ['FAILED'],
  before(transition) {
    const { facts, policy, runCount } = transition
    if (transition.details.retriable === false || !retriesLeft(transition)) return
    const delay = taskRetryDelay(policy, runCount, facts.random ?? (() => 0.5))
    const scheduledTime = facts.now + Math.round(delay * 1_000_000)
    rejectWith(transition, awaitingRetry(facts.proposed, scheduledTime), 'Retrying')
  },
}
