export { flowRunsWhere, flowsWhere, STARTED, taskRunsWhere } from './entities.ts'
export { instant, instantOrNull } from './instants.ts'
