import { type PointerEvent, useEffect, useRef } from 'react'
import { CanvasBackend } from './canvas-backend.ts'
import { drawList, type Scene } from './draw-list.ts'
import type { Geometry } from './layout.ts'
import type { GraphModel } from './model.ts'
import { A0, A1, ARC } from './polar.ts'
import { GRAPH_STATES } from './states.ts'
import { readTheme, type Theme } from './theme.ts'

export const MINIMAP_SIZE = 88

/** The rings, small: every node a stroke in its state's colour, and a frame round what the stage shows. */
export function Minimap({
  model,
  geometry,
  themeKey,
  frame,
  onCentre,
}: {
  model: GraphModel
  geometry: Geometry
  /** Changes when colours do. */
  themeKey: number
  /** The stage keeps the frame's position up to date through this element, without rendering. */
  frame: React.RefObject<HTMLDivElement | null>
  onCentre(x: number, y: number): void
}) {
  const canvas = useRef<HTMLCanvasElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: themeKey stands for the colours read inside
  useEffect(() => {
    if (canvas.current) drawMinimap(canvas.current, model, geometry)
  }, [model, geometry, themeKey])
  const move = (event: PointerEvent<HTMLDivElement>): void => {
    if (event.type === 'pointermove' && !event.buttons) return
    const box = event.currentTarget.getBoundingClientRect()
    const scale = minimapScale(geometry)
    onCentre(
      (event.clientX - box.left - MINIMAP_SIZE / 2) / scale,
      (event.clientY - box.top - MINIMAP_SIZE / 2) / scale,
    )
  }
  return (
    <div
      aria-hidden="true"
      className="relative size-22 overflow-hidden rounded-control border border-line-strong bg-surface"
      onPointerDown={move}
      onPointerMove={move}
    >
      <canvas ref={canvas} className="size-22" />
      <div
        ref={frame}
        className="pointer-events-none absolute top-0 left-0 rounded-[2px] border border-accent bg-accent/10"
        style={{ display: 'none' }}
      />
    </div>
  )
}

/** World units to CSS pixels of the minimap. */
export const minimapScale = (geometry: Geometry): number =>
  (MINIMAP_SIZE / 2 - 5) / Math.max(1, geometry.layout.extent - 20)

/** Many nodes are drawn as the stage draws them from afar. */
function drawFar(
  canvas: HTMLCanvasElement,
  context: CanvasRenderingContext2D,
  scene: Scene,
  theme: Theme,
  ratio: number,
): void {
  const k = (MINIMAP_SIZE / 2 - 5) / Math.max(1, scene.layout.extent - 20)
  const reach = scene.layout.extent
  const view = {
    scale: Math.min(k, 2.9 / scene.layout.slot),
    left: -reach,
    top: -reach,
    right: reach,
    bottom: reach,
  }
  const backend = new CanvasBackend()
  backend.resize(MINIMAP_SIZE, MINIMAP_SIZE, ratio)
  backend.render(
    drawList(scene, view, new Uint32Array()),
    { k, x: MINIMAP_SIZE / 2, y: MINIMAP_SIZE / 2 },
    theme,
  )
  context.setTransform(1, 0, 0, 1, 0, 0)
  context.clearRect(0, 0, canvas.width, canvas.height)
  context.drawImage(backend.canvas, 0, 0)
  backend.destroy()
}

function drawMinimap(canvas: HTMLCanvasElement, model: GraphModel, geometry: Geometry): void {
  const { layout } = geometry
  const ratio = Math.min(2, window.devicePixelRatio || 1)
  canvas.width = canvas.height = MINIMAP_SIZE * ratio
  const context = canvas.getContext('2d')
  const host = canvas.parentElement
  if (!context || !host) return
  const theme = readTheme(host)
  const scale = (MINIMAP_SIZE / 2 - 5) / Math.max(1, layout.extent - 20)
  if (model.size > 600) {
    drawFar(
      canvas,
      context,
      { model, layout, edges: geometry.edges, lit: null, faint: null, clock: null },
      theme,
      ratio,
    )
    return
  }
  context.setTransform(ratio, 0, 0, ratio, (MINIMAP_SIZE / 2) * ratio, (MINIMAP_SIZE / 2) * ratio)
  const paths = new Map<number, Path2D>()
  context.strokeStyle = theme.token['ring-line']
  for (let r = 0; r < layout.rings; r++) {
    const from = layout.ringStart[r]!
    const count = layout.ringStart[r + 1]! - from
    if (layout.outer[r] === 0) continue
    const wide = (layout.outer[r]! - layout.inner[r]!) * scale
    context.lineWidth = Math.max(1, wide)
    context.beginPath()
    context.arc(0, 0, ((layout.inner[r]! + layout.outer[r]!) / 2) * scale, A0 + Math.PI / 2, A1 + Math.PI / 2)
    context.stroke()
    const half = (0.4 * ARC) / Math.max(count / Math.max(1, wide / 3), 9)
    for (let i = 0; i < count; i++) {
      const node = layout.order[from + i]!
      const state = model.states[node]!
      const path = paths.get(state) ?? new Path2D()
      const at = layout.angle[node]! + Math.PI / 2
      const radius = layout.radius[node]! * scale
      path.moveTo(Math.cos(at - half) * radius, Math.sin(at - half) * radius)
      path.arc(0, 0, radius, at - half, at + half)
      paths.set(state, path)
    }
  }
  for (const [state, path] of [...paths].sort(([a], [b]) => a - b)) {
    const key = GRAPH_STATES[state]!
    const bad = key === 'failed' || key === 'crashed' || key === 'timedout'
    context.strokeStyle =
      key === 'blocked' || key === 'pending' ? theme.token['line-strong'] : theme.fill[key]
    context.lineWidth = bad ? 4 : 2.5
    context.stroke(path)
  }
  context.fillStyle = theme.token['text-3']
  context.beginPath()
  context.arc(0, 0, 2, 0, 2 * Math.PI)
  context.fill()
}
