import type { MatchableEvent } from '@orrery/core'
import { type Labels, type Micros, type NewEvent, parseJson, toIso } from '@orrery/schemas'

/** An event as it stands in its table. */
// A type, not an interface: `runSql` answers records.
export type EventRow = {
  id: string
  workspace_id: string
  occurred: Micros
  received: Micros
  event: string
  resource_id: string
  resource: string
  related: string
  payload: string
  follows: string | null
}

/** An event that was just checked, beside the row it becomes. */
export interface StoredEvent {
  event: NewEvent
  row: EventRow
}

export const EVENT_COLUMNS = [
  'id',
  'workspace_id',
  'occurred',
  'received',
  'event',
  'resource_id',
  'resource',
  'related',
  'payload',
  'follows',
] as const

export function storedEvent(workspaceId: string, event: NewEvent, received: Micros): StoredEvent {
  const row: EventRow = {
    id: event.id,
    workspace_id: workspaceId,
    occurred: event.occurred,
    received,
    event: event.event,
    resource_id: (event.resource['prefect.resource.id'] ?? '').toWellFormed(),
    resource: wellFormedJson(JSON.stringify(event.resource)),
    related: wellFormedJson(JSON.stringify(event.related)),
    payload: wellFormedJson(JSON.stringify(event.payload)),
    follows: event.follows,
  }
  return { event, row }
}

const LONE_SURROGATE = /(?<!\\)((?:\\\\)*)\\ud[89a-f][0-9a-f]{2}/g

/** `JSON.stringify` writes half a surrogate pair as an escape, which PostgreSQL's JSON refuses. */
export function wellFormedJson(text: string): string {
  return text.includes('\\ud') ? text.replace(LONE_SURROGATE, '$1\\ufffd') : text
}

/** The event as it is answered, put together from its stored texts without parsing them. */
export function eventToJson(row: EventRow): string {
  return `{"id":"${row.id}","occurred":"${toIso(row.occurred)}","received":"${toIso(row.received)}","event":${JSON.stringify(row.event)},"resource":${row.resource},"related":${row.related},"payload":${row.payload},"follows":${row.follows ? `"${row.follows}"` : 'null'}}`
}

/** A stored event on its way to those who listen: filters parse its labels once, its frame is made once. */
export class LiveEvent implements MatchableEvent {
  readonly row: EventRow
  #resource: Labels | null = null
  #related: Labels[] | null = null
  #json: string | null = null

  constructor(row: EventRow) {
    this.row = row
  }

  get id(): string {
    return this.row.id
  }

  get occurred(): Micros {
    return this.row.occurred
  }

  get event(): string {
    return this.row.event
  }

  get resource(): Labels {
    this.#resource ??= parseJson(this.row.resource) as Labels
    return this.#resource
  }

  get related(): Labels[] {
    this.#related ??= parseJson(this.row.related) as Labels[]
    return this.#related
  }

  get text(): string {
    const { event, resource, related, payload } = this.row
    return `${event} ${resource} ${related} ${payload}`
  }

  get json(): string {
    this.#json ??= eventToJson(this.row)
    return this.#json
  }
}
