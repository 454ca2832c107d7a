import {
  type EventAnyResourceFilter,
  type EventFilter,
  type EventRelatedFilter,
  fromIso,
  type Labels,
  type Micros,
  type ResourceSpecification,
} from '@orrery/schemas'
import { matchesGlob } from './glob.ts'
import { matchesText, parseTextQuery } from './text-query.ts'

/** What a filter looks at. Stored events make the costly parts on first use. */
export interface MatchableEvent {
  readonly id: string
  readonly occurred: Micros
  readonly event: string
  readonly resource: Labels
  readonly related: readonly Labels[]
  /** Name, labels and payload as one text, for the text search. */
  readonly text: string
}

/** Whether the resource has every label of the specification; `{}` matches all. */
export function matchesSpecification(specification: ResourceSpecification, resource: Labels): boolean {
  for (const label in specification) {
    const expected = specification[label]!
    const value = resource[label]
    const matched =
      typeof expected === 'string'
        ? matchesGlob(expected, value)
        : expected.some((pattern) => matchesGlob(pattern, value))
    if (!matched) return false
  }
  return true
}

type Test = (event: MatchableEvent) => boolean

/**
 * The filter as one function, the same that the SQL of the event queries says. Without `until` it has no end:
 * a live stream goes on.
 */
export function compileEventFilter(filter: EventFilter): Test {
  const tests: Test[] = []
  const { since, until } = filter.occurred ?? {}
  if (since) {
    const instant = fromIso(since)
    tests.push((event) => event.occurred >= instant)
  }
  if (until) {
    const instant = fromIso(until)
    tests.push((event) => event.occurred <= instant)
  }
  if (filter.id?.id?.length) {
    const ids = new Set(filter.id.id.map((id) => id.toLowerCase()))
    tests.push((event) => ids.has(event.id))
  }
  tests.push(...nameTests(filter), ...resourceTests(filter))
  for (const related of listOf(filter.related)) {
    const test = relatedTest(related)
    if (test) tests.push((event) => event.related.some(test))
  }
  for (const any of listOf(filter.any_resource)) {
    const test = anyResourceTest(any)
    if (test) tests.push((event) => test(event.resource) || event.related.some(test))
  }
  if (filter.text?.query.trim()) {
    const query = parseTextQuery(filter.text.query)
    tests.push((event) => matchesText(query, event.text))
  }
  return (event) => tests.every((test) => test(event))
}

export function listOf<T>(value: T | T[] | null | undefined): T[] {
  if (value === null || value === undefined) return []
  return Array.isArray(value) ? value : [value]
}

function nameTests(filter: EventFilter): Test[] {
  const { prefix, exclude_prefix, name, exclude_name } = filter.event ?? {}
  const tests: Test[] = []
  if (prefix?.length) tests.push(({ event }) => prefix.some((text) => event.startsWith(text)))
  if (exclude_prefix?.length)
    tests.push(({ event }) => !exclude_prefix.some((text) => event.startsWith(text)))
  if (name?.length) tests.push(({ event }) => name.includes(event))
  if (exclude_name?.length) tests.push(({ event }) => !exclude_name.includes(event))
  return tests
}

function resourceTests(filter: EventFilter): Test[] {
  const { id, id_prefix, labels } = filter.resource ?? {}
  const tests: Test[] = []
  if (id?.length) tests.push(({ resource }) => id.includes(resource['prefect.resource.id'] ?? ''))
  if (id_prefix?.length) tests.push(({ resource }) => hasIdPrefix(resource, id_prefix))
  if (labels && hasKeys(labels)) tests.push(({ resource }) => matchesSpecification(labels, resource))
  return tests
}

/** One related resource must satisfy all of it; null when it asks for nothing. */
function relatedTest(filter: EventRelatedFilter): ((resource: Labels) => boolean) | null {
  const { id, role, resources_in_roles: pairs, labels } = filter
  const tests: ((resource: Labels) => boolean)[] = []
  if (id?.length) tests.push((resource) => id.includes(resource['prefect.resource.id'] ?? ''))
  if (role?.length) tests.push((resource) => role.includes(resource['prefect.resource.role'] ?? ''))
  if (pairs?.length)
    tests.push((resource) =>
      pairs.some(
        ([pairId, pairRole]) =>
          resource['prefect.resource.id'] === pairId && resource['prefect.resource.role'] === pairRole,
      ),
    )
  if (labels && hasKeys(labels)) tests.push((resource) => matchesSpecification(labels, resource))
  return tests.length === 0 ? null : (resource) => tests.every((test) => test(resource))
}

function anyResourceTest(filter: EventAnyResourceFilter): ((resource: Labels) => boolean) | null {
  const { id, id_prefix, labels } = filter
  const tests: ((resource: Labels) => boolean)[] = []
  if (id?.length) tests.push((resource) => id.includes(resource['prefect.resource.id'] ?? ''))
  if (id_prefix?.length) tests.push((resource) => hasIdPrefix(resource, id_prefix))
  if (labels && hasKeys(labels)) tests.push((resource) => matchesSpecification(labels, resource))
  return tests.length === 0 ? null : (resource) => tests.every((test) => test(resource))
}

const hasIdPrefix = (resource: Labels, prefixes: readonly string[]): boolean =>
  prefixes.some((prefix) => (resource['prefect.resource.id'] ?? '').startsWith(prefix))

const hasKeys = (value: object): boolean => Object.keys(value).length > 0
