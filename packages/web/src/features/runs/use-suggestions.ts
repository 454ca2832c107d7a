// What the filter's line can be completed to.
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { count } from '../../lib/format.ts'
import { LOOK_WORDS, LOOKS, type StateLook } from '../../lib/states.ts'
import { useWorkspace, type Workspace } from '../../lib/workspace.ts'
import { CREATORS } from './filter.ts'
import { keyOfPrefix } from './read-filter.ts'
import type { FilterKey } from './search.ts'
import type { Deployment, Flow, FlowRun } from './types.ts'

export interface Suggestion {
  /** What stands in the line when it is taken; with a colon at its end the values come next. */
  text: string
  /** The word for it, where the text is an id. */
  label?: string
  hint: string
}

/** What the list on the screen knows, for completion without a request. */
export interface SeenInList {
  tags: readonly string[]
  creators: ReadonlyMap<string, string>
  stateNames: readonly string[]
  versions: readonly string[]
  /** How many runs have a state. */
  states: ReadonlyMap<StateLook, number>
}

const KEYS: Suggestion[] = [
  { text: 'state:', hint: 'failed, late, running; | for “or”' },
  { text: 'flow:', hint: 'part of its name; in quotes all of it' },
  { text: 'deployment:', hint: 'part of its name' },
  { text: 'tag:', hint: 'one of its tags' },
  { text: 'run:', hint: 'part of the flow run’s name' },
  { text: 'task:', hint: 'part of a task run’s name' },
  { text: 'by:', hint: 'who started it: me, automation …' },
  { text: 'newer:', hint: '30m, 2h, 7d' },
  { text: 'older:', hint: '30m, 2h, 7d' },
  { text: 'after:', hint: '2026-11-24 or 2026-11-24T09:30' },
  { text: 'before:', hint: '2026-11-24 or 2026-11-24T09:30' },
  { text: 'duration:', hint: '>10m, <1h, 10m..1h' },
  { text: 'parent:', hint: 'sub-flows of a run' },
  { text: 'version:', hint: 'of the flow' },
  { text: 'subflows:hide', hint: 'only runs of their own' },
]
const MOST = 8

/** The word that is being typed, which is the last one; spaces inside quotes belong to it. */
export const lastWord = (line: string): string => /(?:[^\s"]|"[^"]*"?)*$/.exec(line)?.[0] ?? ''

interface Asked {
  key: FilterKey | undefined
  prefix: string
  /** The values before the last `|`, which stay. */
  kept: string
  /** The value that is being typed, without its quotes. */
  value: string
}
function askedBy(word: string): Asked | null {
  const [, prefix, rest = ''] = /^([a-z_]+):(.*)$/is.exec(word) ?? []
  if (!prefix) return null
  const last = /(?:[^|"]|"[^"]*"?)*$/.exec(rest)?.[0] ?? ''
  return {
    key: keyOfPrefix(prefix),
    prefix,
    kept: rest.slice(0, rest.length - last.length),
    value: last.replaceAll('"', '').toLowerCase(),
  }
}

export function useSuggestions(line: string, seen: SeenInList, used: readonly FilterKey[]): Suggestion[] {
  const ws = useWorkspace()
  const word = lastWord(line)
  const asked = useMemo(() => askedBy(word), [word])
  const found = useQuery({
    ...namesQuery(ws, asked),
    enabled: asked?.key !== undefined && asked.key in ASKED,
  })
  return useMemo(() => {
    if (!asked) {
      const fits = KEYS.filter((each) => each.text.startsWith(word.toLowerCase()))
      // What is set already comes last; it is seldom wanted twice.
      const set = (each: Suggestion): boolean =>
        used.includes(keyOfPrefix(each.text.split(':')[0] ?? '') ?? 'state')
      return word ? fits.slice(0, MOST) : [...fits.filter((each) => !set(each)), ...fits.filter(set)]
    }
    return valuesFor(asked, seen, found.data ?? []).slice(0, MOST)
  }, [asked, word, seen, used, found.data])
}

/** A value as it must be typed so that it means itself. */
const quoted = (text: string, exact = false): string =>
  exact || /[\s|"]/.test(text) ? `"${text.replaceAll('"', '')}"` : text

function valuesFor(asked: Asked, seen: SeenInList, found: readonly Suggestion[]): Suggestion[] {
  const { key, prefix, kept, value } = asked
  const take = (text: string, hint: string, label?: string): Suggestion => ({
    text: `${prefix}:${kept}${text}`,
    hint,
    ...(label !== undefined && { label: `${prefix}:${label}` }),
  })
  const has = (text: string): boolean => text.toLowerCase().includes(value)
  switch (key) {
    case 'state': {
      const looks = LOOKS.filter((look) => look.startsWith(value) || has(LOOK_WORDS[look]))
        // The states that runs are in come first.
        .sort((a, b) => Number(seen.states.has(b)) - Number(seen.states.has(a)))
        .map((look) => {
          const n = seen.states.get(look)
          return take(look, n === undefined ? LOOK_WORDS[look] : `${LOOK_WORDS[look]} · ${count(n)}`)
        })
      return [
        ...looks.slice(0, MOST),
        ...seen.stateNames.filter(has).map((name) => take(quoted(name, true), 'state’s name')),
      ]
    }
    case 'tag':
      return seen.tags.filter(has).map((tag) => take(quoted(tag), 'tag'))
    case 'version':
      return seen.versions.filter(has).map((version) => take(quoted(version), 'version'))
    case 'by':
      return [
        ...(has('me') ? [take('me', 'you')] : []),
        ...[...seen.creators].filter(([, name]) => has(name)).map(([id, name]) => take(id, 'name', name)),
        ...Object.keys(CREATORS)
          .filter(has)
          .map((kind) => take(kind, 'kind')),
      ]
    case 'newer':
    case 'older':
      return ['30m', '1h', '6h', '1d', '7d'].filter(has).map((each) => take(each, 'ago'))
    case 'duration':
      return ['>1m', '>10m', '>1h', '<10s', '1m..10m'].filter(has).map((each) => take(each, 'took'))
    case 'after':
    case 'before':
      return daysBack()
        .filter(([day]) => has(day))
        .map(([day, hint]) => take(day, hint))
    case 'subflows':
      return [take('hide', 'only runs of their own')]
    default:
      return found.map((each) => ({
        ...each,
        text: `${prefix}:${kept}${each.text}`,
        ...(each.label && { label: `${prefix}:${each.label}` }),
      }))
  }
}

function daysBack(): [day: string, hint: string][] {
  const pad = (n: number): string => String(n).padStart(2, '0')
  return [0, 1, 7].map((days) => {
    const at = new Date(Date.now() - days * 86_400_000)
    const day = `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}`
    return [day, days === 0 ? 'today' : days === 1 ? 'yesterday' : 'a week ago']
  })
}

/** Names that the server knows, by what is asked for. */
const ASKED: Partial<
  Record<FilterKey, (ws: Workspace, value: string, signal: AbortSignal) => Promise<Suggestion[]>>
> = {
  flow: async (ws, value, signal) => {
    const body = { ...(value && { flows: { name: { like_: value } } }), sort: 'NAME_ASC', limit: MOST }
    const flows = await ws.api.post<Flow[]>('/flows/filter', body, { signal })
    return flows.map((flow) => ({ text: quoted(flow.name, true), hint: 'flow' }))
  },
  deployment: async (ws, value, signal) => {
    const body = { ...(value && { deployments: { name: { like_: value } } }), sort: 'NAME_ASC', limit: MOST }
    const found = await ws.api.post<Deployment[]>('/deployments/filter', body, { signal })
    return found.map((each) => ({ text: quoted(each.name, true), hint: 'deployment' }))
  },
  name: async (ws, value, signal) =>
    (await runsNamed(ws, value, signal)).map((run) => ({ text: quoted(run.name, true), hint: 'flow run' })),
  parent: async (ws, value, signal) =>
    (await runsNamed(ws, value, signal)).map((run) => ({
      text: run.id,
      label: run.name,
      hint: run.id.slice(0, 8),
    })),
}

const runsNamed = (ws: Workspace, value: string, signal: AbortSignal): Promise<FlowRun[]> =>
  ws.api.post<FlowRun[]>(
    '/flow_runs/filter',
    {
      ...(value && { flow_runs: { name: { like_: value } } }),
      sort: 'EXPECTED_START_TIME_DESC',
      limit: MOST,
    },
    { signal },
  )

const namesQuery = (ws: Workspace, asked: Asked | null) => ({
  queryKey: [ws.key, 'complete', asked?.key ?? '', asked?.value ?? ''],
  queryFn: async ({ signal }: { signal: AbortSignal }): Promise<Suggestion[]> =>
    (await (asked?.key ? ASKED[asked.key] : undefined)?.(ws, asked?.value ?? '', signal)) ?? [],
  staleTime: 30_000,
  // A server without deployments knows no names of them: nothing is completed then.
  retry: false,
  placeholderData: keepPreviousData<Suggestion[]>,
})
