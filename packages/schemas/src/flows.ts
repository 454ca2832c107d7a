import { type Static, Type } from 'typebox'
import { Instant, KeyValueLabels, maybe, nullable, Tags, Uuid } from './optional.ts'

/** A flow: what its runs have in common. Its name is unique inside a workspace. */
export const Flow = Type.Object({
  id: Uuid,
  created: nullable(Instant),
  updated: nullable(Instant),
  name: Type.String(),
  tags: Tags,
  labels: KeyValueLabels,
})
export type Flow = Static<typeof Flow>

export const FlowCreate = Type.Object({
  name: Type.String({ minLength: 1 }),
  tags: maybe(Tags),
  labels: maybe(KeyValueLabels),
})
export type FlowCreate = Static<typeof FlowCreate>

export const FlowUpdate = Type.Object({ tags: maybe(Tags) })
export type FlowUpdate = Static<typeof FlowUpdate>

export const FLOW_SORTS = ['NAME_ASC', 'NAME_DESC', 'CREATED_DESC', 'UPDATED_DESC'] as const
export const FlowSort = Type.Enum([...FLOW_SORTS])
export type FlowSort = (typeof FLOW_SORTS)[number]
