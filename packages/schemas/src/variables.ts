import { type Static, Type } from 'typebox'
import { Instant, maybe, nullable, Tags, Uuid } from './optional.ts'

const VariableName = Type.String({ minLength: 1, maxLength: 255, pattern: '^[a-z0-9_-]*$' })

/** A JSON value under a name that is unique inside a workspace. */
export const Variable = Type.Object({
  id: Uuid,
  created: nullable(Instant),
  updated: nullable(Instant),
  name: Type.String(),
  value: Type.Unknown(),
  tags: Tags,
})
export type Variable = Static<typeof Variable>

export const VariableCreate = Type.Object({ name: VariableName, value: Type.Unknown(), tags: maybe(Tags) })
export type VariableCreate = Static<typeof VariableCreate>

/** A key that is absent stays as it is; a `value` of null is a value. */
export const VariableUpdate = Type.Object({
  name: maybe(VariableName),
  value: Type.Optional(Type.Unknown()),
  tags: maybe(Tags),
})
export type VariableUpdate = Static<typeof VariableUpdate>

export const VARIABLE_SORTS = ['NAME_ASC', 'NAME_DESC', 'CREATED_DESC', 'UPDATED_DESC'] as const
export const VariableSort = Type.Enum([...VARIABLE_SORTS])
export type VariableSort = (typeof VARIABLE_SORTS)[number]

const texts = maybe(Type.Array(Type.String()))
const operator = maybe(Type.Enum(['and_', 'or_']))

export const VariableFilter = Type.Object({
  operator,
  id: maybe(Type.Object({ any_: maybe(Type.Array(Uuid)) })),
  name: maybe(Type.Object({ any_: texts, like_: maybe(Type.String()) })),
  tags: maybe(Type.Object({ operator, all_: texts, any_: texts, is_null_: maybe(Type.Boolean()) })),
})
export type VariableFilter = Static<typeof VariableFilter>
