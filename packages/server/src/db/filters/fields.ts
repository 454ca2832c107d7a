/** Conditions of one field of a filter. Null stands for "no constraint". */
import type {
  IdsFilter,
  NamesFilter,
  NullableIdsFilter,
  NullableTextsFilter,
  RunTimesFilter,
  StateFilter,
  TagFilter,
  TextsFilter,
  TimesFilter,
} from '@orrery/schemas'
import { sql } from 'kysely'
import type { DialectName } from '../columns.ts'
import { type Condition, contains, hasAll, hasAny, isAnyOf } from '../dialect/json.ts'
import { instant } from './instants.ts'

type Maybe<T> = T | null | undefined
type Operator = Maybe<'and_' | 'or_' | (string & {})>

/** All of the conditions, or with `or_` any; null when there is none. */
export function combine(operator: Operator, conditions: readonly (Condition | null)[]): Condition | null {
  const present = conditions.filter((condition) => condition !== null)
  const [first] = present
  if (first === undefined) return null
  if (present.length === 1) return first
  return sql`(${sql.join(present, operator === 'or_' ? sql` or ` : sql` and `)})`
}

export const not = (condition: Condition | null): Condition | null => condition && sql`not (${condition})`

export const isNull = (column: string, wanted: Maybe<boolean>): Condition | null => {
  if (wanted === null || wanted === undefined) return null
  return wanted ? sql`${sql.ref(column)} is null` : sql`${sql.ref(column)} is not null`
}

const any = (dialect: DialectName, column: string, values: Maybe<readonly string[]>, type: 'id' | 'text') =>
  values ? isAnyOf(dialect, column, values, type) : null

const notAny = (
  dialect: DialectName,
  column: string,
  values: Maybe<readonly string[]>,
  type: 'id' | 'text',
) => (values?.length ? not(isAnyOf(dialect, column, values, type)) : null)

export const ids = (dialect: DialectName, column: string, filter: Maybe<IdsFilter>) =>
  combine('and_', [any(dialect, column, filter?.any_, 'id'), notAny(dialect, column, filter?.not_any_, 'id')])

export const texts = (dialect: DialectName, column: string, filter: Maybe<TextsFilter>) =>
  combine('and_', [
    any(dialect, column, filter?.any_, 'text'),
    notAny(dialect, column, filter?.not_any_, 'text'),
  ])

export const names = (dialect: DialectName, column: string, filter: Maybe<NamesFilter>) =>
  combine('and_', [
    any(dialect, column, filter?.any_, 'text'),
    filter?.like_ ? contains(dialect, column, filter.like_) : null,
    ...(filter?.matches_ ?? []).map((terms) =>
      combine(
        'or_',
        terms.flatMap(({ is_: is, like_: like }) => [
          is == null ? null : sql<boolean>`${sql.ref(column)} = ${is}`,
          like ? contains(dialect, column, like) : null,
        ]),
      ),
    ),
  ])

export const nullableIds = (dialect: DialectName, column: string, filter: Maybe<NullableIdsFilter>) =>
  combine(filter?.operator, [any(dialect, column, filter?.any_, 'id'), isNull(column, filter?.is_null_)])

export const nullableTexts = (dialect: DialectName, column: string, filter: Maybe<NullableTextsFilter>) =>
  combine(filter?.operator, [any(dialect, column, filter?.any_, 'text'), isNull(column, filter?.is_null_)])

export function tags(dialect: DialectName, column: string, filter: Maybe<TagFilter>): Condition | null {
  if (!filter) return null
  const ref = sql.ref(column)
  return combine(filter.operator, [
    filter.all_?.length ? hasAll(dialect, column, filter.all_) : null,
    filter.any_ ? hasAny(dialect, column, filter.any_) : null,
    filter.is_null_ == null ? null : filter.is_null_ ? sql`${ref} = '[]'` : sql`${ref} <> '[]'`,
  ])
}

/** `before_` and `after_` include the instant itself. `over` is what they look at, when that is no column. */
export function times(
  column: string,
  filter: Maybe<TimesFilter>,
  over: { toOperationNode: Condition['toOperationNode'] } | null = null,
): Condition | null {
  if (!filter) return null
  const value = over ?? sql.ref(column)
  return combine('and_', [
    filter.before_ ? sql`${value} <= ${instant(filter.before_, `${column}.before_`)}` : null,
    filter.after_ ? sql`${value} >= ${instant(filter.after_, `${column}.after_`)}` : null,
    isNull(column, filter.is_null_),
  ])
}

export function state(dialect: DialectName, table: string, filter: Maybe<StateFilter>): Condition | null {
  if (!filter) return null
  return combine(filter.operator, [
    texts(dialect, `${table}.state_type`, filter.type),
    texts(dialect, `${table}.state_name`, filter.name),
  ])
}

/** How long a run has run; the stretch of a running one counts up to `at_`. */
export function runTimes(table: string, filter: Maybe<RunTimesFilter>): Condition | null {
  if (!filter) return null
  const total = sql.ref(`${table}.total_run_time`)
  const at = filter.at_ == null ? null : instant(filter.at_, `${table}.run_time.at_`)
  const ran = at === null ? total : sql`${total} + ${stretch(table, at)}`
  const micros = (seconds: number) => Math.round(seconds * 1_000_000)
  return combine('and_', [
    // What has not run has no duration: "shorter than a minute" is not about it.
    filter.longer_ == null && filter.shorter_ == null
      ? null
      : sql`${sql.ref(`${table}.start_time`)} is not null`,
    filter.longer_ == null ? null : sql`${ran} >= ${micros(filter.longer_)}`,
    filter.shorter_ == null ? null : sql`${ran} <= ${micros(filter.shorter_)}`,
  ])
}

const stretch = (table: string, at: number) =>
  sql`case when ${sql.ref(`${table}.state_type`)} = 'RUNNING' then ${sql.lit(at)} - ${sql.ref(`${table}.state_timestamp`)} else 0 end`
