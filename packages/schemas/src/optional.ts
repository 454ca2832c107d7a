import { type TSchema, Type } from 'typebox'

/** A value or null. */
export const nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()])

/** A key that may be absent or null: clients send explicit nulls for "the default". */
export const maybe = <T extends TSchema>(schema: T) => Type.Optional(nullable(schema))

export const Uuid = Type.String({ format: 'uuid' })
export const Instant = Type.String({ format: 'date-time' })
export const Tags = Type.Array(Type.String())
/** Keys and values that users attach; values are texts, numbers or flags. */
export const KeyValueLabels = Type.Record(Type.String(), Type.Unknown())
export const JsonObject = Type.Record(Type.String(), Type.Unknown())
