import { type Static, Type } from 'typebox'

const optional = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) =>
  Type.Optional(Type.Union([schema, Type.Null()]))
const texts = Type.Array(Type.String())

/**
 * Labels that one resource must have: each value is a glob (`*`, `?`, `[…]`), negated by a leading `!`; a list
 * means any of them. All labels must match; a label that is missing never matches, not even negated.
 */
export const ResourceSpecification = Type.Record(Type.String(), Type.Union([Type.String(), texts]))
export type ResourceSpecification = Static<typeof ResourceSpecification>

export const EventRelatedFilter = Type.Object({
  id: optional(texts),
  role: optional(texts),
  /** Pairs of id and role. */
  resources_in_roles: optional(Type.Array(Type.Tuple([Type.String(), Type.String()]))),
  labels: optional(ResourceSpecification),
})
export type EventRelatedFilter = Static<typeof EventRelatedFilter>

export const EventAnyResourceFilter = Type.Object({
  id: optional(texts),
  id_prefix: optional(texts),
  labels: optional(ResourceSpecification),
})
export type EventAnyResourceFilter = Static<typeof EventAnyResourceFilter>

/** Absent, null and empty lists mean no constraint; a list of resource filters is joined by "and". */
export const EventFilter = Type.Object({
  occurred: optional(
    Type.Object({
      /** Inclusive; default 180 days ago. */
      since: optional(Type.String({ format: 'date-time' })),
      /** Inclusive; default now. */
      until: optional(Type.String({ format: 'date-time' })),
    }),
  ),
  event: optional(
    Type.Object({
      prefix: optional(texts),
      exclude_prefix: optional(texts),
      name: optional(texts),
      exclude_name: optional(texts),
    }),
  ),
  resource: optional(
    Type.Object({
      id: optional(texts),
      id_prefix: optional(texts),
      labels: optional(ResourceSpecification),
      /** Only the newest (or oldest, by the order) event of each resource. */
      distinct: optional(Type.Boolean()),
    }),
  ),
  related: optional(Type.Union([EventRelatedFilter, Type.Array(EventRelatedFilter)])),
  any_resource: optional(Type.Union([EventAnyResourceFilter, Type.Array(EventAnyResourceFilter)])),
  id: optional(Type.Object({ id: optional(Type.Array(Type.String({ format: 'uuid' }))) })),
  text: optional(Type.Object({ query: Type.String({ maxLength: 200 }) })),
  order: optional(Type.Enum(['ASC', 'DESC'])),
})
export type EventFilter = Static<typeof EventFilter>
