// The filter of the run lists: chips in the address, the language people type, and the body the API takes.

import { LOOKS, type StateLook } from '../../lib/states.ts'
import type { TimeRange } from '../../lib/time-range.ts'
import { FILTER_KEYS, type FilterKey, type RunsFilter } from './search.ts'

export const isUuid = (text: string): boolean =>
  /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(text)
export const valuesOf = (joined: string | undefined): string[] =>
  joined ? joined.split('|').filter(Boolean) : []
export const joinValues = (values: readonly string[]): string | undefined =>
  values.length ? [...new Set(values)].join('|') : undefined

/** What a look means in the API's terms: a type, or a type with one of its names. */
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
/** Names that a type holds by default, for a filter that mixes types with names. */
const NAMES_OF_TYPE: Record<string, string[]> = {
  COMPLETED: ['Completed', 'Cached', 'RolledBack'],
  RUNNING: ['Running', 'Retrying', 'Rerunning'],
  FAILED: ['Failed', 'TimedOut'],
  CRASHED: ['Crashed'],
  SCHEDULED: ['Scheduled', 'Late', 'AwaitingRetry', 'AwaitingConcurrencySlot', 'Resuming'],
  PENDING: ['Pending', 'NotReady', 'Submitting', 'InfrastructurePending'],
  PAUSED: ['Paused', 'Suspended'],
  CANCELLING: ['Cancelling'],
  CANCELLED: ['Cancelled'],
}

export const isLook = (text: string): text is StateLook => (LOOKS as readonly string[]).includes(text)

/** `state: { type } | { name }` for the given looks; mixed kinds become names, which types expand to. */
export function stateFilter(looks: readonly string[]): Record<string, unknown> | undefined {
  const known = looks.filter(isLook).map((look) => LOOK_FILTER[look])
  const own = looks.filter((look) => !isLook(look))
  if (known.length === 0 && own.length === 0) return undefined
  if (own.length === 0 && known.every((each) => each.type))
    return { type: { any_: known.map((each) => each.type) } }
  const names = known.flatMap((each) => (each.name ? [each.name] : (NAMES_OF_TYPE[each.type ?? ''] ?? [])))
  return { name: { any_: [...new Set([...names, ...own])] } }
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

/**
 * The time that a list is about. Runs that have not ended are about now, however long ago they began; runs to come
 * lie as far ahead as the range reaches back.
 */
export function timeWindow(
  filter: RunsFilter,
  range: TimeRange,
  now: number,
): { after_?: string; before_?: string } {
  const looks = valuesOf(filter.state)
  if (filter.parent) return {}
  if (looks.length && looks.every((look) => OPEN.has(look))) return {}
  const { since, until } = range.bounds(now)
  const iso = (ms: number): string => new Date(ms).toISOString()
  if (looks.length && looks.every((look) => look === 'scheduled' || OPEN.has(look)))
    return { after_: iso(since), before_: iso(range.name ? now + range.seconds * 1000 : until) }
  return { after_: iso(since), before_: iso(until) }
}

/** Body of the flow-run endpoints for a filter. `withState` is off for the counts of the state facets. */
export function flowRunsBody(
  filter: RunsFilter,
  range: TimeRange,
  now: number,
  withState = true,
): Record<string, unknown> {
  const tags = valuesOf(filter.tag)
  const state = withState ? stateFilter(valuesOf(filter.state)) : undefined
  const { state: _state, ...stateless } = filter
  const window = timeWindow(withState ? filter : stateless, range, now)
  const runs = {
    ...(Object.keys(window).length && { expected_start_time: window }),
    ...(state && { state }),
    ...(tags.length && { tags: { any_: tags } }),
    ...(filter.name && { name: { like_: filter.name } }),
    ...(filter.parent && { parent_flow_run_id: { any_: valuesOf(filter.parent) } }),
    ...(filter.subflows === 'hide' && { parent_task_run_id: { is_null_: true } }),
  }
  return { flow_runs: runs, ...flowPart(filter), ...deploymentPart(filter) }
}

/** Body of the task-run endpoints for the same filter. */
export function taskRunsBody(filter: RunsFilter, range: TimeRange, now: number): Record<string, unknown> {
  const tags = valuesOf(filter.tag)
  const state = stateFilter(valuesOf(filter.state))
  const window = timeWindow(filter, range, now)
  const tasks = {
    ...(Object.keys(window).length && { expected_start_time: window }),
    ...(state && { state }),
    ...(tags.length && { tags: { all_: tags } }),
    ...(filter.name && { name: { like_: filter.name } }),
    ...(filter.parent && { flow_run_id: { any_: valuesOf(filter.parent) } }),
  }
  return { task_runs: tasks, ...flowPart(filter), ...deploymentPart(filter) }
}

function flowPart(filter: RunsFilter): Record<string, unknown> {
  const flows = valuesOf(filter.flow)
  if (flows.length === 0) return {}
  const first = flows[0] ?? ''
  // One word with a star is a part of a name; otherwise names are exact.
  if (flows.length === 1 && first.includes('*'))
    return { flows: { name: { like_: first.replaceAll('*', '') } } }
  return { flows: flows.every(isUuid) ? { id: { any_: flows } } : { name: { any_: flows } } }
}

function deploymentPart(filter: RunsFilter): Record<string, unknown> {
  const deployments = valuesOf(filter.deployment)
  if (deployments.length === 0) return {}
  return {
    deployments: deployments.every(isUuid) ? { id: { any_: deployments } } : { name: { any_: deployments } },
  }
}

const PREFIX: Record<string, FilterKey> = {
  s: 'state',
  state: 'state',
  fr_state: 'state',
  f: 'flow',
  flow: 'flow',
  d: 'deployment',
  deployment: 'deployment',
  t: 'tag',
  tag: 'tag',
  fr: 'name',
  run: 'name',
  name: 'name',
  parent: 'parent',
}

/**
 * Reads what people type: `flow:nightly state:failed|crashed tag:"tier 1"`. A bare word is part of a run's name.
 * Answers the filter with those words added; words that make no sense are answered in `rest`.
 */
export function readFilter(text: string, old: RunsFilter): { filter: RunsFilter; rest: string } {
  const filter: RunsFilter = { ...old }
  const rest: string[] = []
  for (const match of text.matchAll(/(?:([a-z_]+):)?(?:"([^"]*)"|(\S+))/gi)) {
    const [whole, prefix, quoted, plain] = match
    const value = quoted ?? plain ?? ''
    const key = prefix ? PREFIX[prefix.toLowerCase()] : 'name'
    if (!key || value === '') {
      rest.push(whole)
      continue
    }
    if (key === 'state') {
      const looks = valuesOf(value).map((each) => each.toLowerCase().replaceAll(' ', ''))
      if (!looks.every(isLook)) {
        rest.push(whole)
        continue
      }
      filter.state = joinValues([...valuesOf(filter.state), ...looks]) ?? ''
    } else if (key === 'name') filter.name = filter.name ? `${filter.name} ${value}` : value
    else if (key !== 'subflows')
      filter[key] = joinValues([...valuesOf(filter[key]), ...valuesOf(value)]) ?? ''
  }
  return { filter, rest: rest.join(' ') }
}

export interface Chip {
  key: FilterKey
  word: string
  value: string
}
const WORDS: Record<FilterKey, string> = {
  state: 'state',
  flow: 'flow',
  deployment: 'deployment',
  tag: 'tag',
  name: 'name has',
  parent: 'sub-flow of',
  subflows: 'sub-flows',
}

/** The chips of a filter, one for each key. */
export function chipsOf(filter: RunsFilter, names: (key: FilterKey, value: string) => string): Chip[] {
  return FILTER_KEYS.flatMap((key) => {
    const value = filter[key]
    if (!value) return []
    const shown =
      key === 'subflows'
        ? 'hidden'
        : valuesOf(value)
            .map((each) => names(key, each))
            .join(', ')
    return [{ key, word: WORDS[key], value: shown }]
  })
}
