import { type ReactNode, useMemo, useRef, useState } from 'react'
import { Button, Icon, Loading, Segmented, toast, toastError } from '../../components/ui/index.ts'
import { clock, duration, plural } from '../../lib/format.ts'
import { useNow } from '../../lib/now.ts'
import { useZone } from '../../lib/preferences.ts'
import { LOOK_WORDS } from '../../lib/states.ts'
import { clustersOf, countClusters } from './clusters.ts'
import { type ColourBy, colouring } from './colour.ts'
import type { Pick } from './gestures.ts'
import './graph.css'
import { exportPicture } from './export.ts'
import { FindBox, PresetMenu, ViewMenu } from './graph-toolbar.tsx'
import { nestsOf } from './layout.ts'
import type { Look } from './look.ts'
import { buildModel, type GraphV2, secondsOf, stateAt } from './model.ts'
import { findNodes, pathBetween } from './paths.ts'
import { faintMask, type Preset } from './presets.ts'
import { RadarView } from './radar-view.tsx'
import { modelAt } from './replay.ts'
import { ReplayBar } from './replay-bar.tsx'
import { rimClock, rimSpan } from './rim-clock.ts'
import { litMask, MOST_CHOSEN } from './selection.ts'
import type { RadarStage } from './stage.ts'
import { TableView } from './table-view.tsx'
import { type TimelineOrder, timelineLayout } from './timeline-layout.ts'
import { failureText, TimelineView } from './timeline-view.tsx'
import { useGeometry } from './use-geometry.ts'
import { useReplay } from './use-replay.ts'

export type { Preset }
export type GraphViewName = 'timeline' | 'radar' | 'table'

/** What the address holds of the graph beside the view, the preset and the selection. */
export interface GraphPlace {
  /** Where the Radar looks; null shows everything. */
  look: Look | null
  /** The moment that is replayed, in milliseconds since the epoch. */
  at: number | null
  colour: ColourBy
  /** Keys of clusters that are open. */
  groups: readonly string[]
  /** The sub-flow that the picture is about, below those that it stands in. */
  focus: readonly string[]
}

export type GraphPanelProps = {
  graph: GraphV2
  /** Names exported pictures. */
  name?: string
  view: GraphViewName
  onView(view: GraphViewName): void
  preset: Preset
  onPreset(preset: Preset): void
  selected: readonly string[]
  onSelect(ids: string[]): void
  place?: GraphPlace
  onPlace?(place: Partial<GraphPlace>): void
  span: [number, number] | null
  onSpan(span: [number, number] | null): void
  /** The Timeline leaves out the time in which nothing ran. */
  hideIdle: boolean
  onHideIdle(on: boolean): void
  order: TimelineOrder
  onOrder(order: TimelineOrder): void
  /** Column of the Table, as the address has it. */
  sort: string
  onSort(sort: string): void
  opened: ReadonlyMap<string, GraphV2>
  /** Sub-flows that are to be open, loaded or not. */
  expanded?: readonly string[]
  onExpand(id: string): void
  /** Opens a node's own page. */
  onOpen(id: string, subflow: boolean): void
  ended: boolean
  /** Usual length of such a run; the clock on the rim of a run that runs reaches at least this far. */
  usualSeconds: number | null
  stateNames: ReadonlyMap<string, string>
  attempts: ReadonlyMap<string, [number, number][]>
  attemptCounts: ReadonlyMap<string, number>
  /** How many characters at the end of a node's label are dimmed, by its id. */
  dim: ReadonlyMap<string, number>
  /** Workers by the id of the flow run that they executed, where known; `run` is the run itself. */
  workers?: ReadonlyMap<string, string>
  loading?: boolean
}

const NOWHERE: GraphPlace = { look: null, at: null, colour: 'state', groups: [], focus: [] }
const NO_WORKERS: ReadonlyMap<string, string> = new Map()

export function GraphPanel(props: GraphPanelProps) {
  const { view, selected, preset, place = NOWHERE, workers = NO_WORKERS } = props
  const setPlace = (next: Partial<GraphPlace>): void => props.onPlace?.(next)
  const [zone] = useZone()
  // A sub-flow that has the focus takes the place of the run; until its graph is there the run stays.
  const root = place.focus.at(-1)
  const inner = root === undefined ? undefined : props.opened.get(root)
  const graph = inner ?? props.graph
  const ended = inner ? inner.end_time !== null : props.ended
  const now = useNow(ended ? 0 : 1000)
  const { opened: graphs, expanded } = props
  const opened = useMemo(() => {
    if (!expanded) return graphs
    return new Map([...graphs].filter(([id]) => expanded.includes(id)))
  }, [graphs, expanded])
  const model = useMemo(
    () => buildModel(graph, { opened, stateNames: props.stateNames, ended }),
    [graph, opened, props.stateNames, ended],
  )
  const { geometry, shown: present } = useGeometry(model)
  const [finding, setFinding] = useState(false)
  const [needle, setNeedle] = useState('')
  const input = useRef<HTMLInputElement>(null)
  const stage = useRef<RadarStage>(null)
  const minute = Math.floor(now / 60_000)

  const span = useMemo(
    () =>
      present && rimSpan(present, { ended, now: minute * 60_000 + 60_000, usualSeconds: props.usualSeconds }),
    [present, ended, minute, props.usualSeconds],
  )
  const replay = useReplay(span?.from ?? 0, span?.now ?? 0, model.size, place.at, (at) => setPlace({ at }))
  const replaying = span !== null && replay.at !== null && view !== 'timeline'
  const shown = useMemo(
    () =>
      present && replaying && replay.at !== null ? modelAt(present, replay.at, props.attempts) : present,
    [present, replaying, replay.at, props.attempts],
  )

  const chosen = useMemo(() => {
    const out: number[] = []
    for (const id of selected) {
      const i = present?.index.get(id)
      if (i !== undefined) out.push(i)
    }
    return out
  }, [selected, present])
  const chosenSet = useMemo(() => new Set(chosen), [chosen])
  const main = chosen.at(-1) ?? -1
  const lit = useMemo(() => present && litMask(present, chosen), [present, chosen])
  const found = useMemo(
    () => (present && needle.trim() ? findNodes(present, needle) : null),
    [present, needle],
  )
  const faint = useMemo(
    () => present && faintMask(present, preset, found, minute * 60_000),
    [present, preset, found, minute],
  )
  const timeline = useMemo(
    () => (present && geometry ? timelineLayout(present, geometry.layout.depth, minute * 60_000) : null),
    [present, geometry, minute],
  )
  const moment = replaying && replay.at !== null ? replay.at : null
  const dial = useMemo(
    () => (present && span ? rimClock(present, span, moment ?? span.now, zone) : null),
    [present, span, moment, zone],
  )
  const clusters = useMemo(
    () => (present && geometry ? clustersOf(present, geometry.layout) : null),
    [present, geometry],
  )
  const counted = useMemo(() => {
    if (!clusters || !shown || shown === present) return clusters
    const anew = { ...clusters, list: clusters.list.map((cluster) => ({ ...cluster })) }
    countClusters(anew, shown)
    return anew
  }, [clusters, shown, present])
  const unfolded = useMemo(() => new Set(place.groups), [place.groups])
  const nests = useMemo(() => (present ? nestsOf(present) : null), [present])
  const workerOf = useMemo(() => {
    return (i: number): string | null => {
      if (!present || !nests) return null
      const at = present.subflow[i] ? i : nests[i]!
      return workers.get(at >= 0 ? present.ids[at]! : (root ?? 'run')) ?? null
    }
  }, [present, nests, workers, root])
  const colours = useMemo(
    () => (shown ? colouring(shown, place.colour, moment ?? minute * 60_000, workerOf) : null),
    [shown, place.colour, moment, minute, workerOf],
  )
  const subtitle = useMemo(() => {
    return (i: number): string => {
      if (!shown) return ''
      const tries = props.attemptCounts.get(shown.ids[i]!) ?? 1
      const seconds =
        shown.start[i]! > (moment ?? Number.POSITIVE_INFINITY)
          ? null
          : secondsOf(shown, i, moment ?? Date.now())
      const took = tries > 1 ? `${tries} attempts` : seconds === null ? 'not started' : duration(seconds)
      return `${LOOK_WORDS[stateAt(shown, i)]} · ${took}`
    }
  }, [shown, moment, props.attemptCounts])

  const choose = (nodes: readonly number[]): void => {
    if (!present) return
    if (nodes.length > MOST_CHOSEN)
      toast({ title: `The first ${MOST_CHOSEN} of ${nodes.length.toLocaleString('en')} tasks are selected` })
    props.onSelect(nodes.slice(0, MOST_CHOSEN).map((i) => present.ids[i]!))
  }
  const lightPath = (from: number, to: number): void => {
    if (!present || from < 0 || to < 0 || from === to) return
    const path = pathBetween(present, from, to)
    if (path.length) choose(path)
    else {
      toast({ title: `No path between ${present.labels[from]} and ${present.labels[to]}` })
      choose([from, to])
    }
  }
  const pick = (node: number, how: Pick): void => {
    if (node < 0) props.onSelect([])
    else if (how === 'path' && main >= 0) lightPath(main, node)
    else if (how === 'only') choose([node])
    else choose(chosenSet.has(node) ? chosen.filter((i) => i !== node) : [...chosen, node])
  }
  const select = (node: number, add: boolean): void => pick(node, add ? 'add' : 'only')
  // P marks where a path begins, and P again, elsewhere, lights it.
  const [anchor, setAnchor] = useState<string | null>(null)
  const path = (): void => {
    if (!present || main < 0) return
    if (chosen.length === 2) {
      lightPath(chosen[0]!, chosen[1]!)
      return
    }
    const from = anchor === null ? -1 : (present.index.get(anchor) ?? -1)
    if (from < 0 || from === main) {
      setAnchor(present.ids[main]!)
      toast({ title: `Path from ${present.labels[main]}: go to another task and press P` })
    } else {
      setAnchor(null)
      lightPath(from, main)
    }
  }
  const open = (node: number): void => {
    const id = present?.ids[node]
    if (present && id !== undefined) props.onOpen(id, present.subflow[node] === 1)
  }
  const expand = (node: number): void => {
    const id = present?.ids[node]
    if (present?.subflow[node] && id !== undefined) props.onExpand(id)
  }
  const focusIn = (node: number): void => {
    const id = present?.ids[node]
    if (!present?.subflow[node] || id === undefined) return
    props.onSelect([])
    setPlace({ focus: [...place.focus, id], look: null, at: null })
  }
  const find = (): void => {
    setFinding(true)
    requestAnimationFrame(() => input.current?.focus())
  }
  const save = async (kind: 'png' | 'svg'): Promise<void> => {
    try {
      if (stage.current) await exportPicture(stage.current, kind, props.name ?? 'run')
    } catch (error) {
      toastError('The picture could not be made', error)
    }
  }
  const failure = useMemo(() => {
    if (!present) return null
    let at = Number.NaN
    for (let i = 0; i < present.size; i++)
      if (stateAt(present, i) === 'failed' && !(present.end[i]! <= at)) at = present.end[i]!
    return Number.isNaN(at) ? null : { at, text: failureText(at, 'failed', zone) }
  }, [present, zone])

  const shared =
    shown && present && timeline
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
          opened: new Set(opened.keys()),
        }
      : null
  const crumbs = useCrumbs(props.graph, props.opened, place.focus)

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
        <span className="pointer-events-none! flex min-w-0 flex-1 *:pointer-events-auto">
          {chosen.length > 1 && present ? (
            <Chip label={`${chosen.length} selected`}>
              {chosen.length === 2 ? (
                <Button kind="act" size="small" title="The shortest path between them (P)" onClick={path}>
                  Path between
                </Button>
              ) : null}
              <Close label="Clear the selection" onClick={() => props.onSelect([])} />
            </Chip>
          ) : main >= 0 && present?.subflow[main] ? (
            <Chip label="Sub-flow">
              <Button kind="act" size="small" title="Open where it stands (E)" onClick={() => expand(main)}>
                {opened.has(present.ids[main]!) ? 'Close' : 'Open here'}
              </Button>
              <Button kind="act" size="small" title="Show it alone (O)" onClick={() => focusIn(main)}>
                Focus
              </Button>
            </Chip>
          ) : crumbs.length ? (
            <Crumbs
              names={crumbs}
              onGo={(depth) => {
                props.onSelect([])
                setPlace({ focus: place.focus.slice(0, depth), look: null, at: null })
              }}
            />
          ) : null}
        </span>
        <FindBox
          open={finding}
          needle={needle}
          input={input}
          found={found?.length ?? null}
          onOpen={find}
          onNeedle={setNeedle}
          onNext={() => {
            const next = found?.[(found.indexOf(main) + 1) % found.length]
            if (next !== undefined) {
              choose([next])
              stage.current?.reveal(next)
            }
          }}
          onClose={() => {
            setNeedle('')
            setFinding(false)
          }}
        />
        <PresetMenu preset={preset} onPreset={props.onPreset} />
        {view === 'timeline' || !shared ? null : (
          <ViewMenu
            radar={view === 'radar'}
            colour={place.colour}
            onColour={(colour) => setPlace({ colour })}
            workersKnown={workers.size > 0}
            onReplay={span ? replay.toggle : undefined}
            onFold={place.groups.length ? () => setPlace({ groups: [] }) : undefined}
            onSave={(kind) => void save(kind)}
          />
        )}
      </div>
      {props.loading ||
      !shown ||
      !present ||
      !geometry ||
      !shared ||
      (present.size === 0 && model.size > 0) ? (
        <div className="grid flex-1 place-items-center">
          <Loading label="Laying out the graph" />
        </div>
      ) : model.size === 0 ? (
        <NoTasks ended={ended} />
      ) : view === 'radar' ? (
        <RadarView
          key={root ?? 'run'}
          model={shown}
          geometry={geometry}
          clock={dial}
          lit={lit}
          faint={faint}
          main={main}
          selected={chosenSet}
          subtitle={subtitle}
          colours={colours}
          clusters={counted}
          unfolded={unfolded}
          onUnfold={(key) => setPlace({ groups: [...place.groups, key] })}
          look={place.look}
          onLook={(look) => setPlace({ look })}
          hand={moment !== null && span ? (moment - span.from) / (span.to - span.from) : null}
          now={!ended && span ? (now - span.from) / (span.to - span.from) : null}
          onScrub={(share) => span && replay.seek(span.from + share * (span.to - span.from))}
          onPlay={replay.toggle}
          replaying={replaying}
          stageRef={stage}
          onSelect={pick}
          onLasso={(nodes, add) => choose(add ? [...new Set([...chosen, ...nodes])] : nodes)}
          onPath={path}
          onOpen={open}
          onExpand={expand}
          onFocusIn={focusIn}
          onFind={find}
          onCritical={() => props.onPreset(preset === 'critical' ? 'all' : 'critical')}
        />
      ) : view === 'timeline' ? (
        <TimelineView
          {...shared}
          model={present}
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
        <TableView {...shared} depth={geometry.layout.depth} sort={props.sort} onSort={props.onSort} />
      )}
      {replaying && moment !== null && span ? (
        <ReplayBar
          replay={replay}
          words={span.to - span.from < 10_000 ? duration((moment - span.from) / 1000) : clock(moment, zone)}
        />
      ) : null}
      {geometry && geometry.layout.cyclic > 0 ? (
        <p className="absolute bottom-3 left-1/2 -translate-x-1/2 text-small text-late">
          {plural(geometry.layout.cyclic, 'task')} depend on each other in a circle; they stand on the last
          ring.
        </p>
      ) : null}
    </section>
  )
}

function Chip({ label, children }: { label: string; children: ReactNode }) {
  return (
    <span className="flex h-(--control) items-center gap-0.5 overflow-hidden rounded-control border border-line-strong bg-surface pr-0.5 pl-2.5 whitespace-nowrap text-text-2">
      {label}
      {children}
    </span>
  )
}

const Close = ({ label, onClick }: { label: string; onClick(): void }) => (
  <Button kind="bare" size="small" square icon="close" aria-label={label} title={label} onClick={onClick} />
)

/** The way from the run down to the sub-flow that is shown. */
function Crumbs({ names, onGo }: { names: readonly string[]; onGo(depth: number): void }) {
  return (
    <nav
      aria-label="Sub-flow"
      className="flex h-(--control) min-w-0 items-center gap-1 overflow-hidden rounded-control border border-line-strong bg-surface px-1 whitespace-nowrap"
    >
      {['Whole run', ...names].map((name, depth) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the place in the way is what a crumb is
        <span key={depth} className="flex min-w-0 items-center gap-1">
          {depth > 0 ? <Icon name="right" size={11} className="text-text-3" /> : null}
          {depth === names.length ? (
            <b aria-current="page" className="clip px-1 font-medium">
              {name}
            </b>
          ) : (
            <Button kind="act" size="small" className="px-1.5!" onClick={() => onGo(depth)}>
              {name}
            </Button>
          )}
        </span>
      ))}
    </nav>
  )
}

function useCrumbs(graph: GraphV2, opened: ReadonlyMap<string, GraphV2>, focus: readonly string[]): string[] {
  return useMemo(() => {
    let at: GraphV2 | undefined = graph
    return focus.map((id) => {
      const name = at?.nodes.find(([each]) => each === id)?.[1].label ?? 'Sub-flow'
      at = opened.get(id)
      return name
    })
  }, [graph, opened, focus])
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
