import { useEffect, useMemo, useRef, useState } from 'react'
import { Button, Icon, Loading, Menu, MenuItem, Segmented } from '../../components/ui/index.ts'
import { clock, duration, plural } from '../../lib/format.ts'
import { useNow } from '../../lib/now.ts'
import { useZone } from '../../lib/preferences.ts'
import { LOOK_WORDS } from '../../lib/states.ts'
import './graph.css'
import type { Geometry } from './layout.ts'
import { LayoutClient } from './layout-client.ts'
import { buildModel, type GraphModel, type GraphV2, secondsOf, stateAt } from './model.ts'
import { criticalPath, findNodes, lineage, UP } from './paths.ts'
import { RadarView } from './radar-view.tsx'
import type { Clock } from './stage.ts'
import { BAD_STATES } from './states.ts'
import { TableView } from './table-view.tsx'
import { axisLabel, type TimelineOrder, timelineLayout, timeTicks } from './timeline-layout.ts'
import { failureText, TimelineView } from './timeline-view.tsx'

export type GraphViewName = 'timeline' | 'radar' | 'table'
export const PRESETS = {
  all: 'Whole run',
  failed: 'Failures and their causes',
  critical: 'Critical path',
} as const
export type Preset = keyof typeof PRESETS

export type GraphPanelProps = {
  graph: GraphV2
  view: GraphViewName
  onView(view: GraphViewName): void
  preset: Preset
  onPreset(preset: Preset): void
  selected: readonly string[]
  onSelect(ids: string[]): void
  span: [number, number] | null
  onSpan(span: [number, number] | null): void
  /** The Timeline leaves out the time in which nothing ran. */
  hideIdle: boolean
  onHideIdle(on: boolean): void
  order: TimelineOrder
  onOrder(order: TimelineOrder): void
  opened: ReadonlyMap<string, GraphV2>
  onExpand(id: string): void
  /** Opens a node's own page. */
  onOpen(id: string, subflow: boolean): void
  ended: boolean
  /** Usual length of such a run; the clock on the rim reaches at least this far. */
  usualSeconds: number | null
  stateNames: ReadonlyMap<string, string>
  attempts: ReadonlyMap<string, [number, number][]>
  attemptCounts: ReadonlyMap<string, number>
  /** How many characters at the end of a node's label are dimmed, by its id. */
  dim: ReadonlyMap<string, number>
  loading?: boolean
}

export function GraphPanel(props: GraphPanelProps) {
  const { graph, view, selected, preset, ended } = props
  const [zone] = useZone()
  const now = useNow(ended ? 0 : 1000)
  const model = useMemo(
    () => buildModel(graph, { opened: props.opened, stateNames: props.stateNames, ended }),
    [graph, props.opened, props.stateNames, ended],
  )
  const { geometry, shown } = useGeometry(model)
  const [finding, setFinding] = useState(false)
  const [needle, setNeedle] = useState('')
  const input = useRef<HTMLInputElement>(null)

  const chosen = useMemo(() => {
    const out: number[] = []
    for (const id of selected) {
      const i = shown?.index.get(id)
      if (i !== undefined) out.push(i)
    }
    return out
  }, [selected, shown])
  const chosenSet = useMemo(() => new Set(chosen), [chosen])
  const main = chosen.at(-1) ?? -1
  const lit = useMemo(() => (shown && chosen.length ? lineage(shown, chosen) : null), [shown, chosen])
  const minute = Math.floor(now / 60_000)
  const found = useMemo(() => (shown && needle.trim() ? findNodes(shown, needle) : null), [shown, needle])
  const faint = useMemo(
    () => (shown ? faintMask(shown, preset, found, minute * 60_000) : null),
    [shown, preset, found, minute],
  )
  const timeline = useMemo(
    () => (shown && geometry ? timelineLayout(shown, geometry.layout.depth, minute * 60_000) : null),
    [shown, geometry, minute],
  )
  const rimClock = useMemo(
    () =>
      shown
        ? clockOf(shown, ended ? shown.runEnd : minute * 60_000 + 60_000, props.usualSeconds, zone)
        : null,
    [shown, ended, minute, props.usualSeconds, zone],
  )
  const subtitle = useMemo(() => {
    return (i: number): string => {
      if (!shown) return ''
      const tries = props.attemptCounts.get(shown.ids[i]!) ?? 1
      const seconds = secondsOf(shown, i, Date.now())
      const took = tries > 1 ? `${tries} attempts` : seconds === null ? 'not started' : duration(seconds)
      return `${LOOK_WORDS[stateAt(shown, i)]} · ${took}`
    }
  }, [shown, props.attemptCounts])

  const select = (node: number, add: boolean): void => {
    if (!shown) return
    const id = shown.ids[node]
    if (id === undefined) props.onSelect([])
    else if (!add) props.onSelect([id])
    else props.onSelect(selected.includes(id) ? selected.filter((other) => other !== id) : [...selected, id])
  }
  const open = (node: number): void => {
    const id = shown?.ids[node]
    if (shown && id !== undefined) props.onOpen(id, shown.subflow[node] === 1)
  }
  const expand = (node: number): void => {
    const id = shown?.ids[node]
    if (shown?.subflow[node] && id !== undefined) props.onExpand(id)
  }
  const find = (): void => {
    setFinding(true)
    requestAnimationFrame(() => input.current?.focus())
  }
  const failure = useMemo(() => {
    if (!shown) return null
    let at = Number.NaN
    for (let i = 0; i < shown.size; i++)
      if (stateAt(shown, i) === 'failed' && !(shown.end[i]! <= at)) at = shown.end[i]!
    return Number.isNaN(at) ? null : { at, text: failureText(at, 'failed', zone) }
  }, [shown, zone])

  const shared =
    shown && timeline
      ? {
          model: shown,
          timeline,
          lit,
          faint,
          selected: chosenSet,
          main,
          now,
          running: !ended,
          attemptCounts: props.attemptCounts,
          dim: props.dim,
          onFind: find,
          onSelect: select,
          onOpen: open,
          onExpand: expand,
          opened: new Set(props.opened.keys()),
        }
      : null

  return (
    <section
      aria-label="Tasks"
      className="relative flex min-h-0 min-w-0 flex-col max-md:h-100.5 max-md:border-b max-md:border-line"
    >
      <div className="pointer-events-none absolute inset-x-3 top-3 z-2 flex items-start gap-2 *:pointer-events-auto md:inset-x-4">
        <Segmented
          label="View"
          value={view}
          onChange={props.onView}
          options={[
            { id: 'timeline', label: 'Timeline', icon: <Icon name="timeline" size={15} /> },
            { id: 'radar', label: 'Radar', icon: <Icon name="radar" size={15} /> },
            { id: 'table', label: 'Table', icon: <Icon name="table" size={15} /> },
          ]}
        />
        <span className="flex-1" />
        {finding ? (
          <span className="flex h-(--control) items-center gap-1 rounded-control border border-line-control bg-surface pr-0.5 pl-2 max-md:hidden">
            <Icon name="search" size={14} className="text-text-3" />
            <input
              ref={input}
              value={needle}
              aria-label="Find a task"
              placeholder="Find a task"
              className="w-36 bg-transparent outline-none"
              onChange={(event) => setNeedle(event.target.value)}
              onKeyDown={(event) => {
                if (event.key === 'Escape') {
                  setNeedle('')
                  setFinding(false)
                } else if (event.key === 'Enter' && shown && found?.length) {
                  const next = found[(found.indexOf(main) + 1) % found.length]
                  if (next !== undefined) select(next, false)
                }
              }}
            />
            <span className="min-w-8 text-right text-small text-text-3 tabular-nums" aria-live="polite">
              {found ? found.length : ''}
            </span>
            <Button
              kind="bare"
              size="small"
              square
              icon="close"
              aria-label="Close the search"
              onClick={() => {
                setNeedle('')
                setFinding(false)
              }}
            />
          </span>
        ) : (
          <Button
            square
            icon="search"
            aria-label="Find a task"
            title="Find a task (/)"
            onClick={find}
            className="max-md:hidden!"
          />
        )}
        <Menu
          trigger={
            <Button className="max-md:hidden!">
              {PRESETS[preset]}
              <Icon name="down" size={14} />
            </Button>
          }
        >
          {Object.entries(PRESETS).map(([id, label]) => (
            <MenuItem
              key={id}
              icon={preset === id ? 'check' : <span className="w-4" />}
              onSelect={() => props.onPreset(id as Preset)}
            >
              {label}
            </MenuItem>
          ))}
        </Menu>
      </div>
      {props.loading || !shown || !geometry || !shared ? (
        <div className="grid flex-1 place-items-center">
          <Loading label="Laying out the graph" />
        </div>
      ) : model.size === 0 ? (
        <NoTasks ended={ended} />
      ) : view === 'radar' ? (
        <RadarView
          model={shown}
          geometry={geometry}
          clock={rimClock}
          lit={lit}
          faint={faint}
          main={main}
          subtitle={subtitle}
          onSelect={select}
          onOpen={open}
          onExpand={expand}
          onFind={find}
          onCritical={() => props.onPreset(preset === 'critical' ? 'all' : 'critical')}
        />
      ) : view === 'timeline' ? (
        <TimelineView
          {...shared}
          attempts={props.attempts}
          failure={failure}
          span={props.span}
          onSpan={props.onSpan}
          hideIdle={props.hideIdle}
          onHideIdle={props.onHideIdle}
          order={props.order}
          onOrder={props.onOrder}
        />
      ) : (
        <TableView {...shared} depth={geometry.layout.depth} />
      )}
      {geometry && geometry.layout.cyclic > 0 ? (
        <p className="absolute bottom-3 left-1/2 -translate-x-1/2 text-small text-late">
          {plural(geometry.layout.cyclic, 'task')} depend on each other in a circle; they stand on the last
          ring.
        </p>
      ) : null}
    </section>
  )
}

function NoTasks({ ended }: { ended: boolean }) {
  return (
    <div className="grid flex-1 place-content-center justify-items-center gap-1 p-6 text-center">
      <p className="text-base font-bold">{ended ? 'This run had no tasks' : 'No task has started yet'}</p>
      <p className="max-w-[44ch] text-text-2">
        {ended
          ? 'The flow ran without calling a task or a sub-flow. Its logs are beside this.'
          : 'Tasks appear here as they start.'}
      </p>
    </div>
  )
}

/** The newest model that has a geometry: recolouring is at once, new nodes wait for the worker. */
function useGeometry(model: GraphModel): { geometry: Geometry | null; shown: GraphModel | null } {
  const client = useRef<LayoutClient | null>(null)
  const [laid, setLaid] = useState<{ model: GraphModel; geometry: Geometry } | null>(null)
  const last = useRef(laid)
  last.current = laid
  const asked = useRef(0)
  useEffect(() => {
    const before = last.current
    if (before && sameShape(before.model, model)) return
    client.current ??= new LayoutClient()
    const previous = before ? keptAngles(before, model) : undefined
    // New nodes come in bursts while a run starts its tasks; the picture follows twice a second.
    const wait = before ? Math.max(0, 500 - (Date.now() - asked.current)) : 0
    const timer = setTimeout(() => {
      asked.current = Date.now()
      client.current?.ask(model, previous, (geometry) => setLaid({ model, geometry }))
    }, wait)
    return () => clearTimeout(timer)
  }, [model])
  useEffect(
    () => () => {
      client.current?.close()
      client.current = null
    },
    [],
  )
  if (!laid) return { geometry: null, shown: null }
  return { geometry: laid.geometry, shown: sameShape(laid.model, model) ? model : laid.model }
}

function sameShape(a: GraphModel, b: GraphModel): boolean {
  if (a === b) return true
  if (a.size !== b.size || a.edges !== b.edges) return false
  for (let i = 0; i < a.size; i++) if (a.ids[i] !== b.ids[i]) return false
  for (let i = 0; i < a.edges; i++) if (a.up.items[i] !== b.up.items[i]) return false
  return true
}

function keptAngles(before: { model: GraphModel; geometry: Geometry }, model: GraphModel): Float32Array {
  return Float32Array.from(model.ids, (id) => {
    const old = before.model.index.get(id)
    return old === undefined ? Number.NaN : before.geometry.layout.angle[old]!
  })
}

function faintMask(
  model: GraphModel,
  preset: Preset,
  found: number[] | null,
  now: number,
): Uint8Array | null {
  let keep: Set<number> | null = null
  if (preset === 'critical') keep = new Set(criticalPath(model, now))
  else if (preset === 'failed') {
    const bad: number[] = []
    for (let i = 0; i < model.size; i++) if (BAD_STATES.has(stateAt(model, i))) bad.push(i)
    const mask = lineage(model, bad)
    keep = new Set(bad)
    for (let i = 0; i < model.size; i++) if (mask[i]! & UP) keep.add(i)
  }
  if (found) keep = new Set(keep ? found.filter((i) => keep?.has(i)) : found)
  if (!keep) return null
  const mask = new Uint8Array(model.size).fill(1)
  for (const i of keep) mask[i] = 0
  return mask
}

function clockOf(model: GraphModel, end: number, usual: number | null, zone: 'local' | 'utc'): Clock | null {
  const from = model.runStart
  if (Number.isNaN(from) || Number.isNaN(end)) return null
  const total = Math.max(end - from, (usual ?? 0) * 1000, 1)
  const fine = timeTicks(from, from + total, 90)
  const coarse = timeTicks(from, from + total, 4)
  const long = timeTicks(from, from + total, 18)
  const share = (t: number): number => (t - from) / total
  const marks: Clock['marks'] = coarse.ticks.map((t) => ({
    at: share(t),
    text: axisLabel(t, coarse.step, zone),
  }))
  let failed = Number.NaN
  for (let i = 0; i < model.size; i++) {
    const state = stateAt(model, i)
    if ((state === 'failed' || state === 'timedout') && !(model.end[i]! <= failed)) failed = model.end[i]!
  }
  if (!Number.isNaN(failed)) {
    const at = Math.min(1, share(failed))
    for (let i = marks.length - 1; i >= 0; i--) if (Math.abs(marks[i]!.at - at) < 0.05) marks.splice(i, 1)
    marks.push({ at, text: clock(failed, zone), state: 'failed' })
  }
  const longs = new Set(long.ticks)
  return {
    elapsed: share(end),
    ticks: fine.ticks.map((t) => ({ at: share(t), long: longs.has(t) })),
    marks,
  }
}
