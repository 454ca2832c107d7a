// The filter language of 2022: `flow:nightly state:failed|crashed tag:"tier 1" newer:2h peach`.
// A prefix and its values; `|` means "or", several words mean "and", quotes mean exactly this, a bare word is a name.

import { LOOK_WORDS, LOOKS } from '../../lib/states.ts'
import { CREATORS, isLook, isUuid } from './filter.ts'
import { FILTER_KEYS, type FilterKey, type RunsFilter } from './search.ts'
import { readDuration, readGroups, readInstant, readSpan, type Term, writeGroups } from './terms.ts'

const PREFIXES: Record<FilterKey, string> = {
  state: 's state fr_state flow_run_state tr_state task_run_state',
  flow: 'f flow',
  deployment: 'd deployment',
  name: 'fr flow_run run name',
  task: 'tr task_run task',
  tag: 't tag fr_tag flow_run_tag tr_tag task_run_tag',
  parent: 'p parent',
  by: 'by created_by started_by',
  duration: 'duration took',
  after: 'after fra flow_run_after tra task_run_after',
  before: 'before frb flow_run_before trb task_run_before',
  newer: 'newer frn flow_run_newer trn task_run_newer',
  older: 'older fro flow_run_older tro task_run_older',
  version: 'v version',
  subflows: 'subflows',
}
const KEY_OF = new Map(
  FILTER_KEYS.flatMap((key) => PREFIXES[key].split(' ').map((prefix) => [prefix, key] as const)),
)
export const keyOfPrefix = (prefix: string): FilterKey | undefined => KEY_OF.get(prefix.toLowerCase())

/** What the reader of the words must know beside them. */
export interface ReadContext {
  tab: 'flow-runs' | 'task-runs'
  zone: 'local' | 'utc'
  me?: { id: string } | undefined
  /** Who started the runs on the screen: id to name. */
  creators: ReadonlyMap<string, string>
  /** Names of states that authors made up, as the runs on the screen have them. */
  stateNames: readonly string[]
}
export const NO_CONTEXT: ReadContext = {
  tab: 'flow-runs',
  zone: 'local',
  creators: new Map(),
  stateNames: [],
}

export interface ReadResult {
  filter: RunsFilter
  /** The words that make no sense, as they were typed. */
  rest: string
  /** What is wrong with each of them. */
  problems: string[]
}

interface Word {
  whole: string
  prefix: string | null
  terms: Term[]
  open: boolean
}

/** The words of a line; spaces and `|` inside quotes belong to their word. */
function wordsOf(line: string): Word[] {
  const words: Word[] = []
  for (const [whole] of line.matchAll(/(?:"[^"]*(?:"|$)|[^\s"])+/g)) {
    const [, prefix, rest = ''] = /^([a-z_]+):(.*)$/is.exec(whole) ?? [null, null, whole]
    const open = (whole.split('"').length - 1) % 2 === 1
    const terms = [...rest.matchAll(/(?:"[^"]*(?:"|$)|[^|"])+/g)].map(([raw]) => ({
      value: raw.replaceAll('"', ''),
      exact: raw.startsWith('"'),
    }))
    words.push({ whole, prefix: prefix ?? null, terms: terms.filter((term) => term.value !== ''), open })
  }
  return words
}

/** Adds what a line says to a filter. Words that make no sense are given back with what is wrong with them. */
export function readFilter(line: string, old: RunsFilter, context: ReadContext = NO_CONTEXT): ReadResult {
  const result: ReadResult = { filter: { ...old }, rest: '', problems: [] }
  const bad: string[] = []
  for (const word of wordsOf(line)) {
    const problem = addWord(result.filter, word, context)
    if (problem === null) continue
    bad.push(word.whole)
    result.problems.push(`“${word.whole}”: ${problem}`)
  }
  result.rest = bad.join(' ')
  return result
}

/** Puts one word into the filter; answers what is wrong with it, or null. */
function addWord(filter: RunsFilter, { prefix, terms, open }: Word, context: ReadContext): string | null {
  const key = prefix === null ? (context.tab === 'task-runs' ? 'task' : 'name') : keyOfPrefix(prefix)
  if (!key)
    return `there is no filter “${prefix}”. Filters are state, flow, deployment, run, task, tag, parent, by, duration, after, before, newer, older and version. To look for the word itself, put it in quotes.`
  if (open) return 'its quote is not closed.'
  const [first] = terms
  if (!first) return `it has no value. Write ${prefix}:something.`
  const value = first.value
  switch (key) {
    case 'state':
      return addAny(
        filter,
        'state',
        terms.map((term) => stateTerm(term, context)),
        (text) =>
          `there is no state “${text}”. States are ${LOOKS.filter((look) => look !== 'blocked')
            .map((look) => LOOK_WORDS[look].toLowerCase())
            .join(', ')}; a name of your own goes in quotes.`,
        terms,
      )
    case 'by':
      return addAny(
        filter,
        'by',
        terms.map((term) => creatorTerm(term, context)),
        (text) =>
          text === 'me'
            ? 'nobody is signed in.'
            : `nobody whose name has “${text}” started a run in this list. ${Object.keys(CREATORS).join(', ')} and me can be asked for too.`,
        terms,
      )
    case 'parent':
      return addAny(
        filter,
        'parent',
        terms.map((term) => (isUuid(term.value) ? [term.value.toLowerCase()] : null)),
        (text) => `“${text}” is not a run’s id. Choose a run from the list, or paste its id.`,
        terms,
      )
    case 'duration':
      if (!readSpan(value)) return `“${value}” is no duration. Write >10m, <1h or 10m..1h.`
      filter.duration = value
      return null
    case 'newer':
    case 'older':
      if (!readDuration(value)) return `“${value}” is no length of time. Write 30m, 2h or 7d.`
      filter[key] = value
      return null
    case 'after':
    case 'before': {
      const ms = readInstant(value, context.zone)
      if (ms === null) return `“${value}” is no date. Write 2026-11-24 or 2026-11-24T09:30.`
      const [since, until] = key === 'after' ? [ms, at(filter.before)] : [at(filter.after), ms]
      if (since !== null && until !== null && since >= until)
        return 'nothing can be before its own beginning: “after” is not earlier than “before”.'
      filter[key] = new Date(ms).toISOString()
      return null
    }
    case 'subflows':
      if (value !== 'hide') return 'sub-flows can only be hidden: subflows:hide.'
      filter.subflows = 'hide'
      return null
    case 'tag':
      if (terms.length > 1 && readGroups(filter.tag).some((group) => group.length > 1))
        return 'only one of the tag filters can have a “|”.'
      return addGroup(
        filter,
        'tag',
        terms.map((term) => ({ ...term, exact: false })),
      )
    case 'version':
      return addGroup(
        filter,
        'version',
        terms.map((term) => ({ ...term, exact: false })),
        true,
      )
    default:
      return addGroup(filter, key, terms)
  }
}

const at = (iso: string | undefined): number | null => (iso ? Date.parse(iso) : null)

/** Several words of one key must all hold, except where a run has only one such thing: there any will do. */
function addGroup(filter: RunsFilter, key: Exclude<FilterKey, 'subflows'>, terms: Term[], any = false): null {
  const old = readGroups(filter[key])
  const text = writeGroups(any ? [[...old.flat(), ...terms]] : [...old, terms])
  if (text) filter[key] = text
  return null
}

/** A run has one state, one starter and one parent: asking for two of them means either. */
function addAny(
  filter: RunsFilter,
  key: 'state' | 'by' | 'parent',
  found: (string[] | null)[],
  wrong: (text: string) => string,
  terms: readonly Term[],
): string | null {
  const missing = found.indexOf(null)
  if (missing >= 0) return wrong(terms[missing]?.value ?? '')
  const values = found.flatMap((each) => each ?? [])
  const exact = (value: string): Term =>
    value.startsWith('=') ? { value: value.slice(1), exact: true } : { value, exact: false }
  return addGroup(filter, key, values.map(exact), true)
}

/** A look in our words or in the API's, or with quotes the name of a state. */
function stateTerm({ value, exact }: Term, context: ReadContext): string[] | null {
  if (exact) return [`=${value}`]
  const plain = value.toLowerCase().replace(/[\s_-]/g, '')
  if (isLook(plain)) return [plain]
  const look = LOOKS.find((each) => LOOK_WORDS[each].toLowerCase().replaceAll(' ', '') === plain)
  if (look) return [look]
  const own = context.stateNames.find((name) => name.toLowerCase() === value.toLowerCase())
  return own ? [`=${own}`] : null
}

function creatorTerm({ value, exact }: Term, context: ReadContext): string[] | null {
  if (!exact && value === 'me') return context.me ? [context.me.id] : null
  if (!exact && CREATORS[value]) return [value]
  if (isUuid(value)) return [value.toLowerCase()]
  const wanted = value.toLowerCase()
  const ids = [...context.creators].flatMap(([id, name]) =>
    (exact ? name === value : name.toLowerCase().includes(wanted)) ? [id] : [],
  )
  return ids.length ? ids : null
}
