import type { Labels, NewEvent } from './events.ts'
import type { Micros } from './instants.ts'
import { toIso } from './instants.ts'
import type { StateType } from './states.ts'

/** A state as an event tells it. */
export interface EventState {
  id: string
  type: StateType
  name: string
  timestamp: Micros
  message?: string | null
  state_details?: { pause_reschedule?: boolean | null } | null
}

interface Named {
  id: string
  name: string
  tags?: readonly string[] | null
}

export interface FlowRunStateFacts {
  run: Named & {
    run_count: number
    created_by?: { id?: string | null; type?: string | null; display_value?: string | null } | null
  }
  flow: Named | null
  deployment?: Named | null
  workQueue?: { id: string; name: string } | null
  workPool?: { id: string; name: string; type: string } | null
  /** The task run of the parent flow run that stands for this one. */
  parentTaskRun?: Named | null
  initialState: EventState | null
  /** The state that was stored. */
  validatedState: EventState
}

/** State messages may hold whole results; longer ones lose their middle. */
const MESSAGE_LENGTH = 100_000
/** Two events closer than this are linked by `follows`; farther apart their order is clear anyway. */
const FOLLOWS_WITHIN = 5 * 60 * 1_000_000

/** The event of a flow run's stored state. Its id is the state's, so that observers can compare them. */
export function flowRunStateEvent(facts: FlowRunStateFacts): NewEvent {
  const { run, initialState: initial, validatedState: state } = facts
  return {
    id: state.id,
    occurred: state.timestamp,
    event: `prefect.flow-run.${state.name}`,
    resource: {
      'prefect.resource.id': `prefect.flow-run.${run.id}`,
      'prefect.resource.name': run.name,
      'prefect.run-count': String(run.run_count),
      'prefect.state-message': shorten(state.message ?? ''),
      'prefect.state-name': state.name,
      'prefect.state-timestamp': toOffsetIso(state.timestamp),
      'prefect.state-type': state.type,
    },
    related: relatedOfFlowRun(facts),
    payload: {
      intended: { from: initial?.type ?? null, to: state.type },
      initial_state: initial ? statePayload(initial) : null,
      validated_state: statePayload(state),
    },
    follows: initial && Math.abs(state.timestamp - initial.timestamp) < FOLLOWS_WITHIN ? initial.id : null,
  }
}

function relatedOfFlowRun(facts: FlowRunStateFacts): Labels[] {
  const { run, flow, deployment, workQueue, workPool, parentTaskRun } = facts
  const related: Labels[] = []
  if (flow) related.push(relatedResource('flow', flow))
  if (deployment) related.push(relatedResource('deployment', deployment))
  if (workQueue) related.push(relatedResource('work-queue', workQueue))
  if (workPool)
    related.push({ ...relatedResource('work-pool', workPool), 'prefect.work-pool.type': workPool.type })
  if (parentTaskRun) related.push(relatedResource('task-run', parentTaskRun))
  const tags = new Set([run, flow, deployment, parentTaskRun].flatMap((item) => item?.tags ?? []))
  for (const tag of [...tags].sort())
    related.push({ 'prefect.resource.id': `prefect.tag.${tag}`, 'prefect.resource.role': 'tag' })
  const creator = creatorOf(run.created_by)
  if (creator) related.push(creator)
  return related
}

function creatorOf(createdBy: FlowRunStateFacts['run']['created_by']): Labels | null {
  if (createdBy?.type !== 'DEPLOYMENT' && createdBy?.type !== 'AUTOMATION') return null
  return {
    'prefect.resource.id': `prefect.${createdBy.type.toLowerCase()}.${createdBy.id}`,
    'prefect.resource.role': 'creator',
    ...(createdBy.display_value ? { 'prefect.resource.name': createdBy.display_value } : {}),
  }
}

/** A related resource in the role of its own kind. */
export function relatedResource(kind: string, item: { id: string; name: string }): Labels {
  return {
    'prefect.resource.id': `prefect.${kind}.${item.id}`,
    'prefect.resource.role': kind,
    'prefect.resource.name': item.name,
  }
}

function statePayload(state: EventState): Record<string, string> {
  const payload: Record<string, string> = { type: state.type, name: state.name }
  if (state.message) payload.message = shorten(state.message)
  if (state.type === 'PAUSED')
    payload.pause_reschedule = String(state.state_details?.pause_reschedule ?? false)
  return payload
}

function shorten(message: string): string {
  if (message.length <= MESSAGE_LENGTH) return message
  const half = MESSAGE_LENGTH / 2
  const omitted = `...${message.length - MESSAGE_LENGTH} additional characters...`
  const short = message.slice(0, half) + omitted + message.slice(-half)
  return short.length < message.length ? short : message
}

// The label is Python's isoformat: an offset instead of Z, no fraction when it is zero.
function toOffsetIso(instant: Micros): string {
  return toIso(instant).replace('.000000Z', 'Z').replace('Z', '+00:00')
}
