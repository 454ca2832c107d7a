import { ambient, enclosingFlow, requireRun } from './context.ts'
import type { FlowScope, TaskScope } from './engine/scopes.ts'

/** The run around the code, read when asked. Outside a run each is undefined, or what `PREFECT__RUNTIME__…` says. */
export interface Runtime {
  readonly flowRun: {
    readonly id: string | undefined
    readonly name: string | undefined
    readonly flowName: string | undefined
    readonly parameters: Readonly<Record<string, unknown>>
    readonly tags: readonly string[]
    /** How many attempts there have been, this one included. */
    readonly runCount: number
    /** ISO 8601. */
    readonly scheduledStartTime: string | undefined
    /** The flow run that this one is a sub-flow of. */
    readonly parentFlowRunId: string | undefined
    /** The outermost flow run. */
    readonly rootFlowRunId: string | undefined
    /** Where the UI shows it. */
    readonly uiUrl: string | undefined
  }
  readonly taskRun: {
    readonly id: string | undefined
    readonly name: string | undefined
    readonly taskName: string | undefined
    readonly parameters: Readonly<Record<string, unknown>>
    readonly tags: readonly string[]
    readonly runCount: number
    readonly uiUrl: string | undefined
  }
  readonly deployment: {
    readonly id: string | undefined
    readonly name: string | undefined
  }
}

const flowScope = (): FlowScope | undefined => enclosingFlow()
const taskScope = (): TaskScope | undefined => {
  const { run } = ambient()
  return run?.kind === 'task' ? run : undefined
}
const fromEnv = (name: string): string | undefined => process.env[`PREFECT__RUNTIME__${name}`]
const parentFlow = (scope: FlowScope): FlowScope | undefined =>
  scope.parent?.kind === 'task' ? scope.parent.flow : scope.parent

/**
 * Facts of the run around the code.
 * @example
 * console.log(runtime.flowRun.name, runtime.taskRun.runCount)
 */
export const runtime: Runtime = {
  flowRun: {
    get id() {
      return fromEnv('FLOW_RUN__ID') ?? flowScope()?.run.id ?? process.env.PREFECT__FLOW_RUN_ID
    },
    get name() {
      return fromEnv('FLOW_RUN__NAME') ?? flowScope()?.run.name
    },
    get flowName() {
      return fromEnv('FLOW_RUN__FLOW_NAME') ?? flowScope()?.flowName
    },
    get parameters() {
      return flowScope()?.parameters ?? {}
    },
    get tags() {
      return flowScope()?.run.tags ?? []
    },
    get runCount() {
      return flowScope()?.run.run_count ?? 0
    },
    get scheduledStartTime() {
      return flowScope()?.run.expected_start_time ?? undefined
    },
    get parentFlowRunId() {
      const scope = flowScope()
      return scope && parentFlow(scope)?.run.id
    },
    get rootFlowRunId() {
      let scope = flowScope()
      for (let next = scope; next; next = parentFlow(next)) scope = next
      return scope?.run.id
    },
    get uiUrl() {
      const scope = flowScope()
      return scope?.session.uiUrl && `${scope.session.uiUrl}/runs/flow-run/${scope.run.id}`
    },
  },
  taskRun: {
    get id() {
      return fromEnv('TASK_RUN__ID') ?? taskScope()?.record.id
    },
    get name() {
      return fromEnv('TASK_RUN__NAME') ?? taskScope()?.record.name
    },
    get taskName() {
      return fromEnv('TASK_RUN__TASK_NAME') ?? taskScope()?.taskName
    },
    get parameters() {
      return taskScope()?.parameters ?? {}
    },
    get tags() {
      return taskScope()?.record.tags ?? []
    },
    get runCount() {
      return taskScope()?.record.runCount ?? 0
    },
    get uiUrl() {
      const scope = taskScope()
      return scope?.session.uiUrl && `${scope.session.uiUrl}/runs/task-run/${scope.record.id}`
    },
  },
  deployment: {
    get id() {
      return fromEnv('DEPLOYMENT__ID') ?? flowScope()?.run.deployment_id ?? undefined
    },
    get name() {
      return fromEnv('DEPLOYMENT__NAME') ?? process.env.PREFECT__DEPLOYMENT_NAME
    },
  },
}

/**
 * The signal of the run around the call: aborted when the run is cancelled, times out or the process ends.
 * @throws MissingContextError outside a run, unless tasks are disabled: then it never aborts
 * @example
 * await fetch(url, { signal: getRunSignal() })
 */
export function getRunSignal(): AbortSignal {
  if (ambient().disabled) return new AbortController().signal
  return requireRun('getRunSignal()').cancellation.signal
}
