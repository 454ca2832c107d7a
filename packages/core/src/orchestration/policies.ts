/**
 * The policies: which rules a proposal passes, in which order.
 *
 * Rules that must win a slot stand last, so that a slot is only asked for when nothing else speaks against the
 * transition, and is never taken and given back in one request. (Prefect takes it in the middle and gives it back.)
 */
import type { FlowRunFacts, FlowRunPolicy, ProposedState, TaskRunFacts, TaskRunPolicy } from '../facts.ts'
import { type CompiledPolicy, compilePolicy, type Rule } from './rule.ts'
import { copyTaskParametersId, enqueueScheduledTaskRuns } from './rules/background-tasks.ts'
import {
  bypassCancellingWithoutInfrastructure,
  enforceCancellingToCancelled,
  scheduleCancellingTimeout,
} from './rules/cancelling.ts'
import {
  keepLeaseOfOldClients,
  releaseDeploymentSlot,
  renewDeploymentSlot,
  secureDeploymentSlot,
} from './rules/deployment-slots.ts'
import { preventDuplicateTransitions } from './rules/duplicate-transitions.ts'
import { handleFlowTerminalStates, preventResultLoss } from './rules/flow-terminal-states.ts'
import { keepDeploymentLease } from './rules/keep-deployment-lease.ts'
import { cancelLateRunsOfFullDeployment, onlyScheduledRunsBecomeLate } from './rules/late.ts'
import { handlePausing, handleResuming } from './rules/pausing.ts'
import { preventPendingTransitions } from './rules/pending-transitions.ts'
import { leaveProcessWhenScheduled, retryFailedFlowRuns, retryFailedTaskRuns } from './rules/retries.ts'
import { copyScheduledTime, waitForScheduledTime } from './rules/scheduled-time.ts'
import { emitStateEvent } from './rules/state-events.ts'
import { preventRunningInStoppedFlow } from './rules/stopped-flows.ts'
import { insertIntoCache, retrieveFromCache } from './rules/task-cache.ts'
import { releaseTaskSlots, secureTaskSlots } from './rules/task-slots.ts'
import { handleTaskTerminalStates, renameReruns, trackFlowRunAttempt } from './rules/task-terminal-states.ts'

/** Proposals of clients. */
const CORE_FLOW_RULES: readonly Rule<FlowRunFacts>[] = [
  keepDeploymentLease,
  preventDuplicateTransitions,
  handleFlowTerminalStates,
  enforceCancellingToCancelled,
  bypassCancellingWithoutInfrastructure,
  preventPendingTransitions,
  keepLeaseOfOldClients,
  onlyScheduledRunsBecomeLate,
  handlePausing,
  handleResuming,
  copyScheduledTime,
  waitForScheduledTime,
  retryFailedFlowRuns,
  leaveProcessWhenScheduled,
  scheduleCancellingTimeout,
  emitStateEvent,
  releaseDeploymentSlot,
  renewDeploymentSlot,
  secureDeploymentSlot,
]

/** Forced states and the first state of a new run. Not "no rules": results, slots and events are still seen to. */
const MINIMAL_FLOW_RULES: readonly Rule<FlowRunFacts>[] = [
  keepDeploymentLease,
  preventResultLoss,
  bypassCancellingWithoutInfrastructure,
  scheduleCancellingTimeout,
  emitStateEvent,
  releaseDeploymentSlot,
]

/** The late-runs service. */
const MARK_LATE_RULES: readonly Rule<FlowRunFacts>[] = [
  onlyScheduledRunsBecomeLate,
  cancelLateRunsOfFullDeployment,
  emitStateEvent,
]

const CORE_TASK_RULES: readonly Rule<TaskRunFacts>[] = [
  retrieveFromCache,
  handleTaskTerminalStates,
  preventRunningInStoppedFlow,
  copyScheduledTime,
  waitForScheduledTime,
  retryFailedTaskRuns,
  renameReruns,
  trackFlowRunAttempt,
  insertIntoCache,
  releaseTaskSlots,
  secureTaskSlots,
]

/** Deferred tasks: they outlive the flow that submitted them, and their workers bound how many run. */
const BACKGROUND_TASK_RULES: readonly Rule<TaskRunFacts>[] = [
  preventPendingTransitions,
  retrieveFromCache,
  handleTaskTerminalStates,
  copyScheduledTime,
  copyTaskParametersId,
  waitForScheduledTime,
  retryFailedTaskRuns,
  renameReruns,
  trackFlowRunAttempt,
  insertIntoCache,
  releaseTaskSlots,
  enqueueScheduledTaskRuns,
]

const MINIMAL_TASK_RULES: readonly Rule<TaskRunFacts>[] = [releaseTaskSlots]

export const FLOW_POLICIES: Readonly<Record<FlowRunPolicy, CompiledPolicy<FlowRunFacts>>> = {
  core: compilePolicy(CORE_FLOW_RULES),
  minimal: compilePolicy(MINIMAL_FLOW_RULES),
  mark_late: compilePolicy(MARK_LATE_RULES),
}

export const TASK_POLICIES: Readonly<Record<TaskRunPolicy, CompiledPolicy<TaskRunFacts>>> = {
  core: compilePolicy(CORE_TASK_RULES),
  minimal: compilePolicy(MINIMAL_TASK_RULES),
  background: compilePolicy(BACKGROUND_TASK_RULES),
}

export const flowRunPolicy = (force: boolean): FlowRunPolicy => (force ? 'minimal' : 'core')

/** A deferred task is a background task even when forced: PENDING is how two workers agree on who runs it. */
export const taskRunPolicy = (proposed: ProposedState, force: boolean): TaskRunPolicy =>
  proposed.state_details?.deferred ? 'background' : force ? 'minimal' : 'core'
