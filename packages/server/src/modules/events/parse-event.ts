import { EVENT_LIMITS, isUuid, type Labels, type NewEvent, parseIso } from '@orrery/schemas'
import { Invalid } from '../../errors.ts'

/** An event that cannot be stored. Names what is wrong with it. */
export class InvalidEvent extends Invalid {
  constructor(message: string) {
    super(message, 'invalid_event')
  }
}

/**
 * Checks an event as it came. Written by hand: thousands come each second, and a compiled schema costs
 * several times as much. Throws `InvalidEvent`.
 */
export function parseEvent(value: unknown): NewEvent {
  if (!isRecord(value)) throw new InvalidEvent('An event must be a JSON object')
  const { id, occurred, event, follows } = value
  if (typeof id !== 'string' || !isUuid(id)) throw new InvalidEvent(`id is ${show(id)}; it must be a UUID`)
  const instant = typeof occurred === 'string' ? parseIso(occurred) : null
  if (instant === null)
    throw new InvalidEvent(`occurred is ${show(occurred)}; it must be an ISO 8601 instant`)
  if (typeof event !== 'string') throw new InvalidEvent(`event is ${show(event)}; it must be a name`)
  if (event.length > EVENT_LIMITS.nameLength)
    throw new InvalidEvent(`Event name must be at most ${EVENT_LIMITS.nameLength} characters`)
  const related = value.related ?? []
  if (!Array.isArray(related)) throw new InvalidEvent('related must be a list of resources')
  if (related.length > EVENT_LIMITS.related)
    throw new InvalidEvent(`The maximum number of related resources is ${EVENT_LIMITS.related}`)
  const payload = value.payload ?? {}
  if (!isRecord(payload)) throw new InvalidEvent('payload must be a JSON object')
  return {
    id: id.toLowerCase(),
    occurred: instant,
    event: event.toWellFormed(),
    resource: readResource(value.resource, 'resource'),
    related: related.map(readRelated),
    payload,
    follows: typeof follows === 'string' && isUuid(follows) ? follows.toLowerCase() : null,
  }
}

function readRelated(value: unknown): Labels {
  const resource = readResource(value, 'related')
  if (!resource['prefect.resource.role'])
    throw new InvalidEvent('Related Resources must include the prefect.resource.role label')
  return resource
}

function readResource(value: unknown, place: string): Labels {
  if (!isRecord(value)) throw new InvalidEvent(`${place} must be an object of labels`)
  let count = 0
  for (const label in value) {
    count++
    if (typeof value[label] === 'string') continue
    // Python clients send a label without a value as null.
    if (value[label] === null) delete value[label]
    else throw new InvalidEvent(`The label ${label} of ${place} is ${show(value[label])}; it must be a text`)
  }
  if (count > EVENT_LIMITS.labels)
    throw new InvalidEvent(`The maximum number of labels per resource is ${EVENT_LIMITS.labels}`)
  if (!value['prefect.resource.id'])
    throw new InvalidEvent('Resources must include the prefect.resource.id label')
  return value as Labels
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const show = (value: unknown): string => (JSON.stringify(value) ?? 'missing').slice(0, 100)
