// The filter of the run lists as the body that the API takes, and as the chips that people see.

import { duration, shortDateTime } from '../../lib/format.ts'
import { LOOKS, type StateLook } from '../../lib/states.ts'
import type { TimeRange } from '../../lib/time-range.ts'
import { FILTER_KEYS, type FilterKey, type RunsFilter, TIME_KEYS } from './search.ts'
import {
  type Groups,
  joinValues,
  readDuration,
  readGroups,
  readSpan,
  valuesOf,
  writeGroups,
} from './terms.ts'

export { joinValues, valuesOf }

export const isUuid = (text: string): boolean =>
  /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(text)

/** What a look means in the API's terms: a type, or a name. */
const LOOK_FILTER: Record<StateLook, { type?: string; name?: string }> = {
  completed: { type: 'COMPLETED' },
  cached: { name: 'Cached' },
  running: { type: 'RUNNING' },
  retrying: { name: 'Retrying' },
  failed: { type: 'FAILED' },
  timedout: { name: 'TimedOut' },
  crashed: { type: 'CRASHED' },
  scheduled: { type: 'SCHEDULED' },
  awaiting: { name: 'AwaitingRetry' },
  late: { name: 'Late' },
  pending: { type: 'PENDING' },
  blocked: { name: 'NotReady' },
  paused: { type: 'PAUSED' },
  suspended: { name: 'Suspended' },
  cancelling: { type: 'CANCELLING' },
  cancelled: { type: 'CANCELLED' },
}

export const isLook = (text: string): text is StateLook => (LOOKS as readonly string[]).includes(text)

/** `state: { type, name }` for the looks and names, of which any will do. */
export function stateFilter(stored: string | undefined): Record<string, unknown> | undefined {
  const types: string[] = []
  const names: string[] = []
  for (const term of readGroups(stored).flat()) {
    const look = !term.exact && isLook(term.value) ? LOOK_FILTER[term.value] : { name: term.value }
    if (look.type) types.push(look.type)
    else if (look.name) names.push(look.name)
  }
  if (types.length && names.length) return { operator: 'or_', type: { any_: types }, name: { any_: names } }
  if (types.length) return { type: { any_: types } }
  return names.length ? { name: { any_: names } } : undefined
}

const OPEN = new Set([
  'running',
  'retrying',
  'late',
  'pending',
  'paused',
  'suspended',
  'cancelling',
  'awaiting',
  'blocked',
])

/** How far an open beginning reaches back, in milliseconds: "older than an hour" is not a wish for all of history. */
const FAR_BACK = 30 * 86_400_000

const timesOf = (filter: RunsFilter): boolean => TIME_KEYS.some((key) => filter[key])

/** The range that the filter's own times make, or else the shared one. */
export function rangeOf(filter: RunsFilter, range: TimeRange): TimeRange {
  if (!timesOf(filter)) return range
  const ago = (text: string | undefined): number | null => (text ? (readDuration(text) ?? 0) * 1000 : null)
  const [newer, older] = [ago(filter.newer), ago(filter.older)]
  const bounds = (now = Date.now()): { since: number; until: number } => {
    const until = Math.min(
      filter.before ? Date.parse(filter.before) : now,
      older === null ? now : now - older,
    )
    const since = Math.max(
      filter.after ? Date.parse(filter.after) : Number.NEGATIVE_INFINITY,
      newer === null ? Number.NEGATIVE_INFINITY : now - newer,
    )
    const from = Number.isFinite(since) ? since : until - FAR_BACK
    // Bounds that contradict each other hold nothing; the API wants them in order all the same.
    return { since: Math.min(from, until - 1000), until }
  }
  const first = bounds()
  return {
    label: 'this time',
    seconds: (first.until - first.since) / 1000,
    bounds,
    key: TIME_KEYS.map((key) => filter[key] ?? '').join('~'),
  }
}

/**
 * The time that a list is about. Runs that have not ended are about now, however long ago they began; runs to come
 * lie as far ahead as the range reaches back. Times that the filter names hold for all of them.
 */
export function timeWindow(
  filter: RunsFilter,
  range: TimeRange,
  now: number,
): { after_?: string; before_?: string } {
  const iso = (ms: number): string => new Date(ms).toISOString()
  if (timesOf(filter)) {
    const { since, until } = rangeOf(filter, range).bounds(now)
    return { after_: iso(since), before_: iso(until) }
  }
  const looks = valuesOf(filter.state)
  if (filter.parent) return {}
  if (looks.length && looks.every((look) => OPEN.has(look))) return {}
  const { since, until } = range.bounds(now)
  if (looks.length && looks.every((look) => look === 'scheduled' || OPEN.has(look)))
    return { after_: iso(since), before_: iso(range.name ? now + range.seconds * 1000 : until) }
  return { after_: iso(since), before_: iso(until) }
}

type Body = Record<string, unknown>
const some = (body: Body): Body | undefined => (Object.keys(body).length ? body : undefined)

/** Names by the API's own words where those are enough, by groups of terms where they are not. */
function nameFilter(groups: Groups): Body | undefined {
  const [only] = groups
  if (!only) return undefined
  if (groups.length === 1 && only.every((term) => term.exact)) return { any_: only.map((term) => term.value) }
  if (groups.length === 1 && only.length === 1) return { like_: part(only[0]?.value ?? '') }
  return {
    matches_: groups.map((terms) =>
      terms.map(({ value, exact }) => (exact ? { is_: value } : { like_: part(value) })),
    ),
  }
}
/** A star is what older addresses say for "a part of a name". */
const part = (value: string): string => value.replaceAll('*', '')

/** A filter by ids, by names, or by both: `id` for the groups that hold nothing but ids. */
function named(stored: string | undefined): Body | undefined {
  const groups = readGroups(stored)
  const ids = groups.filter((terms) => terms.every((term) => isUuid(term.value)))
  const name = nameFilter(groups.filter((terms) => !ids.includes(terms)))
  const sets = ids.map((terms) => terms.map((term) => term.value))
  const all = sets.reduce<string[] | null>(
    (kept, set) => (kept ? kept.filter((id) => set.includes(id)) : set),
    null,
  )
  return some({ ...(all && { id: { any_: all } }), ...(name && { name }) })
}

/** Tags are exact: all of the single ones, any of a group. */
function tagFilter(stored: string | undefined): Body | undefined {
  const groups = readGroups(stored)
  const all = groups.filter((terms) => terms.length === 1).flatMap((terms) => terms.map((term) => term.value))
  const any = groups.find((terms) => terms.length > 1)?.map((term) => term.value)
  return some({ ...(all.length && { all_: all }), ...(any && { any_: any }) })
}

export const CREATORS: Record<string, string> = {
  user: 'USER',
  'service-account': 'SERVICE_ACCOUNT',
  automation: 'AUTOMATION',
  schedule: 'SCHEDULE',
}

function creatorFilter(stored: string | undefined): Body | undefined {
  const values = valuesOf(stored)
  const types = values.flatMap((value) => CREATORS[value] ?? [])
  const ids = values.filter((value) => !CREATORS[value])
  if (values.length === 0) return undefined
  return {
    ...(types.length && ids.length && { operator: 'or_' }),
    ...(types.length && { type_: types }),
    ...(ids.length && { id_: ids }),
  }
}

function runTimeFilter(stored: string | undefined, now: number): Body | undefined {
  const span = stored ? readSpan(stored) : null
  if (!span) return undefined
  return {
    ...(span.longer !== undefined && { longer_: span.longer }),
    ...(span.shorter !== undefined && { shorter_: span.shorter }),
    at_: new Date(now).toISOString(),
  }
}

/** What is asked of the flow runs themselves, beside their time, state, tags and duration. */
function flowRunFields(filter: RunsFilter): Body {
  const name = nameFilter(readGroups(filter.name))
  const creator = creatorFilter(filter.by)
  const versions = valuesOf(filter.version)
  return {
    ...(name && { name }),
    ...(creator && { created_by: creator }),
    ...(versions.length && { flow_version: { any_: versions } }),
    ...(filter.subflows === 'hide' && { parent_task_run_id: { is_null_: true } }),
  }
}

function sharedFields(filter: RunsFilter, window: Body, now: number, withState: boolean): Body {
  const state = withState ? stateFilter(filter.state) : undefined
  const tags = tagFilter(filter.tag)
  const took = runTimeFilter(filter.duration, now)
  return {
    ...(some(window) && { expected_start_time: window }),
    ...(state && { state }),
    ...(tags && { tags }),
    ...(took && { run_time: took }),
  }
}

/** Body of the flow-run endpoints for a filter. `withState` is off for the counts of the state facets. */
export function flowRunsBody(filter: RunsFilter, range: TimeRange, now: number, withState = true): Body {
  const { state: _state, ...stateless } = filter
  const window = timeWindow(withState ? filter : stateless, range, now)
  const tasks = nameFilter(readGroups(filter.task))
  return {
    flow_runs: {
      ...sharedFields(filter, window, now, withState),
      ...flowRunFields(filter),
      ...(filter.parent && { parent_flow_run_id: { any_: valuesOf(filter.parent) } }),
    },
    ...(tasks && { task_runs: { name: tasks } }),
    ...related(filter),
  }
}

/** Body of the task-run endpoints for the same filter. */
export function taskRunsBody(filter: RunsFilter, range: TimeRange, now: number): Body {
  const name = nameFilter(readGroups(filter.task))
  const runs = some(flowRunFields(filter))
  return {
    task_runs: {
      ...sharedFields(filter, timeWindow(filter, range, now), now, true),
      ...(name && { name }),
      ...(filter.parent && { flow_run_id: { any_: valuesOf(filter.parent) } }),
    },
    ...(runs && { flow_runs: runs }),
    ...related(filter),
  }
}

function related(filter: RunsFilter): Body {
  const flows = named(filter.flow)
  const deployments = named(filter.deployment)
  return { ...(flows && { flows }), ...(deployments && { deployments }) }
}

export interface Chip {
  key: FilterKey
  /** Which of the key's groups it is. */
  group: number
  word: string
  value: string
}
const WORDS: Record<FilterKey, string> = {
  state: 'state',
  flow: 'flow',
  deployment: 'deployment',
  name: 'run',
  task: 'task',
  tag: 'tag',
  parent: 'sub-flow of',
  by: 'started by',
  duration: 'took',
  after: 'after',
  before: 'before',
  newer: 'newer than',
  older: 'older than',
  version: 'version',
  subflows: 'sub-flows',
}
/** Keys whose words are parts of names, unless quoted. */
const PARTS = new Set<FilterKey>(['flow', 'deployment', 'name', 'task'])
/** Keys that hold one value, in a form of its own. */
export const SINGLE = new Set<FilterKey>(['duration', 'subflows', ...TIME_KEYS])

/** The chips of a filter: one for each key, or for each of its groups. */
export function chipsOf(
  filter: RunsFilter,
  names: (key: FilterKey, value: string, exact: boolean) => string,
  zone: 'local' | 'utc' = 'local',
): Chip[] {
  return FILTER_KEYS.flatMap((key): Chip[] => {
    const value = filter[key]
    if (!value) return []
    if (SINGLE.has(key)) return [{ key, group: 0, word: WORDS[key], value: single(key, value, zone) }]
    return readGroups(value).map((terms, group) => ({
      key,
      group,
      word:
        PARTS.has(key) && terms.some((term) => !term.exact && !isUuid(term.value))
          ? `${WORDS[key]} has`
          : WORDS[key],
      value: terms.map((term) => names(key, term.value, term.exact)).join(' or '),
    }))
  })
}

function single(key: FilterKey, value: string, zone: 'local' | 'utc'): string {
  if (key === 'subflows') return 'hidden'
  if (key === 'after' || key === 'before') return shortDateTime(Date.parse(value), zone)
  if (key !== 'duration') return duration(readDuration(value))
  const { longer, shorter } = readSpan(value) ?? {}
  if (longer !== undefined && shorter !== undefined) return `${duration(longer)} to ${duration(shorter)}`
  return longer === undefined ? `at most ${duration(shorter)}` : `at least ${duration(longer)}`
}

/** The filter without one of its chips. */
export function withoutChip(filter: RunsFilter, chip: Pick<Chip, 'key' | 'group'>): RunsFilter {
  const { [chip.key]: stored, ...rest } = filter
  if (SINGLE.has(chip.key)) return rest
  const left = writeGroups(readGroups(stored).filter((_, group) => group !== chip.group))
  return left === undefined ? rest : { ...rest, [chip.key]: left }
}

/** How many things the filter asks for. */
export const hasFilter = (filter: RunsFilter): number => chipsOf(filter, (_, value) => value).length
