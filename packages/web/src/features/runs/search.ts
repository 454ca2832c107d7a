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
export const CHARTS = ['scatter', 'columns'] as const
export const SORTS = [
  'START_TIME_DESC',
  'START_TIME_ASC',
  'EXPECTED_START_TIME_DESC',
  'EXPECTED_START_TIME_ASC',
  'END_TIME_DESC',
  'NAME_ASC',
  'NAME_DESC',
] as const

/** Filters hold their values joined by `|`, which means "or". */
export interface RunsFilter {
  /** Looks of states: failed, late, cached … */
  state?: string
  flow?: string
  deployment?: string
  tag?: string
  name?: string
  parent?: string
  subflows?: 'hide'
}
export interface RunsSearch extends RunsFilter {
  tab?: (typeof RUNS_TABS)[number]
  chart?: (typeof CHARTS)[number]
  sort?: (typeof SORTS)[number]
}

export const FILTER_KEYS = ['state', 'flow', 'deployment', 'tag', 'name', 'parent', 'subflows'] as const
export type FilterKey = (typeof FILTER_KEYS)[number]

export function parseRunsSearch(search: Record<string, unknown>): RunsSearch {
  return given<RunsSearch>({
    tab: oneOf(search.tab, ['task-runs']),
    chart: oneOf(search.chart, ['columns']),
    sort: oneOf(search.sort, SORTS),
    state: text(search.state),
    flow: text(search.flow),
    deployment: text(search.deployment),
    tag: text(search.tag),
    name: text(search.name),
    parent: text(search.parent),
    subflows: oneOf(search.subflows, ['hide']),
  })
}
