/** A handful of flows as a table to select from, so that one statement asks about each by its own index. */
import type { Micros } from '@orrery/schemas'
import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../../db/index.ts'

interface FlowTime {
  flow_id: string
  at: Micros
}

/** `(flow_id, at)` of the flows; at least one. */
export function flowsWithTimes(db: Db, flows: readonly (readonly [string, Micros])[]): RawBuilder<FlowTime> {
  const id = (value: string) => (db.dialect === 'postgres' ? sql`${value}::uuid` : sql`${value}`)
  // Both databases name the columns of a list of values so.
  const rows = sql.join(flows.map(([flow, at]) => sql`(${id(flow)}, ${sql.lit(at)})`))
  return sql<FlowTime>`(select column1 as flow_id, column2 as at from (values ${rows}) as list)`
}
