import { newId, type StateType, toIso } from '@orrery/schemas'

/** Task-run events as the Python client sends them. */
export function taskRunEvent(options: {
  taskRunId: string
  flowRunId?: string | null
  type?: StateType
  name?: string
  at: number
  id?: string
  taskKey?: string
  dynamicKey?: string
  taskRun?: Record<string, unknown>
}): Record<string, unknown> {
  const { taskRunId, flowRunId = null, type = 'RUNNING', at } = options
  const name = options.name ?? type.charAt(0) + type.slice(1).toLowerCase()
  return {
    id: options.id ?? newId(),
    occurred: toIso(at),
    event: `prefect.task-run.${name}`,
    resource: {
      'prefect.resource.id': `prefect.task-run.${taskRunId}`,
      'prefect.resource.name': 'add-0',
      'prefect.state-type': type,
      'prefect.state-name': name,
      'prefect.orchestration': 'client',
    },
    related: flowRunId
      ? [
          {
            'prefect.resource.id': `prefect.flow-run.${flowRunId}`,
            'prefect.resource.role': 'flow-run',
            'prefect.resource.name': 'quiet-fox',
          },
          { 'prefect.resource.id': 'prefect.tag.nightly', 'prefect.resource.role': 'tag' },
        ]
      : [],
    payload: {
      intended: { from: null, to: type },
      initial_state: null,
      validated_state: { type, name, message: '', state_details: {}, data: null },
      task_run: {
        name: 'add-0',
        task_key: options.taskKey ?? 'add-1a2b',
        dynamic_key: options.dynamicKey ?? taskRunId,
        empirical_policy: { retries: 0 },
        tags: ['nightly'],
        labels: {},
        task_inputs: { x: [{ input_type: 'constant', type: 'int' }] },
        ...options.taskRun,
      },
    },
  }
}
