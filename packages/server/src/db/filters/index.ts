export { flowRunsWhere, flowsWhere, STARTED, taskRunsWhere } from './entities.ts'
export { instant, instantOrNull } from './instants.ts'
export { inWorkspace, type Order, orderBy, planFlowRuns, planTaskRuns } from './plan.ts'
