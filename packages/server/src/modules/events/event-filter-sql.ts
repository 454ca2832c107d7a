import { globToRegex, globToSqlite, listOf, parseTextQuery } from '@orrery/core'
import type {
  EventAnyResourceFilter,
  EventFilter,
  EventRelatedFilter,
  Micros,
  ResourceSpecification,
} from '@orrery/schemas'
import { type RawBuilder, sql } from 'kysely'
import type { DialectName } from '../../db/columns.ts'
import { instant } from '../../db/filters/instants.ts'

type Condition = RawBuilder<unknown>

const NEVER = sql`1 = 0`
const DAY = 86_400_000_000
/** How far back a query without `since` looks. */
const DEFAULT_DAYS = 180

/** The instants between which the filter looks; without bounds the last 180 days up to now. */
export function occurredRange(filter: EventFilter, now: Micros): { since: Micros; until: Micros } {
  const { since, until } = filter.occurred ?? {}
  return {
    since: since ? instant(since, 'filter.occurred.since') : Math.floor(now / DAY) * DAY - DEFAULT_DAYS * DAY,
    until: until ? instant(until, 'filter.occurred.until') : now,
  }
}

/** What stands after FROM and WHERE. */
export interface EventFilterSql {
  from: Condition
  where: Condition
}

/** The filter as SQL over the table `events` named `e`; `compileEventFilter` says the same in memory. */
export function eventFilterSql(
  dialect: DialectName,
  workspaceId: string,
  filter: EventFilter,
  range: { since: Micros; until: Micros },
): EventFilterSql {
  const build = new FilterSql(dialect, workspaceId, range)
  const conditions: Condition[] = [
    sql`e.workspace_id = ${workspaceId}`,
    sql`e.occurred >= ${range.since}`,
    sql`e.occurred <= ${range.until}`,
  ]
  const ids = filter.id?.id ?? []
  if (ids.length > 0) conditions.push(sql`e.id IN (${list(ids.map((id) => id.toLowerCase()))})`)
  conditions.push(...build.name(filter), ...build.resource(filter))
  for (const related of listOf(filter.related)) conditions.push(...build.related(related))
  for (const any of listOf(filter.any_resource)) conditions.push(...build.anyResource(any))
  if (filter.text?.query.trim()) conditions.push(...build.text(filter.text.query))
  // Without statistics SQLite would walk all events by time and look each up in the few of the resource.
  const byId = dialect === 'sqlite' && build.usesIndex
  return {
    from: byId ? sql`events AS e INDEXED BY events_id` : sql`events AS e`,
    where: sql.join(conditions, sql` AND `),
  }
}

const list = (values: readonly string[]) => sql.join(values.map((value) => sql`${value}`))
const or = (conditions: Condition[]) => sql`(${sql.join(conditions, sql` OR `)})`

class FilterSql {
  readonly #postgres: boolean
  readonly #workspaceId: string
  readonly #range: { since: Micros; until: Micros }
  /** Whether a condition names its events by id. */
  usesIndex = false

  constructor(dialect: DialectName, workspaceId: string, range: { since: Micros; until: Micros }) {
    this.#postgres = dialect === 'postgres'
    this.#workspaceId = workspaceId
    this.#range = range
  }

  name({ event }: EventFilter): Condition[] {
    const column = sql`e.event`
    const conditions: Condition[] = []
    if (event?.prefix?.length) conditions.push(this.#startsWithAny(column, event.prefix))
    if (event?.exclude_prefix?.length)
      conditions.push(sql`NOT ${this.#startsWithAny(column, event.exclude_prefix)}`)
    if (event?.name?.length) conditions.push(sql`e.event IN (${list(event.name)})`)
    if (event?.exclude_name?.length) conditions.push(sql`e.event NOT IN (${list(event.exclude_name)})`)
    return conditions
  }

  resource({ resource }: EventFilter): Condition[] {
    const conditions: Condition[] = []
    const column = sql`e.resource_id`
    if (resource?.id?.length) {
      conditions.push(sql`e.resource_id IN (${list(resource.id)})`)
      conditions.push(this.#indexed(resource.id, [sql`r.resource_role = ''`]))
    }
    if (resource?.id_prefix?.length) conditions.push(this.#startsWithAny(column, resource.id_prefix))
    if (resource?.labels) conditions.push(...this.#specification(resource.labels, this.#json('e.resource')))
    return conditions
  }

  related(filter: EventRelatedFilter): Condition[] {
    const { id, role, resources_in_roles: pairs, labels } = filter
    const value = this.#element
    const inner: Condition[] = []
    if (id?.length) inner.push(sql`${this.#label(value, 'prefect.resource.id')} IN (${list(id)})`)
    if (role?.length) inner.push(sql`${this.#label(value, 'prefect.resource.role')} IN (${list(role)})`)
    if (pairs?.length)
      inner.push(
        or(
          pairs.map(
            ([pairId, pairRole]) =>
              sql`(${this.#label(value, 'prefect.resource.id')} = ${pairId} AND ${this.#label(value, 'prefect.resource.role')} = ${pairRole})`,
          ),
        ),
      )
    if (labels) inner.push(...this.#specification(labels, value))
    if (inner.length === 0) return []
    const conditions: Condition[] = []
    const ids = id?.length ? id : (pairs ?? []).map(([pairId]) => pairId)
    if (isIndexed(ids)) conditions.push(this.#indexed(ids, [sql`r.resource_role <> ''`]))
    conditions.push(this.#someRelated(inner))
    return conditions
  }

  anyResource(filter: EventAnyResourceFilter): Condition[] {
    const { id, id_prefix, labels } = filter
    const primary: Condition[] = []
    const related: Condition[] = []
    const value = this.#element
    const relatedId = this.#label(value, 'prefect.resource.id')
    if (id?.length) {
      primary.push(sql`e.resource_id IN (${list(id)})`)
      related.push(sql`${relatedId} IN (${list(id)})`)
    }
    if (id_prefix?.length) {
      primary.push(this.#startsWithAny(sql`e.resource_id`, id_prefix))
      related.push(this.#startsWithAny(relatedId, id_prefix))
    }
    if (labels) {
      primary.push(...this.#specification(labels, this.#json('e.resource')))
      related.push(...this.#specification(labels, value))
    }
    if (primary.length === 0) return []
    const conditions: Condition[] = []
    if (id && isIndexed(id)) conditions.push(this.#indexed(id, []))
    conditions.push(or([sql`(${sql.join(primary, sql` AND `)})`, this.#someRelated(related)]))
    return conditions
  }

  // Both sides are lowered by the database, so that they are lowered alike.
  text(query: string): Condition[] {
    const { include, exclude, require } = parseTextQuery(query)
    const searched = sql`lower(e.event || ' ' || e.resource || ' ' || e.related || ' ' || e.payload)`
    const has = (term: string) => {
      // The texts are JSON: a quote in them is written with a backslash.
      const escaped = JSON.stringify(term).slice(1, -1)
      return this.#postgres
        ? sql`position(lower(${escaped}::text) in ${searched}) > 0`
        : sql`instr(${searched}, lower(${escaped})) > 0`
    }
    return [
      ...(include.length > 0 ? [or(include.map(has))] : []),
      ...exclude.map((term) => sql`NOT ${has(term)}`),
      ...require.map(has),
    ]
  }

  /** The events that involve one of the resources, found by the index. */
  #indexed(ids: readonly string[], more: Condition[]): Condition {
    this.usesIndex = true
    const conditions = [
      sql`r.workspace_id = ${this.#workspaceId}`,
      sql`r.resource_id IN (${list(ids)})`,
      sql`r.occurred >= ${this.#range.since}`,
      sql`r.occurred <= ${this.#range.until}`,
      ...more,
    ]
    return sql`e.id IN (SELECT r.event_id FROM event_resources AS r WHERE ${sql.join(conditions, sql` AND `)})`
  }

  get #element(): Condition {
    return sql`item.value`
  }

  #someRelated(conditions: Condition[]): Condition {
    const elements = this.#postgres
      ? sql`jsonb_array_elements(e.related::jsonb) AS item(value)`
      : sql`json_each(e.related) AS item`
    return sql`EXISTS (SELECT 1 FROM ${elements} WHERE ${sql.join(conditions, sql` AND `)})`
  }

  #json(column: string): Condition {
    return this.#postgres ? sql`${sql.ref(column)}::jsonb` : sql.ref(column)
  }

  // Parentheses around the column: `::jsonb` binds tighter than `->>`.
  #label(json: Condition, label: string): Condition {
    if (this.#postgres) return sql`(${json} ->> ${label}::text)`
    // SQLite reads a right side that begins with $ as a path; no label does.
    return sql`(${json} ->> ${label})`
  }

  #specification(specification: ResourceSpecification, json: Condition): Condition[] {
    return Object.entries(specification).map(([label, expected]) => {
      if (label.startsWith('$')) return NEVER
      const patterns = typeof expected === 'string' ? [expected] : expected
      if (patterns.length === 0) return NEVER
      return or(patterns.map((pattern) => this.#matches(this.#label(json, label), pattern)))
    })
  }

  // A missing label is NULL, and NULL neither matches nor fails to match.
  #matches(value: Condition, pattern: string): Condition {
    const negated = pattern.startsWith('!')
    const glob = negated ? pattern.slice(1) : pattern
    if (!/[*?[]/.test(glob)) return negated ? sql`${value} <> ${glob}` : sql`${value} = ${glob}`
    const test = this.#postgres
      ? sql`${value} ~ ${globToRegex(glob)}::text`
      : sql`${value} GLOB ${globToSqlite(glob)}`
    return negated ? sql`NOT (${test})` : test
  }

  #startsWithAny(column: Condition, prefixes: readonly string[]): Condition {
    return or(
      prefixes.map((prefix) =>
        this.#postgres
          ? sql`starts_with(${column}, ${prefix}::text)`
          : sql`substr(${column}, 1, length(${prefix})) = ${prefix}`,
      ),
    )
  }
}

/** Tags have no rows in `event_resources`. */
export const isTag = (resourceId: string): boolean => resourceId.startsWith('prefect.tag.')

const isIndexed = (ids: readonly string[]): boolean => ids.length > 0 && !ids.some(isTag)
