export { clampedPoisson } from './clamped-poisson.ts'
export { detailsFromWire, detailsToWire } from './details.ts'
export { type GlobPart, globToRegex, globToSqlite, matchesGlob } from './events/glob.ts'
export {
  compileEventFilter,
  listOf,
  type MatchableEvent,
  matchesSpecification,
} from './events/match-event.ts'
export { matchesText, parseTextQuery, type TextQuery } from './events/text-query.ts'
export type {
  CoreState,
  CoreStateDetails,
  Decision,
  DecisionStatus,
  DeploymentClaim,
  DeploymentClaimResult,
  DeploymentFacts,
  Effect,
  EmpiricalPolicy,
  FlowRunColumns,
  FlowRunDecision,
  FlowRunFacts,
  FlowRunPolicy,
  OrchestrationSettings,
  ProposedState,
  RunChanges,
  RunColumns,
  RunInputKeyset,
  TaskClaim,
  TaskClaimResult,
  TaskRunColumns,
  TaskRunDecision,
  TaskRunFacts,
  TaskRunPolicy,
} from './facts.ts'
export { DEFAULT_ORCHESTRATION_SETTINGS } from './facts.ts'
export { slugName } from './names/slug-name.ts'
export { decideFirstFlowRunState, decideFirstTaskRunState } from './orchestration/create-run.ts'
export {
  decideFlowRunTransition,
  decideTaskRunTransition,
  type OrchestrationDetails,
  orchestrationDetails,
} from './orchestration/decide.ts'
export { flowRunPolicy, taskRunPolicy } from './orchestration/policies.ts'
export { resumeProposal } from './orchestration/resume-run.ts'
export { taskRetryDelay } from './orchestration/rules/retries.ts'
export { nextTimestamp } from './orchestration/transition.ts'
export * from './permissions/index.ts'
export {
  hasPersistedResult,
  holdsSlot,
  isUnpersisted,
  STATE_NAMES,
} from './states.ts'
export { isAtLeast } from './versions.ts'
