import { type Static, Type } from 'typebox'
import type { Micros } from './instants.ts'

/** Labels of one resource: `prefect.resource.id` is always there and not empty. */
export type Labels = Record<string, string>

/** An event as code holds it, before it is stored: instants are microseconds. */
export interface NewEvent {
  /** Of the sender's choice; the same id twice is the same event. */
  id: string
  /** When it happened, by the sender's clock. */
  occurred: Micros
  /** Its name, as in `prefect.flow-run.Completed`. */
  event: string
  resource: Labels
  /** Each also has `prefect.resource.role`. */
  related: Labels[]
  payload: Record<string, unknown>
  /** The event known to have come right before this one. */
  follows: string | null
}

/** A stored event. */
export interface ReceivedEvent extends NewEvent {
  /** When the server took it. */
  received: Micros
}

/** An event on the wire. */
export const Event = Type.Object({
  id: Type.String({ format: 'uuid' }),
  occurred: Type.String({ format: 'date-time' }),
  received: Type.String({ format: 'date-time' }),
  event: Type.String(),
  resource: Type.Record(Type.String(), Type.String()),
  related: Type.Array(Type.Record(Type.String(), Type.String())),
  payload: Type.Record(Type.String(), Type.Unknown()),
  follows: Type.Union([Type.String({ format: 'uuid' }), Type.Null()]),
})
export type Event = Static<typeof Event>

/** What the genuine server refuses beyond. */
export const EVENT_LIMITS = { labels: 500, related: 100, nameLength: 1024, bytes: 1_500_000 } as const
