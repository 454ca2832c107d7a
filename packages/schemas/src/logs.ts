import { type Static, Type } from 'typebox'

const optional = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) =>
  Type.Optional(Type.Union([schema, Type.Null()]))
const ids = Type.Array(Type.String({ format: 'uuid' }))
const instant = Type.String({ format: 'date-time' })

/** A log line on the wire. */
export const Log = Type.Object({
  id: Type.String({ format: 'uuid' }),
  created: instant,
  updated: instant,
  name: Type.String(),
  /** As in Python's logging: 10 debug, 20 info, 30 warning, 40 error, 50 critical. */
  level: Type.Integer(),
  message: Type.String(),
  timestamp: instant,
  flow_run_id: Type.Union([Type.String({ format: 'uuid' }), Type.Null()]),
  task_run_id: Type.Union([Type.String({ format: 'uuid' }), Type.Null()]),
  worker_id: Type.Union([Type.String({ format: 'uuid' }), Type.Null()]),
})
export type Log = Static<typeof Log>

export const LogFilter = Type.Object({
  operator: optional(Type.Enum(['and_', 'or_'])),
  level: optional(Type.Object({ ge_: optional(Type.Integer()), le_: optional(Type.Integer()) })),
  timestamp: optional(Type.Object({ before_: optional(instant), after_: optional(instant) })),
  flow_run_id: optional(Type.Object({ any_: optional(ids) })),
  task_run_id: optional(Type.Object({ any_: optional(ids), is_null_: optional(Type.Boolean()) })),
  /** Words joined by "or"; `-` or `!` excludes, `+` requires, quotes make phrases. */
  text: optional(Type.Object({ query: Type.String({ maxLength: 200 }) })),
})
export type LogFilter = Static<typeof LogFilter>

export const LogSort = Type.Enum(['TIMESTAMP_ASC', 'TIMESTAMP_DESC'])
export type LogSort = Static<typeof LogSort>
