import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import { Icon, StateGlyph } from '../../components/ui/index.ts'
import { count, plural } from '../../lib/format.ts'
import { stored } from '../../lib/preferences.ts'
import { LOOK_WORDS } from '../../lib/states.ts'
import type { Geometry } from './layout.ts'
import { MINIMAP_SIZE, Minimap, minimapScale } from './minimap.tsx'
import { countStates, type GraphModel, stateAt } from './model.ts'
import { type Clock, RadarStage } from './stage.ts'
import { type Step, walk } from './walk.ts'

export type RadarViewProps = {
  model: GraphModel
  geometry: Geometry
  clock: Clock | null
  lit: Uint8Array | null
  faint: Uint8Array | null
  /** The selected node whose card is large, or -1. */
  main: number
  subtitle(i: number): string
  onSelect(node: number, add: boolean): void
  onOpen(node: number): void
  onExpand(node: number): void
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
  const { model, geometry, clock, lit, faint, main, subtitle } = props
  const host = useRef<HTMLDivElement>(null)
  const stage = useRef<RadarStage | null>(null)
  const frame = useRef<HTMLDivElement>(null)
  const latest = useRef(props)
  latest.current = props
  const [themeKey, setThemeKey] = useState(0)

  useEffect(() => {
    const element = host.current
    if (!element) return
    const made = new RadarStage(element, {
      select: (node, add) => latest.current.onSelect(node, add),
      open: (node) => latest.current.onOpen(node),
      hover: (node) => {
        element.title = node >= 0 ? (latest.current.model.labels[node] ?? '') : ''
      },
      view: (rect) => placeFrame(frame.current, rect, latest.current.geometry),
      drawn: (list, backend) => {
        // What is on the surface, for tests and for the curious: a canvas says nothing by itself.
        element.dataset.detail = list.detail
        element.dataset.nodes = String(list.nodes)
        element.dataset.edges = String(list.edges)
        element.dataset.batches = String(list.batches.length)
        element.dataset.backend = backend
      },
    })
    stage.current = made
    const recolour = (): void => {
      made.themeChanged()
      setThemeKey((key) => key + 1)
    }
    const watch = new MutationObserver(recolour)
    watch.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] })
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
  }, [])

  useEffect(() => {
    stage.current?.setData({ model, geometry, clock, subtitle })
  }, [model, geometry, clock, subtitle])
  useEffect(() => {
    stage.current?.setSelection(main, lit, faint)
  }, [main, lit, faint])

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const step = STEPS[event.key]
    const act = step
      ? () => {
          const next = walk(model, geometry.layout, main, step)
          props.onSelect(next, false)
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
  return (
    <>
      <div
        ref={host}
        role="application"
        aria-roledescription="radar"
        aria-label={`Radar, ${summary}. Arrow keys follow dependencies, Enter opens, F fits, the Table holds the same.`}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls or is worked by keys must be reachable by them
        tabIndex={0}
        onKeyDown={onKeyDown}
        className="absolute inset-0 cursor-grab touch-none overflow-hidden -outline-offset-2! outline-none focus-visible:outline-2 focus-visible:outline-accent"
      />
      <p className="sr-only" aria-live="polite">
        {main >= 0
          ? `${model.labels[main]}, ${LOOK_WORDS[stateAt(model, main)]}, ring ${geometry.layout.depth[main]}`
          : ''}
      </p>
      <ul
        className="pointer-events-none absolute bottom-2 left-2.5 hidden gap-0.75 rounded-control bg-canvas/85 px-1.5 py-1 text-small text-text-2 md:grid"
        aria-label="Tasks by state"
      >
        {counts.map(([state, n]) => (
          <li key={state} className="flex items-center gap-1.75">
            <StateGlyph look={state} size={12} />
            <b className="min-w-4.5 text-right font-medium text-text tabular-nums">{count(n)}</b>
            {LOOK_WORDS[state]}
          </li>
        ))}
      </ul>
      <div className="absolute right-4 bottom-3 hidden items-end gap-2 md:flex">
        <div className="grid overflow-hidden rounded-control border border-line-strong bg-surface">
          {(
            [
              ['plus', 'Zoom in', () => stage.current?.zoomBy(1.35)],
              ['minus', 'Zoom out', () => stage.current?.zoomBy(0.74)],
              ['fit', 'Fit', () => stage.current?.fit()],
            ] as const
          ).map(([icon, label, run]) => (
            <button
              key={label}
              type="button"
              aria-label={label}
              title={label}
              onClick={run}
              className="grid size-7 place-items-center border-t border-line text-text-2 -outline-offset-2! first:border-t-0 hover:bg-hover"
            >
              <Icon name={icon} size={14} />
            </button>
          ))}
        </div>
        <Minimap
          model={model}
          geometry={geometry}
          themeKey={themeKey}
          frame={frame}
          onCentre={(x, y) => stage.current?.centre(x, y)}
        />
      </div>
    </>
  )
}

const KEYS: Record<string, (props: RadarViewProps, stage: RadarStage | null) => () => void> = {
  Enter: (props) => () => props.main >= 0 && props.onOpen(props.main),
  e: (props) => () => props.main >= 0 && props.onExpand(props.main),
  x: (props) => () => props.onCritical(),
  '/': (props) => () => props.onFind(),
  Escape: (props) => () => props.onSelect(-1, false),
  f: (_, stage) => () => stage?.fit(),
  '+': (_, stage) => () => stage?.zoomBy(1.35),
  '=': (_, stage) => () => stage?.zoomBy(1.35),
  '-': (_, stage) => () => stage?.zoomBy(0.74),
  '0': (_, stage) => () => stage?.zoomBy(1 / stage.camera.k),
}

function placeFrame(
  frame: HTMLDivElement | null,
  rect: { left: number; top: number; right: number; bottom: number },
  geometry: Geometry,
): void {
  if (!frame) return
  const scale = minimapScale(geometry)
  const at = (v: number): number => Math.max(0, Math.min(MINIMAP_SIZE, v * scale + MINIMAP_SIZE / 2))
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
