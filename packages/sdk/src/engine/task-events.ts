import { toSeconds } from '@orrery/schemas/instants'
import type { State } from '../states.ts'
import { isoText } from './instant-text.ts'
import type { TaskRunRecord } from './scopes.ts'

/** The wire form of a task's retry policy, made once per task. */
export interface WirePolicy {
  readonly max_retries: 0
  readonly retry_delay_seconds: 0
  readonly retries: number
  readonly retry_delay: number | readonly number[]
  readonly retry_jitter_factor?: number
}

const FOLLOWS_WITHIN = 5 * 60 * 1_000_000
const MAX_MESSAGE = 100_000

/**
 * One state change of a task run as the event that records it. The server takes the run's record from the payload and
 * the state's id from the event's.
 */
export function taskRunEvent(
  record: TaskRunRecord,
  before: State | undefined,
  policy: WirePolicy,
  related: readonly Readonly<Record<string, string>>[],
): string {
  const { state } = record
  const at = isoText(state.timestamp)
  const previous = record.lastEvent
  const follows = previous && state.timestamp - previous.at < FOLLOWS_WITHIN ? previous.id : null
  const message = state.message.length > MAX_MESSAGE ? state.message.slice(0, MAX_MESSAGE) : state.message
  const tags = record.tags.map((tag) => ({
    'prefect.resource.id': `prefect.tag.${tag}`,
    'prefect.resource.role': 'tag',
  }))
  return JSON.stringify({
    id: state.id,
    occurred: at,
    follows,
    event: `prefect.task-run.${state.name}`,
    resource: {
      'prefect.resource.id': `prefect.task-run.${record.id}`,
      'prefect.resource.name': record.name,
      'prefect.run-count': String(record.runCount),
      'prefect.state-message': message,
      'prefect.state-name': state.name,
      'prefect.state-timestamp': `${at.slice(0, -1)}+00:00`,
      'prefect.state-type': state.type,
      'prefect.orchestration': 'client',
    },
    related: tags.length === 0 ? related : [...tags, ...related],
    payload: {
      intended: { from: before?.type ?? null, to: state.type },
      initial_state: before
        ? {
            type: before.type,
            name: before.name,
            message: before.message,
            state_details: publicDetails(before),
          }
        : null,
      validated_state: {
        type: state.type,
        name: state.name,
        message,
        state_details: publicDetails(state),
        data: 'metadata' in state.data ? (state.data.metadata ?? null) : null,
      },
      task_run: {
        name: record.name,
        task_key: record.taskKey,
        dynamic_key: record.dynamicKey,
        task_version: record.taskVersion,
        empirical_policy: policy,
        tags: record.tags,
        labels: {},
        task_inputs: record.inputs,
        run_count: record.runCount,
        flow_run_run_count: record.flowRunRunCount,
        expected_start_time: isoText(record.expectedStart),
        start_time: record.start === undefined ? undefined : isoText(record.start),
        end_time: record.end === undefined ? undefined : isoText(record.end),
        total_run_time: toSeconds(record.totalRunTime),
      },
    },
  })
}

/** The run's own ids are known from the resource and the related entries, and Python leaves them out. */
function publicDetails(state: State): Record<string, unknown> {
  const { task_run_id: _task, flow_run_id: _flow, ...details } = state.details
  return details
}
