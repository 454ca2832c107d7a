import { type KeyboardEvent, type RefObject, useEffect, useMemo, useRef, useState } from 'react'
import { Icon, StateGlyph } from '../../components/ui/index.ts'
import { count, plural } from '../../lib/format.ts'
import { stored } from '../../lib/preferences.ts'
import { LOOK_WORDS } from '../../lib/states.ts'
import type { Camera } from './canvas-backend.ts'
import { type Cluster, type Clusters, clusterLabel } from './clusters.ts'
import { COLOURS, type Colouring } from './colour.ts'
import type { Clock } from './compose.ts'
import type { Pick } from './gestures.ts'
import { Hand } from './hand.ts'
import type { Geometry } from './layout.ts'
import { type Look, lookText } from './look.ts'
import { MINIMAP_SIZE, Minimap, minimapScale } from './minimap.tsx'
import { countStates, type GraphModel, stateAt } from './model.ts'
import { MOST_MIRRORED, RovingList } from './roving-list.tsx'
import { RadarStage } from './stage.ts'
import { HUE_COLOURS, RAMP_COLOURS } from './theme.ts'
import { type Step, walk } from './walk.ts'

export type RadarViewProps = {
  model: GraphModel
  geometry: Geometry
  clock: Clock | null
  lit: Uint8Array | null
  faint: Uint8Array | null
  /** The selected node whose card is large, or -1. */
  main: number
  selected: ReadonlySet<number>
  subtitle(i: number): string
  colours: Colouring | null
  clusters: Clusters | null
  unfolded: ReadonlySet<string>
  onUnfold(key: string): void
  /** Where the address says to look; null shows everything. */
  look: Look | null
  onLook(look: Look | null): void
  /** The hand of the clock as a share of the dial; null while the run is shown as it is. */
  hand: number | null
  /** The line of now on the dial of a run that runs; null when it has ended. */
  now: number | null
  onScrub(share: number): void
  onPlay(): void
  replaying: boolean
  stageRef: RefObject<RadarStage | null>
  onSelect(node: number, how: Pick): void
  onLasso(nodes: number[], add: boolean): void
  onPath(): void
  onOpen(node: number): void
  onExpand(node: number): void
  onFocusIn(node: number): void
  onFind(): void
  onCritical(): void
}

const STEPS: Partial<Record<string, Step>> = {
  ArrowLeft: 'up',
  ArrowRight: 'down',
  ArrowUp: 'previous',
  ArrowDown: 'next',
}

/** The Radar: rings by dependency depth. Everything it can do is also in the Table. */
export function RadarView(props: RadarViewProps) {
  const { model, geometry, clock, lit, faint, main, subtitle, colours, clusters, unfolded, look } = props
  const host = useRef<HTMLDivElement>(null)
  const stage = props.stageRef
  const frame = useRef<HTMLDivElement>(null)
  const handElement = useRef<HTMLDivElement>(null)
  const latest = useRef(props)
  latest.current = props
  const [themeKey, setThemeKey] = useState(0)
  const [nearby, setNearby] = useState<number[]>([])
  const [folds, setFolds] = useState<readonly Cluster[]>([])
  const toldLook = useRef<string | null>(null)

  useEffect(() => {
    const element = host.current
    if (!element) return
    const hand = new Hand(handElement.current)
    const made: RadarStage = new RadarStage(element, {
      select: (node, how) => latest.current.onSelect(node, how),
      lasso: (nodes, add) => latest.current.onLasso(nodes, add),
      cluster: (cluster) => {
        latest.current.onUnfold(cluster.key)
        made.revealCluster(cluster)
      },
      open: (node) => latest.current.onOpen(node),
      hover: (node, cluster) => {
        element.title = cluster
          ? `${clusterLabel(cluster)}: click to open`
          : node >= 0
            ? `${latest.current.model.labels[node] ?? ''}\n${latest.current.subtitle(node)}`
            : ''
      },
      scrub: (share) => latest.current.onScrub(share),
      camera: (camera) => {
        placeFrame(frame.current, camera, made.size, latest.current.geometry)
        hand.place(camera, latest.current.geometry.layout.extent)
      },
      rest: (at) => {
        toldLook.current = lookText(at)
        latest.current.onLook(at)
        setNearby(made.nearby(MOST_MIRRORED))
      },
      drawn: (list, backend) => {
        // What is on the surface, for tests and for the curious: a canvas says nothing by itself.
        element.dataset.detail = list.detail
        element.dataset.nodes = String(list.nodes)
        element.dataset.edges = String(list.edges)
        element.dataset.batches = String(list.batches.length)
        element.dataset.backend = backend
        const mask = latest.current.unfolded
        const still = list.folded.filter((cluster) => !mask.has(cluster.key))
        element.dataset.clusters = String(still.length)
        setFolds((old) => (old.length === still.length && old.every((c, i) => c === still[i]) ? old : still))
      },
    })
    stage.current = made
    const recolour = (): void => {
      made.themeChanged()
      setThemeKey((key) => key + 1)
    }
    const watch = new MutationObserver(recolour)
    watch.observe(document.documentElement, {
      attributes: true,
      attributeFilter: ['data-theme', 'data-vision'],
    })
    const scheme = window.matchMedia('(prefers-color-scheme: dark)')
    scheme.addEventListener('change', recolour)
    let gone = false
    if (hasGraphicsHardware())
      void import('./pixi-backend.ts').then(
        async ({ PixiBackend }) => {
          const backend = await PixiBackend.create()
          if (gone) backend.destroy()
          else made.setBackend(backend)
        },
        // Without it the canvas stays, which draws the same list.
        () => undefined,
      )
    ;(element as HTMLDivElement & { radarStage?: RadarStage }).radarStage = made
    return () => {
      gone = true
      watch.disconnect()
      scheme.removeEventListener('change', recolour)
      made.destroy()
      stage.current = null
    }
  }, [stage])

  // Back, forward and a pasted address move the camera; what we told the address ourselves does not.
  const wanted = lookText(look)
  useEffect(() => {
    if (wanted === toldLook.current) return
    toldLook.current = wanted
    const at = latest.current.look
    if (at) stage.current?.look(at)
    else stage.current?.fit()
  }, [wanted, stage])
  const scheme = useMemo(
    () =>
      colours && { scheme: colours.by === 'duration' ? ('ramp' as const) : ('hue' as const), of: colours.of },
    [colours],
  )
  useEffect(() => {
    stage.current?.setData({ model, geometry, clock, subtitle, colours: scheme, clusters, unfolded })
  }, [model, geometry, clock, subtitle, scheme, clusters, unfolded, stage])
  useEffect(() => {
    stage.current?.setSelection(main, lit, faint)
  }, [main, lit, faint, stage])
  const { hand, now } = props
  useEffect(() => {
    handElement.current?.dispatchEvent(new CustomEvent('turn', { detail: { hand, now } }))
  }, [hand, now])

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const step = STEPS[event.key]
    const act = step
      ? () => {
          const next = walk(model, geometry.layout, main, step)
          if (next !== main) props.onSelect(next, event.shiftKey ? 'add' : 'only')
          if (next >= 0) stage.current?.reveal(next)
        }
      : KEYS[event.key]?.(props, stage.current)
    if (!act) return
    event.preventDefault()
    event.stopPropagation()
    act()
  }

  const counts = countStates(model)
  const summary = `${plural(model.size, 'task')}: ${counts.map(([state, n]) => `${count(n)} ${LOOK_WORDS[state].toLowerCase()}`).join(', ')}`
  const spoken = useRested(summary)
  return (
    <>
      <div
        ref={host}
        role="application"
        aria-roledescription="radar"
        aria-label={`Radar, ${summary}. Arrow keys follow dependencies, Shift with an arrow adds, P lights a path, Enter opens, F fits, Space replays. The Table holds the same.`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls or is worked by keys must be reachable by them
        tabIndex={0}
        onKeyDown={onKeyDown}
        className="absolute inset-0 cursor-grab touch-none overflow-hidden -outline-offset-2!"
      />
      {/* The hand of the clock; the slider of the replay is its twin for the keyboard. */}
      <div className="pointer-events-none absolute inset-0 overflow-hidden" aria-hidden="true">
        <div
          ref={handElement}
          data-hand={hand === null ? '' : hand.toFixed(3)}
          data-mode="none"
          className="radar-hand"
        />
      </div>
      <p className="sr-only" aria-live="polite">
        {spoken}
      </p>
      <p className="sr-only" aria-live="polite">
        {main >= 0
          ? `${model.labels[main]}, ${LOOK_WORDS[stateAt(model, main)]}, ring ${geometry.layout.depth[main]}`
          : ''}
      </p>
      <RovingList
        model={model}
        nodes={nearby.filter((i) => i < model.size)}
        clusters={folds}
        selected={props.selected}
        onFocus={(node) => stage.current?.hover(node)}
        onSelect={(node, add) => props.onSelect(node, add ? 'add' : 'only')}
        onOpen={props.onOpen}
        onCluster={(cluster) => {
          props.onUnfold(cluster.key)
          stage.current?.revealCluster(cluster)
        }}
      />
      <Legend counts={counts} colours={colours} />
      <div className="absolute right-3 bottom-3 flex items-end gap-2 md:right-4">
        <div className="grid overflow-hidden rounded-control border border-line-strong bg-surface">
          {!props.replaying && clock ? (
            <StageButton
              icon="play"
              label="Replay the run"
              title="Replay the run (Space)"
              run={props.onPlay}
            />
          ) : null}
          <span className="contents max-md:hidden">
            <StageButton icon="plus" label="Zoom in" run={() => stage.current?.zoomBy(1.35)} />
            <StageButton icon="minus" label="Zoom out" run={() => stage.current?.zoomBy(0.74)} />
          </span>
          <StageButton icon="fit" label="Fit" title="Fit (F)" run={() => stage.current?.fit()} />
        </div>
        <div className="max-md:hidden">
          <Minimap
            model={model}
            geometry={geometry}
            themeKey={themeKey}
            frame={frame}
            onCentre={(x, y) => stage.current?.centre(x, y)}
          />
        </div>
      </div>
    </>
  )
}

function StageButton({
  icon,
  label,
  title = label,
  run,
}: {
  icon: 'play' | 'plus' | 'minus' | 'fit'
  label: string
  title?: string
  run(): void
}) {
  return (
    <button
      type="button"
      aria-label={label}
      title={title}
      onClick={run}
      className="grid size-7 place-items-center border-t border-line text-text-2 -outline-offset-2! first:border-t-0 hover:bg-hover"
    >
      <Icon name={icon} size={14} />
    </button>
  )
}

/** What the colours mean, with counts. Failures keep their look in every scheme, so they are named in each. */
function Legend({ counts, colours }: { counts: ReturnType<typeof countStates>; colours: Colouring | null }) {
  const swatches = colours?.by === 'duration' ? RAMP_COLOURS : HUE_COLOURS
  return (
    <ul
      className="pointer-events-none absolute bottom-2 left-2.5 hidden max-w-56 gap-0.75 rounded-control bg-canvas/85 px-1.5 py-1 text-small text-text-2 md:grid"
      aria-label={colours ? COLOURS[colours.by].replace('Colour', 'Tasks') : 'Tasks by state'}
    >
      {colours?.legend.map(({ paint, label, n }) => (
        <li key={`${paint} ${label}`} className="flex items-center gap-1.75">
          <span className="size-2.5 flex-none rounded-full" style={{ background: swatches[paint] }} />
          <b className="min-w-4.5 text-right font-medium text-text tabular-nums">{count(n)}</b>
          <span className="clip">{label}</span>
        </li>
      ))}
      {counts
        .filter(([state]) => !colours || state === 'failed' || state === 'timedout' || state === 'crashed')
        .map(([state, n]) => (
          <li key={state} className="flex items-center gap-1.75">
            <StateGlyph look={state} size={12} />
            <b className="min-w-4.5 text-right font-medium text-text tabular-nums">{count(n)}</b>
            {LOOK_WORDS[state]}
          </li>
        ))}
    </ul>
  )
}

/** A text that follows another at most every four seconds: a busy run would never let a reader finish. */
function useRested(text: string): string {
  const [rested, setRested] = useState('')
  useEffect(() => {
    const timer = setTimeout(() => setRested(text), rested ? 4_000 : 400)
    return () => clearTimeout(timer)
  }, [text, rested])
  return rested
}

const KEYS: Record<string, (props: RadarViewProps, stage: RadarStage | null) => () => void> = {
  Enter: (props) => () => props.main >= 0 && props.onOpen(props.main),
  e: (props) => () => props.main >= 0 && props.onExpand(props.main),
  o: (props) => () => props.main >= 0 && props.onFocusIn(props.main),
  x: (props) => () => props.onCritical(),
  p: (props) => () => props.onPath(),
  ' ': (props) => () => props.onPlay(),
  '/': (props) => () => props.onFind(),
  Escape: (props) => () => props.onSelect(-1, 'only'),
  f: (_, stage) => () => stage?.fit(),
  '+': (_, stage) => () => stage?.zoomBy(1.35),
  '=': (_, stage) => () => stage?.zoomBy(1.35),
  '-': (_, stage) => () => stage?.zoomBy(0.74),
  '0': (_, stage) => () => stage?.zoomBy(1 / stage.camera.k),
}

function placeFrame(
  frame: HTMLDivElement | null,
  { k, x, y }: Camera,
  size: { width: number; height: number },
  geometry: Geometry,
): void {
  if (!frame) return
  const scale = minimapScale(geometry)
  const at = (v: number): number => Math.max(0, Math.min(MINIMAP_SIZE, v * scale + MINIMAP_SIZE / 2))
  const rect = { left: -x / k, top: -y / k, right: (size.width - x) / k, bottom: (size.height - y) / k }
  const [left, top, right, bottom] = [at(rect.left), at(rect.top), at(rect.right), at(rect.bottom)]
  const edge = geometry.layout.extent - 20
  const whole = rect.left <= -edge && rect.top <= -edge && rect.right >= edge && rect.bottom >= edge
  frame.style.display = whole ? 'none' : ''
  frame.style.transform = `translate(${left}px, ${top}px)`
  frame.style.width = `${Math.max(4, right - left)}px`
  frame.style.height = `${Math.max(4, bottom - top)}px`
}

/** A software renderer draws the same picture more slowly than Canvas 2D, so it is not taken. */
function hasGraphicsHardware(): boolean {
  if (stored.read('renderer') === 'pixi') return true
  if (stored.read('renderer') === 'canvas') return false
  const context = document
    .createElement('canvas')
    .getContext('webgl2', { failIfMajorPerformanceCaveat: true })
  if (!context) return false
  const info = context.getExtension('WEBGL_debug_renderer_info')
  const name = String(context.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : context.RENDERER))
  context.getExtension('WEBGL_lose_context')?.loseContext()
  // Not every browser counts its software renderer as a caveat.
  return !/swiftshader|llvmpipe|softpipe|software|basic render/i.test(name)
}
