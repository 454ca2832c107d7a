// What the addresses of the run pages may say. Whatever else they say is as if they said nothing.
import type { ColourBy } from '../graph/colour.ts'
import type { GraphViewName, Preset } from '../graph/graph-panel.tsx'

const text = (value: unknown): string | undefined => {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return typeof value === 'string' && value !== '' ? value : undefined
}
const oneOf = <T extends string>(value: unknown, allowed: readonly T[]): T | undefined =>
  allowed.find((each) => each === value)
const whole = (value: unknown): number | undefined => {
  const n = Number(value)
  return value !== '' && value !== null && value !== undefined && Number.isSafeInteger(n) && n >= 0
    ? n
    : undefined
}
/** Leaves out what is not set, so that addresses stay short. */
function given<T extends object>(values: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T
}

export interface RunSearch {
  view?: GraphViewName
  preset?: Preset
  /** Ids of the selected nodes, joined by commas; "none" when the reader closed the selection. */
  sel?: string
  tab?: string
  level?: number
  q?: string
  /** The query is a regular expression. */
  re?: 1
  line?: string
  /** The attempt of the selected task whose lines are shown. */
  attempt?: number
  /** The Timeline leaves out the time in which nothing ran. */
  idle?: 'hide'
  order?: 'took'
  /** Column of the Table; a minus before it is the other way round. */
  sort?: string
  /** The part of the Timeline that is shown, in milliseconds since the epoch. */
  t0?: number
  t1?: number
  /** Where the Radar looks: x, y of the middle and the zoom, joined by commas. */
  cam?: string
  /** The moment that is replayed, in milliseconds since the epoch. */
  t?: number
  colour?: ColourBy
  /** Ids of sub-flows that are open in place, and of the one that the picture is about with those above it. */
  open?: string
  focus?: string
  /** Clusters of the Radar that are open, joined by `|`. */
  groups?: string
}

export function parseRunSearch(search: Record<string, unknown>): RunSearch {
  const t0 = whole(search.t0)
  const t1 = whole(search.t1)
  const span = t0 !== undefined && t1 !== undefined && t0 < t1
  return given<RunSearch>({
    view: oneOf(search.view, ['timeline', 'radar', 'table']),
    preset: oneOf(search.preset, ['failed', 'critical']),
    sel: text(search.sel),
    tab: text(search.tab),
    level: whole(search.level) || undefined,
    q: text(search.q),
    re: Number(search.re) === 1 ? 1 : undefined,
    line: text(search.line),
    attempt: whole(search.attempt) || undefined,
    idle: oneOf(search.idle, ['hide']),
    order: oneOf(search.order, ['took']),
    sort: text(search.sort),
    t0: span ? t0 : undefined,
    t1: span ? t1 : undefined,
    cam: text(search.cam),
    t: whole(search.t),
    colour: oneOf(search.colour, ['duration', 'task', 'worker']),
    open: text(search.open),
    focus: text(search.focus),
    groups: text(search.groups),
  })
}

export const RUNS_TABS = ['flow-runs', 'task-runs'] as const
export const CHARTS = ['scatter', 'columns', 'concurrency'] as const
/** Orders of flow runs; the API knows others for task runs. */
export const FLOW_RUN_SORTS = [
  'START_TIME_DESC',
  'START_TIME_ASC',
  'EXPECTED_START_TIME_DESC',
  'EXPECTED_START_TIME_ASC',
  'END_TIME_DESC',
  'NAME_ASC',
  'NAME_DESC',
] as const
export const TASK_RUN_SORTS = [
  'EXPECTED_START_TIME_DESC',
  'EXPECTED_START_TIME_ASC',
  'END_TIME_DESC',
  'NAME_ASC',
  'NAME_DESC',
  'DURATION_DESC',
  'DURATION_ASC',
] as const
const SORTS = [...FLOW_RUN_SORTS, 'DURATION_DESC', 'DURATION_ASC'] as const
export type RunSort = (typeof SORTS)[number]

/** The order of a tab's list: the address's, if the API has it for these runs, else the newest first. */
export function sortOf(tab: (typeof RUNS_TABS)[number], sort: RunSort | undefined): RunSort {
  const known: readonly RunSort[] = tab === 'task-runs' ? TASK_RUN_SORTS : FLOW_RUN_SORTS
  return sort && known.includes(sort) ? sort : 'EXPECTED_START_TIME_DESC'
}

/**
 * Filters hold groups of values: `|` between values means "or", `&` between groups means "and", `=` before a value
 * means exactly this one (see `readGroups`). Times and durations hold one value.
 */
export interface RunsFilter {
  /** Looks of states (failed, late, cached …), or with `=` the names of states. */
  state?: string
  flow?: string
  deployment?: string
  /** Part of a flow run's name. */
  name?: string
  /** Part of a task run's name: the task's own, or one within the flow run. */
  task?: string
  tag?: string
  parent?: string
  /** Who started it: a kind (`user`, `automation` …) or an id. */
  by?: string
  /** `>10m`, `<1h` or `10m..1h`. */
  duration?: string
  /** Instants, as ISO 8601. */
  after?: string
  before?: string
  /** Ages: `2h`. */
  newer?: string
  older?: string
  version?: string
  subflows?: 'hide'
}
export interface RunsSearch extends RunsFilter {
  tab?: (typeof RUNS_TABS)[number]
  chart?: (typeof CHARTS)[number]
  /** The chart in words and numbers. */
  as?: 'table'
  sort?: RunSort
  /** The run whose summary is open at the side. */
  peek?: string
}

export const FILTER_KEYS = [
  'state',
  'flow',
  'deployment',
  'name',
  'task',
  'tag',
  'parent',
  'by',
  'duration',
  'after',
  'before',
  'newer',
  'older',
  'version',
  'subflows',
] as const
export type FilterKey = (typeof FILTER_KEYS)[number]
/** What narrows the time takes the place of the shared range. */
export const TIME_KEYS = ['after', 'before', 'newer', 'older'] as const

export function parseRunsSearch(search: Record<string, unknown>): RunsSearch {
  const texts = Object.fromEntries(FILTER_KEYS.map((key) => [key, text(search[key])])) as RunsFilter
  return given<RunsSearch>({
    ...texts,
    subflows: oneOf(search.subflows, ['hide']),
    tab: oneOf(search.tab, ['task-runs']),
    chart: oneOf(search.chart, ['columns', 'concurrency']),
    as: oneOf(search.as, ['table']),
    sort: oneOf(search.sort, SORTS),
    peek: text(search.peek),
  })
}
