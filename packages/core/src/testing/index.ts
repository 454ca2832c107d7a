export {
  coreState,
  DEPLOYMENT_ID,
  deploymentFacts,
  FLOW_RUN_ID,
  flowRunFacts,
  NEW_STATE_ID,
  NOW,
  SECOND,
  TASK_RUN_ID,
  taskRunFacts,
} from './facts.ts'
export {
  buildInitial,
  type GoldenAfter,
  type GoldenAnswer,
  type GoldenCase,
  goldenAnswerDetails,
  goldenCases,
  goldenDetails,
  goldenPolicy,
  goldenPreparation,
  goldenState,
  goldenTitle,
} from './golden-transitions.ts'
export { proposeToFlowRun, proposeToTaskRun, type ReplayedRun } from './replay.ts'
