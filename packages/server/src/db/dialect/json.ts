/** Conditions over JSON columns and lists of values, which the two databases say differently. */
import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { DialectName } from '../columns.ts'

export type Condition = RawBuilder<SqlBool>

/**
 * The column is one of the values. One parameter whatever their number, so that the statement stays the same
 * text and stays prepared.
 */
export function isAnyOf(
  dialect: DialectName,
  column: string,
  values: readonly string[],
  type: 'id' | 'text' = 'text',
): Condition {
  const ref = sql.ref(column)
  if (dialect === 'sqlite') {
    const list = type === 'id' ? values.map((value) => value.toLowerCase()) : values
    if (list.length === 1) return sql`${ref} = ${list[0]}`
    return sql`${ref} in (select value from json_each(${JSON.stringify(list)}))`
  }
  return type === 'id' ? sql`${ref} = any(${values}::uuid[])` : sql`${ref} = any(${values}::text[])`
}

/** The JSON array of texts holds all of the values. */
export function hasAll(dialect: DialectName, column: string, values: readonly string[]): Condition {
  const ref = sql.ref(column)
  if (dialect === 'postgres') return sql`${ref}::jsonb @> ${JSON.stringify(values)}::jsonb`
  const distinct = [...new Set(values)]
  return sql`(select count(distinct value) from json_each(${ref}) where value in (select value from json_each(${JSON.stringify(distinct)}))) = ${distinct.length}`
}

/** The JSON array of texts holds at least one of the values. */
export function hasAny(dialect: DialectName, column: string, values: readonly string[]): Condition {
  const ref = sql.ref(column)
  if (dialect === 'postgres') return sql`jsonb_exists_any(${ref}::jsonb, ${values}::text[])`
  return sql`exists (select 1 from json_each(${ref}) where value in (select value from json_each(${JSON.stringify(values)})))`
}

/** The text under a key of a JSON object is one of the values. */
export function keyIsAnyOf(
  dialect: DialectName,
  column: string,
  key: string,
  values: readonly string[],
): Condition {
  const ref = sql.ref(column)
  if (dialect === 'postgres') return sql`(${ref}::json ->> ${sql.lit(key)}) = any(${values}::text[])`
  return sql`json_extract(${ref}, ${sql.lit(`$.${key}`)}) in (select value from json_each(${JSON.stringify(values)}))`
}

/** The column holds the text, in any case. `%` and `_` stand for themselves. */
export function contains(dialect: DialectName, column: string, text: string): Condition {
  const pattern = `%${text.replace(/[\\%_]/g, '\\$&')}%`
  const ref = sql.ref(column)
  return dialect === 'postgres' ? sql`${ref} ilike ${pattern}` : sql`${ref} like ${pattern} escape '\\'`
}
